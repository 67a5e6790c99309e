/**
 * What there is to compare of a picture: the original, as it is and with its pixels as squares, and what was made of it.
 * Any two of them stand on the two sides.
 */

import { Surface } from './surface.js';

export const ORIGINAL = 'original';
export const ORIGINAL_PIXELS = 'pixels';

const MOST_RESULTS = 4;

/** Two surfaces of the largest size, which is half a gigabyte of memory. */
const MOST_PIXELS = 2 * 64 * 1024 * 1024;

/**
 * @typedef {import('../state/store.js').Picture} Picture
 * @typedef {import('../state/store.js').Result} Result
 * @typedef {{key: string, label: string, surface?: Surface}} Layer
 */

/**
 * @param {Picture} picture
 * @returns {Layer[]}
 */
export function layersOf({ original, originalPixels, results }) {
  return [
    { key: ORIGINAL, label: 'Original', surface: original },
    { key: ORIGINAL_PIXELS, label: 'Original, as squares', surface: originalPixels },
    ...results.map(({ key, label, surface, file }) => ({ key, label, surface: file?.surface ?? surface })),
  ];
}

/**
 * Puts a version on a side; where it stands on the other one they change places.
 * @param {import('../state/store.js').Store} store
 * @param {Picture} picture
 * @param {'left' | 'right'} side
 * @param {string} key
 */
export async function putOn(store, picture, side, key) {
  const { original, originalPixels, width = 1, height = 1 } = picture;
  if (key === ORIGINAL_PIXELS && original && !originalPixels) {
    const surface = new Surface(width, height);
    surface.element.classList.add('squares');
    await surface.copy(original);
    store.setPicture(picture.id, { originalPixels: surface });
  }
  const { left, right } = store.find(picture.id) ?? picture;
  if (side === 'left') store.setPicture(picture.id, { left: key, right: key === right ? left : right });
  else store.setPicture(picture.id, { left: key === left ? right : left, right: key });
}

/**
 * A picture with one more result, which stands beside what stood on the right before; the oldest have made room for it.
 * @param {Picture} picture
 * @param {Result} result
 * @param {'left' | 'right'} [side] that it is to stand on, where the other one is to stay as it is
 * @returns {{change: Pick<Picture, 'results' | 'left' | 'right'>, dropped: Result[]}}
 */
export function withResult(picture, result, side) {
  const dropped = picture.results.filter(({ key }) => key === result.key);
  let results = picture.results.filter(({ key }) => key !== result.key);
  const earlier = picture.right !== result.key && results.some(({ key }) => key === picture.right) ? picture.right : ORIGINAL;
  const sizeOf = (/** @type {Result} */ { surface }) => surface?.pixels ?? 0;
  const isTooMuch = () => {
    const pixels = results.reduce((sum, other) => sum + sizeOf(other), sizeOf(result));
    return results.length > 0 && (results.length >= MOST_RESULTS || pixels > MOST_PIXELS);
  };
  while (isTooMuch()) {
    const oldest = results.find(({ key }) => key !== earlier) ?? results[0];
    dropped.push(oldest);
    results = results.filter((other) => other !== oldest);
  }
  const other = side === 'left' ? picture.right : side === 'right' ? picture.left : earlier;
  const isThere = other === ORIGINAL_PIXELS || results.some(({ key }) => key === other);
  const beside = isThere ? other : ORIGINAL;
  const [left, right] = side === 'left' ? [result.key, beside] : [beside, result.key];
  return { change: { results: [...results, result], left, right }, dropped };
}
