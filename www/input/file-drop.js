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

/** @param {(files: File[]) => void} onFiles at least one */
export function takeGiven(onFiles) {
  /** @param {FileList | undefined} list */
  const take = (list) => {
    const files = [...(list ?? [])];
    if (files.length > 0) onFiles(files);
  };

  document.addEventListener('paste', (event) => take(event.clipboardData?.files));

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
    take(event.dataTransfer?.files);
  });
}
