/** The sliders that the choice has. */

import { findModel } from '../models/models.js';
import { resultToSave, shownPicture } from '../state/store.js';
import { element } from '../ui/dom.js';
import { canBeAutomatic, isAutomatic, valueOf } from './choice.js';

/** @typedef {import('../models/models.js').Slider} Slider */

/**
 * Where the shown picture put the slider for noise, in percent; undefined where it did not.
 * @param {Readonly<import('../state/store.js').State>} state
 */
function cleanUpIn(state) {
  const picture = shownPicture(state);
  const seen = picture && resultToSave(picture)?.made?.seen;
  return seen?.cleans ? Math.round(100 * seen.cleanUp) : undefined;
}

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
    if (canBeAutomatic(name)) made.append(automaticButton(name, input));
    input.addEventListener('input', () => tell(input));
    input.addEventListener('change', () => {
      choosing.choose({ sliders: { ...store.state.choice.sliders, [name]: input.valueAsNumber } });
    });
    return made;
  };

  /**
   * Leaves the slider to each picture again.
   * @param {Slider['name']} name
   * @param {HTMLInputElement} input gets the focus, since the button goes
   */
  const automaticButton = (name, input) => {
    const made = Object.assign(document.createElement('button'), { type: 'button', className: 'quiet small', textContent: 'Automatic' });
    made.addEventListener('click', () => {
      const { [name]: _, ...others } = store.state.choice.sliders;
      input.focus();
      choosing.choose({ sliders: others });
    });
    return made;
  };

  /**
   * @param {HTMLInputElement} input
   * @param {boolean} [isLeft] to each picture
   */
  const tell = (input, isLeft = false) => {
    const words = isLeft ? 'automatic' : `${input.value} %`;
    /** @type {HTMLOutputElement} */ (input.previousElementSibling).value = words;
    input.ariaValueText = words;
    const button = /** @type {HTMLButtonElement | null} */ (input.nextElementSibling);
    if (button) button.hidden = isLeft;
  };

  store.follow(
    (state) => [findModel(state.models, state.choice.model)?.sliders, state.choice.sliders, cleanUpIn(state)],
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
        const isLeft = isAutomatic(choice, slider);
        const found = isLeft ? cleanUpIn(store.state) : undefined;
        input.value = String(found ?? valueOf(choice, slider));
        tell(input, isLeft);
      }
    },
  );
}
