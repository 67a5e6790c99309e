/** The one thing to do next with the picture, and what came out of the last. */

import { namingOf, scaleOf } from '../choose/choice.js';
import { forecastOf, isToBeMade } from '../engine/forecast.js';
import { PATIENCE_MS } from '../engine/enlarger.js';
import { problemOf } from '../engine/limits.js';
import { loadingWords } from '../engine/status.js';
import { AUTOMATIC } from '../models/purposes.js';
import { resultToSave, shownPicture } from '../state/store.js';
import { button, element, find } from '../ui/dom.js';
import * as format from '../ui/format.js';

/** @param {Readonly<import('../state/store.js').State>} state */
function expectation(state) {
  const { plan, milliseconds } = forecastOf(state);
  const { info } = state.engine;
  const problem = (plan && problemOf(plan)) ?? '';
  if (problem || !plan || milliseconds === undefined || !info) return { problem, sentence: '' };
  const isLong = shownPicture(state)?.phase === 'waiting' && milliseconds > PATIENCE_MS;
  const takes = `${isLong ? 'Not begun: takes' : 'Takes'} ${format.about(milliseconds / 1000)}`;
  return { problem, sentence: `${takes} · ${format.planned(plan)}` };
}

/** @param {Readonly<import('../state/store.js').State>} state */
function spoken({ choice, models }) {
  if (choice.model === AUTOMATIC.key) return 'what suits the picture';
  return namingOf(choice, models)(choice.model ?? '', scaleOf(choice, models) ?? 0).name;
}

/**
 * @param {import('../state/store.js').Progress} progress
 * @param {string} loading
 */
function progressText({ fraction, secondsLeft, isWriting, isStopping }, loading) {
  if (isStopping) return 'Stopping…';
  if (fraction === undefined) return loading || 'Reading the picture…';
  const rest = isWriting ? 'writing the file' : `${format.about(secondsLeft ?? 0)} left`;
  return `${Math.floor(fraction * 100)} % · ${rest}`;
}

/**
 * Why the picture that is shown has not been begun yet.
 * @param {Readonly<import('../state/store.js').State>} state
 */
function waitingText(state) {
  if (shownPicture(state)?.phase !== 'queued') return '';
  const { engine, isPaused, pictures } = state;
  if (engine.phase === 'failed') return `Waits for the engine. ${engine.problem}`;
  if (isPaused && pictures.length > 1) return 'Paused';
  return engine.phase === 'loading' ? loadingWords(state) || 'Getting the engine ready…' : 'Waits for its turn';
}

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('./queue.js').Queue} queue
 */
export function showActionBar(store, queue) {
  const bar = element('#action');
  const again = button('#again');
  const cancel = button('#cancel');
  const save = find(document, '#save', HTMLAnchorElement);
  const progressBar = find(document, '#bar', HTMLProgressElement);

  again.addEventListener('click', () => {
    if (again.getAttribute('aria-disabled') !== 'true') queue.again();
  });
  cancel.addEventListener('click', () => queue.cancel());
  save.addEventListener('click', (event) => {
    if (!save.href) event.preventDefault();
  });
  // A key that is held down acts once, however the buttons change under it.
  bar.addEventListener('keydown', (event) => {
    if (event.repeat && (event.key === 'Enter' || event.key === ' ')) event.preventDefault();
  });

  /** Whoever had the focus on a button that goes gets it on the one that comes. */
  const keepFocus = (/** @type {() => void} */ change) => {
    const { activeElement } = document;
    const isHere = bar.contains(activeElement);
    change();
    if (!isHere || activeElement?.checkVisibility()) return;
    [save, again].find((next) => next.checkVisibility())?.focus();
  };

  store.follow(
    (state) => {
      const picture = shownPicture(state);
      const { problem, sentence } = expectation(state);
      const isQueued = picture?.phase === 'queued';
      const isBusy = picture?.progress !== undefined || isQueued;
      return [isBusy, isQueued, isToBeMade(state), resultToSave(picture) !== undefined, problem, sentence, state.engine.phase, spoken(state)];
    },
    ([isBusy, isQueued, isToMake, hasResult, problem, sentence, engine, what]) =>
      keepFocus(() => {
        again.hidden = !isBusy && !isToMake;
        const isOff = isBusy || engine === 'failed' || problem !== '';
        again.setAttribute('aria-disabled', String(isOff));
        again.textContent = isQueued ? 'Waiting…' : isBusy ? 'Enlarging…' : 'Enlarge';
        again.title = isBusy ? '' : `Enlarge with ${what}`;
        cancel.hidden = !isBusy;
        element('#working').hidden = !isBusy;
        element('#next').hidden = !isToMake;
        element('#expected').textContent = /** @type {string} */ (sentence);
        element('#limit').textContent = /** @type {string} */ (problem);
        element('#result').hidden = !hasResult || isBusy === true;
        element('#ways-out').hidden = !hasResult || isBusy === true;
        save.classList.toggle('quiet', isToMake === true);
        element('#ways-out').classList.toggle('second', isToMake === true);
      }),
  );
  store.follow(
    (state) => /** @type {const} */ ([shownPicture(state)?.progress, loadingWords(state), waitingText(state)]),
    ([progress, loading, waiting]) => {
      progressBar.hidden = waiting !== '';
      if (progress?.fraction === undefined) progressBar.removeAttribute('value');
      else progressBar.value = progress.fraction;
      if (!progress && !waiting) return;
      const text = progress ? progressText(progress, loading) : waiting;
      element('#progress-text').textContent = text;
      progressBar.setAttribute('aria-valuetext', text);
      cancel.setAttribute('aria-disabled', String(progress?.isStopping ?? false)); // and keeps the focus
    },
  );
  store.follow(
    (state) => shownPicture(state)?.file.name,
    (name) => {
      element('#file-name').textContent = name ?? '';
    },
  );
  store.follow((state) => resultToSave(shownPicture(state)), showResult);
}

/** @param {import('../state/store.js').Result | undefined} result */
function showResult(result) {
  if (!result) return;
  const { made, file, name } = result;
  const { width, height } = made;
  const kind = file?.format && format.file(file.format);
  const weight = file?.blob && kind ? `${format.bytes(file.blob.size)} ${kind}` : '';
  element('#size').textContent = [format.pixels(width, height), format.megapixels(width, height), weight].filter(Boolean).join(' · ');
  element('#run').textContent = `${format.duration(made.milliseconds)} on ${format.ranOn(made)} · ${name}`;
  element('#seen').textContent = format.seen(made);
  element('#warnings').replaceChildren(
    ...made.warnings.map((sentence) => Object.assign(document.createElement('li'), { textContent: sentence })),
  );
  element('#file-problem').textContent = file?.problem ?? '';
  const save = element('#save');
  save.textContent = file?.phase === 'making' ? 'Preparing…' : kind ? `Save ${kind}` : 'Save';
  save.setAttribute('aria-disabled', String(!file?.blob));
}
