/** Memory for pixels: only the picture that is shown has them at hand. Those of another are read again when it is shown. */

import { shownPicture } from '../state/store.js';
import { Surface } from './surface.js';

/** What cannot be read again so easily stays. */
const MOST_READ_PIXELS = 100e6;

/** @param {import('../js/client.js').Result} made */
const canBeRead = ({ width, height }) => width * height <= MOST_READ_PIXELS;

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('../state/store.js').Picture} picture
 */
function letGo(store, picture) {
  const { id, original, originalPixels, results } = picture;
  if (!original) return;
  original.close();
  originalPixels?.close();
  const left = results.map((result) => {
    if (!canBeRead(result.made)) return result;
    result.surface?.close();
    result.file?.surface?.close();
    return { ...result, surface: undefined, file: undefined };
  });
  store.setPicture(id, { original: undefined, originalPixels: undefined, results: left });
}

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('../state/store.js').Picture} picture
 */
async function readAgain(store, { id, file, width, height, results }) {
  if (!width || !height) return;
  /** @param {Surface} surface that came too late */
  const isLate = (surface) => store.state.shown !== id && (surface.close(), true);
  const original = await Surface.of(file, width, height);
  if (isLate(original)) return;
  store.setPicture(id, { original });
  for (const { key, made, surface } of results) {
    if (surface) continue;
    const again = await Surface.of(made.blob, made.width, made.height);
    if (isLate(again)) return;
    store.setResult(id, key, { surface: again });
  }
}

/** @param {import('../state/store.js').Store} store */
export function keepSurfacesOfShown(store) {
  store.follow(
    (state) => [state.shown, shownPicture(state)?.width],
    ([shown]) => {
      for (const picture of store.state.pictures) {
        if (picture.id === shown && !picture.original) readAgain(store, picture);
        else if (picture.id !== shown && !picture.progress) letGo(store, picture);
      }
    },
  );
}
