/** A picture on its way into the engine: what the engine cannot read, the browser may be able to. Runs in the engine's worker. */

import { Picture } from '../../lenslet.js';

/**
 * The browser's decoding: upright, in sRGB. A browser that can keeps more than 8 bits on the way, because a canvas holds
 * colours multiplied by alpha, and where they are nearly clear 8 bits are too few to get them back.
 * @param {Blob} file
 */
async function decode(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image', premultiplyAlpha: 'none' });
  const { width, height } = bitmap;
  const wishes = { colorSpace: 'srgb', colorType: 'float16', willReadFrequently: true };
  const pen = /** @type {OffscreenCanvasRenderingContext2D | null} */ (
    new OffscreenCanvas(width, height).getContext('2d', /** @type {CanvasRenderingContext2DSettings} */ (wishes))
  );
  pen?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return pen?.getImageData(0, 0, width, height);
}

/** What the engine says of pictures that it knows not, or not of that kind. @type {Set<unknown>} */
const UNREAD = new Set(['unsupported-format', 'unsupported-kind']);

/**
 * Decodes a picture, once for all that the engine does with it: by the engine, or once that has refused its format, by the
 * browser. It is the engine's sentence that is told where neither can read it. Whoever asks for it frees it.
 * @param {Blob} file
 */
export async function decodePicture(file) {
  try {
    return await Picture.decode(file);
  } catch (error) {
    const { code } = /** @type {{code?: unknown}} */ (error);
    const decoded = UNREAD.has(code) && (await decode(file).catch(() => undefined));
    if (!decoded) throw error;
    return Picture.decode(decoded);
  }
}
