/**
 * A service worker, because it outlives the page: once a page has been left and not just reloaded, it removes the files
 * that lie in the site's storage for that page. It has no part in what the site loads.
 */

/**
 * @param {{folder: string, lock: string, prefix: string, kept: string[], after: number}} left the lock is held as long as
 *   the page lives, its files' names begin with the prefix, and after so many milliseconds a reload is over
 */
async function tidy({ folder, lock, prefix, kept, after }) {
  await new Promise((resolve) => setTimeout(resolve, after));
  await navigator.locks.request(lock, { ifAvailable: true }, async (free) => {
    if (!free) return;
    const root = await navigator.storage.getDirectory();
    const found = await root.getDirectoryHandle(folder);
    for await (const name of found.keys()) {
      if (name.startsWith(prefix) && !kept.includes(name)) await found.removeEntry(name);
    }
  });
}

addEventListener('message', (event) => {
  /** @type {any} */ (event).waitUntil(tidy(event.data).catch(() => {})); // The next page tries again.
});
