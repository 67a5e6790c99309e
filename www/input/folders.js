/** Files in dropped folders. */

/**
 * What was dropped, to be asked for before the event is over.
 * @param {DataTransfer} transfer
 * @returns {{files: File[], folders: FileSystemDirectoryEntry[]}}
 */
export function droppedIn({ items, files }) {
  const dropped = [...items].filter(({ kind }) => kind === 'file');
  /** @type {FileSystemDirectoryEntry[]} */
  const folders = [];
  /** @type {File[]} */
  const single = [];
  for (const item of dropped) {
    const entry = item.webkitGetAsEntry?.();
    const file = item.getAsFile();
    if (entry?.isDirectory) folders.push(/** @type {FileSystemDirectoryEntry} */ (entry));
    else if (file) single.push(file);
  }
  return { files: dropped.length > 0 ? single : [...files], folders };
}

/** @param {string} name what the system keeps there for itself */
const isOfSystem = (name) => name.startsWith('.') || ['Thumbs.db', 'desktop.ini'].includes(name);

/**
 * All files in a folder and in the folders in it, by name; what cannot be read is left out.
 * @param {FileSystemDirectoryEntry} folder
 * @returns {Promise<File[]>}
 */
export async function filesIn(folder) {
  /** @type {FileSystemEntry[]} */
  const entries = [];
  const reader = folder.createReader();
  for (;;) {
    // It hands them out in parts.
    const part = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (part.length === 0) break;
    entries.push(...part);
  }
  const files = [];
  for (const entry of byName(entries)) {
    if (isOfSystem(entry.name)) continue;
    if (entry.isDirectory) files.push(...(await filesIn(/** @type {FileSystemDirectoryEntry} */ (entry))));
    else {
      const file = await new Promise((resolve) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, () => resolve(undefined)));
      if (file) files.push(file);
    }
  }
  return files;
}

/**
 * The files of a folder that was picked.
 * @param {File[]} files
 */
export const sorted = (files) => byName(files.filter(({ name }) => !isOfSystem(name)));

/**
 * `2.png` before `10.png`.
 * @template {{name: string, webkitRelativePath?: string}} T
 * @param {T[]} all
 */
function byName(all) {
  const path = (/** @type {T} */ { name, webkitRelativePath }) => webkitRelativePath || name;
  return all.sort((a, b) => path(a).localeCompare(path(b), undefined, { numeric: true }));
}
