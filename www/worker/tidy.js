/**
 * The service worker outlives the page: once a page has been left and not just reloaded, it removes the files that lie in the
 * site's storage for that page.
 */

/**
 * @typedef {{folder: string, lock: string, prefix: string, kept: string[], after: number}} Left the lock is held as long as
 *   the page lives, its files' names begin with the prefix, and after so many milliseconds a reload is over
 */

/** @param {Left} left */
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
