/** What the chosen model is, and what can be done with it where it is the person's own. */

import { EngineError } from '../js/client.js';
import { find } from '../ui/dom.js';
import * as format from '../ui/format.js';

export class ModelCard {
  #name;
  #summary;
  #facts;
  #own;
  #keep;
  #problem;
  #models;
  /** @type {import('./models.js').Model | undefined} */
  #model;

  /**
   * @param {HTMLElement} root
   * @param {import('./models.js').Models} models
   */
  constructor(root, models) {
    this.#models = models;
    this.#name = find(root, '.name', HTMLElement);
    this.#summary = find(root, '.summary', HTMLElement);
    this.#facts = find(root, 'dl', HTMLElement);
    this.#own = find(root, '.own', HTMLElement);
    this.#keep = find(root, '#keep', HTMLInputElement);
    this.#problem = find(root, '[role=alert]', HTMLElement);
    this.#keep.addEventListener('change', () => {
      this.#try((model) => (this.#keep.checked ? this.#models.keep(model) : this.#models.forget(model)));
    });
    find(root, '#remove', HTMLButtonElement).addEventListener('click', () => {
      this.#try((model) => this.#models.remove(model));
    });
  }

  /** @param {import('./models.js').Model | undefined} model */
  show(model) {
    if (model !== this.#model) this.problem = '';
    this.#model = model;
    this.#name.textContent = model?.name ?? '';
    this.#summary.textContent = model?.summary ?? '';
    const info = model?.info;
    this.#tell('kind', info?.architecture);
    this.#tell('enlarges', info && format.enlarges(info.scale));
    this.#tell('parameters', info && format.count(info.parameters));
    this.#tell('size', info && format.bytes(info.bytes));
    this.#own.hidden = !model?.own;
    this.#keep.checked = model?.own?.kept ?? false;
  }

  set problem(/** @type {string} */ sentence) {
    this.#problem.textContent = sentence;
  }

  set time(/** @type {string} */ sentence) {
    this.#tell('time', sentence);
  }

  /**
   * @param {string} fact
   * @param {string | undefined} value
   */
  #tell(fact, value) {
    find(this.#facts, `[data-fact=${fact}]`, HTMLElement).textContent = value || '–';
  }

  /** @param {(model: import('./models.js').OwnModel) => Promise<void>} action */
  async #try(action) {
    this.problem = '';
    this.#keep.disabled = true;
    try {
      await action(/** @type {import('./models.js').OwnModel} */ (this.#model));
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      this.problem =
        error instanceof EngineError ? message : `The file that is kept could not be changed (${message}).`;
    }
    this.#keep.disabled = false;
    this.show(this.#model);
  }
}
