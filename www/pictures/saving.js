/** Ways out for the result that is shown: saved, copied, shared. */

import { resultToSave, shownPicture } from '../state/store.js';
import { button, find } from '../ui/dom.js';
import * as format from '../ui/format.js';

/**
 * The result that is shown and its file, once that is there.
 * @param {Readonly<import('../state/store.js').State>} state
 */
function readyFile(state) {
  const picture = shownPicture(state);
  const result = resultToSave(picture);
  const { blob, format: kind, stored } = result?.file ?? {};
  if (!picture || !result || !blob || !kind) return undefined;
  return { picture, result, blob, kind, stored, name: format.outputName(picture.file.name, result.scale, result.name, kind) };
}

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('./stored-results.js').StoredResults} stored
 */
export function wireSaving(store, stored) {
  const save = find(document, '#save', HTMLAnchorElement);
  const copy = button('#copy');
  const share = button('#share-result');

  save.addEventListener('click', () => {
    const ready = readyFile(store.state);
    if (!ready) return;
    stored.keepForDownload(ready.stored);
    store.setResult(ready.picture.id, ready.result.key, { isSaved: true });
  });

  copy.hidden = !('ClipboardItem' in window) || !navigator.clipboard?.write;
  copy.addEventListener('click', async () => {
    const result = resultToSave(store.picture);
    if (!result) return;
    try {
      // Every browser takes PNG there, which the result is whatever it is saved as.
      await navigator.clipboard.write([new ClipboardItem({ [result.made.blob.type]: result.made.blob })]);
      store.set({ note: 'The result is on the clipboard.' });
    } catch (error) {
      store.set({ problem: `The browser did not copy the result (${/** @type {Error} */ (error).message}).` });
    }
  });

  const fileToShare = () => {
    const ready = readyFile(store.state);
    return ready && new File([ready.blob], ready.name, { type: ready.blob.type });
  };
  const probe = { files: [new File([], 'picture.png', { type: 'image/png' })] };
  share.hidden = !navigator.canShare?.(probe);
  share.addEventListener('click', async () => {
    const file = fileToShare();
    if (!file) return;
    try {
      await navigator.share({ files: [file] });
    } catch (error) {
      const { name, message } = /** @type {Error} */ (error);
      if (name !== 'AbortError') store.set({ problem: `The result could not be shared (${message}).` });
    }
  });

  store.follow(
    (state) => {
      const ready = readyFile(state);
      return [ready?.blob, ready?.name];
    },
    () => {
      URL.revokeObjectURL(save.href);
      const ready = readyFile(store.state);
      save.removeAttribute('href');
      if (!ready) return;
      save.href = URL.createObjectURL(ready.blob);
      save.download = ready.name;
    },
  );
}
