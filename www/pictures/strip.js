/** The list of pictures, where there is more than one: which is shown, what has become of each, and what can be done with it. */

import { element } from '../ui/dom.js';
import { Thumbnails } from './thumbnails.js';

/** @typedef {import('../state/store.js').Picture} Picture */

/** @type {Record<import('../state/store.js').Phase, string>} */
const WORDS = { queued: 'Waits', reading: 'Reading…', working: 'Starting…', waiting: 'Not enlarged', done: 'Done', failed: 'Failed' };

/** @param {Picture} picture */
function wordsFor({ phase, progress, problem, results }) {
  if (progress?.isStopping) return 'Stopping…';
  if (progress?.fraction !== undefined) return progress.isWriting ? 'Writing…' : `${Math.floor(progress.fraction * 100)} %`;
  if (problem) return problem;
  const isAllSaved = results.some(({ isSaved }) => isSaved) && results.every(({ isSaved, isFilter }) => isSaved || isFilter);
  if (phase === 'done' && isAllSaved) return 'Saved';
  return WORDS[phase];
}

/**
 * What can be done with a picture besides showing and removing it.
 * @param {Picture} picture
 */
function actionFor({ phase, progress, problem }) {
  if (progress) return 'stop';
  if (problem) return 'retry';
  return phase === 'waiting' ? 'enlarge' : '';
}

/** @type {Record<string, {label: string, icon: string}>} */
const ACTIONS = {
  stop: { label: 'Stop', icon: '■' },
  retry: { label: 'Try again', icon: '↻' },
  enlarge: { label: 'Enlarge', icon: '▶' },
};

const MOVES = /** @type {Record<string, (at: number, last: number) => number>} */ ({
  ArrowLeft: (at) => Math.max(0, at - 1),
  ArrowRight: (at, last) => Math.min(last, at + 1),
  Home: () => 0,
  End: (_, last) => last,
});

/** @param {string} className */
const plainButton = (className) => Object.assign(document.createElement('button'), { type: 'button', className });

/** @param {string} className */
const inline = (className) => Object.assign(document.createElement('span'), { className });

/** A picture's place in the list. */
class Item {
  element = Object.assign(document.createElement('li'), { className: 'thumbnail' });
  pick = plainButton('pick');
  act = plainButton('act');
  remove = plainButton('remove');
  canvas = Object.assign(document.createElement('canvas'), { width: 0, height: 0 });
  #state = inline('state');
  #bar = inline('bar');
  #name;
  action = '';

  /** @param {Picture} picture */
  constructor({ file }) {
    this.#name = file.name;
    this.pick.title = file.name;
    this.pick.append(this.canvas, Object.assign(inline('name'), { textContent: file.name }), this.#state, this.#bar);
    this.remove.textContent = '×';
    this.remove.setAttribute('aria-label', `Remove ${file.name}`);
    this.act.hidden = true;
    this.element.append(this.pick, this.act, this.remove);
  }

  /** @param {Picture} picture */
  show(picture) {
    const words = wordsFor(picture);
    if (this.#state.textContent !== words) this.#state.textContent = words;
    this.pick.title = picture.problem ? `${this.#name}: ${picture.problem}` : this.#name;
    this.element.dataset.phase = picture.phase;
    this.element.classList.toggle('wrong', picture.problem !== undefined);
    this.element.classList.toggle('has-own-choices', picture.choice !== undefined);
    this.#bar.style.inlineSize = `${(picture.progress?.fraction ?? 0) * 100}%`;
    this.#showAction(actionFor(picture));
  }

  /** @param {string} action */
  #showAction(action) {
    if (action === this.action) return;
    this.action = action;
    // Whoever had the focus on a button that goes does not lose it.
    if (!action && document.activeElement === this.act) this.pick.focus();
    this.act.hidden = !action;
    if (!action) return;
    const { label, icon } = ACTIONS[action];
    this.act.textContent = icon;
    this.act.title = label;
    this.act.setAttribute('aria-label', `${label}: ${this.#name}`);
  }

  /** @param {boolean} isTabStop */
  setTabStop(isTabStop) {
    for (const button of [this.pick, this.act, this.remove]) button.tabIndex = isTabStop ? 0 : -1;
  }
}

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('./queue.js').Queue} queue
 */
export function showStrip(store, queue) {
  const root = element('#strip-of-pictures');
  const thumbnails = new Thumbnails();
  /** @type {Map<number, Item>} */
  const items = new Map();

  /** @param {Picture} picture */
  const make = (picture) => {
    const { id, file } = picture;
    const item = new Item(picture);
    thumbnails.add(item.canvas, file);
    item.pick.addEventListener('click', () => queue.show(id));
    item.act.addEventListener('click', () => (item.action === 'stop' ? queue.cancel(id) : queue.enlarge(id)));
    item.remove.addEventListener('click', () => remove(id));
    return item;
  };

  /** @param {number} id */
  const remove = (id) => {
    const at = store.state.pictures.findIndex((picture) => picture.id === id);
    queue.remove([id]);
    const { pictures } = store.state;
    const next = pictures[Math.min(at, pictures.length - 1)];
    // The list is shown anew after this.
    queueMicrotask(() => queueMicrotask(() => (pictures.length > 1 && items.get(next.id)?.pick.focus())));
  };

  /** @param {Element | null} target */
  const idAt = (target) => [...items].find(([, item]) => target && item.element.contains(target))?.[0];

  root.addEventListener('keydown', (event) => {
    const id = idAt(/** @type {Element} */ (event.target));
    const { pictures } = store.state;
    const at = pictures.findIndex((picture) => picture.id === id);
    if (id === undefined || at < 0) return;
    if (event.key === 'Delete') remove(id);
    else if (event.key in MOVES) {
      const next = pictures[MOVES[event.key](at, pictures.length - 1)].id;
      queue.show(next);
      items.get(next)?.setTabStop(true);
      items.get(next)?.pick.focus();
    } else return;
    event.preventDefault();
  });

  store.follow(
    ({ pictures }) => pictures,
    (pictures) => {
      for (const picture of pictures) {
        const item = items.get(picture.id) ?? make(picture);
        items.set(picture.id, item);
        item.show(picture);
      }
      for (const [id, item] of items) {
        if (pictures.some((picture) => picture.id === id)) continue;
        thumbnails.remove(item.canvas);
        items.delete(id);
      }
      const list = pictures.flatMap(({ id }) => items.get(id)?.element ?? []);
      const isAsBefore = list.length === root.childElementCount && list.every((item, at) => root.children[at] === item);
      if (!isAsBefore) root.replaceChildren(...list);
    },
  );
  store.follow(
    ({ shown, pictures }) => [shown, pictures.length],
    ([shown]) => {
      for (const [id, item] of items) {
        item.pick.setAttribute('aria-current', String(id === shown));
        item.setTabStop(id === shown);
      }
      const current = shown === undefined ? undefined : items.get(shown);
      current?.element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    },
  );
}
