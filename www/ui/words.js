/** What goes wrong, in sentences for a person. */

import { EngineError } from '../js/client.js';

/** @type {Record<string, string>} in place of what the engine says, by its word for it */
const PLAINER = {
  'engine-stopped': 'The engine stopped unexpectedly, and has been started again. Try once more, or choose a smaller size.',
};

const OFFLINE =
  'This model has not been loaded yet, and there is no network. Once there is one it is loaded; until then choose one that was used before.';

/**
 * What neither the engine nor the browser can read.
 * @param {File | undefined} file
 */
function unsupported(file) {
  if (/\.(heic|heif)$/i.test(file?.name ?? '') || /hei[cf]/.test(file?.type ?? '')) {
    return 'This browser cannot read HEIC pictures; Safari can. Or save it as JPEG first, as phones do when they send a picture.';
  }
  return 'This picture is damaged, or of a kind that cannot be read here. PNG, JPEG, WebP, AVIF, GIF, TIFF and BMP can.';
}

/**
 * @param {unknown} error
 * @param {File} [file] that it is about
 * @param {boolean} [isOneOfSeveral] whether it has to be named
 */
export function sentenceOf(error, file, isOneOfSeveral = false) {
  if (!(error instanceof EngineError)) return `Something went wrong in the page: ${error}. Reload it to go on.`;
  if (error.code === 'fetch-failed' && !navigator.onLine) return OFFLINE;
  const sentence = error.code === 'unsupported-format' ? unsupported(file) : (PLAINER[error.code] ?? error.message);
  return file && isOneOfSeveral ? `${file.name}: ${sentence}` : sentence;
}
