/** Makes the engine ready for the choice, and keeps in the state how that goes. */

import { EngineError } from '../js/client.js';
import { settingsOf } from '../choose/choice.js';
import { sentenceOf } from '../ui/words.js';

/** Who goes through a list with the keyboard does not want every model on the way made ready. */
const QUIET_MS = 200;

export class Readiness {
  #store;
  #engine;
  #models;
  /** The engine is being made ready for the last choice; whoever is not this any more has no say. */
  #preparing = new AbortController();
  /** The settings that it is made ready for. */
  #prepared = '';
  /** What kept it from being made ready last; once it is ready that is told no longer. */
  #told = '';

  /**
   * @param {import('../state/store.js').Store} store
   * @param {import('../js/client.js').Engine} engine
   * @param {import('../models/models.js').Models} models
   */
  constructor(store, engine, models) {
    this.#store = store;
    this.#engine = engine;
    this.#models = models;
  }

  /** Makes the engine ready, from now on for every new choice. */
  begin() {
    const settings = () => JSON.stringify(settingsOf(this.#store.state.choice, this.#store.state.models));
    this.#store.follow(settings, (wanted) => {
      if (wanted !== this.#prepared) this.prepare(this.#prepared ? QUIET_MS : 0);
    });
    addEventListener('online', () => {
      if (this.#store.state.engine.phase === 'failed') this.prepare();
    });
  }

  /** @param {number} [pause] before it is begun, in milliseconds */
  async prepare(pause = 0) {
    this.#preparing.abort();
    const { signal } = (this.#preparing = new AbortController());
    const { choice, models } = this.#store.state;
    const settings = settingsOf(choice, models);
    this.#prepared = JSON.stringify(settings);
    this.#store.set({ engine: { phase: 'loading', problem: '', mixProblem: '' }, download: undefined, estimates: {} });
    try {
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (signal.aborted) return;
      const info = await this.#engine.prepare(settings, { signal });
      this.#models.learn(choice.model, info.model);
      const { problem } = this.#store.state;
      this.#store.set({
        engine: { phase: 'ready', info, problem: '', mixProblem: '' },
        problem: problem === this.#told ? '' : problem,
      });
    } catch (error) {
      if (signal.aborted) return;
      this.#tellWhy(error, choice.mix !== undefined);
    }
  }

  /**
   * @param {unknown} error
   * @param {boolean} isMix
   */
  #tellWhy(error, isMix) {
    const sentence = sentenceOf(error);
    const isOfMix = isMix && error instanceof EngineError && error.code === 'invalid-option';
    const [problem, mixProblem] = isOfMix ? ['', sentence] : [sentence, ''];
    this.#told = problem;
    this.#store.set({ engine: { phase: 'failed', problem, mixProblem }, problem });
  }
}
