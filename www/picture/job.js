/**
 * The open picture: takes it through the engine, shows how far that is, and what came out. Fires `change` when it
 * does something else than before, `failed` when the engine may have lost its device or its life, and `not-started` with the
 * plan of what it has not started.
 *
 * @typedef {'empty' | 'working' | 'waiting' | 'done'} State waiting for the person to say that it may take long
 */

import { EngineError, NotStarted } from '../js/client.js';
import { find } from '../ui/dom.js';
import * as format from '../ui/format.js';
import { clear, note, sentenceOf, tell, warn } from '../ui/notices.js';
import { Progress } from './progress.js';
import { offerToSave, takeBack } from './saving.js';

/** What is expected to take longer is not begun without asking. */
export const PATIENCE_MS = 20_000;

const fileName = find(document, '#file-name', HTMLElement);
const bar = find(document, '#bar', HTMLProgressElement);
const progressText = find(document, '#progress-text', HTMLElement);
const cancel = find(document, '#cancel', HTMLButtonElement);
const save = find(document, '#save', HTMLAnchorElement);

/**
 * The browser's own decoding of the original.
 * @param {Blob} file
 */
async function decode(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    return undefined; // The engine reads more formats than some browsers do, and goes on without.
  }
}

export class Job extends EventTarget {
  #engine;
  #choice;
  #comparison;
  #stored;
  /** Of the enlargement under way, or the last one. Whoever is not the current one has no say on the page any more. */
  #current = new AbortController();
  /** @type {File | undefined} */
  #file;
  /** @type {import('../js/client.js').Start | import('../js/client.js').Plan | undefined} once the engine has read the file */
  #start;

  /**
   * @param {import('../js/client.js').Engine} engine
   * @param {import('../settings/choice.js').Choice} choice
   * @param {import('../compare/comparison.js').Comparison} comparison
   * @param {import('./stored-results.js').StoredResults} stored
   */
  constructor(engine, choice, comparison, stored) {
    super();
    this.#engine = engine;
    this.#choice = choice;
    this.#comparison = comparison;
    this.#stored = stored;
    cancel.addEventListener('click', () => {
      cancel.disabled = true;
      progressText.textContent = 'Stopping…';
      this.#current.abort();
    });
    comparison.addEventListener('change', () => this.#tellResult());
  }

  get state() {
    return /** @type {State} */ (document.body.dataset.state);
  }

  /** The open picture, once the engine has read it. */
  get picture() {
    return this.#start && this.#file;
  }

  /** @param {File} file */
  open(file) {
    this.#file = file;
    this.#start = undefined;
    this.#comparison.close();
    takeBack();
    fileName.textContent = file.name;
    return this.#run(file, PATIENCE_MS);
  }

  /** Takes the open picture through what is chosen now, however long it takes. */
  again() {
    if (!this.#file) return;
    clear();
    const done = this.#run(this.#file, Infinity);
    cancel.focus();
    done.then(() => {
      // The button that had the focus is gone.
      if (document.activeElement === document.body && this.state === 'done') save.focus();
    });
  }

  /**
   * @param {File} file
   * @param {number} patience
   */
  async #run(file, patience) {
    this.#current.abort();
    const mine = (this.#current = new AbortController());
    const { key, naming, settings, output } = this.#choice;
    const name = this.#stored.newName();
    progressText.textContent = 'Reading the picture…';
    bar.removeAttribute('value');
    cancel.disabled = false;
    this.#show('working');

    let opened = Promise.resolve();
    /** @type {Progress} */
    let progress;
    try {
      const result = await this.#engine.upscale(file, settings, output, {
        name,
        patience,
        signal: mine.signal,
        onStart: (start) => {
          progress = new Progress(start, performance.now());
          opened = this.#open(file, start, mine).then(() => {
            if (this.#current === mine) this.#comparison.grow(start);
          });
        },
        onTile: (tile) => {
          progress.add(tile, performance.now());
          opened = opened.then(() => {
            if (this.#current !== mine) return;
            this.#comparison.paint(tile);
            this.#showProgress(progress, tile);
          });
        },
      });
      await opened;
      if (this.#current === mine) this.#finish(key, naming(result.model), result);
      else this.#stored.letGo(result.stored);
    } catch (error) {
      this.#stored.letGo(name); // An engine that was ended has not done so.
      if (this.#current !== mine) return;
      if (error instanceof NotStarted) await this.#ask(file, key, error.plan, mine);
      else this.#fail(error);
    }
  }

  /**
   * Only called when the engine has seen that the picture is sound and not too large to decode.
   * @param {File} file
   * @param {import('../js/client.js').Start | import('../js/client.js').Plan} start
   * @param {AbortController} mine
   */
  async #open(file, start, mine) {
    if (this.#start) return;
    const original = await decode(file);
    if (this.#current === mine) {
      this.#start = start;
      this.#comparison.open(start, original);
    }
    original?.close();
  }

  /**
   * @param {File} file
   * @param {string} key
   * @param {import('../js/client.js').Plan} plan
   * @param {AbortController} mine
   */
  async #ask(file, key, plan, mine) {
    await this.#open(file, plan, mine);
    if (this.#current !== mine) return;
    this.dispatchEvent(new CustomEvent('not-started', { detail: { key, plan } }));
    if (this.#comparison.hasResults) this.#comparison.abandon();
    this.#show(this.#comparison.hasResults ? 'done' : 'waiting');
  }

  /**
   * @param {Progress} progress
   * @param {{done: number, total: number}} tiles
   */
  #showProgress(progress, { done, total }) {
    bar.value = progress.fraction;
    document.title = `${Math.floor(progress.fraction * 100)} % · Lenslet`;
    if (cancel.disabled) return;
    const rest = done < total ? `${format.about(progress.secondsLeft ?? 0)} left` : 'writing the file';
    progressText.textContent = `Tile ${done} of ${total} · ${rest}`;
  }

  /**
   * @param {string} key
   * @param {string} label
   * @param {import('../js/client.js').Result} result
   */
  #finish(key, label, result) {
    const madeRoom = this.#comparison.finish(key, label, result);
    warn(result.warnings);
    if (result.seen) note(`${format.seen(result.seen.kind)}, so ${result.model} enlarged it. ${result.seen.reason}`);
    if (madeRoom) note('The oldest result was let go, to save memory.');
    this.#show('done');
  }

  /** @param {unknown} error */
  #fail(error) {
    if (this.#current.signal.aborted) note('Stopped. Nothing was saved.');
    else tell(sentenceOf(error));
    // There was no room for the file: another size or format may do.
    const staysOpen = error instanceof EngineError && error.code === 'encode-failed';
    if (this.#comparison.hasResults || staysOpen) {
      this.#comparison.abandon();
      this.#show(this.#comparison.hasResults ? 'done' : 'waiting');
    } else {
      this.#file = undefined;
      this.#start = undefined;
      this.#comparison.close();
      this.#show('empty');
    }
    this.dispatchEvent(new Event('failed'));
  }

  #tellResult() {
    const layer = this.#comparison.shown;
    if (!layer?.result || !this.#file || !this.#start) return;
    offerToSave({ ...layer, result: layer.result }, this.#file.name, layer.result.width / this.#start.inputWidth);
  }

  /** @param {State} state */
  #show(state) {
    document.body.dataset.state = state;
    if (state === 'empty' || state === 'waiting') document.title = 'Lenslet';
    this.dispatchEvent(new Event('change'));
  }
}
