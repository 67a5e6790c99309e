/**
 * A part of the picture is tried with several methods before the whole of it is enlarged with the one that looks best. Trials have an
 * engine of their own, so that they never wait for the other one.
 */

import { Engine } from '../js/client.js';
import { settingsOf } from '../choose/choice.js';
import { shownPicture } from '../state/store.js';
import { sentenceOf } from '../ui/words.js';
import { lessonFor } from './lesson.js';
import { LARGEST_SCALE, methodsFor, trialScale } from './methods.js';

/** Pixels a side of the part: more takes longer than one wants to wait, less shows nothing. */
const [SHORTEST, LONGEST] = [24, 160];

/** Who moves the frame by keyboard or resizes the window is not done yet. */
const QUIET_MS = 150;

/** The engine of the trials holds the picture and several networks. */
const IDLE_MS = 30_000;

/**
 * @typedef {import('../state/store.js').Trial} Trial
 * @typedef {import('../state/store.js').Tried} Tried
 * @typedef {import('./methods.js').Method} Method
 * @typedef {import('../js/client.js').Part} Part
 */

/**
 * The part of that size around a point, moved into the picture.
 * @param {{x: number, y: number}} middle
 * @param {{width: number, height: number}} size
 * @param {{width?: number, height?: number}} picture
 * @returns {Part}
 */
function partAround(middle, size, picture) {
  const along = (/** @type {number} */ at, /** @type {number} */ length, /** @type {number} */ whole) =>
    Math.min(whole - length, Math.max(0, Math.round(at - length / 2)));
  const { width: wholeWidth = 1, height: wholeHeight = 1 } = picture;
  const width = Math.min(size.width, wholeWidth);
  const height = Math.min(size.height, wholeHeight);
  return { x: along(middle.x, width, wholeWidth), y: along(middle.y, height, wholeHeight), width, height };
}

/** @param {Part} part */
const middleOf = ({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 });

export class Trials {
  #store;
  #choosing;
  /** @type {Engine | undefined} */
  #engine;
  #stop = new AbortController();
  #pause = 0;
  #idle = 0;

  /**
   * @param {import('../state/store.js').Store} store
   * @param {import('../choose/choosing.js').Choosing} choosing
   */
  constructor(store, choosing) {
    this.#store = store;
    this.#choosing = choosing;
    store.follow(
      (state) => [state.shown, shownPicture(state)?.progress === undefined],
      ([shown, isIdle]) => {
        const { trial } = store.state;
        if (trial && (trial.picture !== shown || !isIdle)) this.#end();
      },
    );
  }

  /** @param {Trial['kind']} kind where one of the other kind is open, this comes in its place, on the same part */
  open(kind) {
    const { picture, state } = this.#store;
    if (!picture?.width || state.trial?.kind === kind) return;
    clearTimeout(this.#idle);
    this.#engine ??= new Engine();
    this.#halt();
    // A lesson shows more the larger it is, whatever is to be made of the picture.
    const [methods, scale] =
      kind === 'explain' ? [lessonFor(state), LARGEST_SCALE] : [methodsFor(state), trialScale(state, picture)];
    this.#store.set({ trial: { picture: picture.id, kind, scale, methods, part: state.trial?.part, tried: {} } });
  }

  /** The engine stays for a while: who closes by mistake opens again. */
  close() {
    this.#forget();
    this.#idle = setTimeout(() => this.#end(), IDLE_MS);
  }

  /** @param {Trial['kind']} kind */
  toggle(kind) {
    if (this.#store.state.trial?.kind === kind) this.close();
    else this.open(kind);
  }

  /** What is being tried is wanted no more. */
  #halt() {
    this.#stop.abort();
    clearTimeout(this.#pause);
  }

  #forget() {
    this.#halt();
    this.#store.set({ trial: undefined });
  }

  #end() {
    clearTimeout(this.#idle);
    this.#forget();
    this.#engine?.end();
    this.#engine = undefined;
  }

  /**
   * How many of the screen's pixels each method has room for, which the enlarged part is to fill.
   * @param {{width: number, height: number}} room
   */
  fill(room) {
    const { trial } = this.#store.state;
    const { picture } = this.#store;
    if (!trial || !picture) return;
    const pixels = (/** @type {number} */ length) => Math.min(LONGEST, Math.max(SHORTEST, Math.floor(length / trial.scale)));
    const size = { width: pixels(room.width), height: pixels(room.height) };
    const { width = 1, height = 1 } = picture;
    this.#place(partAround(trial.part ? middleOf(trial.part) : { x: width / 2, y: height / 2 }, size, picture));
  }

  /** @param {{x: number, y: number}} middle in pixels of the picture */
  move(middle) {
    const part = this.#store.state.trial?.part;
    const { picture } = this.#store;
    if (part && picture) this.#place(partAround(middle, part, picture));
  }

  /** @param {Method} method that looks best */
  pick({ key, choice }) {
    this.#choosing.choose({ model: key, mix: undefined });
    this.#choosing.choose({ sliders: choice.sliders, mix: choice.mix, share: choice.share });
  }

  /** @param {Part} part */
  #place(part) {
    const { trial } = this.#store.state;
    if (!trial) return;
    const isBegun = Object.keys(trial.tried).length > 0;
    if (isBegun && JSON.stringify(part) === JSON.stringify(trial.part)) return;
    this.#halt();
    this.#store.set({ trial: { ...trial, part } });
    this.#pause = setTimeout(() => this.#run(), trial.part ? QUIET_MS : 0);
  }

  async #run() {
    const { signal } = (this.#stop = new AbortController());
    const { trial, models } = this.#store.state;
    const { picture } = this.#store;
    if (!trial?.part || !picture || !this.#engine) return;
    const { file } = picture;
    for (const { key } of trial.methods) this.#learn(key, { isOld: true, problem: '' });
    const inTurn = trial.methods.toSorted((one, other) => Number(one.isSlow ?? false) - Number(other.isSlow ?? false));
    for (const { key, choice } of inTurn) {
      try {
        const settings = settingsOf({ ...choice, output: { scale: trial.scale } }, models);
        const { bitmap, model, suggested } = await this.#engine.try(file, settings, trial.part, trial.scale, { signal });
        if (signal.aborted) return bitmap.close();
        this.#learn(key, { canvas: canvasOf(bitmap), isOld: false, isSuggested: model === suggested });
      } catch (error) {
        if (signal.aborted) return;
        this.#learn(key, { canvas: undefined, isOld: false, problem: sentenceOf(error, file) });
      }
    }
    this.#store.set({ news: `The part is shown, enlarged in ${trial.methods.length} ways.` });
  }

  /**
   * @param {string} key of a method
   * @param {Partial<Tried>} change
   */
  #learn(key, change) {
    const { trial } = this.#store.state;
    if (!trial) return;
    const tried = trial.tried[key] ?? { isOld: true, isSuggested: false, problem: '' };
    this.#store.set({ trial: { ...trial, tried: { ...trial.tried, [key]: { ...tried, ...change } } } });
  }
}

/** @param {ImageBitmap} bitmap which is taken */
function canvasOf(bitmap) {
  const canvas = Object.assign(document.createElement('canvas'), { width: bitmap.width, height: bitmap.height });
  canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(bitmap);
  return canvas;
}
