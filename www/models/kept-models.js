/**
 * Models that stay on this device: files in the folder `models` of the storage that the browser gives the page alone
 * (the origin private file system). Each is named as the model is.
 */

import { EngineError } from '../js/client.js';

const FOLDER = 'models';

/** @param {{create: boolean}} options */
async function folder(options) {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, options);
}

/**
 * All of them; none where the browser keeps none.
 * @returns {Promise<File[]>}
 */
export async function listKept() {
  const files = [];
  try {
    for await (const handle of (await folder({ create: false })).values()) {
      if (handle instanceof FileSystemFileHandle) files.push(await handle.getFile());
    }
  } catch {
    // No folder yet, or no storage.
  }
  return files.sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * @param {string} name
 * @param {Blob} file
 * @returns {Promise<File>} the file as it lies there
 */
export async function keep(name, file) {
  if (!navigator.storage?.getDirectory) throw notKept('This browser offers this page no storage for files');
  try {
    const models = await folder({ create: true });
    if ((await listKept()).some((other) => other.name === name)) {
      throw notKept('Another model of this name was kept meanwhile; reload the page to see it');
    }
    const kept = await models.getFileHandle(name, { create: true });
    try {
      const writer = await kept.createWritable();
      await writer.write(file);
      await writer.close();
      return await kept.getFile();
    } catch (error) {
      await models.removeEntry(name); // what has been written of it
      throw error;
    }
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const { name: kind, message } = /** @type {Error} */ (error);
    if (kind === 'QuotaExceededError') throw notKept('There is not enough room left for it in this browser’s storage');
    if (kind === 'SecurityError') throw notKept('This browser keeps no files for this page, as in a private window');
    throw notKept(`This browser did not store the file (${message})`);
  }
}

/** @param {string} name */
export async function removeKept(name) {
  try {
    await (await folder({ create: false })).removeEntry(name);
  } catch (error) {
    if (/** @type {Error} */ (error).name !== 'NotFoundError') throw error; // else another tab was first
  }
}

/** @param {string} reason */
function notKept(reason) {
  return new EngineError('not-kept', `${reason}. The model can be used until you leave this page.`);
}
