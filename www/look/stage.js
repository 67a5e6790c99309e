/** The picture on the stage: the original, one that grows over it, or two versions to compare. */

import { resultToSave, shownPicture } from '../state/store.js';
import { element, find } from '../ui/dom.js';
import { CompareView } from './compare-view.js';
import { layersOf } from './sides.js';

/**
 * @param {import('../state/store.js').Store} store
 * @returns {CompareView}
 */
export function showStage(store) {
  const view = find(document, 'compare-view', CompareView);
  /** @type {number | undefined} */
  let opened;

  /** @param {import('../state/store.js').Picture} picture */
  const follow = (picture) => {
    const { id, original, growing } = picture;
    const size = growing?.whole ?? resultToSave(picture)?.made ?? original?.whole;
    if (!size) return;
    if (id === opened) view.resize(size.width, size.height);
    else view.open(size.width, size.height);
    opened = id;
  };

  store.follow(
    (state) => {
      const picture = shownPicture(state);
      const layers = picture ? layersOf(picture) : [];
      const left = layers.find(({ key }) => key === picture?.left);
      const right = layers.find(({ key }) => key === picture?.right);
      return [picture?.id, picture?.original, picture?.growing, left?.surface, right?.surface, state.look, state.isHeld, state.trial !== undefined, left?.label, right?.label];
    },
    () => {
      const { picture } = store;
      if (!picture?.original) {
        opened = undefined;
        view.show('one', undefined, undefined, ['', '']);
        return;
      }
      const { original, growing, left, right } = picture;
      const layers = layersOf(picture);
      const [before, after] = [left, right].map((side) => layers.find(({ key }) => key === side));
      const { look, isHeld, trial } = store.state;
      follow(picture);
      if (isHeld || trial || !after?.surface) view.show('one', undefined, original, ['', '']);
      else if (growing) view.show('growing', original, growing, ['', '']);
      else if (before === after) view.show('one', undefined, after.surface, ['', '']);
      else view.show(look, before?.surface, after.surface, [before?.label ?? '', after.label]);
    },
  );
  store.follow(
    (state) => whyNotShown(shownPicture(state)),
    (sentence) => {
      element('#not-shown').textContent = sentence;
      element('#not-shown').hidden = sentence === '';
    },
  );
  return view;
}

/**
 * What stands in the place of a picture of which there is nothing to see.
 * @param {import('../state/store.js').Picture | undefined} picture
 */
function whyNotShown(picture) {
  return picture?.phase === 'failed' && !picture.original ? `There is nothing to show of this picture. ${picture.problem ?? ''}` : '';
}
