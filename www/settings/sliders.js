/** The sliders of the chosen model. Fires `move` with the name and the value in percent. */

/** @typedef {import('../models/models.js').Slider} Slider */

export class Sliders extends EventTarget {
  #root;

  /** @param {HTMLElement} root */
  constructor(root) {
    super();
    this.#root = root;
  }

  /**
   * Leaves a slider that is already there where it is in the page, so that it keeps the focus.
   * @param {Slider[]} sliders
   * @param {(slider: Slider) => number} valueOf
   */
  show(sliders, valueOf) {
    const names = sliders.map(({ name }) => name).join();
    if (this.#root.dataset.names !== names) {
      this.#root.dataset.names = names;
      this.#root.replaceChildren(...sliders.flatMap((slider) => this.#row(slider)));
    }
    for (const slider of sliders) {
      const input = /** @type {HTMLInputElement} */ (this.#root.querySelector(`#slider-${slider.name}`));
      input.value = String(valueOf(slider));
      this.#tell(input);
    }
  }

  /** @param {Slider} slider */
  #row({ name, title, summary }) {
    const id = `slider-${name}`;
    const label = Object.assign(document.createElement('label'), { htmlFor: id, textContent: title });
    const input = Object.assign(document.createElement('input'), { type: 'range', id, min: '0', max: '100', step: '1' });
    const row = Object.assign(document.createElement('p'), { className: 'share' });
    row.append(input, document.createElement('output'));
    const hint = Object.assign(document.createElement('p'), { className: 'hint', textContent: summary });
    input.addEventListener('input', () => this.#tell(input));
    input.addEventListener('change', () => {
      this.dispatchEvent(new CustomEvent('move', { detail: { name, value: input.valueAsNumber } }));
    });
    return [label, row, hint];
  }

  /** @param {HTMLInputElement} input */
  #tell(input) {
    const output = /** @type {HTMLOutputElement} */ (input.nextElementSibling);
    output.value = `${input.value} %`;
  }
}
