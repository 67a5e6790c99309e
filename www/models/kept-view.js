/** What of the site is on this device: whether the page works without a network, and which models are there, with their sizes. */

import { button, element } from '../ui/dom.js';
import * as format from '../ui/format.js';
import { clearKeptOfSite, keptBytes, listKeptOfSite } from './kept-of-site.js';

/** @param {boolean | undefined} areWhole */
const sentence = (areWhole) =>
  areWhole === undefined
    ? 'Whether this page works without a network is known once it is ready.'
    : areWhole
      ? 'This page works without a network, with these models and those that you keep:'
      : 'Without a network this page may not work: this browser keeps no copy of it, as in a private window, or has no room.';

/**
 * @param {string} name
 * @param {number} bytes
 */
function row(name, bytes) {
  const item = document.createElement('li');
  const size = Object.assign(document.createElement('span'), { textContent: format.bytes(bytes) });
  item.append(name, ' ', size);
  return item;
}

/** @param {import('../state/store.js').Store} store */
export function showKept(store) {
  const clear = button('#clear-kept');

  const show = async () => {
    const { models, copies } = store.state;
    const kept = await listKeptOfSite();
    const bytes = (/** @type {import('./models.js').Model} */ model) => model.own?.kept ? model.own.file.size : keptBytes(model, kept);
    const there = models.filter((model) => bytes(model) > 0);
    element('#kept-text').textContent = sentence(copies?.areWhole);
    element('#kept-models').replaceChildren(...there.map((model) => row(model.own ? `${model.title} (yours)` : model.title, bytes(model))));
    clear.hidden = kept.size === 0;
  };

  clear.addEventListener('click', async () => {
    await clearKeptOfSite();
    await show();
    store.set({ note: 'The models of this site were removed from this device. They come back when they are used.' });
    element('#more summary').focus();
  });
  store.follow(
    ({ isMoreOpen, copies, engine, models }) => [isMoreOpen, copies, engine.phase, models],
    ([isOpen]) => isOpen && show(),
  );
}
