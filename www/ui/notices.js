/** What the page has to say, above the picture. */

import { EngineError } from '../js/client.js';
import { find } from './dom.js';

const problem = find(document, '#problem', HTMLElement);
const remark = find(document, '#note', HTMLElement);
const warnings = find(document, '#warnings', HTMLElement);

/** @param {unknown} error */
export function sentenceOf(error) {
  return error instanceof EngineError ? error.message : `Something went wrong in the page: ${error}. Reload it to go on.`;
}

/** @param {string} sentence */
export function tell(sentence) {
  problem.textContent = sentence;
}

/** @param {string} sentence */
export function note(sentence) {
  remark.textContent = sentence;
}

/** Nothing to tell and nothing to note. */
export function clear() {
  tell('');
  note('');
}

/** @param {string[]} sentences */
export function warn(sentences) {
  warnings.replaceChildren(
    ...sentences.map((sentence) => Object.assign(document.createElement('p'), { textContent: sentence })),
  );
}
