/** One line that says that there is a new version, until it is used. */

import { button, element } from '../ui/dom.js';

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('./offline.js').Offline} offline
 */
export function showUpdate(store, offline) {
  const use = button('#use-update');
  use.addEventListener('click', () => offline.useNew());
  element('#update-box .close').addEventListener('click', () => {
    store.set({ update: undefined });
    element('#stage-or-welcome').focus();
  });
  store.follow(
    ({ update }) => update,
    (update) => {
      element('#update').textContent =
        update === 'asked' ? 'The new version is used when what is under way is done.' : update ? 'A new version is ready.' : '';
      use.hidden = update !== 'ready';
      element('#update-box').hidden = update === undefined;
    },
  );
}
