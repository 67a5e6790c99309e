/**
 * What a result shall be like, as the page's address tells it.
 *
 * @typedef {import('../js/client.js').OutputOptions} OutputOptions
 * @typedef {Pick<OutputOptions, 'scale' | 'width' | 'height' | 'fit'>} Size one of these at most
 */

export const FORMATS = /** @type {const} */ (['png', 'jpeg', 'webp']);

/** The library's own. */
export const USUAL_QUALITY = 92;

export const MOST_SCALE = 16;

/** @param {string | null} text */
function pixels(text) {
  const count = Math.round(Number(text));
  return count >= 1 && count < 2 ** 31 ? count : undefined;
}

/**
 * @param {URLSearchParams} query
 * @returns {Size}
 */
function readSize(query) {
  const scale = Number(query.get('scale'));
  if (scale >= 1) return { scale: Math.min(MOST_SCALE, scale) };
  const width = pixels(query.get('width'));
  if (width) return { width };
  const height = pixels(query.get('height'));
  if (height) return { height };
  const [boxWidth, boxHeight] = (query.get('fit') ?? '').split('x').map(pixels);
  return boxWidth && boxHeight ? { fit: { width: boxWidth, height: boxHeight } } : {};
}

/**
 * As it stands in the page's address.
 * @param {URLSearchParams} query
 * @returns {OutputOptions}
 */
export function read(query) {
  const quality = Math.round(Number(query.get('quality')));
  return {
    ...readSize(query),
    format: FORMATS.find((format) => format === query.get('format')),
    quality: quality >= 1 && quality <= 100 ? quality : undefined,
    stripMetadata: query.get('metadata') === 'none' || undefined,
  };
}

/**
 * The other way round: each of the address's words, with nothing where it is not to stand there.
 * @param {OutputOptions} output
 */
export function write({ scale, width, height, fit, format, quality, stripMetadata }) {
  const texts = { scale, width, height, fit: fit && `${fit.width}x${fit.height}`, format, quality };
  const all = { ...texts, metadata: stripMetadata ? 'none' : undefined };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, value === undefined ? undefined : String(value)]));
}

/**
 * How large the result is.
 * @param {OutputOptions} output
 * @returns {Size}
 */
export function sizeOf({ scale, width, height, fit }) {
  return { scale, width, height, fit };
}

/**
 * The part of it that a result's pixels depend on.
 * @param {OutputOptions} output
 * @returns {OutputOptions}
 */
export function pixelOptionsOf({ tta, ...output }) {
  return { ...sizeOf(output), tta };
}

/**
 * The other part, which its file depends on.
 * @param {OutputOptions} output
 */
export function fileOptionsOf({ format, quality, stripMetadata }) {
  return { format, quality, stripMetadata };
}
