/** The buttons below the picture, which zoom it, and how large it is shown. */

import { find } from '../ui/dom.js';

/** @param {import('./compare-view.js').CompareView} view */
export function wireZoomBar(view) {
  const shown = find(document, '#zoom', HTMLElement);
  view.addEventListener('zoom', () => {
    shown.textContent = `${Math.round(view.percent)} %`;
  });
  const onPress = (/** @type {string} */ button, /** @type {() => void} */ action) =>
    find(document, button, HTMLButtonElement).addEventListener('click', action);
  onPress('#zoom-out', () => view.zoomOut());
  onPress('#zoom-in', () => view.zoomIn());
  onPress('#fit', () => view.fit());
  onPress('#actual-size', () => view.actualSize());
}
