/**
 * What the person chose: which model, how large, saved as what. It stands in the page's address, so that a reload or a
 * bookmark keeps it; a model of their own only while it is kept on this device. `?tile=` and `?precision=` have no
 * control on the page; they are there to work around a device's faults.
 */

import { findModel, isOwnKey, nameIn } from '../models/models.js';
import { AUTOMATIC, CLASSICAL, USUAL_SCALE } from '../models/purposes.js';
import * as outputOptions from './output-options.js';

const BACKENDS = /** @type {const} */ (['auto', 'gpu', 'cpu']);
const PRECISIONS = /** @type {const} */ (['auto', 'f32', 'f16']);
const SLIDERS = /** @type {const} */ (['strength', 'denoise']);

/**
 * @typedef {Partial<Record<import('../models/models.js').Slider['name'], number>>} Moved the sliders that are not where they
 *   were at first, in percent
 * @typedef {{model: string | undefined, output: outputOptions.OutputOptions, sliders: Moved, mix: string | undefined,
 *   share: number, tta: boolean, run: typeof BACKENDS[number], precision: typeof PRECISIONS[number], tile: number | undefined}} Choice
 *   models by key; the share of the mix in percent; tta is whether the result is the mean of eight
 * @typedef {import('../models/models.js').Model} Model
 */

/** @param {string | null} text */
const percent = (text) => Math.min(100, Math.max(0, Math.round(Number(text)) || 0));

/**
 * As it stands in the page's address.
 * @param {URLSearchParams} query
 * @returns {Choice}
 */
export function readChoice(query) {
  const tile = Number(query.get('tile'));
  return {
    model: query.get('model') || undefined,
    output: outputOptions.read(query),
    sliders: Object.fromEntries(SLIDERS.filter((name) => query.has(name)).map((name) => [name, percent(query.get(name))])),
    mix: query.get('mix') || undefined,
    share: percent(query.get('share') ?? '50'),
    tta: query.get('tta') === 'on',
    run: BACKENDS.find((name) => name === query.get('run')) ?? 'auto',
    precision: PRECISIONS.find((name) => name === query.get('precision')) ?? 'auto',
    tile: Number.isInteger(tile) && tile > 0 ? tile : undefined,
  };
}

/**
 * The other way round: each word of the address, with nothing where it is not to stand there.
 * @param {Choice} choice
 * @param {Model[]} models
 * @returns {Record<string, string | undefined>}
 */
export function writeChoice(choice, models) {
  const lasts = (/** @type {string | undefined} */ key) => findModel(models, key)?.own?.kept ?? !isOwnKey(key ?? '');
  const { model, share, run, output } = choice;
  const mix = lasts(model) && lasts(choice.mix) ? choice.mix : undefined;
  const moved = Object.fromEntries(movedSliders(choice, models).map(([name, value]) => [name, String(value)]));
  return {
    model: lasts(model) ? model : undefined,
    ...outputOptions.write(output),
    ...Object.fromEntries(SLIDERS.map((name) => [name, moved[name]])),
    mix,
    share: mix && String(share),
    tta: choice.tta ? 'on' : undefined,
    run,
  };
}

/**
 * A changed choice, with what does not go together with the change put right.
 * @param {Choice} choice
 * @param {Partial<Choice>} change
 * @param {Model[]} models
 * @returns {Choice}
 */
export function changed(choice, change, models) {
  const next = { ...choice, ...change };
  if (change.model !== undefined && change.model !== choice.model) next.sliders = {};
  if (next.mix === next.model || !canMix(next, models)) next.mix = undefined;
  return next;
}

/**
 * Chooses automatically in place of a model that is not there, and forgets such a mix.
 * @param {Choice} choice
 * @param {Model[]} models
 * @returns {{choice: Choice, gone: string[]}} the keys of those that are not there
 */
export function settled(choice, models) {
  const isGone = (/** @type {string | undefined} */ key) => key !== undefined && !findModel(models, key);
  const gone = [choice.model, choice.mix].filter(/** @returns {key is string} */ (key) => isGone(key));
  const model = isGone(choice.model) ? undefined : choice.model;
  const mix = isGone(choice.mix) ? undefined : choice.mix;
  return { choice: changed({ ...choice, model: model ?? AUTOMATIC.key, mix }, {}, models), gone };
}

/**
 * Whether its weights can be mixed with another's.
 * @param {Choice} choice
 * @param {Model[]} models
 */
export function canMix({ model }, models) {
  const { scale, own } = findModel(models, model) ?? {};
  return scale !== undefined || own !== undefined;
}

/**
 * How many times the result is as large; unknown where pixels are asked for.
 * @param {Choice} choice
 * @param {Model[]} models
 */
export function scaleOf({ model, output }, models) {
  if (output.scale) return output.scale;
  if (output.width || output.height || output.fit) return undefined;
  const { scale, info, own } = findModel(models, model) ?? {};
  return scale ?? info?.scale ?? (own ? undefined : USUAL_SCALE);
}

/**
 * Where a slider stands, in percent.
 * @param {Choice} choice
 * @param {import('../models/models.js').Slider} slider
 */
