/** As what a result is saved. */

/** @typedef {import('../js/client.js').Format} Format */

/**
 * The format of a picture's file, where results can be saved as that, and else PNG.
 * @param {Blob} file
 * @returns {Promise<Format>}
 */
export async function ownFormatOf(file) {
  try {
    const head = String.fromCharCode(...new Uint8Array(await file.slice(0, 12).arrayBuffer()));
    if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
    if (head.startsWith('RIFF') && head.endsWith('WEBP')) return 'webp';
  } catch {
    // It cannot be read, and whoever opens it says so.
  }
  return 'png';
}

/**
 * @param {import('../choose/output-options.js').OutputOptions} output
 * @param {{ownFormat: Format} | undefined} picture
 */
export const wantedFormat = ({ format }, picture) => format ?? picture?.ownFormat ?? 'png';
