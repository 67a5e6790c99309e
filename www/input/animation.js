/** Whether a picture moves, of which only the first frame is enlarged. Only a browser that can tell is asked. */

/** @type {Record<string, string>} */
const TYPES = { gif: 'image/gif', webp: 'image/webp', png: 'image/png', apng: 'image/png', avif: 'image/avif' };

/** @param {File} file */
export async function isAnimation(file) {
  const type = TYPES[/[^.]*$/.exec(file.name.toLowerCase())?.[0] ?? ''] ?? file.type;
  const { ImageDecoder } = /** @type {any} */ (globalThis);
  try {
    if (!(await ImageDecoder?.isTypeSupported(type))) return false;
    const decoder = new ImageDecoder({ data: file.stream(), type });
    await decoder.tracks.ready;
    const isAnimated = decoder.tracks.selectedTrack?.animated ?? false;
    decoder.close();
    return isAnimated;
  } catch {
    return false; // Whether it is sound, the engine says.
  }
}
