/** The settings: which model, its sliders, how its results are, what it is mixed with, what it runs on. */

import { ModelCard } from '../models/model-card.js';
import { AUTOMATIC, FILTERS, PURPOSES } from '../models/purposes.js';
import { find } from '../ui/dom.js';
import { OutputOptionsPanel } from './output-options-panel.js';
import { Sliders } from './sliders.js';

/**
 * @param {string} label
 * @param {import('../models/models.js').Model[]} models
 */
function group(label, models) {
  const made = Object.assign(document.createElement('optgroup'), { label });
  made.append(...models.map(({ title, key }) => new Option(title, key)));
  return made;
}

/**
 * Models in groups by what they are for; groups without any are left out.
 * @param {import('../models/models.js').Model[]} models
 */
function groups(models) {
  const byPurpose = PURPOSES.map(([purpose, title]) => group(title, models.filter((model) => model.purpose === purpose)));
  const own = group('Yours', models.filter((model) => model.own));
  return [...byPurpose, own].filter(({ children }) => children.length > 0);
}

export class SettingsPanel {
  #models;
  #choice;
  #root = find(document, '#settings', HTMLElement);
  #model = find(this.#root, '#model', HTMLSelectElement);
  #mix = find(this.#root, '#mix', HTMLSelectElement);
  #share = find(this.#root, '#share', HTMLInputElement);
  #shareRow = find(this.#root, '.share', HTMLElement);
  #shareText = find(this.#root, '.share output', HTMLOutputElement);
  #mixProblem = find(this.#root, '#mix-problem', HTMLElement);
  #run = find(this.#root, '#run-on', HTMLSelectElement);
  #output = new OutputOptionsPanel(this.#root);
  #sliders = new Sliders(find(this.#root, '#sliders', HTMLElement));
  #card;

  /**
   * @param {import('../models/models.js').Models} models
   * @param {import('./choice.js').Choice} choice
   */
  constructor(models, choice) {
    this.#models = models;
    this.#choice = choice;
    this.#card = new ModelCard(find(this.#root, '#card', HTMLElement), models);
    this.#model.addEventListener('change', () => choice.choose({ model: this.#model.value }));
    this.#output.addEventListener('change', (event) => {
      choice.choose({ output: /** @type {CustomEvent<import('./output-options.js').OutputOptions>} */ (event).detail });
    });
    this.#sliders.addEventListener('move', (event) => {
      const { name, value } = /** @type {CustomEvent<{name: string, value: number}>} */ (event).detail;
      choice.choose({ sliders: { ...choice.chosen.sliders, [name]: value } });
    });
    this.#mix.addEventListener('change', () => choice.choose({ mix: this.#mix.value || undefined }));
    this.#share.addEventListener('input', () => this.#showShare());
    this.#share.addEventListener('change', () => choice.choose({ share: this.#share.valueAsNumber }));
    this.#run.addEventListener('change', () => {
      const run = /** @type {'auto' | 'gpu' | 'cpu'} */ (this.#run.value);
      choice.choose({ run });
    });
  }

  get isOpen() {
    return this.#root.matches(':popover-open');
  }

  open() {
    if (!this.isOpen) this.#root.showPopover();
  }

  /** So that what lies behind can be seen. */
  close() {
    this.#root.hidePopover();
  }

  /** @param {() => void} action when it has been opened */
  onOpen(action) {
    this.#root.addEventListener('toggle', () => {
      if (this.isOpen) action();
    });
  }

  /** Shows the models there are and the choice as it stands. */
  show() {
    const { builtIn, own } = this.#models;
    const { model = '', output, mix = '', share, run } = this.#choice.chosen;
    this.#model.replaceChildren(
      new Option(AUTOMATIC.title, AUTOMATIC.key),
      ...groups([...builtIn, ...FILTERS, ...own]),
    );
    this.#model.value = model;

    const { scale, info } = this.#choice.model ?? {};
    this.#output.show(output, scale ?? info?.scale);
    this.#sliders.show(this.#choice.model?.sliders ?? [], (slider) => this.#choice.valueOf(slider));

    const others = groups([...builtIn, ...own].filter(({ key }) => key !== model));
    this.#mix.replaceChildren(new Option('None', ''), ...others);
    this.#mix.value = mix;
    this.#mix.disabled = this.#mix.length === 1 || !this.#choice.canMix;
    this.#share.value = String(share);
    this.#shareRow.hidden = mix === '';
    this.#run.value = run;
    this.#showShare();
    this.#card.show(this.#choice.model);
  }

  /** Why the chosen model cannot be run. */
  set problem(/** @type {string} */ sentence) {
    this.#card.problem = sentence;
  }

  /** About how long it would take. */
  set time(/** @type {string} */ sentence) {
    this.#card.time = sentence;
  }

  /** What would be made of the open picture. */
  set makes(/** @type {string} */ sentence) {
    this.#output.makes = sentence;
  }

  /** Why the two models cannot be mixed. */
  set mixProblem(/** @type {string} */ sentence) {
    this.#mixProblem.textContent = sentence;
  }

  #showShare() {
    this.#shareText.value = `${this.#share.value} %`;
    this.#share.setAttribute('aria-valuetext', `${this.#share.value} % of ${this.#choice.mix?.name ?? ''}`);
  }
}
