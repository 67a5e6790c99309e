/** The settings: which model, mixed with which, run on what. */

import { find } from './dom.js';
import { ModelCard } from './model-card.js';

/**
 * @param {string} label
 * @param {import('./models.js').Model[]} models
 */
function group(label, models) {
  const made = Object.assign(document.createElement('optgroup'), { label });
  made.append(...models.map(({ title, key }) => new Option(title, key)));
  return made;
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
  #card;

  /**
   * @param {import('./models.js').Models} models
   * @param {import('./choice.js').Choice} choice
   */
  constructor(models, choice) {
    this.#models = models;
    this.#choice = choice;
    this.#card = new ModelCard(find(this.#root, '#card', HTMLElement), models);
    this.#model.addEventListener('change', () => choice.choose({ model: this.#model.value }));
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
    const { model = '', mix = '', share, run } = this.#choice.chosen;
    const groups = [group('Built in', builtIn), group('Yours', own)];
    this.#model.replaceChildren(...groups.filter(({ children }) => children.length > 0));
    const isOther = (/** @type {import('./models.js').Model} */ { key }) => key !== model;
    const others = [group('Built in', builtIn.filter(isOther)), group('Yours', own.filter(isOther))];
    this.#mix.replaceChildren(new Option('None', ''), ...others.filter(({ children }) => children.length > 0));
    this.#model.value = model;
    this.#mix.value = mix;
    this.#mix.disabled = this.#mix.length === 1;
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

  /** Why the two models cannot be mixed. */
  set mixProblem(/** @type {string} */ sentence) {
    this.#mixProblem.textContent = sentence;
  }

  #showShare() {
    this.#shareText.value = `${this.#share.value} %`;
    this.#share.setAttribute('aria-valuetext', `${this.#share.value} % of ${this.#choice.mix?.name ?? ''}`);
  }
}
