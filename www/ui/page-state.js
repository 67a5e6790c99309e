/** The page as a whole: its state for the styles, its title, and what is said to those who do not see it. */

import { countsOf } from '../pictures/queue.js';
import { resultToSave, shownPicture } from '../state/store.js';
import { element } from './dom.js';
import * as format from './format.js';

/** Who listens is told how far it is no more often than this, and not at all where it takes no longer. */
const NEWS_MS = 10_000;

/** @typedef {import('../state/store.js').Picture} Picture */

/** @type {Record<import('../state/store.js').Phase, string>} */
const STATES = { queued: 'working', reading: 'working', working: 'working', waiting: 'waiting', failed: 'waiting', done: 'done' };

/** @param {import('../state/store.js').Progress} progress */
function howFar({ fraction = 0, secondsLeft }) {
  const left = secondsLeft === undefined ? [] : [`${format.about(secondsLeft)} left`];
  return [`${Math.floor(fraction * 100)} %`, ...left].join(' · ');
}

/**
 * @param {Readonly<import('../state/store.js').State>} state
 * @returns {string}
 */
function titleOf(state) {
  const busy = state.pictures.find(({ progress }) => progress);
  const { all, done } = countsOf(state);
  if (busy && all > 1) return `${done} of ${all} · Lenslet`;
  if (busy?.progress) return `${howFar(busy.progress)} · Lenslet`;
  const picture = shownPicture(state);
  const result = resultToSave(picture);
  return picture && result ? `${picture.file.name}, ${result.label} · Lenslet` : 'Lenslet';
}

/** @param {import('../state/store.js').Store} store */
export function showPageState(store) {
  store.follow(
    (state) => [shownPicture(state)?.phase, state.engine.phase, state.areChoicesOpen],
    ([phase, engine, areChoicesOpen]) => {
      document.body.dataset.state = phase ? STATES[/** @type {keyof typeof STATES} */ (phase)] : 'empty';
      document.body.dataset.engine = /** @type {string} */ (engine);
      document.body.dataset.panel = phase || areChoicesOpen ? 'open' : 'closed';
    },
  );
  store.follow(titleOf, (title) => {
    document.title = title;
  });
  store.follow(
    ({ news }) => news,
    (news) => {
      element('#news').textContent = news;
    },
  );
  tellProgress(store);
}

/** @param {import('../state/store.js').Store} store */
function tellProgress(store) {
  /** @type {Picture | undefined} */
  let before;
  let last = 0;
  store.follow(
    ({ pictures }) => pictures.find(({ progress }) => progress),
    (busy) => {
      const now = performance.now();
      if (busy?.progress && before?.id !== busy.id) {
        last = now;
        if (busy.id === store.state.shown) store.set({ news: `Enlarging ${busy.file.name}.` });
      } else if (busy?.progress?.fraction && now - last > NEWS_MS) {
        last = now;
        store.set({ news: howFar(busy.progress) });
      }
      before = busy;
    },
  );
}

/**
 * Asks before the page is left while something is being made or is about to be, or is not saved yet.
 * @param {import('../state/store.js').Store} store
 */
export function askBeforeLeaving(store) {
  addEventListener('beforeunload', (event) => {
    const { pictures, saving } = store.state;
    const isAtStake = (/** @type {Picture} */ { phase, progress, results }) =>
      progress || phase === 'queued' || results.some(({ isSaved, isFilter }) => !isSaved && !isFilter);
    if (saving || pictures.some(isAtStake)) event.preventDefault();
  });
}
