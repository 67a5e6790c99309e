/** What there is to choose besides weight files, and the plain words for what all of it is for. */

import * as client from '../js/client.js';

export const CLASSICAL = 'classical';

/** In the order in which people see them. */
export const PURPOSES = /** @type {const} */ ([
  ['photo', 'Photos as they are'],
  ['fidelity', 'Clean pictures, nothing invented'],
  ['text', 'Text, logos, screenshots'],
  ['fast', 'Quick'],
  ['history', 'How it began'],
  [CLASSICAL, 'Classical filters'],
]);

/**
 * Chosen anew for each picture.
 * @type {import('./models.js').Model}
 */
export const AUTOMATIC = {
  key: client.AUTOMATIC,
  name: client.AUTOMATIC,
  title: 'Automatic, by what is in the picture',
  summary: 'Takes the model for text where it sees text, a logo, a screenshot or a drawing, and the one for photographs otherwise.',
  sliders: [],
};

/**
 * What there was before networks.
 * @type {import('./models.js').Model[]}
 */
export const FILTERS = [
  ['nearest', 'Nearest', 'Repeats each pixel: blocks, and nothing else.'],
  ['bilinear', 'Bilinear', 'Straight lines from pixel to pixel: soft and dull.'],
  ['bicubic', 'Bicubic', 'Curves from pixel to pixel: what most programs do.'],
  ['lanczos', 'Lanczos', 'The sharpest of the smooth filters, with faint rings along edges.'],
].map(([key, title, summary]) => ({ key, name: key, title, summary, purpose: CLASSICAL, sliders: [] }));
