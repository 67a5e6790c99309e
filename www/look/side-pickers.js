/** The two lists over the picture that say what stands on each side. */

import { FILTERS } from '../models/purposes.js';
import { shownPicture } from '../state/store.js';
import { find } from '../ui/dom.js';
import { layersOf, putOn } from './sides.js';

/** Begins the values of what is not there yet. */
const TO_MAKE = 'make:';

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('../engine/enlarger.js').Enlarger} enlarger
 */
export function showSidePickers(store, enlarger) {
  for (const side of /** @type {const} */ (['left', 'right'])) {
    const select = find(document, `#${side}`, HTMLSelectElement);
    select.addEventListener('change', () => {
      const { value } = select;
      const { picture } = store;
      if (!picture) return;
      if (value.startsWith(TO_MAKE)) enlarger.filter(value.slice(TO_MAKE.length), side);
      else putOn(store, picture, side, value);
    });
    store.follow(
      (state) => {
        const picture = shownPicture(state);
        return [picture?.id, picture?.results.map(({ key }) => key).join(' '), picture?.[side]];
      },
      () => {
        const { picture } = store;
        const layers = picture ? layersOf(picture) : [];
        const toMake = Object.assign(document.createElement('optgroup'), { label: 'Compare with' });
        const made = picture?.results.map(({ name }) => name) ?? [];
        const filters = FILTERS.filter(({ key }) => !made.includes(key));
        toMake.append(...filters.map(({ key, title }) => new Option(title, TO_MAKE + key)));
        select.replaceChildren(...layers.map(({ key, label }) => new Option(label, key)), ...(filters.length > 0 ? [toMake] : []));
        select.value = picture?.[side] ?? '';
      },
    );
  }
}
