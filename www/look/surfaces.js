/**
 * Memory for pixels: only the picture that is shown has them at hand, so that there can be hundreds. Those of another are
 * read when it is shown.
 */

import { decode, sizeOf } from '../pictures/decode.js';
import { shownPicture } from '../state/store.js';
import { ORIGINAL, ORIGINAL_PIXELS } from './sides.js';
import { Surface } from './surface.js';

/** What cannot be read again so easily stays. */
const MOST_READ_PIXELS = 100e6;

/** What a file has lost is shown where that takes no more than 128 MB. */
const MOST_SHOWN_PIXELS = 32e6;

/**
 * @typedef {import('../state/store.js').Picture} Picture
 * @typedef {import('../state/store.js').Result} Result
 */

/** @param {Result} result */
const isEasy = ({ made: { width, height } }) => width * height <= MOST_READ_PIXELS;

/** @param {Picture} picture */
const holdsSurfaces = ({ original, originalPixels, growing, results }) =>
  original || originalPixels || growing || results.some((result) => result.file?.surface || (result.surface && isEasy(result)));

/**
 * @param {Result} result
 * @returns {Result}
 */
function withoutSurfaces(result) {
  const { surface, file } = result;
  file?.surface?.close();
  if (isEasy(result)) surface?.close();
  return { ...result, surface: isEasy(result) ? undefined : surface, file: file && { ...file, surface: undefined } };
}

/**
 * @param {Picture} picture
 * @returns {Picture} without its pixels
 */
export function closed(picture) {
  const { original, originalPixels, growing, results, left, right } = picture;
  for (const surface of [original, originalPixels, growing]) surface?.close();
  const side = (/** @type {string} */ key) => (key === ORIGINAL_PIXELS ? ORIGINAL : key);
  return {
    ...picture,
    original: undefined,
    originalPixels: undefined,
    growing: undefined,
    results: results.map(withoutSurfaces),
    left: side(left),
    right: side(right),
  };
}

/**
 * @param {Result} result that nobody needs any more
 * @param {import('../pictures/stored-results.js').StoredResults} stored
 */
export function letGoResult({ surface, made, file }, stored) {
  surface?.close();
  file?.surface?.close();
  stored.letGo(made.stored);
  if (file?.stored !== made.stored) stored.letGo(file?.stored);
}

/**
 * A picture that the engine has not seen yet, as far as the browser can read it and it is not too large to try.
 * @param {Blob} file
 */
async function readUntried(file) {
  const size = await sizeOf(file);
  const bitmap = size && (await decode(file));
  if (!size || !bitmap) return undefined;
  const surface = new Surface(size.width, size.height);
  await surface.draw(bitmap);
  bitmap.close();
  return surface;
}

/**
 * Whether the file of a result shows what is lost by it.
 * @param {Result} result
 */
const showsLoss = ({ made, file }) =>
  file?.blob !== undefined && file.blob !== made.blob && file.format === 'jpeg' && made.width * made.height <= MOST_SHOWN_PIXELS;

/**
 * A surface that the picture lacks, and what it is read from. The original comes first.
 * @param {Picture | undefined} picture
 */
function missing(picture) {
  if (!picture) return undefined;
  if (!picture.original) return { source: picture.file };
  const result = picture.results.find(({ surface }) => !surface);
  if (result) return { source: result.made.blob, result };
  const lossy = picture.results.find((other) => showsLoss(other) && !other.file?.surface);
  return lossy?.file?.blob && { source: lossy.file.blob, result: lossy, file: lossy.file };
}

/** @param {import('../state/store.js').Store} store */
export function keepSurfacesOfShown(store) {
  /**
   * @param {Picture} picture
   * @param {NonNullable<ReturnType<typeof missing>>} what
   */
  const read = async ({ id, width, height }, { source, result, file }) => {
    const size = result?.made ?? (width && height ? { width, height } : undefined);
    const surface = size ? await Surface.of(source, size.width, size.height) : await readUntried(source);
    if (!surface) return;
    const now = store.find(id);
    if (now?.id !== store.state.shown || missing(now)?.source !== source) return surface.close();
    if (!result) store.setPicture(id, { original: surface, ...surface.whole });
    else store.setResult(id, result.key, file ? { file: { ...file, surface } } : { surface });
  };

  store.follow(
    ({ pictures, shown }) => pictures.filter((picture) => picture.id !== shown && !picture.progress && holdsSurfaces(picture)),
    (hidden) => {
      if (hidden.length === 0) return;
      store.set({ pictures: store.state.pictures.map((picture) => (hidden.includes(picture) ? closed(picture) : picture)) });
    },
  );
  store.follow(
    (state) => {
      const picture = shownPicture(state);
      return [picture?.id, picture?.width, missing(picture)?.source];
    },
    () => {
      const { picture } = store;
      const what = missing(picture);
      if (picture && what) read(picture, what);
    },
  );
}
