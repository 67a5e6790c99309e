/** What went wrong, and what is worth a note: each can be closed. */

import { element } from './dom.js';

/** @param {import('../state/store.js').Store} store */
export function showNotices(store) {
  for (const name of /** @type {const} */ (['problem', 'note'])) {
    const box = element(`#${name}-box`);
    const text = element(`#${name}`);
    box.querySelector('button')?.addEventListener('click', () => {
      store.set({ [name]: '' });
      element('#stage-or-welcome').focus();
    });
    store.follow(
      (state) => state[name],
      (sentence) => {
        text.textContent = sentence;
        box.hidden = sentence === '';
      },
    );
  }
}
