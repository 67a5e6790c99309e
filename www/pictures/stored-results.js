/**
 * The files that results lie in while the page shows them: their names, and that they go again. A page holds a lock of
 * its own, so that another one can tell which files nobody needs any more.
 */

export const FOLDER = 'results';

/** A download that has begun reads the file for a while; who knows how long. */
const DOWNLOAD_MS = 5 * 60 * 1000;

const SEPARATOR = '-';

const lockOf = (/** @type {string} */ page) => `lenslet-results-${page}`;

/** @param {(folder: FileSystemDirectoryHandle) => Promise<void>} action */
async function inFolder(action) {
  try {
    const root = await navigator.storage.getDirectory();
    await action(await root.getDirectoryHandle(FOLDER));
  } catch {
    // There is no such storage, or no file in it, or it cannot be removed now: the next visit tries again.
  }
}

export class StoredResults {
  #page = Math.random().toString(36).slice(2);
  #count = 0;
  /** @type {Set<string>} */
  #downloaded = new Set();

  constructor() {
    navigator.locks?.request(lockOf(this.#page), () => new Promise(() => {}));
    inFolder((folder) => this.#removeAbandoned(folder));
    addEventListener('pagehide', ({ persisted }) => {
      if (!persisted) inFolder((folder) => this.#removeOwn(folder));
    });
  }

  /** A name that no other file has. */
  newName() {
    return [this.#page, ++this.#count].join(SEPARATOR);
  }

  /** @param {string | undefined} name of a file that a person has begun to download */
  keepForDownload(name) {
    if (name) this.#downloaded.add(name);
  }

  /** @param {string | undefined} name of a file that is shown no longer */
  letGo(name) {
    if (!name) return;
    const remove = () => inFolder((folder) => folder.removeEntry(name));
    if (this.#downloaded.has(name)) setTimeout(remove, DOWNLOAD_MS);
    else remove();
  }

  /** @param {FileSystemDirectoryHandle} folder */
  async #removeOwn(folder) {
    for await (const name of folder.keys()) {
      if (name.split(SEPARATOR)[0] === this.#page && !this.#downloaded.has(name)) await folder.removeEntry(name);
    }
  }

  /** @param {FileSystemDirectoryHandle} folder */
  async #removeAbandoned(folder) {
    for await (const name of folder.keys()) {
      const [page] = name.split(SEPARATOR);
      await navigator.locks?.request(lockOf(page), { ifAvailable: true }, async (lock) => {
        if (lock) await folder.removeEntry(name).catch(() => {});
      });
    }
  }
}
