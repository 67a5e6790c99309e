/** The sliders that the choice has. */

import { findModel } from '../models/models.js';
import { element } from '../ui/dom.js';
import { valueOf } from './choice.js';

/** @typedef {import('../models/models.js').Slider} Slider */

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('./choosing.js').Choosing} choosing
 */
export function showSlidersField(store, choosing) {
  const root = element('#sliders');

  /** @param {Slider} slider */
  const row = ({ name, title, summary }) => {
    const id = `slider-${name}`;
    const label = Object.assign(document.createElement('label'), { htmlFor: id, textContent: title });
    const value = Object.assign(document.createElement('output'), { htmlFor: id });
    const input = Object.assign(document.createElement('input'), { type: 'range', id, min: '0', max: '100', step: '1', title: summary });
    const made = Object.assign(document.createElement('div'), { className: 'slider-row' });
    made.append(label, value, input);
    input.addEventListener('input', () => tell(input));
    input.addEventListener('change', () => {
      choosing.choose({ sliders: { ...store.state.choice.sliders, [name]: input.valueAsNumber } });
    });
    return made;
  };

  /** @param {HTMLInputElement} input */
  const tell = (input) => {
    /** @type {HTMLOutputElement} */ (input.previousElementSibling).value = `${input.value} %`;
  };

  store.follow(
    ({ models, choice }) => [findModel(models, choice.model)?.sliders, choice.sliders],
    () => {
      const { models, choice } = store.state;
      const sliders = findModel(models, choice.model)?.sliders ?? [];
      const names = sliders.map(({ name }) => name).join();
      // One that is there already stays where it is, so that it keeps the focus.
      if (root.dataset.names !== names) {
        root.dataset.names = names;
        root.replaceChildren(...sliders.map(row));
      }
      for (const slider of sliders) {
        const input = /** @type {HTMLInputElement} */ (root.querySelector(`#slider-${slider.name}`));
        input.value = String(valueOf(choice, slider));
        tell(input);
      }
    },
  );
}
