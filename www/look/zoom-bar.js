/** The buttons at the foot of the stage: how large the picture is shown, and in which way two versions are. */

import { button, find } from '../ui/dom.js';

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('./compare-view.js').CompareView} view
 */
export function wireZoomBar(store, view) {
  const shown = find(document, '#zoom', HTMLElement);
  const [fit, actual] = [button('#fit'), button('#actual-size')];
  view.addEventListener('zoom', () => {
    shown.textContent = `${Math.round(view.percent)} %`;
    fit.setAttribute('aria-pressed', String(view.isFitted));
    actual.setAttribute('aria-pressed', String(Math.abs(view.percent - 100) < 0.01));
  });
  button('#zoom-out').addEventListener('click', () => view.zoomOut());
  button('#zoom-in').addEventListener('click', () => view.zoomIn());
  fit.addEventListener('click', () => view.fit());
  actual.addEventListener('click', () => view.actualSize());

  const side = button('#side-by-side');
  side.addEventListener('click', () => toggleLook(store));
  store.follow(
    ({ look }) => look,
    (look) => {
      side.setAttribute('aria-pressed', String(look === 'side'));
      sessionStorage.setItem('look', look);
    },
  );

  const hold = button('#hold');
  const held = (/** @type {boolean} */ isHeld) => () => store.set({ isHeld });
  hold.addEventListener('pointerdown', (event) => {
    hold.setPointerCapture(event.pointerId);
    store.set({ isHeld: true });
  });
  for (const end of ['pointerup', 'pointercancel', 'lostpointercapture']) hold.addEventListener(end, held(false));
  hold.addEventListener('contextmenu', (event) => event.preventDefault());
  // A press by keyboard, or by a screen reader, has no length.
  hold.addEventListener('click', (event) => {
    if (event.detail === 0) store.set({ isHeld: !store.state.isHeld });
  });
  hold.addEventListener('blur', held(false));
  store.follow(
    ({ isHeld }) => isHeld,
    (isHeld) => hold.setAttribute('aria-pressed', String(isHeld)),
  );
}

/** @param {import('../state/store.js').Store} store */
export function toggleLook(store) {
  store.set({ look: store.state.look === 'side' ? 'split' : 'side' });
}
