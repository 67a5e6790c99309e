/** All results at once: into a folder, or as one ZIP that is never held in memory as a whole where the browser lets it. */

import { makeZip } from '../libraries/client-zip.js';
import { choiceOf, resultToSave } from '../state/store.js';
import { button, element, find } from '../ui/dom.js';
import * as format from '../ui/format.js';
import { sentenceOf } from '../ui/words.js';
import { differentNames } from './names.js';
import { fileOf, saveKey, saveOptions } from './result-files.js';

const ZIP_NAME = 'enlarged-pictures.zip';

/**
 * What the type checker does not know, as not every browser has it.
 * @typedef {{showDirectoryPicker?: (options: object) => Promise<FileSystemDirectoryHandle>,
 *   showSaveFilePicker?: (options: object) => Promise<FileSystemFileHandle>}} Pickers
 */

const pickers = /** @type {Pickers} */ (window);

/** @param {unknown} error */
const isStopped = (error) => /** @type {Error} */ (error)?.name === 'AbortError';

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('../js/client.js').Engine} engine
 * @param {import('./stored-results.js').StoredResults} stored
 */
export function wireSavingAll(store, engine, stored) {
  const toFolder = button('#save-to-folder');
  const asZip = button('#save-as-zip');
  let stop = new AbortController();

  /** @param {number} id @param {string} key of the result */
  const markSaved = (id, key) => store.setResult(id, key, { isSaved: true });

  /**
   * The files to save, each made when its turn comes and let go when the next one is asked for.
   * @param {(id: number, key: string) => void} onTaken whose file has been taken
   * @param {(name: string) => boolean | Promise<boolean>} [isTaken]
   * @returns {AsyncGenerator<File>}
   */
  async function* entries(onTaken, isTaken) {
    const nameFor = differentNames(isTaken);
    const ids = store.state.pictures.filter(({ results }) => results.length > 0).map(({ id }) => id);
    for (const [done, id] of ids.entries()) {
      stop.signal.throwIfAborted();
      store.set({ saving: { done, total: ids.length } });
      const picture = store.find(id);
      const result = resultToSave(picture) ?? picture?.results.findLast(({ isFilter }) => !isFilter) ?? picture?.results.at(-1);
      if (!picture || !result) continue;
      const options = saveOptions(choiceOf(store.state, picture).output, picture);
      const { file: ready } = result;
      const temporary = stored.newName();
      try {
        const file = ready?.key === saveKey(options) && ready.blob && ready.format
          ? { blob: ready.blob, format: ready.format }
          : await fileOf(engine, result.made, options, temporary, stop.signal);
        const name = format.outputName(picture.file.name, result.scale, result.name, file.format);
        yield new File([file.blob], await nameFor(name));
        onTaken(id, result.key);
      } finally {
        stored.letGo(temporary);
      }
    }
  }

  /**
   * @param {() => Promise<string>} save what the person is told when it is done
   */
  const saveBy = async (save) => {
    if (store.state.saving) return;
    stop = new AbortController();
    store.set({ problem: '', note: '' });
    try {
      store.set({ note: await save() });
    } catch (error) {
      if (stop.signal.aborted) store.set({ note: 'Stopped. Not all were saved.' });
      else if (!isStopped(error)) store.set({ problem: whyNotSaved(error) });
    } finally {
      store.set({ saving: undefined });
    }
  };

  toFolder.hidden = !pickers.showDirectoryPicker;
  toFolder.addEventListener('click', () =>
    saveBy(async () => {
      const folder = await /** @type {any} */ (pickers).showDirectoryPicker({ id: 'results', mode: 'readwrite' });
      return saveToFolder(folder, (isTaken) => entries(markSaved, isTaken));
    }),
  );
  asZip.addEventListener('click', () =>
    saveBy(async () => {
      const target = await zipTarget(stored);
      /** @type {[id: number, key: string][]} */
      const taken = [];
      try {
        await makeZip(entries((...one) => taken.push(one))).pipeTo(target.writable, { signal: stop.signal });
      } catch (error) {
        target.discard();
        throw error;
      }
      await target.finish();
      for (const one of taken) markSaved(...one);
      return 'All results are in the ZIP.';
    }),
  );
  button('#stop-saving').addEventListener('click', () => stop.abort(new DOMException('Stopped.', 'AbortError')));

  store.follow(
    ({ saving, pictures }) => [saving, pictures.filter(({ results }) => results.length > 0).length],
    ([, count]) => {
      const { saving } = store.state;
      element('#save-all').hidden = count === 0 || saving !== undefined;
      element('#saving').hidden = saving === undefined;
      if (!saving) return;
      element('#saving-text').textContent = `Saving ${Math.min(saving.done + 1, saving.total)} of ${saving.total}…`;
      Object.assign(find(document, '#saving-bar', HTMLProgressElement), { max: saving.total, value: saving.done });
    },
  );
}

/** @param {unknown} error */
function whyNotSaved(error) {
  const { name, message } = /** @type {Error} */ (error);
  if (name === 'QuotaExceededError') return 'There is not enough room for all results. Free some space, or save them one by one.';
  if (error instanceof DOMException) return `The browser did not save the results (${message}).`;
  return sentenceOf(error);
}

/**
 * What is there already stays.
 * @param {FileSystemDirectoryHandle} folder
 * @param {(isTaken: (name: string) => Promise<boolean>) => AsyncIterable<File>} entries
 */
async function saveToFolder(folder, entries) {
  const isTaken = (/** @type {string} */ name) =>
    folder.getFileHandle(name).then(
      () => true,
      (error) => error.name === 'TypeMismatchError',
    );
  let count = 0;
  for await (const file of entries(isTaken)) {
    const handle = await folder.getFileHandle(file.name, { create: true });
    await file.stream().pipeTo(await handle.createWritable());
    count += 1;
  }
  return `${count === 1 ? '1 result is' : `${count} results are`} in the folder ${folder.name}.`;
}

/**
 * Where the ZIP goes: into the file that the person names, or into one in the site's storage that is then downloaded, or
 * where there is neither into memory.
 * @param {import('./stored-results.js').StoredResults} stored
 * @returns {Promise<{writable: WritableStream<Uint8Array>, finish: () => Promise<void>, discard: () => void}>}
 */
async function zipTarget(stored) {
  if (pickers.showSaveFilePicker) {
    const types = [{ description: 'ZIP', accept: { 'application/zip': ['.zip'] } }];
    const handle = await pickers.showSaveFilePicker({ id: 'results', suggestedName: ZIP_NAME, types });
    return { writable: await handle.createWritable(), finish: async () => {}, discard: () => {} };
  }
  const file = await stored.create().catch(() => undefined);
  if (file) {
    const finish = async () => {
      stored.keepForDownload(file.name);
      download(await file.handle.getFile());
      stored.letGo(file.name);
    };
    return { writable: await file.handle.createWritable(), finish, discard: () => stored.letGo(file.name) };
  }
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  const writable = new WritableStream({ write: (part) => void parts.push(part) });
  return { writable, finish: async () => download(new Blob(parts)), discard: () => {} };
}

/** @param {Blob} zip */
function download(zip) {
  const href = URL.createObjectURL(zip.slice(0, zip.size, 'application/zip'));
  Object.assign(document.createElement('a'), { href, download: ZIP_NAME }).click();
}
