/** Measures where a result is guessed, on the part of the picture that is in view, and keeps that in the state. */

import { settingsOf } from '../choose/choice.js';
import { Surface } from '../look/surface.js';
import { resultToSave, shownPicture } from '../state/store.js';
import { sentenceOf } from '../ui/words.js';
import { colour, countGuessed } from './doubt-colours.js';

/**
 * @typedef {import('../js/client.js').Part} Part
 * @typedef {{id: number, key: string, part: Part, isWhole: boolean, phase: 'measuring' | 'ready' | 'failed', fraction: number,
 *   surface: Surface, guessed: number, comparesEnds: boolean, problem: string}} Doubt of the result of that key of the picture of
 *   that id; guessed is the share of the part's pixels that are
 */

/**
 * @param {Part} outer
 * @param {Part} inner
 */
const holds = (outer, inner) =>
  outer.x <= inner.x && outer.y <= inner.y &&
  outer.x + outer.width >= inner.x + inner.width && outer.y + outer.height >= inner.y + inner.height;

export class Doubts {
  #store;
  #engine;
  #view;
  #current = new AbortController();

  /**
   * @param {import('../state/store.js').Store} store
   * @param {import('../js/client.js').Engine} engine
   * @param {import('../look/compare-view.js').CompareView} view
   */
  constructor(store, engine, view) {
    this.#store = store;
    this.#engine = engine;
    this.#view = view;
    // The engine does one thing at a time, and to enlarge the picture anew goes first.
    store.follow(
      (state) => shownPicture(state)?.progress !== undefined,
      (isBusy) => isBusy && this.#stop(),
    );
    store.follow(
      (state) => [shownPicture(state)?.id, resultToSave(shownPicture(state))?.key],
      ([id, key]) => {
        const { doubt, isDoubtShown } = store.state;
        if (!isDoubtShown || (doubt?.id === id && doubt?.key === key)) return;
        this.#stop();
        store.set({ isDoubtShown: false });
      },
    );
    store.follow(
      ({ pictures, doubt }) => doubt && pictures.find(({ id }) => id === doubt.id)?.results.some(({ key }) => key === doubt.key),
      (isThere) => isThere === false && this.#letGo(),
    );
  }

  /** Shows the map, and measures it where that has not been done; or hides it. */
  toggle() {
    const { state } = this.#store;
    if (state.isDoubtShown) {
      this.#stop();
      this.#store.set({ isDoubtShown: false });
      return;
    }
    const [picture, result] = [shownPicture(state), resultToSave(shownPicture(state))];
    if (!picture?.width || !picture.height || !result || picture.progress || state.trial) return;
    this.#store.set({ isDoubtShown: true });
    const part = this.#partInView(picture.width, picture.height);
    const { doubt } = state;
    const isThere = doubt?.id === picture.id && doubt.key === result.key && doubt.phase === 'ready' && holds(doubt.part, part);
    if (!isThere) this.#measure(picture, result, part);
  }

  /**
   * @param {number} width of the picture
   * @param {number} height of the picture
   * @returns {Part}
   */
  #partInView(width, height) {
    const { left, top, right, bottom } = this.#view.inView;
    const [x, y] = [Math.floor(left * width), Math.floor(top * height)];
    return { x, y, width: Math.max(1, Math.ceil(right * width) - x), height: Math.max(1, Math.ceil(bottom * height) - y) };
  }

  /**
   * @param {import('../state/store.js').Picture} picture
   * @param {import('../state/store.js').Result} result
   * @param {Part} part
   */
  async #measure({ id, file, width = 1, height = 1 }, { key, choice }, part) {
    this.#letGo();
    const mine = (this.#current = new AbortController());
    const isMine = () => this.#current === mine && this.#store.state.doubt !== undefined;
    const surface = new Surface(width, height);
    surface.element.classList.add('doubt');
    /** @type {Doubt} */
    const begun = {
      id, key, part, surface,
      isWhole: part.width === width && part.height === height,
      phase: 'measuring', fraction: 0, guessed: 0, comparesEnds: false, problem: '',
    };
    const change = (/** @type {Partial<Doubt>} */ change) => {
      const { doubt } = this.#store.state;
      if (doubt && isMine()) this.#store.set({ doubt: { ...doubt, ...change } });
    };
    this.#store.set({ doubt: begun });
    let guessed = 0;
    try {
      const { comparesEnds } = await this.#engine.doubt(file, settingsOf(choice, this.#store.state.models), part, {
        signal: mine.signal,
        onTile: (tile) => {
          if (!isMine()) return;
          guessed += countGuessed(tile.pixels);
          colour(tile.pixels);
          surface.paint({ ...tile, x: tile.x + part.x, y: tile.y + part.y, wholeWidth: width, wholeHeight: height });
          change({ fraction: tile.done / tile.total });
        },
      });
      change({ phase: 'ready', guessed: guessed / (part.width * part.height), comparesEnds });
    } catch (error) {
      if (!mine.signal.aborted) change({ phase: 'failed', problem: sentenceOf(error, file) });
    }
  }

  /** What is being measured is wanted no more. */
  #stop() {
    if (this.#store.state.doubt?.phase !== 'measuring') return;
    this.#letGo();
    this.#store.set({ isDoubtShown: false });
  }

  #letGo() {
    this.#current.abort();
    this.#store.state.doubt?.surface.close();
    this.#store.set({ doubt: undefined });
  }
}
