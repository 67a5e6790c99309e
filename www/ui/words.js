/** What goes wrong, in sentences for a person. */

import { EngineError } from '../js/client.js';

/** @type {Record<string, string>} in place of what the engine says, by its word for it */
const PLAINER = {
  'engine-stopped': 'The engine stopped unexpectedly, and has been started again. Try once more, or choose a smaller size.',
};

/**
 * @param {unknown} error
 * @param {File} [file] that it is about
 * @param {boolean} [isOneOfSeveral] whether it has to be named
 */
export function sentenceOf(error, file, isOneOfSeveral = false) {
  if (!(error instanceof EngineError)) return `Something went wrong in the page: ${error}. Reload it to go on.`;
  const sentence = PLAINER[error.code] ?? error.message;
  return file && isOneOfSeveral ? `${file.name}: ${sentence}` : sentence;
}
