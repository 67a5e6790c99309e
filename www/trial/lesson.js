/**
 * How enlarging works, on a part of the person's own picture: the ways to do it in the order in which they came, from repeating
 * pixels to the network that is chosen, each with a sentence on what it does and what one sees of that.
 */

import { changed } from '../choose/choice.js';
import { findModel } from '../models/models.js';
import { AUTOMATIC, FILTERS, isFilter, kindOf } from '../models/purposes.js';

/** The first network stands for how they began. No backend is quick at its wide kernels. */
const BEGINNING = 'history';

const OF_THE_BEGINNING = 'The first network for this: three layers that sharpen what Bicubic has made, edges and noise alike.';

/** What a network has learned, by what it is for. @type {Record<string, string>} */
const LEARNED = {
  [AUTOMATIC.key]:
    'The network that suits this picture has learned from many others what edges, letters and textures look like: crisp, and in part guessed.',
  photo: 'Has learned from thousands of pictures what edges and textures look like: crisp and clean, the finest detail guessed.',
  fidelity: 'Has learned from many pictures and their small copies what edges look like: crisp there, and smooth where it cannot know.',
  text: 'Has learned mostly from drawn pages and their small copies: sharp letters and lines, and flat colours between them.',
  fast: 'A small network that has learned from many pictures and their small copies: crisp edges for little work.',
};

const OF_ONES_OWN = 'A network of your own: it draws what it has been taught.';

/**
 * @param {Readonly<import('../state/store.js').State>} state
 * @returns {import('./methods.js').Method[]}
 */
export function lessonFor({ choice, models }) {
  const chosen = findModel(models, choice.model);
  const isOfToday = chosen && !isFilter(chosen.key) && chosen.purpose !== BEGINNING;
  const network = isOfToday ? chosen : AUTOMATIC;
  const filters = FILTERS.map(({ key, title, summary }) => ({ key, title, sentence: summary }));
  // Here all of them enlarge as many times.
  const beginning = models
    .filter(({ purpose }) => purpose === BEGINNING)
    .map(({ key, title }) => ({ key, title: title.replace(/, \d+ times$/, ''), sentence: OF_THE_BEGINNING, isSlow: true }));
  const { key, title } = network;
  const today = { key, title: isOfToday ? `${title}, as chosen` : title, sentence: LEARNED[kindOf(network) ?? ''] ?? OF_ONES_OWN };
  return [...filters, ...beginning.slice(0, 1), today].map((method) => ({
    ...method,
    choice: method.key === choice.model ? choice : changed(choice, { model: method.key, mix: undefined }, models),
  }));
}
