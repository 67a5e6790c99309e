/** The browser's own decoding of pictures. */

/** What is larger is not decoded unless the engine has found it sound: a file of a few bytes can claim any size. */
const MOST_PIXELS = 64e6;

/**
 * @param {Blob} file
 * @param {ImageBitmapOptions} [options]
 */
export async function decode(file, options = {}) {
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image', ...options });
  } catch {
    return undefined; // The engine reads more formats than some browsers do.
  }
}

/**
 * Its size, upright, from the beginning of the file alone; nothing where the browser cannot read it or it is too large
 * to decode untried.
 * @param {Blob} file
 * @returns {Promise<{width: number, height: number} | undefined>}
 */
export async function sizeOf(file) {
  const image = new Image();
  const address = URL.createObjectURL(file);
  try {
    await new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = reject;
      image.src = address;
    });
    const { naturalWidth: width, naturalHeight: height } = image;
    return width > 0 && height > 0 && width * height <= MOST_PIXELS ? { width, height } : undefined;
  } catch {
    return undefined;
  } finally {
    image.src = '';
    URL.revokeObjectURL(address);
  }
}
