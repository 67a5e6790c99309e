/** How large? The usual answers, and exact ones. */

import { shownPicture } from '../state/store.js';
import { element, find } from '../ui/dom.js';
import { scaleOf } from './choice.js';
import { MOST_SCALE, sizeOf } from './output-options.js';
import { radio } from './radio.js';

const SCALES = [2, 3, 4, 8];
const FOUR_K = { width: 3840, height: 2160 };
const MOST_PIXELS = 2 ** 31 - 1;

/** @typedef {'times' | 'width' | 'height' | 'fit'} Way */

/** @param {import('./output-options.js').Size['fit']} fit */
const isFourK = (fit) => fit?.width === FOUR_K.width && fit.height === FOUR_K.height;

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('./choosing.js').Choosing} choosing
 */
export function showSizeField(store, choosing) {
  const root = element('#sizes');
  const exact = element('#exact');
  const by = find(document, '#by', HTMLSelectElement);
  const fields = {
    times: find(document, '#times', HTMLInputElement),
    width: find(document, '#exact-width', HTMLInputElement),
    height: find(document, '#exact-height', HTMLInputElement),
  };
  const problem = element('#size-problem');
  /** The person wants to give numbers, whatever these are. */
  let isExact = false;

  /** @param {import('./output-options.js').Size} size */
  const choose = (size) => choosing.choose({ output: { ...store.state.choice.output, ...sizeOf(size) } });

  /** What the fields begin with: what is made now. */
  const present = () => {
    const { choice, models } = store.state;
    const { width = 480, height = 270 } = store.picture ?? {};
    const { scale, fit, ...sides } = choice.output;
    const times = scaleOf(choice, models) ?? 4;
    const sideOr = (/** @type {'width' | 'height'} */ side, /** @type {number} */ usual) => sides[side] ?? fit?.[side] ?? usual;
    return { times, width: sideOr('width', Math.round(width * times)), height: sideOr('height', Math.round(height * times)) };
  };

  /** @returns {Way} */
  const way = () => {
    const { width, height, fit } = store.state.choice.output;
    return width ? 'width' : height ? 'height' : fit ? 'fit' : 'times';
  };

  /** @param {Way} chosen */
  const showFields = (chosen) => {
    by.value = chosen;
    for (const [name, field] of Object.entries(fields)) {
      const isShown = name === chosen || (chosen === 'fit' && name !== 'times');
      /** @type {HTMLElement} */ (field.parentElement).hidden = !isShown;
    }
  };

  const showProblem = () => {
    const wrong = Object.values(fields).filter((field) => field.checkVisibility() && !field.validity.valid);
    for (const field of Object.values(fields)) field.setAttribute('aria-invalid', String(wrong.includes(field)));
    const [field] = wrong;
    const range = field === fields.times ? `from 1 to ${MOST_SCALE}` : `of pixels, 1 or more`;
    problem.textContent = field ? `Give a number ${range}.` : '';
  };

  const take = () => {
    showProblem();
    if (problem.textContent) return;
    const [times, width, height] = [fields.times, fields.width, fields.height].map((field) => field.valueAsNumber);
    const ways = { times: { scale: times }, width: { width }, height: { height }, fit: { fit: { width, height } } };
    choose(ways[/** @type {Way} */ (by.value)]);
  };

  const show = () => {
    const { choice, models } = store.state;
    const { width, height, fit } = choice.output;
    const scale = scaleOf(choice, models);
    const isUsual = !width && !height && (!fit || isFourK(fit)) && (!scale || SCALES.includes(scale));
    const answers = [
      ...SCALES.map((times) => ({ value: String(times), title: `${times}×` })),
      { value: 'fit', title: 'Fit 4K' },
      { value: 'exact', title: 'Exact…' },
    ];
    const usual = fit ? 'fit' : String(scale ?? '');
    radio(root, 'size', answers, isExact || !isUsual ? 'exact' : usual);
    exact.hidden = !isExact && isUsual;
    if (exact.contains(document.activeElement) && problem.textContent) return; // what is being typed stays
    showFields(way());
    const values = present();
    fields.times.value = String(values.times);
    fields.width.value = String(values.width);
    fields.height.value = String(values.height);
    showProblem();
  };

  root.addEventListener('change', (event) => {
    const { value } = /** @type {HTMLInputElement} */ (event.target);
    isExact = value === 'exact';
    if (isExact) show();
    else choose(value === 'fit' ? { fit: FOUR_K } : { scale: Number(value) });
    if (!isExact) show();
  });
  by.addEventListener('change', () => {
    showFields(/** @type {Way} */ (by.value));
    take();
  });
  for (const field of Object.values(fields)) {
    field.addEventListener('input', showProblem);
    field.addEventListener('change', take);
  }
  fields.times.max = String(MOST_SCALE);
  for (const side of [fields.width, fields.height]) side.max = String(MOST_PIXELS);

  store.follow(
    (state) => {
      const { output } = state.choice;
      const { scale, width, height, fit } = output;
      const picture = shownPicture(state);
      return [scale, width, height, fit, scaleOf(state.choice, state.models), picture?.width, picture?.height];
    },
    show,
  );
}
