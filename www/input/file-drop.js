/** The three ways a file comes in: picked, dropped anywhere on the page, or pasted. */

/**
 * @param {HTMLInputElement} picker
 * @param {(files: File[]) => void} onFiles at least one
 */
export function takePicked(picker, onFiles) {
  picker.addEventListener('change', () => {
    const files = [...(picker.files ?? [])];
    picker.value = ''; // so that the same file can be picked again
    if (files.length > 0) onFiles(files);
  });
}

/**
 * @param {(files: File[]) => void} onFiles at least one
 * @param {() => void} onOther something came that is no file
 */
export function takeGiven(onFiles, onOther) {
  /** @param {DataTransfer | null} transfer */
  const take = (transfer) => {
    const files = [...(transfer?.files ?? [])];
    if (files.length > 0) onFiles(files);
    else if (transfer && transfer.types.length > 0) onOther();
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
