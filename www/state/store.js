/**
 * The page's state, in one place. Whoever acts calls `set` or `setPicture`; a view follows the part that it shows. Views
 * know neither each other nor who acts. What a state holds is never changed in place, only replaced, but for the pixels
 * of a Surface.
 *
 * @typedef {import('../js/client.js').Plan} Plan
 * @typedef {import('../choose/choice.js').Choice} Choice
 * @typedef {'queued' | 'reading' | 'waiting' | 'working' | 'done' | 'failed'} Phase reading until the engine has seen that
 *   the file is sound; waiting for the person to begin; failed where there is no result
 * @typedef {'usual' | 'agreed' | 'now'} Turn usually a picture is asked about that would take long; agreed is that it is
 *   enlarged however long it takes, or even now, before the others
 * @typedef {{fraction?: number, secondsLeft?: number, isWriting: boolean, isStopping: boolean}} Progress the fraction from 0 to 1
 * @typedef {{key: string, phase: 'making' | 'ready' | 'failed', blob?: Blob, format?: import('../js/client.js').Format,
 *   stored?: string, surface?: import('../look/surface.js').Surface, problem?: string}} SavedFile the key tells as what it is
 *   saved; the surface shows what is lost by that
 * @typedef {{key: string, label: string, name: string, scale: number, made: import('../js/client.js').Result,
 *   choice: Choice, surface?: import('../look/surface.js').Surface, file?: SavedFile, isSaved: boolean, isFilter: boolean}} Result
 *   the key tells with what it was made, and the choice is that; the label is for people and the name for files; `made.blob` holds
 *   every pixel; what a filter has made is not worth asking about
 * @typedef {{id: number, file: File, kept?: string, ownFormat: import('../js/client.js').Format, choice?: Choice, phase: Phase,
 *   turn: Turn, problem?: string, width?: number, height?: number, progress?: Progress,
 *   original?: import('../look/surface.js').Surface, originalPixels?: import('../look/surface.js').Surface,
 *   growing?: import('../look/surface.js').Surface, results: Result[], left: string, right: string,
 *   plans: Record<string, Plan | 'asked' | 'unknown'>}} Picture left and right are the keys of what stands on the two
 *   sides; plans are by the choice that they are for; the choice is its own, where it has one; kept is the name of the
 *   file on this device that holds it over a reload
 * @typedef {{pictures: {picture: Picture, index: number}[]}} Removed and where each stood
 * @typedef {{done: number, total: number}} Saving
 * @typedef {{phase: 'loading' | 'ready' | 'failed', info?: import('../js/client.js').Info, problem: string, mixProblem: string}}
 *   EngineState
 * @typedef {{canvas?: HTMLCanvasElement, isOld: boolean, isSuggested: boolean, problem: string}} Tried what a method made of a
 *   part, which is old as long as it is of another part; suggested is what the automatic choice would take
 * @typedef {{picture: number, kind: 'choose' | 'explain', scale: number, part?: import('../js/client.js').Part,
 *   methods: import('../trial/methods.js').Method[], tried: Record<string, Tried>}} Trial of a part of the picture that is shown, for one to
 *   choose what looks best, or to see how enlarging works
 * @typedef {'split' | 'side'} Look
 * @typedef {{
 *   models: import('../models/models.js').Model[],
 *   choice: Choice,
 *   common: Choice,
 *   engine: EngineState,
 *   download: import('../js/client.js').Download | undefined,
 *   estimates: Record<string, number | 'asked' | 'unknown'>,
 *   pictures: Picture[],
 *   shown: number | undefined,
 *   toShow: number | undefined,
 *   isPaused: boolean,
 *   removed: Removed | undefined,
 *   saving: Saving | undefined,
 *   keepProblem: string,
 *   trial: Trial | undefined,
 *   look: Look,
 *   isHeld: boolean,
 *   doubt: import('../insight/doubts.js').Doubt | undefined,
 *   isDoubtShown: boolean,
 *   areChoicesOpen: boolean,
 *   isMoreOpen: boolean,
 *   copies: { areWhole: boolean } | undefined,
 *   update: 'ready' | 'asked' | undefined,
 *   problem: string,
 *   note: string,
 *   news: string,
 * }} State the choice is that of the picture that is shown, and the common one that of all without their own; what
 *   is to be shown is so once it is known to be sound; the keep problem is why a reload loses pictures; estimates are
 *   milliseconds for a megapixel by choice; held while the original is to be seen alone; the choices are open before
 *   there is a picture; the copies are those of the site on this device, for use without a network; the update is a new version of
 *   the site, which waits, for this page too where the person has asked for it; the news are for those who do not see the page
 */

/**
 * @param {unknown} one
 * @param {unknown} other
 */
function isSame(one, other) {
  if (!Array.isArray(one) || !Array.isArray(other)) return Object.is(one, other);
  return one.length === other.length && one.every((value, index) => Object.is(value, other[index]));
}

export class Store {
  #state;
  /** @type {(() => void)[]} */
  #followers = [];
  #isTelling = false;

  /** @param {State} state */
  constructor(state) {
    this.#state = state;
  }

  /** @returns {Readonly<State>} */
  get state() {
    return this.#state;
  }

  /** The picture that is shown. */
  get picture() {
    return shownPicture(this.#state);
  }

  /** @param {Partial<State>} change */
  set(change) {
    this.#state = { ...this.#state, ...change };
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      for (const follower of this.#followers) follower();
    });
  }

  /**
   * @param {number} id
   * @param {Partial<Picture>} change nothing happens where the picture is gone
   */
  setPicture(id, change) {
    this.set({
      pictures: this.#state.pictures.map((picture) => (picture.id === id ? { ...picture, ...change } : picture)),
    });
  }

  /**
   * @param {number} id
   * @param {string} key
   * @param {Partial<Result>} change nothing happens where the result is gone
   */
  setResult(id, key, change) {
    const results = this.find(id)?.results.map((result) => (result.key === key ? { ...result, ...change } : result));
    if (results) this.setPicture(id, { results });
  }

  /**
   * @param {number} id of a picture of the list
   * @param {Partial<State>} [change] besides
   */
  show(id, change = {}) {
    const state = { ...this.#state, ...change };
    const picture = state.pictures.find((other) => other.id === id);
    this.set({ ...change, shown: id, toShow: undefined, choice: picture?.choice ?? state.common });
  }

  /** @param {number} id */
  find(id) {
    return this.#state.pictures.find((picture) => picture.id === id);
  }

  /**
   * Shows what `select` picks out, now and whenever it is another. Changes made in one go are shown once.
   * @template T
   * @param {(state: Readonly<State>) => T} select a value, or an array whose values are compared one by one
   * @param {(selected: T) => void} show
   */
  follow(select, show) {
    let shown = select(this.#state);
    this.#followers.push(() => {
      const selected = select(this.#state);
      if (isSame(selected, shown)) return;
      shown = selected;
      show(selected);
    });
    show(shown);
  }
}

/** @param {Readonly<State>} state */
export function shownPicture({ pictures, shown }) {
  return pictures.find(({ id }) => id === shown);
}

/**
 * What is chosen for a picture.
 * @param {Readonly<State>} state
 * @param {Picture} picture
 */
export function choiceOf({ shown, choice, common }, picture) {
  return picture.id === shown ? choice : (picture.choice ?? common);
}

/**
 * The result that is saved: the one on the right, or on the left where the original stands on the right.
 * @param {Picture | undefined} picture
 */
export function resultToSave(picture) {
  const on = (/** @type {string | undefined} */ side) => picture?.results.find(({ key }) => key === side);
  return on(picture?.right) ?? on(picture?.left);
}
