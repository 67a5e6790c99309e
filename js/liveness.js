/** Tells when a worker ends: it tells nobody itself, but lets go of the lock that it holds. */

/**
 * @param {string} name of the lock, which the worker holds by now
 * @param {() => void} ended
 */
export async function whenEnded(name, ended) {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  // Where the site's data has been cleared, the locks of new workers are others than those that are seen from here.
  if (held.some((lock) => lock.name === name)) navigator.locks.request(name, ended);
}
