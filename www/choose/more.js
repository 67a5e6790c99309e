/** The choices before there is a picture, and More: any model, mixing two of them, what it runs on. */

import { findModel } from '../models/models.js';
import { GROUPS } from '../models/purposes.js';
import { button, element, find } from '../ui/dom.js';
import { canMix, isOfNetwork } from './choice.js';

/** @typedef {import('../models/models.js').Model} Model */

/**
 * @param {string} label
 * @param {Model[]} models
 */
function group(label, models) {
  const made = Object.assign(document.createElement('optgroup'), { label });
  made.append(...models.map(({ title, key }) => new Option(title, key)));
  return made;
}

/**
 * Models in groups by what they are for; groups without any are left out.
 * @param {Model[]} models
 */
function groups(models) {
  const closed = models.filter(({ isOpen }) => !isOpen);
  const byPurpose = GROUPS.map(([purpose, title]) => group(title, closed.filter((model) => model.purpose === purpose)));
  const own = group('Yours', closed.filter((model) => model.own));
  return [...byPurpose, own].filter(({ children }) => children.length > 0);
}

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('./choosing.js').Choosing} choosing
 */
export function showMore(store, choosing) {
  const more = find(document, '#more', HTMLDetailsElement);
  const model = find(document, '#model', HTMLSelectElement);
  const mix = find(document, '#mix', HTMLSelectElement);
  const share = find(document, '#share', HTMLInputElement);
  const shareText = find(document, '#share-text', HTMLOutputElement);
  const tta = find(document, '#tta', HTMLInputElement);
  const run = find(document, '#run-on', HTMLSelectElement);

  const choices = button('#show-choices');
  choices.addEventListener('click', () => store.set({ areChoicesOpen: !store.state.areChoicesOpen }));
  store.follow(
    ({ areChoicesOpen }) => areChoicesOpen,
    (areOpen) => choices.setAttribute('aria-expanded', String(areOpen)),
  );

  more.addEventListener('toggle', () => store.set({ isMoreOpen: more.open }));
  store.follow(
    ({ isMoreOpen }) => isMoreOpen,
    (isOpen) => {
      more.open = isOpen;
    },
  );

  model.addEventListener('change', () => choosing.choose({ model: model.value }));
  mix.addEventListener('change', () => choosing.choose({ mix: mix.value || undefined }));
  share.addEventListener('input', () => showShare());
  share.addEventListener('change', () => choosing.choose({ share: share.valueAsNumber }));
  tta.addEventListener('change', () => choosing.choose({ tta: tta.checked }));
  run.addEventListener('change', () => choosing.choose({ run: /** @type {'auto' | 'gpu' | 'cpu'} */ (run.value) }));

  const showShare = () => {
    shareText.value = `${share.value} %`;
    const second = findModel(store.state.models, store.state.choice.mix)?.name ?? '';
    share.setAttribute('aria-valuetext', `${share.value} % of ${second}`);
  };

  store.follow(
    ({ models, choice }) => [models, choice],
    () => {
      const { models, choice } = store.state;
      model.replaceChildren(group('By what it is', models.filter(({ isOpen }) => isOpen)), ...groups(models));
      model.value = choice.model ?? '';
      const others = models.filter(({ key, scale, own }) => key !== choice.model && (scale !== undefined || own));
      mix.replaceChildren(new Option('None', ''), ...groups(others));
      mix.value = choice.mix ?? '';
      mix.disabled = mix.length === 1 || !canMix(choice, models);
      share.value = String(choice.share);
      element('#share-row').hidden = choice.mix === undefined;
      tta.checked = choice.tta;
      tta.disabled = !isOfNetwork(choice, models);
      run.value = choice.run;
      showShare();
    },
  );
  store.follow(
    ({ engine }) => engine.mixProblem,
    (sentence) => {
      element('#mix-problem').textContent = sentence;
    },
  );
}
