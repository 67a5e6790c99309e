/** Makes the engine ready for the choice, and says how that goes. Fires `change` when it is ready or will not be. */

import { EngineError } from '../js/client.js';
import { find } from '../ui/dom.js';
import * as format from '../ui/format.js';
import { sentenceOf, tell, warn } from '../ui/notices.js';

/** Who goes through a list with the keyboard does not want every model on the way made ready. */
const QUIET_MS = 200;

const readiness = find(document, '#readiness', HTMLElement);

export class Readiness extends EventTarget {
  #engine;
  #choice;
  #forecast;
  #panel;
  /** The engine is being made ready for the last choice; whoever is not this any more has no say. */
  #preparing = new AbortController();
  /** The settings that it is made ready for. */
  #prepared = '';

  /**
   * @param {import('../js/client.js').Engine} engine
   * @param {import('./choice.js').Choice} choice
   * @param {import('../picture/forecast.js').Forecast} forecast
   * @param {import('./settings-panel.js').SettingsPanel} panel
   */
  constructor(engine, choice, forecast, panel) {
    super();
    this.#engine = engine;
    this.#choice = choice;
    this.#forecast = forecast;
    this.#panel = panel;
  }

  /** Makes the engine ready for the choice where it is not yet. */
  follow() {
    const settings = JSON.stringify(this.#choice.settings);
    if (settings !== this.#prepared || document.body.dataset.engine === 'failed') this.prepare(QUIET_MS);
  }

  /** @param {number} [pause] before it is begun, in milliseconds */
  async prepare(pause = 0) {
    this.#preparing.abort();
    const { signal } = (this.#preparing = new AbortController());
    const { model, mix, settings } = this.#choice;
    this.#prepared = JSON.stringify(settings);
    document.body.dataset.engine = 'loading';
    readiness.textContent = 'Getting the engine ready…';
    this.#panel.mixProblem = '';
    this.#panel.problem = '';
    this.#forecast.forget();
    try {
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (signal.aborted) return;
      const info = await this.#engine.prepare(settings, { signal });
      readiness.textContent = `Ready: ${format.ranOn(info)}`;
      warn(info.warnings);
      if (model) model.info = info.model;
      this.#panel.show();
      this.#forecast.ready(info);
      document.body.dataset.engine = 'ready';
    } catch (error) {
      if (signal.aborted) return;
      readiness.textContent = 'The engine is not ready.';
      document.body.dataset.engine = 'failed';
      this.#tellWhy(error, mix !== undefined);
    }
    this.dispatchEvent(new Event('change'));
  }

  /**
   * @param {unknown} error
   * @param {boolean} isMix
   */
  #tellWhy(error, isMix) {
    if (isMix && error instanceof EngineError && error.code === 'invalid-option') {
      this.#panel.mixProblem = error.message;
    } else {
      tell(sentenceOf(error));
      this.#panel.problem = sentenceOf(error); // On a small screen the settings hide the other one.
    }
  }
}
