/** How the queue stands and what can be done with all of it, and the way back for what was removed. */

import { shownPicture } from '../state/store.js';
import { button, element } from '../ui/dom.js';
import { countsOf } from './queue.js';

/** @param {Readonly<import('../state/store.js').State>} state */
function sentence(state) {
  const { all, done, failed, busy, queued } = countsOf(state);
  const parts = [`${done} of ${all} done`, ...(failed ? [`${failed} failed`] : [])];
  if (state.isPaused && queued > 0) parts.push(busy ? 'pauses after this one' : 'paused');
  return parts.join(' · ');
}

/**
 * Where there is nothing to see of a picture, the stage tells why.
 * @param {import('../state/store.js').Picture | undefined} picture
 */
const problemBeside = (picture) => (picture?.original && picture.problem) || '';

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('./queue.js').Queue} queue
 */
export function showQueueBar(store, queue) {
  const pause = button('#pause');
  const all = button('#enlarge-all');

  pause.addEventListener('click', () => (store.state.isPaused ? queue.resume() : queue.pause()));
  all.addEventListener('click', () => queue.enlargeAll());
  button('#start-afresh').addEventListener('click', () => {
    queue.remove(store.state.pictures.map(({ id }) => id));
    element('#stage-or-welcome').focus();
  });

  store.follow(
    (state) => {
      const { all: total, queued, left } = countsOf(state);
      return [total > 1, sentence(state), state.isPaused, queued > 0, left, state.keepProblem, problemBeside(shownPicture(state))];
    },
    ([areMany, text, isPaused, isWaiting, left, keepProblem, problem]) => {
      element('#pictures').hidden = !areMany;
      element('#queue-text').textContent = String(text);
      pause.hidden = !isWaiting;
      pause.textContent = isPaused ? 'Resume' : 'Pause';
      all.hidden = left === 0;
      all.textContent = `Enlarge ${left === 1 ? 'the one left' : `all ${left}`}`;
      element('#keep-problem').textContent = String(keepProblem);
      element('#picture-problem').textContent = String(problem);
    },
  );
}

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('./queue.js').Queue} queue
 */
export function showUndo(store, queue) {
  const box = element('#removed-box');
  button('#undo').addEventListener('click', () => {
    queue.undo();
    element('#stage-or-welcome').focus();
  });
  box.querySelector('.close')?.addEventListener('click', () => {
    queue.forget();
    element('#stage-or-welcome').focus();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey || !store.state.removed) return;
    if (event.target instanceof HTMLInputElement && event.target.type === 'number') return;
    event.preventDefault();
    queue.undo();
  });
  store.follow(
    ({ removed }) => removed,
    (removed) => {
      const [first, ...others] = removed?.pictures ?? [];
      box.hidden = !first;
      if (!first) return;
      element('#removed').textContent = others.length > 0 ? `${others.length + 1} pictures removed.` : `${first.picture.file.name} removed.`;
    },
  );
}
