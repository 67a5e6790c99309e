/**
 * The files in the site's own storage on this device (OPFS) that a page needs while it lives: results, and what it was
 * given. A page holds a lock of its own, so that others can tell which files nobody needs any more, and has a name that a
 * reload keeps. When it is left the service worker removes its files, and what has been left over the next page does.
 */

export const FOLDER = 'results';

/** A download that has begun reads the file for a while; who knows how long. */
const DOWNLOAD_MS = 5 * 60 * 1000;

/** A page that is being reloaded holds no lock for a while. */
const RELOAD_MS = 10_000;

/** A page that is reloaded may have to wait for its lock until its former self is gone. */
const LOCK_MS = 1000;

const SEPARATOR = '-';

/** Where the session remembers the page's name. */
const SESSION_KEY = 'page';

const lockOf = (/** @type {string} */ page) => `lenslet-results-${page}`;

const newWord = () => Math.random().toString(36).slice(2);

/** @param {(folder: FileSystemDirectoryHandle) => Promise<void>} action */
async function inFolder(action) {
  try {
    await action(await folder());
  } catch {
    // There is no such storage, or no file in it, or it cannot be removed now: the next visit tries again.
  }
}

/** @param {FileSystemGetDirectoryOptions} [options] */
async function folder(options) {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, options);
}

/**
 * Holds a page's lock for as long as this page lives.
 * @param {string} page
 * @returns {Promise<boolean>} whether it was free
 */
function hold(page) {
  return new Promise((resolve) => {
    const keep = () => {
      resolve(true);
      return new Promise(() => {});
    };
    navigator.locks.request(lockOf(page), { signal: AbortSignal.timeout(LOCK_MS) }, keep).catch(() => resolve(false));
  });
}

export class StoredResults {
  #page;
  /** Whether this is a page that was reloaded, so that its files are there. */
  isReloaded;
  /** @type {Set<string>} */
  #downloaded = new Set();
  /** @type {ServiceWorkerRegistration | undefined} */
  #tidying;

  static async open() {
    const earlier = sessionStorage.getItem(SESSION_KEY);
    // A tab that was duplicated has the name of the other one, which lives.
    const isReloaded = earlier !== null && navigator.locks !== undefined && (await hold(earlier));
    const page = isReloaded ? earlier : newWord();
    if (!isReloaded && navigator.locks) await hold(page);
    sessionStorage.setItem(SESSION_KEY, page);
    return new StoredResults(page, isReloaded);
  }

  /**
   * @param {string} page
   * @param {boolean} isReloaded
   */
  constructor(page, isReloaded) {
    this.#page = page;
    this.isReloaded = isReloaded;
    this.#removeAbandoned();
    navigator.serviceWorker?.ready.then((registration) => {
      this.#tidying = registration; // Where there never is one the next page tidies.
    });
    // Of a page that the browser keeps to go back to, the lock tells for how long it does.
    addEventListener('pagehide', () => {
      const left = { folder: FOLDER, lock: lockOf(page), prefix: page + SEPARATOR, kept: [...this.#downloaded], after: RELOAD_MS };
      this.#tidying?.active?.postMessage({ kind: 'left', left });
    });
  }

  /** A name that no other file has. */
  newName() {
    return [this.#page, newWord()].join(SEPARATOR);
  }

  /** An empty file. Rejects where the browser has no such storage, or pages cannot write there. */
  async create() {
    const name = this.newName();
    const handle = await (await folder({ create: true })).getFileHandle(name, { create: true });
    return { name, handle };
  }

  /**
   * @param {string} name
   * @returns {Promise<File | undefined>}
   */
  async read(name) {
    return folder().then(
      async (found) => (await found.getFileHandle(name)).getFile(),
      () => undefined,
    ).catch(() => undefined);
  }

  /** @param {string | undefined} name of a file that a person has begun to download */
  keepForDownload(name) {
    if (name) this.#downloaded.add(name);
  }

  /** @param {string | undefined} name of a file that is needed no longer */
  letGo(name) {
    if (!name) return;
    const remove = () => inFolder((found) => found.removeEntry(name));
    if (this.#downloaded.has(name)) setTimeout(remove, DOWNLOAD_MS);
    else remove();
  }

  /**
   * What lies there without being needed goes.
   * @param {Set<string>} needed names of this page's files
   */
  keepOnly(needed) {
    inFolder(async (found) => {
      for await (const name of found.keys()) {
        if (name.startsWith(this.#page + SEPARATOR) && !needed.has(name)) await found.removeEntry(name).catch(() => {});
      }
    });
  }

  /**
   * Those of pages that have been gone for longer than a reload takes. A page that was closed just before this one was opened
   * may hold its lock for a moment more, so this looks a second time.
   */
  async #removeAbandoned() {
    let lost = await this.#abandoned();
    for (let look = 0; look < 2; look++) {
      await new Promise((resolve) => setTimeout(resolve, RELOAD_MS));
      const found = await this.#abandoned();
      for (const name of found) if (lost.includes(name)) await inFolder((folder) => folder.removeEntry(name));
      lost = found;
    }
  }

  /** @returns {Promise<string[]>} the names of files whose page does not live */
  async #abandoned() {
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    const living = new Set(held.map(({ name }) => name));
    /** @type {string[]} */
    const names = [];
    await inFolder(async (found) => {
      for await (const name of found.keys()) if (!living.has(lockOf(name.split(SEPARATOR)[0]))) names.push(name);
    });
    return names;
  }
}
