/** The keys that work anywhere on the page, and the sheet that tells them. */

import { button, find } from '../ui/dom.js';
import { toggleLook } from './zoom-bar.js';

const HELD = 'o';

/**
 * Whether what has the focus takes letters itself.
 * @param {EventTarget | null} target
 */
const takesText = (target) =>
  target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement ||
  (target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'file'].includes(target.type));

/** Whether a dialog has the page's attention. */
const isAsking = () => document.querySelector('dialog[open]') !== null;

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('./compare-view.js').CompareView} view
 * @param {Record<string, () => void>} actions by key, besides those of looking
 */
export function wireKeys(store, view, actions) {
  const sheet = find(document, '#keys', HTMLDialogElement);
  button('#show-keys').addEventListener('click', () => sheet.showModal());
  sheet.addEventListener('click', (event) => event.target === sheet && sheet.close());

  /** @type {Record<string, () => void>} */
  const looking = {
    '+': () => view.zoomIn(),
    '=': () => view.zoomIn(),
    '-': () => view.zoomOut(),
    0: () => view.fit(),
    1: () => view.actualSize(),
    s: () => toggleLook(store),
    [HELD]: () => store.set({ isHeld: true }),
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isAsking() || takesText(event.target)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = key === '?' ? () => sheet.showModal() : (store.picture && looking[key]) || actions[key];
    if (!action || (event.repeat && !['+', '=', '-'].includes(key))) return;
    event.preventDefault();
    action();
  });
  document.addEventListener('keyup', (event) => {
    if (event.key.toLowerCase() === HELD && store.state.isHeld) store.set({ isHeld: false });
  });
  addEventListener('blur', () => store.state.isHeld && store.set({ isHeld: false }));
}
