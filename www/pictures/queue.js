/** The pictures in their order: what becomes of each, and which one is next. It goes on by itself. */

import { pixelsKey } from '../choose/choice.js';
import { PATIENCE_MS } from '../engine/enlarger.js';
import { ORIGINAL } from '../look/sides.js';
import { closed, letGoResult } from '../look/surfaces.js';
import { choiceOf } from '../state/store.js';
import { ownFormatOf } from './file-format.js';

/** Who listens is told how far the queue is no more often than this. */
const NEWS_MS = 10_000;

/**
 * @typedef {import('../state/store.js').Picture} Picture
 * @typedef {import('../state/store.js').State} State
 */

/**
 * The picture whose turn it is; none while another one is under way or the engine is not ready.
 * @param {Readonly<State>} state
 */
function nextOf({ pictures, isPaused, engine }) {
  if (engine.phase !== 'ready' || pictures.some(({ progress }) => progress)) return undefined;
  const queued = pictures.filter(({ phase }) => phase === 'queued');
  const urgent = queued.find(({ turn }) => turn === 'now');
  return (urgent ?? (isPaused && pictures.length > 1 ? undefined : queued[0]))?.id;
}

/**
 * Whether what is chosen for it has not been made of it, and nobody is at it.
 * @param {Readonly<State>} state
 * @param {Picture} picture
 */
function isLeft(state, picture) {
  if (!['waiting', 'done'].includes(picture.phase)) return false;
  const key = pixelsKey(choiceOf(state, picture), state.models);
  return !picture.results.some((result) => result.key === key);
}

/**
 * How the queue stands.
 * @param {Readonly<State>} state
 */
export function countsOf(state) {
  const count = (/** @type {(picture: Picture) => unknown} */ isOne) => state.pictures.filter(isOne).length;
  return {
    all: state.pictures.length,
    done: count(({ phase }) => phase === 'done'),
    failed: count(({ phase }) => phase === 'failed'),
    busy: count(({ progress }) => progress),
    queued: count(({ phase }) => phase === 'queued'),
    left: count((picture) => isLeft(state, picture)),
    results: count(({ results }) => results.length > 0),
  };
}

export class Queue {
  #store;
  #enlarger;
  #stored;
  #count = 0;
  /** @type {number | undefined} the picture that came last, where it came alone */
  #alone;

  /**
   * @param {import('../state/store.js').Store} store
   * @param {import('../engine/enlarger.js').Enlarger} enlarger
   * @param {import('./stored-results.js').StoredResults} stored
   */
  constructor(store, enlarger, stored) {
    this.#store = store;
    this.#enlarger = enlarger;
    this.#stored = stored;
    store.follow(nextOf, (id) => this.#begin(id));
    tellNews(store);
  }

  /** @param {number | undefined} id */
  async #begin(id) {
    const picture = id === undefined ? undefined : this.#store.find(id);
    if (!picture) return;
    await this.#enlarger.enlarge(picture, picture.turn === 'usual' ? PATIENCE_MS : Infinity);
    const after = this.#store.find(picture.id);
    if (after?.problem) this.#tellProblem(after, after.problem);
  }

  /**
   * One of many pictures tells its problem in the list; of a file that came alone and is no picture a sentence is enough.
   * @param {Picture} picture
   * @param {string} problem
   */
  #tellProblem({ id, file, phase, width }, problem) {
    const { pictures, toShow, shown } = this.#store.state;
    const isMeant = toShow === id || (toShow === undefined && shown === id && !width);
    if (isMeant) this.#store.set({ toShow: pictures.find((other) => other.phase === 'queued')?.id });
    if (id !== this.#alone && (pictures.length > 1 || shown !== id)) return;
    this.#store.set({ problem: pictures.length > 1 ? `${file.name}: ${problem}` : problem });
    if (phase === 'failed' && !width) this.#drop([id]);
  }

