/** What enlarges here, in a word in the page's head, and all there is to know about it for those who ask. */

import { element } from '../ui/dom.js';
import * as format from '../ui/format.js';

/**
 * How much has come of what is being loaded.
 * @param {Readonly<import('../state/store.js').State>} state
 */
export function loadingWords({ engine, download }) {
  if (engine.phase !== 'loading' || !download) return '';
  const { loaded, total } = download;
  return `Loading ${format.bytes(loaded)}${total > loaded ? ` of ${format.bytes(total)}` : ''}`;
}

/** @param {import('../state/store.js').Store} store */
export function showStatus(store) {
  store.follow(
    (state) => /** @type {const} */ ([state.engine, loadingWords(state)]),
    ([{ phase, info, problem }, loading]) => {
      const word = { loading: loading || 'Getting ready…', ready: (info?.backend ?? '').toUpperCase(), failed: 'Not ready' }[phase];
      element('#status').textContent = word;
      element('#readiness').textContent = info ? `Ready: ${format.ranOn(info)}` : phase === 'failed' ? problem : 'Getting the engine ready…';
      element('#engine-warnings').replaceChildren(
        ...(info?.warnings ?? []).map((sentence) => Object.assign(document.createElement('p'), { textContent: sentence })),
      );
    },
  );
}
