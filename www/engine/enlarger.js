/** Takes pictures through the engine, one at a time, and keeps in the state how far that is and what came out. */

import { NotStarted } from '../js/client.js';
import { namingOf, pixelsKey, planKey, settingsOf } from '../choose/choice.js';
import { sizeOf } from '../choose/output-options.js';
import { ORIGINAL, withResult } from '../look/sides.js';
import { Surface } from '../look/surface.js';
import { isFilter } from '../models/purposes.js';
import { resultToSave } from '../state/store.js';
import { ownFormatOf } from '../pictures/file-format.js';
import * as format from '../ui/format.js';
import { sentenceOf } from '../ui/words.js';
import { problemOf } from './limits.js';
import { Progress } from './progress.js';

/** What is expected to take longer is not begun without asking. */
export const PATIENCE_MS = 20_000;

/**
 * Above this a result is made in its file's own format at once. Below, every pixel is kept as PNG and saved as whatever is
 * chosen then; the engine reads no larger picture again.
 */
const MOST_KEPT_PIXELS = 100e6;

/**
 * @typedef {import('../state/store.js').Picture} Picture
 * @typedef {import('../js/client.js').Settings} Settings
 * @typedef {import('../js/client.js').OutputOptions} OutputOptions
 * @typedef {{key: string, planKey: string, naming: ReturnType<typeof namingOf>, settings: Settings, output: OutputOptions,
 *   side?: 'left' | 'right'}} Order the side that the result is to stand on, where the other one is to stay as it is
 */

export class Enlarger extends EventTarget {
  #store;
  #engine;
  #stored;
  #count = 0;
  /** Of the enlargement under way, or the last one. Whoever is not the current one has no say on the page any more. */
  #current = new AbortController();

  /**
   * Fires `failed` when the engine may have lost its device or its life.
   * @param {import('../state/store.js').Store} store
   * @param {import('../js/client.js').Engine} engine
   * @param {import('../pictures/stored-results.js').StoredResults} stored
   */
  constructor(store, engine, stored) {
    super();
    this.#store = store;
    this.#engine = engine;
    this.#stored = stored;
  }

  /**
   * Lists pictures, and takes the first one through what is chosen.
   * @param {File[]} files
   */
  async open(files) {
    const formats = await Promise.all(files.map(ownFormatOf));
    /** @type {Picture[]} */
    const pictures = files.map((file, index) => ({
      id: ++this.#count,
      file,
      ownFormat: formats[index],
      phase: 'queued',
      results: [],
      left: ORIGINAL,
      right: ORIGINAL,
      plans: {},
    }));
    this.#store.set({ pictures: [...this.#store.state.pictures, ...pictures] });
    return this.#run(pictures[0].id, PATIENCE_MS);
  }

  /**
   * Shows a picture of the list; one that has not been read is read.
   * @param {number} id
   */
  show(id) {
    const picture = this.#store.find(id);
    if (picture?.phase === 'queued') this.#run(id, PATIENCE_MS);
    else if (picture) this.#store.set({ shown: id });
  }

  /** Takes the picture that is shown through what is chosen now, however long it takes. */
  again() {
    const { picture } = this.#store;
    if (!picture || picture.phase === 'working' || picture.phase === 'reading') return;
    this.#store.set({ problem: '', note: '' });
    this.#run(picture.id, Infinity);
  }

  /**
   * Enlarges the picture that is shown with a classical filter, to the size of what it is compared with.
   * @param {string} filter
   * @param {'left' | 'right'} side that the result is to stand on
   */
  filter(filter, side) {
    const { picture, state } = this.#store;
    if (!picture) return;
    const compared = resultToSave(picture);
    const output = compared ? { width: compared.made.width } : sizeOf(state.choice.output);
    const choice = { ...state.choice, model: filter, mix: undefined, sliders: {}, output };
    this.#run(picture.id, Infinity, { ...this.#order(choice), side });
  }

  cancel() {
    const { picture } = this.#store;
    if (!picture?.progress || picture.progress.isStopping) return;
    this.#store.setPicture(picture.id, { progress: { ...picture.progress, isStopping: true } });
    this.#current.abort();
  }