  /**
   * Lists pictures, to be enlarged in their turn. The first one is shown when it is, or at once where none is shown.
   * @param {File[]} files
   */
  async add(files) {
    const formats = await Promise.all(files.map(ownFormatOf));
    const pictures = files.map((file, index) => this.#listed(file, formats[index]));
    this.#alone = pictures.length === 1 ? pictures[0].id : undefined;
    this.put(pictures);
  }

  /** @param {Picture[]} pictures at least one, with numbers from newId */
  put(pictures) {
    const [{ id }] = pictures;
    const all = [...this.#store.state.pictures, ...pictures];
    if (this.#store.picture) this.#store.set({ pictures: all, toShow: id });
    else this.#store.show(id, { pictures: all });
  }

  newId() {
    return ++this.#count;
  }

  /**
   * @param {File} file
   * @param {import('../js/client.js').Format} ownFormat
   * @returns {Picture}
   */
  #listed(file, ownFormat) {
    const sides = { left: ORIGINAL, right: ORIGINAL };
    return { id: this.newId(), file, ownFormat, phase: 'queued', turn: 'usual', results: [], ...sides, plans: {} };
  }

  /** @param {number} id */
  show(id) {
    if (this.#store.find(id)) this.#store.show(id);
  }

  pause() {
    this.#store.set({ isPaused: true });
  }

  resume() {
    this.#store.set({ isPaused: false });
  }

  /** Takes the picture that is shown through what is chosen now, however long it takes. */
  again() {
    const { picture } = this.#store;
    if (picture) this.enlarge(picture.id);
  }

  /** @param {number} id of a picture that is to be enlarged next, however long it takes */
  enlarge(id) {
    const picture = this.#store.find(id);
    if (!picture || picture.progress) return;
    this.#store.set({ problem: '', note: '' });
    this.#store.setPicture(id, { phase: 'queued', turn: 'now', problem: undefined });
  }

  /** All that is left is enlarged, however long it takes. */
  enlargeAll() {
    const { state } = this.#store;
    this.#store.set({
      problem: '',
      note: '',
      isPaused: false,
      pictures: state.pictures.map((picture) =>
        isLeft(state, picture) || picture.phase === 'queued' ? { ...picture, phase: 'queued', turn: 'agreed' } : picture,
      ),
    });
  }

  /** @param {number} [id] of a picture that is not to be enlarged now: the one that is shown where it is not said */
  cancel(id = this.#store.state.shown) {
    const picture = id === undefined ? undefined : this.#store.find(id);
    if (picture?.progress) this.#enlarger.cancel(picture.id);
    else if (picture?.phase === 'queued') {
      this.#store.setPicture(picture.id, { phase: picture.results.length > 0 ? 'done' : 'waiting' });
    }
  }

  /** @param {number[]} ids of pictures that are taken from the list, until that is undone or others are removed */
  remove(ids) {
    this.forget();
    this.#take(ids, true);
  }

  /** Puts back what was removed last. What was under way is begun anew. */
  undo() {
    const { removed, pictures, shown } = this.#store.state;
    if (!removed) return;
    const all = [...pictures];
    for (const { picture, index } of removed.pictures) all.splice(index, 0, picture);
    this.#store.set({ pictures: all, removed: undefined });
    if (shown === undefined) this.#store.show(removed.pictures[0].picture.id);
  }

  /** What was removed last goes for good. */
  forget() {
    const { removed } = this.#store.state;
    if (!removed) return;
    this.#store.set({ removed: undefined });
    for (const { picture } of removed.pictures) this.#letGo(picture);
  }

  /** @param {number[]} ids of pictures that go for good */
  #drop(ids) {
    for (const picture of this.#take(ids, false)) this.#letGo(picture);
  }

  /**
   * @param {number[]} ids
   * @param {boolean} canBeUndone
   */
  #take(ids, canBeUndone) {
    const { pictures, shown } = this.#store.state;
    const taken = pictures.flatMap((picture, index) => (ids.includes(picture.id) ? [{ picture, index }] : []));
    for (const { picture } of taken) this.#enlarger.drop(picture.id);
    const rest = pictures.filter(({ id }) => !ids.includes(id));
    const isShownTaken = shown !== undefined && ids.includes(shown);
    const next = rest[Math.min(pictures.findIndex(({ id }) => id === shown), rest.length - 1)];
    const kept = taken.map(({ picture, index }) => ({ picture: idle(picture), index }));
    const change = { pictures: rest, ...(canBeUndone && kept.length > 0 ? { removed: { pictures: kept } } : {}) };
    if (isShownTaken && next) this.#store.show(next.id, change);
    else this.#store.set({ ...change, ...(isShownTaken ? { shown: undefined, choice: this.#store.state.common } : {}) });
    return kept.map(({ picture }) => picture);
  }

  /** @param {Picture} picture */
  #letGo({ results, kept }) {
    for (const result of results) letGoResult(result, this.#stored);
    this.#stored.letGo(kept);
  }
}

/**
 * A picture that nobody is at any more.
 * @param {Picture} picture
 * @returns {Picture}
 */
function idle(picture) {
  return { ...closed(picture), phase: picture.progress ? 'queued' : picture.phase, progress: undefined };
}

/**
 * Who listens is told now and then how far the queue is, and when it is through.
 * @param {import('../state/store.js').Store} store
 */
function tellNews(store) {
  let last = performance.now();
  let wasBusy = false;
  store.follow(
    (state) => {
      const { all, done, failed, busy, queued } = countsOf(state);
      return [all > 1, done, failed, busy + queued > 0];
    },
    ([areMany, , , isBusy]) => {
      const { all, done, failed } = countsOf(store.state);
      const news = `${done} of ${all} pictures enlarged${failed ? `, ${failed} failed` : ''}.`;
      const now = performance.now();
      if (areMany && ((wasBusy && !isBusy) || (isBusy && done + failed > 0 && now - last > NEWS_MS))) {
        last = now;
        store.set({ news: isBusy ? news : `Finished: ${news}` });
      }
      wasBusy = Boolean(isBusy);
    },
  );
}
