/** The list of pictures, where there is more than one: which is shown, what has become of each. */

import { element } from '../ui/dom.js';

/** @typedef {import('../state/store.js').Picture} Picture */

const THUMBNAIL_PX = 96;

/** @type {Record<import('../state/store.js').Phase, string>} */
const WORDS = { queued: 'waits', reading: 'is read', working: 'is enlarged', waiting: 'not enlarged', done: 'done' };

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('../engine/enlarger.js').Enlarger} enlarger
 */
export function showStrip(store, enlarger) {
  const root = element('#strip-of-pictures');
  /** @type {Map<number, {item: HTMLElement, button: HTMLButtonElement, canvas: HTMLCanvasElement, state: HTMLElement}>} */
  const items = new Map();

  /** @param {Picture} picture */
  const make = ({ id, file }) => {
    const item = Object.assign(document.createElement('li'), { className: 'thumbnail' });
    const button = Object.assign(document.createElement('button'), { type: 'button', title: file.name });
    const canvas = Object.assign(document.createElement('canvas'), { width: 0, height: 0 });
    const name = Object.assign(document.createElement('span'), { className: 'name', textContent: file.name });
    const state = Object.assign(document.createElement('span'), { className: 'state' });
    const remove = Object.assign(document.createElement('button'), { type: 'button', className: 'remove', textContent: '×' });
    remove.setAttribute('aria-label', `Remove ${file.name}`);
    button.append(canvas, name, state);
    item.append(button, remove);
    button.addEventListener('click', () => enlarger.show(id));
    remove.addEventListener('click', () => enlarger.remove(id));
    return { item, button, canvas, state };
  };

  store.follow(
    ({ pictures }) => pictures,
    (pictures) => {
      root.hidden = pictures.length < 2;
      for (const picture of pictures) {
        const shown = items.get(picture.id) ?? make(picture);
        items.set(picture.id, shown);
        shown.item.dataset.phase = picture.phase;
        shown.state.textContent = WORDS[picture.phase];
        if (picture.original && shown.canvas.width === 0) drawThumbnail(picture.original, shown.canvas);
      }
      for (const id of items.keys()) if (!pictures.some((picture) => picture.id === id)) items.delete(id);
      const list = [...items.values()].map(({ item }) => item);
      if (list.length !== root.childElementCount || list.some((item, at) => root.children[at] !== item)) root.replaceChildren(...list);
    },
  );
  store.follow(
    ({ shown, pictures }) => [shown, pictures.length],
    ([shown]) => {
      for (const [id, { button }] of items) button.setAttribute('aria-current', String(id === shown));
    },
  );
}

/**
 * @param {import('../look/surface.js').Surface} surface
 * @param {HTMLCanvasElement} canvas
 */
function drawThumbnail(surface, canvas) {
  const factor = Math.min(1, THUMBNAIL_PX / Math.max(surface.width, surface.height));
  canvas.width = Math.max(1, Math.round(surface.width * factor));
  canvas.height = Math.max(1, Math.round(surface.height * factor));
  surface.drawOn(canvas);
}
