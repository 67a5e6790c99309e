/**
 * What the person chose, kept in the page's address: a reload or a bookmark keeps it. A model of their own is named
 * there only while it is kept on this device. `?tile=` and `?precision=` have no control on the page; they are there
 * to work around a device's faults. Fires `change`.
 */

import { isOwnKey, nameIn } from './models.js';

const BACKENDS = /** @type {const} */ (['auto', 'gpu', 'cpu']);
const PRECISIONS = /** @type {const} */ (['auto', 'f32', 'f16']);

/**
 * @typedef {{model: string | undefined, mix: string | undefined, share: number, run: typeof BACKENDS[number]}} Chosen
 *   models by key; the share of the mix in percent
 */

export class Choice extends EventTarget {
  #models;
  #query = new URLSearchParams(location.search);
  /** @type {Chosen} */
  #chosen = {
    model: this.#query.get('model') ?? undefined,
    mix: this.#query.get('mix') ?? undefined,
    share: Math.min(100, Math.max(0, Math.round(Number(this.#query.get('share') ?? 50)) || 0)),
    run: BACKENDS.find((name) => name === this.#query.get('run')) ?? 'auto',
  };

  /** @param {import('./models.js').Models} models */
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

  /** What a result of this choice is called. */
  get label() {
    const { model = '', mix, share } = this.#chosen;
    return mix ? `${nameIn(model)} + ${share} % ${nameIn(mix)}` : nameIn(model);
  }

  /** @returns {import('./engine.js').Settings} */
  get settings() {
    const { model, mix, share, run } = this.#chosen;
    const tile = Number(this.#query.get('tile'));
    return {
      model: model === undefined ? undefined : this.#source(model),
      mix: mix === undefined ? undefined : { model: this.#source(mix), share: share / 100 },
      backend: run,
      precision: PRECISIONS.find((name) => name === this.#query.get('precision')) ?? 'auto',
      tile: Number.isInteger(tile) && tile > 0 ? tile : undefined,
    };
  }

  /** Tells one choice from another, as far as the engine is concerned. */
  get key() {
    return JSON.stringify(this.settings);
  }

  /** @param {Partial<Chosen>} change */
  choose(change) {
    Object.assign(this.#chosen, change);
    if (this.#chosen.mix === this.#chosen.model) this.#chosen.mix = undefined;
    this.write();
    this.dispatchEvent(new Event('change'));
  }

  /**
   * Takes the first model where none is chosen or one of the person's that is not there, and forgets such a mix.
   * @returns {string[]} the names of those that are not there
   */
  settle() {
    const isGone = (/** @type {string} */ key) => isOwnKey(key) && !this.#models.find(key);
    const asked = [this.#chosen.model, this.#chosen.mix];
    const [model, mix] = asked.map((key) => (key === undefined || isGone(key) ? undefined : key));
    this.#chosen.model = model ?? this.#models.builtIn[0]?.key;
    this.#chosen.mix = mix === this.#chosen.model ? undefined : mix;
    return asked.flatMap((key) => (key !== undefined && isGone(key) ? [nameIn(key)] : []));
  }

  /**
   * @param {string} key
   * @returns {import('./engine.js').ModelSource}
   */
  #source(key) {
    const { name = key, own } = this.#models.find(key) ?? {};
    return own ? { id: own.id, name, file: own.file } : name;
  }

  /** Into the address. */
  write() {
    const lasts = (/** @type {import('./models.js').Model | undefined} */ model) => !model?.own || model.own.kept;
    const { model, share, run } = this.#chosen;
    const mix = lasts(this.model) && lasts(this.mix) ? this.#chosen.mix : undefined;
    const values = { model: lasts(this.model) ? model : undefined, mix, share: mix && String(share), run };
    const address = new URL(location.href);
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) address.searchParams.delete(name);
      else address.searchParams.set(name, value);
    }
    history.replaceState(null, '', address);
  }
}
