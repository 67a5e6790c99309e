/**
 * How long a picture would take with what the engine is ready for, measured by the engine when somebody wants to know
 * and only then. Fires `change` when it is known.
 */

import { about, device } from './format.js';

/** Asked for while no picture is open. */
const ONE_MEGAPIXEL = { width: 1000, height: 1000 };

export class Forecast extends EventTarget {
  #engine;
  #stop = new AbortController();
  /** @type {{settings: import('./engine.js').Settings, info: import('./engine.js').Info} | undefined} */
  #ready;
  /** @type {Map<string, number | 'asked' | 'unknown'>} milliseconds by size */
  #known = new Map();

  /** @param {import('./engine.js').Engine} engine */
  constructor(engine) {
    super();
    this.#engine = engine;
  }

  /** Another choice has been made. */
  forget() {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#ready = undefined;
    this.#known.clear();
  }

  /**
   * @param {import('./engine.js').Settings} settings
   * @param {import('./engine.js').Info} info
   */
  ready(settings, info) {
    this.#ready = { settings, info };
  }

  /** @param {{width: number, height: number} | undefined} size */
  async ask(size = ONE_MEGAPIXEL) {
    const key = JSON.stringify(size);
    if (!this.#ready || this.#known.has(key)) return;
    const { signal } = this.#stop;
    this.#known.set(key, 'asked');
    /** @type {number | 'unknown'} */
    let milliseconds = 'unknown'; // where the engine cannot run the model: whoever runs it is told why
    try {
      milliseconds = await this.#engine.estimate(this.#ready.settings, size, signal);
    } catch {
      if (signal.aborted) return;
    }
    this.#known.set(key, milliseconds);
    this.dispatchEvent(new Event('change'));
  }

  /** Whether the engine has been asked for something that is not known yet. */
  get isAsked() {
    return [...this.#known.values()].includes('asked');
  }

  /**
   * In words; empty where it is not known.
   * @param {{width: number, height: number} | undefined} size
   */
  about(size = ONE_MEGAPIXEL) {
    const milliseconds = this.#known.get(JSON.stringify(size));
    if (!this.#ready || typeof milliseconds !== 'number') return { time: '', device: '' };
    return { time: about(milliseconds / 1000), device: device(this.#ready.info) };
  }
}
