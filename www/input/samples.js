/** Pictures of the site for whoever has none at hand: each is fetched when it is asked for. */

/** @type {Record<string, URL>} where each of them lies */
const SAMPLES = {
  'photo.jpg': new URL('../samples/photo.jpg', import.meta.url),
  'page.png': new URL('../samples/page.png', import.meta.url),
  'worn.jpg': new URL('../samples/worn.jpg', import.meta.url),
};

/**
 * @param {(files: File[]) => void} onFiles
 * @param {() => void} onProblem it could not be fetched
 */
export function offerSamples(onFiles, onProblem) {
  for (const button of document.querySelectorAll('button[data-sample]')) {
    button.addEventListener('click', async () => {
      const name = /** @type {HTMLElement} */ (button).dataset.sample ?? '';
      try {
        const response = await fetch(SAMPLES[name]);
        if (!response.ok) throw new Error(response.statusText);
        const blob = await response.blob();
        onFiles([new File([blob], name, { type: blob.type })]);
      } catch {
        onProblem();
      }
    });
  }
}
