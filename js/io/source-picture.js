/** A picture on its way into the engine: what the engine cannot read, the browser may be able to. Runs in the engine's worker. */

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

export class SourcePicture {
  /** @type {Blob | ImageData} */
  #source;

  /** @param {Blob} file */
  constructor(file) {
    this.#source = file;
  }

  /**
   * Calls the engine with the file, or once the engine has refused its format, with the browser's decoding. It is the
   * engine's sentence that is told where neither can read it.
   * @template T
   * @param {(source: Blob | ImageData) => Promise<T>} call
   */
  async give(call) {
    try {
      return await call(this.#source);
    } catch (error) {
      const { code } = /** @type {{code?: unknown}} */ (error);
      if (code !== 'unsupported-format' || !(this.#source instanceof Blob)) throw error;
      const decoded = await decode(this.#source).catch(() => undefined);
      if (!decoded) throw error;
      this.#source = decoded;
    }
    return call(this.#source);
  }
}