  /** @param {number} id of a picture that is no longer wanted */
  remove(id) {
    const { pictures, shown } = this.#store.state;
    const index = pictures.findIndex((picture) => picture.id === id);
    if (index < 0) return;
    if (pictures[index].progress) this.#current.abort();
    const rest = pictures.filter((picture) => picture.id !== id);
    this.#store.set({ pictures: rest, shown: shown === id ? undefined : shown });
    this.#letGo(pictures[index]);
    const next = rest[Math.min(index, rest.length - 1)];
    if (shown === id && next) this.show(next.id);
  }

  /**
   * @param {import('../choose/choice.js').Choice} [choice]
   * @returns {Order}
   */
  #order(choice = this.#store.state.choice) {
    const { models } = this.#store.state;
    return {
      key: pixelsKey(choice, models),
      planKey: planKey(choice, models),
      naming: namingOf(choice, models),
      settings: settingsOf(choice, models),
      output: choice.output,
    };
  }

  /**
   * @param {number} id
   * @param {number} patience in milliseconds
   * @param {Order} order
   */
  async #run(id, patience, order = this.#order()) {
    const picture = this.#store.find(id);
    if (!picture) return;
    this.#current.abort();
    for (const other of this.#store.state.pictures) if (other.progress) this.#settle(other.id);
    const mine = (this.#current = new AbortController());
    const isMine = () => this.#current === mine;
    const { file } = picture;
    const name = this.#stored.newName();
    const isShown = this.#store.state.shown === id;
    this.#store.setPicture(id, { phase: picture.width ? 'working' : 'reading', progress: { isWriting: false, isStopping: false } });
    if (!this.#store.picture || isShown) this.#store.set({ shown: id });

    let opened = Promise.resolve();
    /** @type {Progress} */
    let progress;
    try {
      const output = await this.#outputFor(picture, order, patience, mine.signal);
      if (!isMine()) return;
      const made = await this.#engine.upscale(file, order.settings, output, {
        name,
        patience,
        signal: mine.signal,
        onStart: (start) => {
          progress = new Progress(start, performance.now());
          opened = this.#open(id, start, isMine).then(() => {
            if (!isMine()) return;
            this.#store.find(id)?.growing?.close();
            this.#store.setPicture(id, { phase: 'working', growing: new Surface(start.width, start.height) });
          });
        },
        onTile: (tile) => {
          progress.add(tile, performance.now());
          opened = opened.then(() => {
            if (isMine()) this.#paint(id, progress, tile);
          });
        },
      });
      await opened;
      if (isMine()) this.#finish(id, order, made);
      else this.#stored.letGo(made.stored);
    } catch (error) {
      this.#stored.letGo(name); // An engine that was ended has not done so.
      await opened.catch(() => undefined); // A picture that was read is kept, however soon the work on it failed.
      if (!isMine()) return;
      if (error instanceof NotStarted) await this.#ask(id, order, error.plan, isMine);
      else this.#fail(id, error);
    }
  }

  /**
   * As what the engine is to make it. What is to be saved as a format that cannot hold every size is planned before.
   * @param {Picture} picture
   * @param {Order} order
   * @param {number} patience
   * @param {AbortSignal} signal
   * @returns {Promise<OutputOptions>}
   */
  async #outputFor({ file, plans }, order, patience, signal) {
    const { settings, output } = order;
    /** @type {OutputOptions} */
    const kept = { ...sizeOf(output), format: 'png' };
    const isPng = output.format === undefined || output.format === 'png';
    const known = plans[order.planKey];
    let plan = typeof known === 'object' ? known : undefined;
    if (!plan && !isPng) plan = await this.#engine.plan(file, settings, output, { signal });
    if (!plan) return kept;
    if (problemOf(plan) || plan.milliseconds > patience) throw new NotStarted(plan);
    return plan.width * plan.height > MOST_KEPT_PIXELS ? output : kept;
  }

  /**
   * Only called when the engine has seen that the picture is sound and not too large to decode.
   * @param {number} id
   * @param {{inputWidth: number, inputHeight: number}} size
   * @param {() => boolean} isMine
   */
  async #open(id, { inputWidth: width, inputHeight: height }, isMine) {
    const picture = this.#store.find(id);
    if (!picture || picture.width) return;
    const original = await Surface.of(picture.file, width, height);
    if (!isMine()) return original.close();
    this.#store.setPicture(id, { width, height, original });
    this.#store.set({ shown: id });
  }

  /**
   * @param {number} id
   * @param {Order} order
   * @param {import('../js/client.js').Plan} plan
   * @param {() => boolean} isMine
   */
  async #ask(id, order, plan, isMine) {
    await this.#open(id, plan, isMine);
    if (!isMine()) return;
    this.#store.setPicture(id, { plans: { ...this.#store.find(id)?.plans, [order.planKey]: plan } });
    this.#settle(id);
  }

  /**
   * @param {number} id
   * @param {Progress} progress
   * @param {import('../js/client.js').Tile} tile
   */
  #paint(id, progress, tile) {
    const picture = this.#store.find(id);
    picture?.growing?.paint(tile);
    const { fraction, secondsLeft } = progress;
    const isStopping = picture?.progress?.isStopping ?? false;
    this.#store.setPicture(id, { progress: { fraction, secondsLeft, isWriting: tile.done === tile.total, isStopping } });
  }

  /**
   * @param {number} id
   * @param {Order} order
   * @param {import('../js/client.js').Result} made
   */
  #finish(id, order, made) {
    const picture = this.#store.find(id);
    if (!picture?.width) return;
    const scale = made.width / picture.width;
    const { label, name } = order.naming(made.model, scale);
    const isElsewhere = picture.results.some((other) => other.label === label && other.made.backend !== made.backend);
    const result = {
      key: order.key,
      label: isElsewhere ? `${label} · ${made.backend.toUpperCase()}` : label,
      name,
      scale,
      made,
      surface: picture.growing,
      isSaved: isFilter(order.settings.model),
    };
    const { change, dropped } = withResult(picture, result, order.side);
    this.#store.setPicture(id, { ...change, phase: 'done', progress: undefined, growing: undefined });
    for (const old of dropped) this.#letGoResult(old);
    if (dropped.some(({ key }) => key !== order.key)) this.#store.set({ note: 'The oldest result was let go, to save memory.' });
    const size = format.pixels(made.width, made.height);
    this.#store.set({ news: `Done. ${result.label}, ${size}.` });
  }

  /**
   * @param {number} id
   * @param {unknown} error
   */
  #fail(id, error) {
    const picture = this.#store.find(id);
    if (this.#current.signal.aborted) this.#store.set({ note: 'Stopped. Nothing was saved.' });
    else this.#store.set({ problem: sentenceOf(error, picture?.file, this.#store.state.pictures.length > 1) });
    this.#settle(id);
    this.dispatchEvent(new Event('failed'));
  }

  /**
   * Nothing is done with it any more. One that could not be read is not kept.
   * @param {number} id
   */
  #settle(id) {
    const picture = this.#store.find(id);
    if (!picture) return;
    picture.growing?.close();
    if (picture.width) {
      const phase = picture.results.length > 0 ? 'done' : 'waiting';
      this.#store.setPicture(id, { phase, progress: undefined, growing: undefined });
    } else {
      this.#store.setPicture(id, { progress: undefined });
      this.remove(id);
    }
  }

  /** @param {Picture} picture */
  #letGo({ original, originalPixels, growing, results }) {
    for (const surface of [original, originalPixels, growing]) surface?.close();
    for (const result of results) this.#letGoResult(result);
  }

  /** @param {import('../state/store.js').Result} result */
  #letGoResult({ surface, made, file }) {
    surface?.close();
    file?.surface?.close();
    this.#stored.letGo(made.stored);
    if (file?.stored !== made.stored) this.#stored.letGo(file?.stored);
  }
}
