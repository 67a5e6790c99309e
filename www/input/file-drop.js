/** The three ways files and folders come in: picked, dropped anywhere on the page, or pasted. */

import { droppedIn, filesIn, sorted } from './folders.js';

/**
 * @param {HTMLInputElement} picker
 * @param {(files: File[]) => void} onFiles at least one
 */
export function takePicked(picker, onFiles) {
  picker.addEventListener('change', () => {
    const chosen = [...(picker.files ?? [])];
    const files = picker.webkitdirectory ? sorted(chosen) : chosen;
    picker.value = ''; // so that the same file can be picked again
    if (files.length > 0) onFiles(files);
  });
}

/**
 * @param {(files: File[]) => void} onFiles at least one
 * @param {(isFolder: boolean) => void} onOther something came that is no file, or a folder that holds none
 */
export function takeGiven(onFiles, onOther) {
  /** @param {DataTransfer | null} transfer */
  const take = async (transfer) => {
    if (!transfer) return;
    const isSomething = transfer.types.length > 0;
    const { files: single, folders } = droppedIn(transfer);
    const files = [single, ...(await Promise.all(folders.map(filesIn)))].flat();
    if (files.length > 0) onFiles(files);
    else if (isSomething) onOther(folders.length > 0);
  };

  document.addEventListener('paste', (event) => {
    if (event.target instanceof HTMLInputElement && event.clipboardData?.files.length === 0) return;
    take(event.clipboardData);
  });

  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.toggle('dragging', event.dataTransfer?.types.includes('Files') ?? false);
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) document.body.classList.remove('dragging');
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    document.body.classList.remove('dragging');
    take(event.dataTransfer);
  });
}
