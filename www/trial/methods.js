/** What a part is tried with: the plain answers to what the picture is, what is chosen, and the filters of before. */

import { changed, scaleOf } from '../choose/choice.js';
import { findModel } from '../models/models.js';
import { AUTOMATIC, kinds } from '../models/purposes.js';

/**
 * @typedef {import('../choose/choice.js').Choice} Choice
 * @typedef {import('../state/store.js').State} State
 * @typedef {{key: string, title: string, choice: Choice, sentence?: string, isSlow?: boolean}} Method the choice that it stands
 *   for, and what it does where that is what is shown; a slow one keeps the others waiting unless it comes last
 */

export const MOST_METHODS = 6;

/** In the order in which there is room for them. */
const CLASSICAL = ['bicubic', 'lanczos'];

export const LARGEST_SCALE = 4;

const SMALLEST_SCALE = 2;

/**
 * @param {Choice} choice
 * @param {string} model
 * @param {State['models']} models
 */
const withModel = (choice, model, models) =>
  model === choice.model ? choice : changed(choice, { model, mix: undefined }, models);

/**
 * At least two and at most six, the filters first, because they take no time.
 * @param {Readonly<State>} state
 * @returns {Method[]}
 */
export function methodsFor({ choice, models }) {
  const plain = kinds(models).filter(({ key }) => key !== AUTOMATIC.key);
  const chosen = findModel(models, choice.model);
  const isOther = chosen && chosen.key !== AUTOMATIC.key && ![...plain.map(({ key }) => key), ...CLASSICAL].includes(chosen.key);
  const networks = [...(isOther ? [chosen] : []), ...plain];
  const filters = CLASSICAL.flatMap((key) => findModel(models, key) ?? []);
  return [...filters, ...networks]
    .slice(0, MOST_METHODS)
    .map(({ key, title }) => ({ key, title, choice: withModel(choice, key, models) }));
}

/**
 * How many times as large a part is shown: as large as the whole is to become, within what a network makes in one go.
 * @param {Readonly<State>} state
 * @param {{width?: number, height?: number}} picture
 */
export function trialScale({ choice, models }, { width = 1, height = 1 }) {
  const { output } = choice;
  const { fit } = output;
  const asked =
    scaleOf(choice, models) ??
    (output.width ? output.width / width
    : output.height ? output.height / height
    : fit ? Math.min(fit.width / width, fit.height / height)
    : LARGEST_SCALE);
  return Math.min(LARGEST_SCALE, Math.max(SMALLEST_SCALE, Math.round(asked)));
}
