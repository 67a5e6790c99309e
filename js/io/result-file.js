/**
 * A result's file in the site's own storage on this device (OPFS), written while it is made, so that it never lies in
 * memory. Runs in the engine's worker; whoever asked for it sees to it that it goes again.
 */

const NO_ROOM = 'the browser has no more room for it on this device. Free some space, or ask for a smaller result or for JPEG.';

/**
 * An error like the engine's own where a file cannot be made.
 * @param {string} reason
 */
function notWritten(reason) {
  return Object.assign(new Error(`The result could not be written: ${reason}`), { code: 'encode-failed' });
}

/** How many bytes may be written there; nothing where there is no such storage, as in some private windows. */
export async function roomForFiles() {
  try {
    if (!('createSyncAccessHandle' in FileSystemFileHandle.prototype)) return undefined;
    await navigator.storage.getDirectory();
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    return quota - usage;
  } catch {
    return undefined;
  }
}

/**
 * What the type checker's list of a page's objects lacks, because only workers have it.
 * @typedef {{write: (bytes: Uint8Array<ArrayBuffer>, options: {at: number}) => number, close: () => void}} Access
 * @typedef {FileSystemFileHandle & {createSyncAccessHandle: () => Promise<Access>}} Handle
 */

export class ResultFile {
  #folder;
  #handle;
  #access;
  #at = 0;

  /**
   * @param {FileSystemDirectoryHandle} folder
   * @param {Handle} handle
   * @param {Access} access
   */
  constructor(folder, handle, access) {
    this.#folder = folder;
    this.#handle = handle;
    this.#access = access;
  }

  /**
   * @param {string} folderName
   * @param {string} name of no other file in there
   */
  static async create(folderName, name) {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(folderName, { create: true });
    const handle = /** @type {Handle} */ (await folder.getFileHandle(name, { create: true }));
    return new ResultFile(folder, handle, await handle.createSyncAccessHandle());
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes that come next */
  write(bytes) {
    let written = 0;
    try {
      written = this.#access.write(bytes, { at: this.#at });
    } catch (error) {
      const { name, message } = /** @type {DOMException} */ (error);
      throw notWritten(name === 'QuotaExceededError' ? NO_ROOM : `the browser could not write it (${message}).`);
    }
    if (written < bytes.length) throw notWritten(NO_ROOM);
    this.#at += written;
  }

  /** @param {string} mediaType */
  async finish(mediaType) {
    this.#access.close();
    const file = await this.#handle.getFile();
    return file.slice(0, file.size, mediaType);
  }

  async discard() {
    this.#access.close();
    await this.#folder.removeEntry(this.#handle.name).catch(() => {}); // The next visit tries again.
  }
}
