/** Pictures of the site for whoever has none at hand: each is fetched when it is asked for. */

/**
 * @param {(files: File[]) => void} onFiles
 * @param {() => void} onProblem it could not be fetched
 */
export function offerSamples(onFiles, onProblem) {
  for (const button of document.querySelectorAll('button[data-sample]')) {
    button.addEventListener('click', async () => {
      const name = /** @type {HTMLElement} */ (button).dataset.sample ?? '';
      try {
        const response = await fetch(new URL(`../samples/${name}`, import.meta.url));
        if (!response.ok) throw new Error(response.statusText);
        const blob = await response.blob();
        onFiles([new File([blob], name, { type: blob.type })]);
      } catch {
        onProblem();
      }
    });
  }
}
