/** What there is to choose besides weight files, and the plain words for what all of it is for. */

import * as client from '../js/client.js';

export const CLASSICAL = 'classical';

/** Where nobody asks for a size and the model leaves a choice. */
export const USUAL_SCALE = 4;

/**
 * Chosen anew for each picture.
 * @type {import('./models.js').Model}
 */
export const AUTOMATIC = {
  key: client.AUTOMATIC,
  name: client.AUTOMATIC,
  title: 'Automatic',
  summary: 'Looks at the picture: text and drawings are enlarged as such, everything else as a photo.',
  sliders: [],
  isOpen: true,
};

/**
 * What a picture can be said to be. The engine takes the model for it that suits the size; a purpose that no model is for is
 * not offered.
 * @type {import('./models.js').Model[]}
 */
const PURPOSES = [
  ['photo', 'Photo', 'As cameras and phones make them. Takes away noise and the traces of JPEG.'],
  ['fidelity', 'Faithful', 'For clean pictures. Keeps to what is there and makes up nothing.'],
  ['text', 'Text and logos', 'Crisp letters, lines and flat colours: screenshots, scans, drawings.'],
  ['fast', 'Fast', 'The least work, for clean pictures on slow machines.'],
].map(([purpose, title, summary]) => ({ key: purpose, name: purpose, title, summary, purpose, sliders: [], isOpen: true }));

/**
 * What there was before networks.
 * @type {import('./models.js').Model[]}
 */
export const FILTERS = [
  ['nearest', 'Nearest', 'Repeats each pixel: blocks, and stairs along every slanted line.'],
  ['bilinear', 'Bilinear', 'Goes straight from each pixel to the next: no blocks, but soft and dull.'],
  ['bicubic', 'Bicubic', 'Draws curves through the pixels, as most programs do: smooth, and a little blurred.'],
  ['lanczos', 'Lanczos', 'Looks farther around each pixel: the sharpest of the filters, with faint rings along edges.'],
].map(([key, title, summary]) => ({ key, name: key, title, summary, purpose: CLASSICAL, sliders: [] }));

/** @param {unknown} model */
export const isFilter = (model) => FILTERS.some(({ key }) => key === model);

/** What can be chosen before the list of models is there. */
export const ALWAYS = [AUTOMATIC, ...PURPOSES, ...FILTERS];

/**
 * In the order in which people see them, with the words for a group of them.
 * @type {[purpose: string, title: string][]}
 */
export const GROUPS = [
  ['photo', 'Photos'],
  ['fidelity', 'Faithful'],
  ['text', 'Text and logos'],
  ['fast', 'Fast'],
  ['history', 'How it began'],
  [CLASSICAL, 'Classical filters'],
];

/**
 * What is offered as an answer to what the picture is: the automatic choice, and what there is a model for.
 * @param {import('./models.js').Model[]} models
 */
export function kinds(models) {
  const hasModel = (/** @type {string | undefined} */ purpose) => models.some((model) => model.scale && model.purpose === purpose);
  return models.filter(({ isOpen, key, purpose }) => isOpen && (key === AUTOMATIC.key || hasModel(purpose)));
}

/**
 * Which of them a model belongs to, if any.
 * @param {import('./models.js').Model | undefined} model
 */
export const kindOf = (model) => (model?.isOpen ? model.key : model?.purpose);
