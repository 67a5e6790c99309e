/**
 * What would be made with what the engine is ready for, and how long it would take: planned by the engine when somebody
 * wants to know and only then.
 */

import { outputOf, pixelsKey, planKey, settingsOf } from '../choose/choice.js';
import { shownPicture } from '../state/store.js';

/** Asked for while no picture is open. */
const ONE_MEGAPIXEL = { width: 1000, height: 1000 };

/**
 * Whether what is chosen has not been made of the picture yet, and nothing is being made.
 * @param {Readonly<import('../state/store.js').State>} state
 */
export function isToBeMade(state) {
  const picture = shownPicture(state);
  if (!picture || !['waiting', 'done', 'failed'].includes(picture.phase)) return false;
  const key = pixelsKey(state.choice, state.models);
  return !picture.results.some((result) => result.key === key);
}

/**
 * What is known of the present choice.
 * @param {Readonly<import('../state/store.js').State>} state
 * @returns {{plan?: import('../js/client.js').Plan, milliseconds?: number, isAsked: boolean}} the plan is of the picture shown
 */
export function forecastOf(state) {
  const key = planKey(state.choice, state.models);
  const picture = shownPicture(state);
  const known = picture ? picture.plans[key] : state.estimates[key];
  if (state.engine.phase !== 'ready') return { isAsked: false };
  if (typeof known === 'object') return { plan: known, milliseconds: known.milliseconds, isAsked: false };
  return { milliseconds: typeof known === 'number' ? known : undefined, isAsked: known === 'asked' };
}

export class Forecast {
  #store;
  #engine;
  #stop = new AbortController();

  /**
   * @param {import('../state/store.js').Store} store
   * @param {import('../js/client.js').Engine} engine
   */
  constructor(store, engine) {
    this.#store = store;
    this.#engine = engine;
    store.follow(
      (state) => {
        const picture = shownPicture(state);
        const isWanted = state.engine.phase === 'ready' && (isToBeMade(state) || (state.isMoreOpen && !picture?.progress));
        return [isWanted, planKey(state.choice, state.models), picture?.original && picture.id, state.engine.info];
      },
      ([isWanted]) => {
        this.#stop.abort();
        this.#forgetAsked();
        if (isWanted) this.#ask();
      },
    );
  }

  async #ask() {
    const { signal } = (this.#stop = new AbortController());
    const { state, picture } = this.#store;
    const key = planKey(state.choice, state.models);
    if (picture ? picture.plans[key] : state.estimates[key]) return;
    const settings = settingsOf(state.choice, state.models);
    const output = outputOf(state.choice, state.models);
    this.#learn(picture?.id, key, 'asked');
    try {
      const known = picture
        ? await this.#engine.plan(picture.file, settings, output, { signal })
        : await this.#engine.estimate(settings, ONE_MEGAPIXEL, { scale: output.scale, tta: output.tta, signal });
      if (!signal.aborted) this.#learn(picture?.id, key, known);
    } catch {
      // The engine cannot run the model: whoever runs it is told why.
      if (!signal.aborted) this.#learn(picture?.id, key, 'unknown');
    }
  }

  /**
   * @param {number | undefined} id of the picture
   * @param {string} key
   * @param {import('../js/client.js').Plan | number | 'asked' | 'unknown'} known
   */
  #learn(id, key, known) {
    if (id === undefined) {
      if (typeof known !== 'object') this.#store.set({ estimates: { ...this.#store.state.estimates, [key]: known } });
    } else if (typeof known !== 'number') {
      this.#store.setPicture(id, { plans: { ...this.#store.find(id)?.plans, [key]: known } });
    }
  }

  /** What was asked and stopped is not known, and can be asked again. */
  #forgetAsked() {
    const { estimates, pictures } = this.#store.state;
    /** @param {Record<string, unknown>} known */
    const isAsked = (known) => Object.values(known).includes('asked');
    const forget = (/** @type {any} */ known) => Object.fromEntries(Object.entries(known).filter(([, value]) => value !== 'asked'));
    if (isAsked(estimates)) this.#store.set({ estimates: forget(estimates) });
    for (const { id, plans } of pictures) if (isAsked(plans)) this.#store.setPicture(id, { plans: forget(plans) });
  }
}
