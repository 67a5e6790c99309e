/** Models of the site that the service worker (worker/copies.js) keeps on this device once they are used. */

const CACHE = `lenslet ${new URL('../', import.meta.url)} models`;

/** @param {string} address of a file */
export const nameOf = (address) => address.slice(address.lastIndexOf('/') + 1);

/**
 * @returns {Promise<Set<string>>} the names of their files; none where the browser keeps none
 */
export async function listKeptOfSite() {
  try {
    if (!(await caches.has(CACHE))) return new Set(); // Opening would make one.
    const requests = await (await caches.open(CACHE)).keys();
    return new Set(requests.map(({ url }) => nameOf(url)));
  } catch {
    return new Set();
  }
}

/** What has been loaded already can be used until the page is left. */
export const clearKeptOfSite = () => caches.delete(CACHE);

/**
 * How much of a model is kept.
 * @param {import('./models.js').Model} model
 * @param {Set<string>} kept names of files
 * @returns {number} bytes
 */
export const keptBytes = ({ files = [] }, kept) =>
  files.reduce((sum, { file, bytes }) => sum + (kept.has(nameOf(file)) ? bytes : 0), 0);
