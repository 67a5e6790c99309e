/**
 * The page without a network, and its next version: a service worker (sw.js) keeps copies of the site on this device. It begins when
 * the first things are done, and a new version is never put in the place of one that is at a picture.
 */

import { nameOf } from '../models/kept-of-site.js';

/** @typedef {import('../state/store.js').State} State */

/** The site's folder, where the service worker lies. */
const FOLDER = new URL('../', import.meta.url);

const version = () => /** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name=version]'))?.content;

/**
 * Whether something is under way, or would be lost with the page because it is not on the device yet.
 * @param {Readonly<State>} state
 */
function isBusy({ pictures, saving, isPaused, engine, keepProblem }) {
  const isNext = engine.phase !== 'failed' && !isPaused && pictures.some(({ phase }) => phase === 'queued');
  const isAtStake = keepProblem === '' && pictures.some(({ kept }) => kept === undefined);
  return saving !== undefined || isNext || isAtStake || pictures.some(({ progress }) => progress);
}

export class Offline {
  #store;
  /** @type {ServiceWorkerRegistration | undefined} */
  #registration;
  #isReloading = false;

  /** @param {import('../state/store.js').Store} store */
  constructor(store) {
    this.#store = store;
    // What this version has on the device is not removed as long as it is held.
    navigator.locks?.request(`lenslet ${FOLDER} version ${version()}`, { mode: 'shared' }, () => new Promise(() => {})).catch(() => {});
    this.#once(
      (state) => state.engine.phase !== 'loading' && !isBusy(state),
      () => this.#begin(),
    );
  }

  /** The new version takes over once nothing is under way; results and pictures outlast that as they outlast a reload. */
  useNew() {
    this.#store.set({ update: 'asked' });
    this.#once(
      (state) => !isBusy(state),
      () => {
        this.#isReloading = true;
        const waiting = this.#registration?.waiting;
        if (waiting) waiting.postMessage({ kind: 'take-over' });
        else location.reload(); // Another page was first.
      },
    );
  }

  /**
   * @param {(state: Readonly<State>) => boolean} isSo
   * @param {() => void} act as soon as it is so
   */
  #once(isSo, act) {
    let isDone = false;
    this.#store.follow(isSo, (is) => {
      if (!is || isDone) return;
      isDone = true;
      act();
    });
  }

  async #begin() {
    const workers = navigator.serviceWorker;
    try {
      if (!workers) throw new Error('There is no such thing here.');
      const isFirst = !workers.controller;
      workers.addEventListener('controllerchange', () => this.#replaced(isFirst));
      this.#registration = await workers.register(new URL('sw.js', FOLDER));
      this.#watch(this.#registration);
      const { active } = await workers.ready;
      let isTold = false;
      this.#store.follow(
        ({ engine }) => engine.info,
        (info) => {
          // In a first visit what the engine's worker loads may not come by the service worker.
          if (!isTold || (isFirst && info)) this.#tellStarted(active);
          isTold = true;
        },
      );
    } catch {
      this.#store.set({ copies: { areWhole: false } }); // As in some private windows, or over plain http.
    }
  }

  /** @param {ServiceWorker | null} worker that keeps what is missing, and answers whether all is kept */
  #tellStarted(worker) {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => this.#store.set({ copies: { areWhole: data } });
    worker?.postMessage({ kind: 'started', models: this.#modelInUse() }, [port2]);
  }

  /** The names of its files. */
  #modelInUse() {
    const { models, engine } = this.#store.state;
    const { files = [] } = models.find(({ name, files }) => files && name === engine.info?.model.name) ?? {};
    return files.map(({ file }) => nameOf(file));
  }

  /** @param {ServiceWorkerRegistration} registration */
  #watch(registration) {
    const follow = (/** @type {ServiceWorker | null} */ worker) => {
      const look = () => {
        if (worker?.state === 'redundant' && !registration.active) this.#store.set({ copies: { areWhole: false } });
        if (worker?.state === 'installed' && registration.active) this.#store.set({ update: 'ready' });
      };
      worker?.addEventListener('statechange', look);
      look();
    };
    follow(registration.waiting);
    follow(registration.installing);
    registration.addEventListener('updatefound', () => follow(registration.installing));
  }

  /** @param {boolean} isFirst of all versions, on this device */
  #replaced(isFirst) {
    if (this.#isReloading) location.reload();
    else if (!isFirst) this.#store.set({ update: 'ready' });
  }
}
