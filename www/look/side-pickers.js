/** The two lists over the picture that say what stands on each side. */

import { shownPicture } from '../state/store.js';
import { find } from '../ui/dom.js';
import { layersOf, putOn } from './sides.js';

/** @param {import('../state/store.js').Store} store */
export function showSidePickers(store) {
  for (const side of /** @type {const} */ (['left', 'right'])) {
    const select = find(document, `#${side}`, HTMLSelectElement);
    select.addEventListener('change', () => {
      if (store.picture) putOn(store, store.picture, side, select.value);
    });
    store.follow(
      (state) => {
        const picture = shownPicture(state);
        return [picture?.id, picture?.results, picture?.[side]];
      },
      () => {
        const { picture } = store;
        const layers = picture ? layersOf(picture) : [];
        select.replaceChildren(...layers.map(({ key, label }) => new Option(label, key)));
        select.value = picture?.[side] ?? '';
      },
    );
  }
}
