/**
 * What each method makes of the part, side by side, one pixel on one of the screen: the best one is tapped, or each has a
 * sentence on how it works.
 */

import { shownPicture } from '../state/store.js';
import { button, element, find } from '../ui/dom.js';
import * as format from '../ui/format.js';

/**
 * @typedef {import('./methods.js').Method} Method
 * @typedef {{whole: HTMLElement, shown: HTMLElement, told: HTMLElement, sentence: string}} Cell the sentence is there whatever comes out
 */

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('./trials.js').Trials} trials
 */
export function showTrialPanel(store, trials) {
  const panel = element('#trial');
  const list = element('#methods');
  /** @type {Map<string, Cell>} */
  let cells = new Map();
  /** @type {Element | null} what had the focus before */
  let opener = null;

  for (const selector of ['#try', '#try-first']) button(selector).addEventListener('click', () => trials.open('choose'));
  button('#explain').addEventListener('click', () => trials.open('explain'));
  const kinds = element('#trial-kinds');
  kinds.addEventListener('change', (event) => {
    const { value } = /** @type {HTMLInputElement} */ (event.target);
    trials.open(value === 'explain' ? value : 'choose');
  });
  button('#close-trial').addEventListener('click', () => trials.close());
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && store.state.trial && !document.querySelector('dialog[open], :popover-open')) trials.close();
  });

  const room = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width === 0) return;
    trials.fill({ width: contentRect.width * devicePixelRatio, height: contentRect.height * devicePixelRatio });
  });

  /** @param {Method} method */
  const make = (method) => {
    const item = document.createElement('li');
    const { title, sentence = '' } = method;
    const whole = document.createElement(sentence ? 'div' : 'button');
    whole.className = 'method';
    const shown = Object.assign(document.createElement('span'), { className: 'shown' });
    const name = Object.assign(document.createElement('span'), { className: 'name', textContent: title });
    const told = Object.assign(document.createElement('span'), { className: 'told-of-it' });
    whole.append(shown, name, told);
    if (whole instanceof HTMLButtonElement) {
      whole.type = 'button';
      whole.addEventListener('click', () => trials.pick(method));
    }
    item.append(whole);
    cells.set(method.key, { whole, shown, told, sentence });
    return item;
  };

  store.follow(
    ({ trial }) => trial?.methods,
    (methods) => {
      if (!methods && panel.hidden) return;
      if (methods && panel.hidden) opener = document.activeElement;
      panel.hidden = !methods;
      document.body.dataset.trial = methods ? 'open' : 'closed';
      cells = new Map();
      list.replaceChildren(...(methods ?? []).map(make));
      room.disconnect();
      const [first] = cells.values();
      if (first) {
        room.observe(first.shown);
        panel.scrollIntoView({ block: 'start' });
      }
      else if (opener?.checkVisibility()) /** @type {HTMLElement} */ (opener).focus();
      else element('#stage-or-welcome').focus();
    },
  );

  store.follow(
    ({ trial }) => trial?.part !== undefined,
    (isPlaced) => isPlaced && element('#frame').focus(),
  );

  store.follow(
    ({ trial, choice }) => [trial?.tried, choice.model],
    () => {
      const { trial, choice } = store.state;
      for (const [key, cell] of cells) {
        const { canvas, isOld, isSuggested, problem } = trial?.tried[key] ?? { isOld: true, isSuggested: false, problem: '' };
        if (cell.shown.firstChild !== (canvas ?? null)) cell.shown.replaceChildren(...(canvas ? [canvas] : []));
        if (canvas) canvas.style.width = `${canvas.width / devicePixelRatio}px`;
        cell.shown.classList.toggle('old', isOld);
        cell.told.textContent = problem || cell.sentence || (isSuggested ? 'What Automatic takes' : '');
        if (!cell.sentence) cell.whole.setAttribute('aria-pressed', String(key === choice.model));
        cell.whole.setAttribute('aria-busy', String(isOld));
      }
    },
  );

  store.follow(
    ({ trial }) => trial?.kind,
    (kind) => {
      if (!kind) return;
      panel.dataset.kind = kind;
      find(kinds, `[value=${kind}]`, HTMLInputElement).checked = true;
    },
  );
  store.follow(
    ({ trial }) => trial?.scale,
    (scale) => {
      element('#trial-scale').textContent = scale ? `Enlarged ${format.times(scale)}, pixel for pixel.` : '';
    },
  );

  store.follow(
    (state) => shownPicture(state)?.phase === 'waiting' && !state.trial,
    (isAsked) => {
      button('#try-first').hidden = !isAsked;
    },
  );
}
