/**
 * The page's state, in one place. Whoever acts calls `set` or `setPicture`; a view follows the part that it shows. Views
 * know neither each other nor who acts. What a state holds is never changed in place, only replaced, but for the pixels
 * of a Surface.
 *
 * @typedef {import('../js/client.js').Plan} Plan
 * @typedef {'queued' | 'reading' | 'waiting' | 'working' | 'done'} Phase reading until the engine has seen that the file is
 *   sound; waiting for the person to begin
 * @typedef {{fraction?: number, secondsLeft?: number, isWriting: boolean, isStopping: boolean}} Progress the fraction from 0 to 1
 * @typedef {{key: string, phase: 'making' | 'ready' | 'failed', blob?: Blob, format?: import('../js/client.js').Format,
 *   stored?: string, surface?: import('../look/surface.js').Surface, problem?: string}} SavedFile the key tells as what it is
 *   saved; the surface shows what is lost by that
 * @typedef {{key: string, label: string, name: string, scale: number, made: import('../js/client.js').Result,
 *   surface?: import('../look/surface.js').Surface, file?: SavedFile, isSaved: boolean}} Result
 *   the key tells with what it was made; the label is for people and the name for files; `made.blob` holds every pixel; saved is also what is not worth asking for
 * @typedef {{id: number, file: File, ownFormat: import('../js/client.js').Format, phase: Phase, width?: number, height?: number, progress?: Progress,
 *   original?: import('../look/surface.js').Surface, originalPixels?: import('../look/surface.js').Surface,
 *   growing?: import('../look/surface.js').Surface, results: Result[], left: string, right: string,
 *   plans: Record<string, Plan | 'asked' | 'unknown'>}} Picture left and right are the keys of what stands on the two
 *   sides; plans are by the choice that they are for
 * @typedef {{phase: 'loading' | 'ready' | 'failed', info?: import('../js/client.js').Info, problem: string, mixProblem: string}}
 *   EngineState
 * @typedef {'split' | 'side'} Look
 * @typedef {{
 *   models: import('../models/models.js').Model[],
 *   choice: import('../choose/choice.js').Choice,
 *   engine: EngineState,
 *   estimates: Record<string, number | 'asked' | 'unknown'>,
 *   pictures: Picture[],
 *   shown: number | undefined,
 *   look: Look,
 *   isHeld: boolean,
 *   areChoicesOpen: boolean,
 *   isMoreOpen: boolean,
 *   problem: string,
 *   note: string,
 *   news: string,
 * }} State estimates are milliseconds for a megapixel by choice; held while the original is to be seen alone;
 *   the choices are open before there is a picture; the news
 *   are for those who do not see the page
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
 * The result that is saved: the one on the right, or on the left where the original stands on the right.
 * @param {Picture | undefined} picture
 */
export function resultToSave(picture) {
  const on = (/** @type {string | undefined} */ side) => picture?.results.find(({ key }) => key === side);
  return on(picture?.right) ?? on(picture?.left);
}
