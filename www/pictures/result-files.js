/**
 * Makes the file of the result that is shown: its pixels as what is chosen under "Save as". A change of that makes another
 * file and enlarges nothing again.
 */

import { filterSettings } from '../choose/choice.js';
import { fileOptionsOf } from '../choose/output-options.js';
import { resultToSave, shownPicture } from '../state/store.js';
import { sentenceOf } from '../ui/words.js';
import { wantedFormat } from './file-format.js';

/** Takes the pixels as they are. */
const UNCHANGED = { settings: filterSettings('nearest'), output: { scale: 1 } };

/** Who moves the slider of the quality does not want a file for every step. */
const QUIET_MS = 150;

/**
 * As what a picture's result is to be saved.
 * @param {import('../choose/output-options.js').OutputOptions} output
 * @param {import('../state/store.js').Picture | undefined} picture
 */
export const saveOptions = (output, picture) => ({ ...fileOptionsOf(output), format: wantedFormat(output, picture) });

/** @param {ReturnType<typeof saveOptions>} options */
export const saveKey = (options) => JSON.stringify(options);

/**
 * The file of a result: what was made where it is that already.
 * @param {import('../js/client.js').Engine} engine
 * @param {import('../js/client.js').Result} made
 * @param {ReturnType<typeof saveOptions>} options
 * @param {string} name that the file may get in the site's storage
 * @param {AbortSignal} signal
 * @returns {Promise<import('../js/client.js').Result>}
 */
export async function fileOf(engine, made, options, name, signal) {
  if (isWhatWasMade(made, options)) return made;
  return engine.upscale(made.blob, UNCHANGED.settings, { ...UNCHANGED.output, ...options }, { name, signal });
}

/**
 * @param {import('../js/client.js').Result} made
 * @param {ReturnType<typeof saveOptions>} options
 */
const isWhatWasMade = (made, { format, stripMetadata }) => made.format !== 'png' || (format === 'png' && !stripMetadata);

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('../js/client.js').Engine} engine
 * @param {import('./stored-results.js').StoredResults} stored
 */
export function makeResultFiles(store, engine, stored) {
  let stop = new AbortController();

  /**
   * @param {import('../state/store.js').Picture} picture
   * @param {import('../state/store.js').Result} result
   * @param {string} key
   */
  const make = async (picture, result, key) => {
    stop.abort();
    const { signal } = (stop = new AbortController());
    if (result.file?.key === key && result.file.phase !== 'making') return;
    const options = saveOptions(store.state.choice.output, picture);
    const { made } = result;
    /** @param {import('../state/store.js').SavedFile} file */
    const finish = (file) => {
      const before = store.find(picture.id)?.results.find((other) => other.key === result.key)?.file;
      if (before?.stored !== file.stored && before?.stored !== made.stored) stored.letGo(before?.stored);
      before?.surface?.close();
      store.setResult(picture.id, result.key, { file });
    };
    if (isWhatWasMade(made, options)) return finish({ key, phase: 'ready', blob: made.blob, format: made.format, stored: made.stored });

    finish({ key, phase: 'making' });
    const name = stored.newName();
    try {
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      if (signal.aborted) return;
      const saved = await fileOf(engine, made, options, name, signal);
      if (signal.aborted) return stored.letGo(saved.stored);
      finish({ key, phase: 'ready', blob: saved.blob, format: saved.format, stored: saved.stored });
    } catch (error) {
      stored.letGo(name);
      if (!signal.aborted) finish({ key, phase: 'failed', problem: sentenceOf(error) });
    }
  };

  store.follow(
    (state) => {
      const picture = shownPicture(state);
      const result = resultToSave(picture);
      const { output } = state.choice;
      return [picture?.id, result?.key, result?.made, saveKey(saveOptions(output, picture))];
    },
    ([, , , key]) => {
      const { picture } = store;
      const result = resultToSave(picture);
      if (picture && result) make(picture, result, /** @type {string} */ (key));
      else stop.abort();
    },
  );
}
