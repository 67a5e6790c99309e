/** Takes pictures through the engine, and keeps in the state how far that is and what came out. */

import { EngineError, NotStarted } from '../js/client.js';
import { namingOf, outputOf, pixelsKey, planKey, settingsOf } from '../choose/choice.js';
import { pixelOptionsOf, sizeOf } from '../choose/output-options.js';
import { withResult } from '../look/sides.js';
import { Surface } from '../look/surface.js';
import { letGoResult } from '../look/surfaces.js';
import { isFilter } from '../models/purposes.js';
import { wantedFormat } from '../pictures/file-format.js';
import { choiceOf, resultToSave } from '../state/store.js';
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

/** How often each tile comes where the result is the mean of eight. */
const ORIENTATIONS = 8;

/** The picture may be sound all the same: it is the engine that cannot do anything now. */
const IS_ENGINE = new Set(['fetch-failed']);

/**
 * @typedef {import('../state/store.js').Picture} Picture
 * @typedef {import('../js/client.js').Settings} Settings
 * @typedef {import('../js/client.js').OutputOptions} OutputOptions
 * @typedef {{choice: import('../choose/choice.js').Choice, key: string, planKey: string, naming: ReturnType<typeof namingOf>, settings: Settings, output: OutputOptions,
 *   side?: 'left' | 'right'}} Order the side that the result is to stand on, where the other one is to stay as it is
 */

export class Enlarger extends EventTarget {
  #store;
  #engine;
  #stored;
  /** @type {Map<number, AbortController>} by picture; whoever is not in here has no say on the page any more */
  #runs = new Map();

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
   * Takes a picture through what is chosen for it now.
   * @param {Picture} picture
   * @param {number} patience in milliseconds
   */
  enlarge(picture, patience) {
    const choice = choiceOf(this.#store.state, picture);
    return this.#run(picture, patience, this.#order(choice));
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
    this.#run(picture, Infinity, { ...this.#order(choice), side });
  }

  /** @param {number} id of a picture whose work is to stop */
  cancel(id) {
    const progress = this.#store.find(id)?.progress;
    if (!progress || progress.isStopping) return;
    this.#store.setPicture(id, { progress: { ...progress, isStopping: true } });
    this.#runs.get(id)?.abort();
  }

  /** @param {number} id of a picture that is nobody's concern any more */
  drop(id) {
    this.#runs.get(id)?.abort();
    this.#runs.delete(id);
  }

  /**
   * @param {import('../choose/choice.js').Choice} choice
   * @returns {Order}
   */
  #order(choice) {
    const { models } = this.#store.state;
    return {
      choice,
      key: pixelsKey(choice, models),
      planKey: planKey(choice, models),
      naming: namingOf(choice, models),
      settings: settingsOf(choice, models),
      output: outputOf(choice, models),
    };
  }

  /**
   * @param {Picture} picture
   * @param {number} patience in milliseconds
   * @param {Order} order
   */
  async #run(picture, patience, order) {
    const { id, file } = picture;
    this.drop(id);
    const mine = new AbortController();
    this.#runs.set(id, mine);
    const isMine = () => this.#runs.get(id) === mine;
    const name = this.#stored.newName();
    if (!this.#store.picture) this.#store.show(id);
    this.#store.setPicture(id, {
      phase: picture.width ? 'working' : 'reading',
      problem: undefined,
      progress: { isWriting: false, isStopping: false },
    });

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
          if (!isMine()) return;
          progress = new Progress(start, performance.now(), output.tta ? ORIENTATIONS : 1);
          this.#begin(id, start);
        },
        onTile: (tile) => {
          if (!isMine()) return;
          progress.add(tile, performance.now());
          this.#paint(id, progress, tile);
        },
      });
      if (isMine()) this.#finish(id, order, made);
      else this.#stored.letGo(made.stored);
    } catch (error) {
      this.#stored.letGo(name); // An engine that was ended has not done so.
      if (!isMine()) return;
      if (error instanceof NotStarted) this.#ask(id, order, error.plan);
      else this.#fail(id, error, mine.signal.aborted);
    } finally {
      if (isMine()) this.#runs.delete(id);
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
    const kept = { ...pixelOptionsOf(output), format: 'png' };
    const isPng = output.format === undefined || output.format === 'png';
    const known = plans[order.planKey];
    let plan = typeof known === 'object' ? known : undefined;
    if (!plan && !isPng) plan = await this.#engine.plan(file, settings, output, { signal });
    if (!plan) return kept;
    if (problemOf(plan) || plan.milliseconds > patience) throw new NotStarted(plan);
    return plan.width * plan.height > MOST_KEPT_PIXELS ? output : kept;
  }

  /**
   * The engine has seen that the picture is sound. What is made of it can be seen growing where the picture is shown.
   * @param {number} id
   * @param {import('../js/client.js').Start} start
   */
  #begin(id, { inputWidth, inputHeight, width, height }) {
    if (this.#store.state.toShow === id) this.#store.show(id);
    this.#store.find(id)?.growing?.close();
    const growing = this.#store.state.shown === id ? new Surface(width, height) : undefined;
    this.#store.setPicture(id, { phase: 'working', width: inputWidth, height: inputHeight, growing });
  }

  /**
   * @param {number} id
   * @param {Order} order
   * @param {import('../js/client.js').Plan} plan
   */
  #ask(id, order, plan) {
    const picture = this.#store.find(id);
    // What is kept as PNG is saved as something else; how large that would be, the forecast asks.
    const isOfFile = picture && plan.format === wantedFormat(order.output, picture);
    const plans = { ...picture?.plans, ...(isOfFile ? { [order.planKey]: plan } : {}) };
    if (this.#store.state.toShow === id) this.#store.show(id);
    this.#store.setPicture(id, { plans, width: plan.inputWidth, height: plan.inputHeight });
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
      choice: order.choice,
      surface: picture.growing,
      isSaved: false,
      isFilter: isFilter(order.settings.model),
    };
    const { change, dropped } = withResult(picture, result, order.side);
    this.#store.setPicture(id, { ...change, phase: 'done', progress: undefined, growing: undefined });
    for (const old of dropped) letGoResult(old, this.#stored);
    if (dropped.some(({ key }) => key !== order.key)) this.#store.set({ note: 'The oldest result was let go, to save memory.' });
    const size = format.pixels(made.width, made.height);
    if (this.#store.state.shown === id) this.#store.set({ news: `Done. ${result.label}, ${size}.` });
  }

  /**
   * @param {number} id
   * @param {unknown} error
   * @param {boolean} isStopped by the person
   */
  #fail(id, error, isStopped) {
    this.#settle(id);
    if (isStopped) {
      this.#store.set({ note: 'Stopped. Nothing was saved.' });
      return;
    }
    const picture = this.#store.find(id);
    const isOfEngine = error instanceof EngineError && IS_ENGINE.has(error.code);
    if (isOfEngine) this.#store.setPicture(id, { phase: 'queued' });
    else this.#store.setPicture(id, { phase: picture?.results.length ? 'done' : 'failed', problem: sentenceOf(error, picture?.file) });
    this.dispatchEvent(new Event('failed'));
  }

  /**
   * Nothing is done with it any more.
   * @param {number} id
   */
  #settle(id) {
    const picture = this.#store.find(id);
    picture?.growing?.close();
    const phase = picture?.results.length ? 'done' : 'waiting';
    this.#store.setPicture(id, { phase, progress: undefined, growing: undefined });
  }
}
