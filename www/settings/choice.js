/**
 * What the person chose, kept in the page's address: a reload or a bookmark keeps it. A model of their own is named
 * there only while it is kept on this device. `?tile=` and `?precision=` have no control on the page; they are there
 * to work around a device's faults. Fires `change`.
 */

import { isOwnKey, nameIn } from '../models/models.js';
import { AUTOMATIC, CLASSICAL } from '../models/purposes.js';
import * as outputOptions from './output-options.js';

const BACKENDS = /** @type {const} */ (['auto', 'gpu', 'cpu']);
const PRECISIONS = /** @type {const} */ (['auto', 'f32', 'f16']);

/**
 * @typedef {Partial<Record<import('../models/models.js').Slider['name'], number>>} Moved the sliders that are not where they
 *   were at first, in percent
 * @typedef {{model: string | undefined, output: outputOptions.OutputOptions, sliders: Moved, mix: string | undefined,
 *   share: number, run: typeof BACKENDS[number]}} Chosen models by key; the share of the mix in percent
 */

const SLIDERS = /** @type {const} */ (['strength', 'denoise']);

/** @param {string | null} text */
const percent = (text) => Math.min(100, Math.max(0, Math.round(Number(text)) || 0));

export class Choice extends EventTarget {
  #models;
  #query = new URLSearchParams(location.search);
  /** @type {Chosen} */
  #chosen = {
    model: this.#query.get('model') ?? undefined,
    output: outputOptions.read(this.#query),
    sliders: Object.fromEntries(
      SLIDERS.filter((name) => this.#query.has(name)).map((name) => [name, percent(this.#query.get(name))]),
    ),
    mix: this.#query.get('mix') ?? undefined,
    share: percent(this.#query.get('share') ?? '50'),
    run: BACKENDS.find((name) => name === this.#query.get('run')) ?? 'auto',
  };

  /** @param {import('../models/models.js').Models} models */
  constructor(models) {
    super();
    this.#models = models;
  }

  /** @returns {Readonly<Chosen>} */
  get chosen() {
    return this.#chosen;
  }

  /** Nothing where the address names one that is not there; the engine says what there is. */
  get model() {
    return this.#models.find(this.#chosen.model);
  }

  get mix() {
    return this.#models.find(this.#chosen.mix);
  }

  /** Whether its weights can be mixed with another's. */
  get canMix() {
    return this.model === undefined || this.model.scale !== undefined || this.model.own !== undefined;
  }

  /** What results shall be like. */
  get output() {
    return this.#chosen.output;
  }

  /**
   * Where a slider of the chosen model stands, in percent.
   * @param {import('../models/models.js').Slider} slider
   */
  valueOf(slider) {
    return this.#chosen.sliders[slider.name] ?? Math.round(slider.default * 100);
  }

  /** What results of this choice are called, once it is known which model was taken; the choice may be another then. */
  get naming() {
    const { model = '', mix, share } = this.#chosen;
    const isOpen = model === AUTOMATIC.key;
    const more = [
      ...(mix ? [`${share} % ${nameIn(mix)}`] : []),
      ...this.#moved.map(([name, value]) => `${value} % ${name}`),
    ];
    return (/** @type {string} */ taken) => [isOpen ? taken : nameIn(model), ...more].join(' + ');
  }

  /** The choice as the end of a sentence. */
  get spoken() {
    return this.#chosen.model === AUTOMATIC.key ? 'what suits the picture' : this.naming('');
  }

  /** The sliders of the chosen model that are not where they were at first. */
  get #moved() {
    const sliders = this.model?.sliders ?? [];
    const values = sliders.map((slider) => /** @type {const} */ ([slider.name, this.valueOf(slider), slider.default]));
    return values.filter(([, value, usual]) => value !== Math.round(usual * 100));
  }

  /**
   * What the engine is made ready for, whatever the result shall be like.
   * @returns {import('../js/client.js').Settings}
   */
  get settings() {
    const { model, mix, share, run } = this.#chosen;
    if (this.model?.purpose === CLASSICAL) return { model, backend: 'auto', precision: 'auto' };
    const tile = Number(this.#query.get('tile'));
    return {
      model: model === undefined ? undefined : this.#source(model),
      scale: model === AUTOMATIC.key ? this.output.scale : undefined,
      ...Object.fromEntries(this.#moved.map(([name, value]) => [name, value / 100])),
      mix: mix === undefined ? undefined : { model: this.#source(mix), share: share / 100 },
      backend: run,
      precision: PRECISIONS.find((name) => name === this.#query.get('precision')) ?? 'auto',
      tile: Number.isInteger(tile) && tile > 0 ? tile : undefined,
    };
  }

  /** Tells one choice from another, as far as results are concerned. */
  get key() {
    return JSON.stringify([this.settings, this.output]);
  }

  /** @param {Partial<Chosen>} change */
  choose(change) {
    Object.assign(this.#chosen, change);
    if ('model' in change) this.#chosen.sliders = {};
    if (this.#chosen.mix === this.#chosen.model || !this.canMix) this.#chosen.mix = undefined;
    this.write();
    this.dispatchEvent(new Event('change'));
  }

  /**
   * Chooses automatically where nothing is chosen or a file of the person's that is not there, and forgets such a mix.
   * @returns {string[]} the names of those that are not there
   */
  settle() {
    const isGone = (/** @type {string} */ key) => isOwnKey(key) && !this.#models.find(key);
    const asked = [this.#chosen.model, this.#chosen.mix];
    const [model, mix] = asked.map((key) => (key === undefined || isGone(key) ? undefined : key));
    this.#chosen.model = model ?? AUTOMATIC.key;
    this.#chosen.mix = mix === this.#chosen.model || !this.canMix ? undefined : mix;
    return asked.flatMap((key) => (key !== undefined && isGone(key) ? [nameIn(key)] : []));
  }

  /**
   * @param {string} key
   * @returns {import('../js/client.js').ModelSource}
   */
  #source(key) {
    const { name = key, own } = this.#models.find(key) ?? {};
    return own ? { id: own.id, name, file: own.file } : name;
  }

  /** Into the address. */
  write() {
    const lasts = (/** @type {import('../models/models.js').Model | undefined} */ model) => !model?.own || model.own.kept;
    const { model, share, run } = this.#chosen;
    const mix = lasts(this.model) && lasts(this.mix) ? this.#chosen.mix : undefined;
    const moved = Object.fromEntries(this.#moved.map(([name, value]) => [name, String(value)]));
    const values = {
      model: lasts(this.model) ? model : undefined,
      ...outputOptions.write(this.output),
      strength: undefined,
      denoise: undefined,
      ...moved,
      mix,
      share: mix && String(share),
      run,
    };
    const address = new URL(location.href);
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) address.searchParams.delete(name);
      else address.searchParams.set(name, value);
    }
    history.replaceState(null, '', address);
  }
}
