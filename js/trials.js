/**
 * Parts of a picture, enlarged by one method after the other for a person to choose among them. The picture is decoded once, and
 * the upscalers stay, so that another part takes no longer than its pixels do. Runs in a worker of the engine.
 */

import { Upscaler } from '../lenslet.js';
import { HeldPicture } from './io/held-picture.js';
import { AUTOMATIC, isFilter } from './protocol.js';

/** The oldest goes: its weights and workers are memory that nobody looks at. */
const MOST_UPSCALERS = 8;

/** Several networks are at hand at once, for small pictures: each gets little memory and few workers. */
const SMALL = { tile: 128, threads: 2 };

/** How far the classical filters look, which also bring to size what a network made; in pixels of the picture. */
const FILTER_MARGIN = 4;

/**
 * @typedef {import('./protocol.js').Part} Part
 * @typedef {import('../lenslet.js').Picture} Picture
 */

/**
 * The part with what its pixels depend on around it, and where the part lies in that.
 * @param {Part} part
 * @param {number} margin
 * @param {Picture} picture
 */
function withMargin({ x, y, width, height }, margin, picture) {
  const left = Math.max(0, x - margin);
  const top = Math.max(0, y - margin);
  const outer = {
    x: left,
    y: top,
    width: Math.min(picture.width, x + width + margin) - left,
    height: Math.min(picture.height, y + height + margin) - top,
  };
  return { outer, inner: { x: x - left, y: y - top, width, height } };
}

export class Trials {
  #held = new HeldPicture();
  /** @type {Map<string, import('../lenslet.js').Suggestion>} by picture and scale */
  #suggestions = new Map();
  /** @type {Map<string, Upscaler>} */
  #upscalers = new Map();

  /**
   * @param {import('./protocol.js').Request & {kind: 'try'}} request
   * @param {AbortSignal} signal
   * @returns {Promise<import('./protocol.js').Trial>}
   */
  async run({ settings, file, fileId, part, scale }, signal) {
    const picture = await this.#held.open(file, fileId);
    const { model: suggested, cleanUp } = await this.#suggested(picture, fileId, scale);
    const model = settings.model === AUTOMATIC ? suggested : settings.model;
    const upscaler = await this.#upscaler(isFilter(settings) ? settings : { ...settings, model, cleanUp });
    signal.throwIfAborted();
    const { halo, scale: own } = upscaler.info;
    const passes = scale > own ? 2 : 1; // What is too small goes through the network once more.
    const { outer, inner } = withMargin(part, halo * passes + FILTER_MARGIN, picture);
    const crop = picture.crop(outer.x, outer.y, outer.width, outer.height);
    try {
      const { blob, milliseconds } = await upscaler.upscale(crop, { scale, format: 'png', stripMetadata: true, signal });
      const { x, y, width, height } = inner;
      const bitmap = await createImageBitmap(/** @type {Blob} */ (blob), x * scale, y * scale, width * scale, height * scale);
      return { bitmap, model: upscaler.model, suggested, milliseconds };
    } finally {
      crop.free();
    }
  }

  /**
   * Which model suits a picture, and how much that should clean.
   * @param {Picture} picture
   * @param {number} id of its file
   * @param {number} scale
   */
  async #suggested(picture, id, scale) {
    const key = `${id} ${scale}`;
    const suggestion = this.#suggestions.get(key) ?? (await Upscaler.suggest(picture, { scale }));
    this.#suggestions.set(key, suggestion);
    return suggestion;
  }

  /** @param {import('./protocol.js').Settings} settings */
  async #upscaler(settings) {
    const key = JSON.stringify(settings); // a file is {} in there, and its id stands beside it
    const upscaler = this.#upscalers.get(key) ?? (await Upscaler.create(isFilter(settings) ? settings : { ...SMALL, ...settings, tile: settings.tile ?? SMALL.tile }));
    this.#upscalers.delete(key);
    this.#upscalers.set(key, upscaler);
    const [[oldest, unused]] = this.#upscalers;
    if (this.#upscalers.size > MOST_UPSCALERS) {
      unused.free();
      this.#upscalers.delete(oldest);
    }
    return upscaler;
  }

  /** Their device cannot be trusted any more. */
  dropUpscalers() {
    for (const upscaler of this.#upscalers.values()) upscaler.free();
    this.#upscalers.clear();
  }
}
