/** Where the result is guessed: the map over it, its button and legend, and what it says in words. */

import { resultToSave, shownPicture } from '../state/store.js';
import { button, element, find } from '../ui/dom.js';

/** @param {import('./doubts.js').Doubt} doubt */
function sentencesOf({ phase, isWhole, guessed, comparesEnds, problem }) {
  if (phase === 'failed') return problem;
  if (phase === 'measuring') {
    return `Measuring ${isWhole ? 'the picture' : 'what is in view'}…${isWhole ? ' Zoom in first to measure a part only.' : ''}`;
  }
  const percent = guessed > 0 && guessed < 0.01 ? 'Less than 1 %' : `${Math.round(guessed * 100)} %`;
  const how = comparesEnds
    ? 'There the result, made small again, is not what the picture shows, or a faithful and a lively version of it disagree.'
    : 'There the result, made small again, is not what the picture shows. This model has no faithful and lively versions to compare.';
  return `${percent} of ${isWhole ? 'the picture' : 'what was in view'} is coloured strongly: the result says more there than the picture does. ${how}`;
}

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('./doubts.js').Doubts} doubts
 * @param {import('../look/compare-view.js').CompareView} view
 */
export function showDoubt(store, doubts, view) {
  const toggle = button('#show-doubt');
  toggle.addEventListener('click', () => doubts.toggle());
  const bar = find(document, '#doubt-bar', HTMLProgressElement);

  store.follow(
    (state) => resultToSave(shownPicture(state)) === undefined,
    (isNothing) => {
      element('#understand').hidden = isNothing;
    },
  );
  store.follow(
    ({ isDoubtShown }) => isDoubtShown,
    (isShown) => toggle.setAttribute('aria-pressed', String(isShown)),
  );
  store.follow(
    (state) => {
      const picture = shownPicture(state);
      const { doubt, isDoubtShown } = state;
      const isOfShown = isDoubtShown && doubt?.id === picture?.id && doubt?.key === resultToSave(picture)?.key;
      return [isOfShown ? doubt : undefined, picture?.left, picture?.right, state.isHeld, picture?.growing, state.trial !== undefined];
    },
    ([doubt]) => showMap(/** @type {import('./doubts.js').Doubt | undefined} */ (doubt)),
  );

  /** @param {import('./doubts.js').Doubt | undefined} doubt */
  function showMap(doubt) {
    const { picture, state } = store;
    const isOnStage = doubt && doubt.phase !== 'failed' && !state.isHeld && !picture?.growing && !state.trial;
    const on = (/** @type {string | undefined} */ side) => (isOnStage && side === doubt.key ? doubt.surface : undefined);
    view.cover(picture?.left === picture?.right ? undefined : on(picture?.left), on(picture?.right));
    element('#doubt-legend').hidden = !isOnStage;
    const told = element('#doubt-told');
    told.hidden = !doubt;
    bar.hidden = doubt?.phase !== 'measuring';
    bar.value = doubt?.fraction ?? 0;
    const text = element('#doubt-text');
    const sentences = doubt ? sentencesOf(doubt) : '';
    text.classList.toggle('wrong', doubt?.phase === 'failed');
    if (text.textContent === sentences) return;
    text.textContent = sentences;
    if (doubt) told.scrollIntoView({ block: 'nearest' });
  }
}
