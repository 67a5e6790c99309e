/** What is it? The plain answers, and what the chosen one means. */

import { findModel } from '../models/models.js';
import { kindOf, kinds } from '../models/purposes.js';
import { element } from '../ui/dom.js';
import { radio } from './radio.js';

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('./choosing.js').Choosing} choosing
 */
export function showKindField(store, choosing) {
  const root = element('#kinds');
  root.addEventListener('change', (event) => {
    choosing.choose({ model: /** @type {HTMLInputElement} */ (event.target).value });
  });

  store.follow(
    ({ models, choice }) => [models, choice.model],
    () => {
      const { models, choice } = store.state;
      const chosen = findModel(models, choice.model);
      const offered = kinds(models);
      const kind = offered.find(({ key }) => key === kindOf(chosen));
      const others = chosen && !kind ? [chosen] : [];
      radio(root, 'kind', [...offered, ...others].map(({ key, title }) => ({ value: key, title })), (kind ?? chosen)?.key);
      element('#kind-hint').textContent = (kind ?? chosen)?.summary ?? '';
    },
  );
}
