/** What each method makes of the part, side by side, one pixel on one of the screen; the best one is tapped. */

import { shownPicture } from '../state/store.js';
import { button, element } from '../ui/dom.js';
import * as format from '../ui/format.js';

/**
 * @typedef {import('./methods.js').Method} Method
 * @typedef {{button: HTMLButtonElement, shown: HTMLElement, told: HTMLElement}} Cell
 */

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('./trials.js').Trials} trials
 */
export function showTrialPanel(store, trials) {
  const panel = element('#trial');
  const list = element('#methods');
  /** @type {Map<string, Cell>} */
  let cells = new Map();
  /** @type {Element | null} what had the focus before */
  let opener = null;

  for (const selector of ['#try', '#try-first']) button(selector).addEventListener('click', () => trials.open());
  button('#close-trial').addEventListener('click', () => trials.close());
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && store.state.trial && !document.querySelector('dialog[open], :popover-open')) trials.close();
  });

  const room = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width === 0) return;
    trials.fill({ width: contentRect.width * devicePixelRatio, height: contentRect.height * devicePixelRatio });
  });

  /** @param {Method} method */
  const make = (method) => {
    const item = document.createElement('li');
    const made = Object.assign(document.createElement('button'), { type: 'button', className: 'method' });
    const shown = Object.assign(document.createElement('span'), { className: 'shown' });
    const name = Object.assign(document.createElement('span'), { className: 'name', textContent: method.title });
    const told = Object.assign(document.createElement('span'), { className: 'told-of-it' });
    made.append(shown, name, told);
    made.addEventListener('click', () => trials.pick(method));
    item.append(made);
    cells.set(method.key, { button: made, shown, told });
    return item;
  };

  store.follow(
    ({ trial }) => trial?.methods,
    (methods) => {
      if (!methods && panel.hidden) return;
      if (methods && panel.hidden) opener = document.activeElement;
      panel.hidden = !methods;
      document.body.dataset.trial = methods ? 'open' : 'closed';
      cells = new Map();
      list.replaceChildren(...(methods ?? []).map(make));
      room.disconnect();
      const [first] = cells.values();
      if (first) room.observe(first.shown);
      else if (opener?.checkVisibility()) /** @type {HTMLElement} */ (opener).focus();
      else element('#stage-or-welcome').focus();
    },
  );

  store.follow(
    ({ trial }) => trial?.part !== undefined,
    (isPlaced) => isPlaced && element('#frame').focus(),
  );

  store.follow(
    ({ trial, choice }) => [trial?.tried, choice.model],
    () => {
      const { trial, choice } = store.state;
      for (const [key, cell] of cells) {
        const { canvas, isOld, isSuggested, problem } = trial?.tried[key] ?? { isOld: true, isSuggested: false, problem: '' };
        if (cell.shown.firstChild !== (canvas ?? null)) cell.shown.replaceChildren(...(canvas ? [canvas] : []));
        if (canvas) canvas.style.width = `${canvas.width / devicePixelRatio}px`;
        cell.shown.classList.toggle('old', isOld);
        cell.told.textContent = problem || (isSuggested ? 'What Automatic takes' : '');
        cell.button.setAttribute('aria-pressed', String(key === choice.model));
        cell.button.setAttribute('aria-busy', String(isOld));
      }
    },
  );

  store.follow(
    ({ trial }) => trial?.scale,
    (scale) => {
      element('#trial-scale').textContent = scale ? `Enlarged ${format.times(scale)}, pixel for pixel.` : '';
    },
  );

  store.follow(
    (state) => shownPicture(state)?.phase === 'waiting' && !state.trial,
    (isAsked) => {
      button('#try-first').hidden = !isAsked;
    },
  );
}
