/** Save as what, and of which quality where that is up to the person. */

import { wantedFormat } from '../pictures/file-format.js';
import { shownPicture } from '../state/store.js';
import { element, find } from '../ui/dom.js';
import * as format from '../ui/format.js';
import { USUAL_QUALITY } from './output-options.js';

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('./choosing.js').Choosing} choosing
 */
export function showSaveAsField(store, choosing) {
  const select = find(document, '#format', HTMLSelectElement);
  const quality = find(document, '#quality', HTMLInputElement);
  const qualityText = find(document, '#quality-text', HTMLOutputElement);
  const strip = find(document, '#strip', HTMLInputElement);

  /** @param {import('./output-options.js').OutputOptions} change */
  const choose = (change) => choosing.choose({ output: { ...store.state.choice.output, ...change } });

  select.addEventListener('change', () => {
    choose({ format: /** @type {import('../js/client.js').Format} */ (select.value) || undefined });
  });
  quality.addEventListener('input', () => {
    qualityText.value = quality.value;
  });
  quality.addEventListener('change', () => {
    const { valueAsNumber: value } = quality;
    choose({ quality: value === USUAL_QUALITY ? undefined : value });
  });
  strip.addEventListener('change', () => choose({ stripMetadata: strip.checked || undefined }));

  store.follow(
    (state) => [state.choice.output, shownPicture(state)?.ownFormat],
    () => {
      const { output } = store.state.choice;
      const { picture } = store;
      const usual = picture ? ` (${format.file(picture.ownFormat)})` : '';
      select.options[0].text = `As the picture is${usual}`;
      select.value = output.format ?? '';
      element('#quality-row').hidden = wantedFormat(output, picture) !== 'jpeg';
      quality.value = String(output.quality ?? USUAL_QUALITY);
      qualityText.value = quality.value;
      strip.checked = output.stripMetadata ?? false;
    },
  );
}
