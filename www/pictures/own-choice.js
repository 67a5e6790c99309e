/** Whose choices the fields tell: those of all pictures, or of the one that is shown alone. */

import { shownPicture } from '../state/store.js';
import { element, find } from '../ui/dom.js';

/** @param {import('../state/store.js').Store} store */
export function showOwnChoice(store) {
  const check = find(document, '#own-choice', HTMLInputElement);

  check.addEventListener('change', () => {
    const { picture, state } = store;
    if (!picture) return;
    store.setPicture(picture.id, { choice: check.checked ? state.choice : undefined });
    if (!check.checked) store.set({ choice: state.common });
  });

  store.follow(
    ({ choice }) => choice,
    (choice) => {
      const { picture, state } = store;
      if (picture?.choice) {
        if (picture.choice !== choice) store.setPicture(picture.id, { choice });
      } else if (state.common !== choice) store.set({ common: choice });
    },
  );
  store.follow(
    (state) => [state.pictures.length > 1, shownPicture(state)?.choice !== undefined],
    ([areMany, isOwn]) => {
      element('#own-choice-row').hidden = !areMany && !isOwn;
      check.checked = isOwn;
    },
  );
}
