/**
 * What would be made with what the engine is ready for, and how long it would take: planned by the engine when somebody
 * wants to know and only then. Fires `change` when it is known.
 */

import { about, device } from '../ui/format.js';

/** Asked for while no picture is open. */
const ONE_MEGAPIXEL = { width: 1000, height: 1000 };

/** @typedef {{plan?: import('../js/client.js').Plan, milliseconds: number}} Known the plan is of the open picture */

export class Forecast extends EventTarget {
  #engine;
  #choice;
  #stop = new AbortController();
  /** @type {import('../js/client.js').Info | undefined} */
  #ready;
  /** @type {File | undefined} */
  #picture;
  /** @type {Map<string, Known | 'asked' | 'unknown'>} by the choice */
  #known = new Map();

  /**
   * @param {import('../js/client.js').Engine} engine
   * @param {import('../settings/choice.js').Choice} choice
   */
  constructor(engine, choice) {
    super();
    this.#engine = engine;
    this.#choice = choice;
  }

  /** The engine is being made ready for another choice. */
  forget() {
    this.#ready = undefined;
    this.#clear();
  }

  /** @param {import('../js/client.js').Info} info */
  ready(info) {
    this.#ready = info;
  }

  /**
   * Another picture is open, or none.
   * @param {File | undefined} picture
   */
  set picture(picture) {
    if (picture === this.#picture) return;
    this.#picture = picture;
    this.#clear();
  }

  /**
   * The plan of the open picture is known already.
   * @param {string} key of the choice
   * @param {import('../js/client.js').Plan} plan
   */
  learn(key, plan) {
    this.#known.set(key, { plan, milliseconds: plan.milliseconds });
  }

  async ask() {
    const { key } = this.#choice;
    if (!this.#ready || this.#known.has(key)) return;
    const { signal } = this.#stop;
    this.#known.set(key, 'asked');
    /** @type {Known | 'unknown'} */
    let known = 'unknown'; // where the engine cannot run the model: whoever runs it is told why
    try {
      known = await this.#plan(signal);
    } catch {
      if (signal.aborted) return;
    }
    if (signal.aborted) return;
    this.#known.set(key, known);
    this.dispatchEvent(new Event('change'));
  }

  /** Whether the engine has been asked for something that is not known yet. */
  get isAsked() {
    return [...this.#known.values()].includes('asked');
  }

  /** What is known of the present choice: the plan of the open picture, and the time in words, empty where it is not known. */
  get told() {
    const known = this.#known.get(this.#choice.key);
    if (!this.#ready || typeof known !== 'object') return { time: '', device: '' };
    return { plan: known.plan, time: about(known.milliseconds / 1000), device: device(this.#ready) };
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<Known>}
   */
  async #plan(signal) {
    const { settings, output } = this.#choice;
    if (!this.#picture) {
      return { milliseconds: await this.#engine.estimate(settings, ONE_MEGAPIXEL, { scale: output.scale, signal }) };
    }
    const plan = await this.#engine.plan(this.#picture, settings, output, { signal });
    return { plan, milliseconds: plan.milliseconds };
  }

  #clear() {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#known.clear();
  }
}