export const valueOf = ({ sliders }, slider) => sliders[slider.name] ?? Math.round(slider.default * 100);

/** @param {string} name of a slider that each picture can move */
export const canBeAutomatic = (name) => name === 'denoise';

/**
 * Whether each picture moves the slider, as long as a person does not.
 * @param {Choice} choice
 * @param {import('../models/models.js').Slider} slider
 */
export const isAutomatic = ({ sliders }, { name }) => canBeAutomatic(name) && sliders[name] === undefined;

/**
 * The sliders of the chosen model that are not where they were at first; where a person put the automatic one counts anyhow.
 * @param {Choice} choice
 * @param {Model[]} models
 */
function movedSliders(choice, models) {
  const sliders = findModel(models, choice.model)?.sliders ?? [];
  return sliders
    .filter((slider) =>
      canBeAutomatic(slider.name) ? !isAutomatic(choice, slider) : valueOf(choice, slider) !== Math.round(slider.default * 100),
    )
    .map((slider) => /** @type {const} */ ([slider.name, valueOf(choice, slider)]));
}

/**
 * Whether a network enlarges, and no classical filter.
 * @param {Choice} choice
 * @param {Model[]} models
 */
export const isOfNetwork = ({ model }, models) => findModel(models, model)?.purpose !== CLASSICAL;

/**
 * What the engine is made ready for, whatever the result shall be like.
 * @param {Choice} choice
 * @param {Model[]} models
 * @returns {import('../js/client.js').Settings}
 */
export function settingsOf(choice, models) {
  if (!isOfNetwork(choice, models)) return filterSettings(choice.model ?? '');
  const source = (/** @type {string} */ key) => {
    const { name = key, own } = findModel(models, key) ?? {};
    return own ? { id: own.id, name, file: own.file } : name;
  };
  return {
    model: choice.model === undefined ? undefined : source(choice.model),
    scale: findModel(models, choice.model)?.isOpen ? scaleOf(choice, models) : undefined,
    ...Object.fromEntries(movedSliders(choice, models).map(([name, value]) => [name, value / 100])),
    mix: choice.mix === undefined ? undefined : { model: source(choice.mix), share: choice.share / 100 },
    backend: choice.run,
    precision: choice.precision,
    tile: choice.tile,
  };
}

/**
 * @param {string} key of a classical filter
 * @returns {import('../js/client.js').Settings}
 */
export const filterSettings = (key) => ({ model: key, backend: 'auto', precision: 'auto' });

/**
 * What the engine is asked for a result. A filter makes the same of a picture whichever way it is turned.
 * @param {Choice} choice
 * @param {Model[]} models
 * @returns {outputOptions.OutputOptions}
 */
export const outputOf = (choice, models) => ({ ...choice.output, tta: (choice.tta && isOfNetwork(choice, models)) || undefined });

/**
 * The output options, without a scale that is the model's own: to ask for it and not to ask is the same.
 * @param {Choice} choice
 * @param {Model[]} models
 */
function plainOutput(choice, models) {
  const { scale } = choice.output;
  const own = scaleOf({ ...choice, output: {} }, models);
  return { ...outputOf(choice, models), scale: scale === own ? undefined : scale };
}

/**
 * Tells one choice from another as far as a result's pixels are concerned.
 * @param {Choice} choice
 * @param {Model[]} models
 */
export const pixelsKey = (choice, models) =>
  JSON.stringify([settingsOf(choice, models), outputOptions.pixelOptionsOf(plainOutput(choice, models))]);

/**
 * The same as far as anything is concerned that can be told before the work.
 * @param {Choice} choice
 * @param {Model[]} models
 */
export const planKey = (choice, models) => JSON.stringify([settingsOf(choice, models), plainOutput(choice, models)]);

/**
 * What results of this choice are called, once it is known which model was taken; the choice may be another then.
 * @param {Choice} choice
 * @param {Model[]} models
 * @returns {(taken: string, scale: number) => {label: string, name: string}} the label is for people, the name for files
 */
export function namingOf(choice, models) {
  const { model: key = '', mix, share } = choice;
  const more = [
    ...(mix ? [`${share} % ${nameIn(mix)}`] : []),
    ...movedSliders(choice, models).map(([name, value]) => `${value} % ${name}`),
    ...(outputOf(choice, models).tta ? ['mean of 8'] : []),
  ];
  const isOpen = findModel(models, key)?.isOpen;
  return (taken, scale) => {
    const name = isOpen ? taken : nameIn(key);
    const title = titleFor(findModel(models, isOpen ? taken : key), models) ?? name;
    const times = `${Number(scale.toFixed(2))}×`;
    return { label: [`${title} ${times}`, ...more].join(' + '), name: [name, ...more].join(' + ') };
  };
}

/**
 * The title of what a model is for, or its own.
 * @param {Model | undefined} model
 * @param {Model[]} models
 */
function titleFor(model, models) {
  return models.find(({ isOpen, key }) => isOpen && key === model?.purpose)?.title ?? model?.title;
}
