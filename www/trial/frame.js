/** The frame on the picture: which part is tried. It is dragged, put where one taps, or moved by arrow keys. */

import { element } from '../ui/dom.js';

/** Of the frame's own size. */
const [STEP, LEAP] = [1 / 8, 1];

/** A finger that taps moves a little. */
const TAP_PX = 8;

/** What is smaller on the screen is hard to see, and gets a ring around it. */
const TINY_PX = 32;

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('../look/compare-view.js').CompareView} view
 * @param {import('./trials.js').Trials} trials
 */
export function showFrame(store, view, trials) {
  const frame = element('#frame');
  /** CSS pixels for each of the picture's. */
  const zoom = () => view.place.width / (store.picture?.width ?? 1);

  const place = () => {
    const part = store.state.trial?.part;
    frame.hidden = !part;
    if (!part) return;
    const { x, y } = view.place;
    const [width, height] = [part.width * zoom(), part.height * zoom()];
    frame.style.translate = `${x + part.x * zoom()}px ${y + part.y * zoom()}px`;
    frame.style.width = `${width}px`;
    frame.style.height = `${height}px`;
    frame.classList.toggle('tiny', Math.max(width, height) < TINY_PX);
  };
  view.addEventListener('zoom', place);
  store.follow(({ trial }) => trial?.part, place);

  /**
   * Where that is in the picture, in its pixels.
   * @param {MouseEvent} event
   */
  const pointOf = ({ clientX, clientY }) => {
    const box = view.getBoundingClientRect();
    const { x, y } = view.place;
    return { x: (clientX - box.left - x) / zoom(), y: (clientY - box.top - y) / zoom() };
  };
  const middle = () => {
    const { x, y, width, height } = store.state.trial?.part ?? { x: 0, y: 0, width: 0, height: 0 };
    return { x: x + width / 2, y: y + height / 2 };
  };

  let held = { x: 0, y: 0 };
  frame.addEventListener('pointerdown', (event) => {
    event.stopPropagation();
    frame.setPointerCapture(event.pointerId);
    const [point, at] = [pointOf(event), middle()];
    held = { x: at.x - point.x, y: at.y - point.y };
  });
  frame.addEventListener('pointermove', (event) => {
    if (!frame.hasPointerCapture(event.pointerId)) return;
    const point = pointOf(event);
    trials.move({ x: point.x + held.x, y: point.y + held.y });
  });

  /** @type {MouseEvent | undefined} where a tap may have begun */
  let began;
  view.addEventListener('pointerdown', (event) => {
    began = event.isPrimary && event.button === 0 ? event : undefined;
  });
  view.addEventListener('pointerup', (event) => {
    if (began && Math.hypot(event.clientX - began.clientX, event.clientY - began.clientY) < TAP_PX) trials.move(pointOf(event));
    began = undefined;
  });

  frame.addEventListener('keydown', (event) => {
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    const part = store.state.trial?.part;
    if (!part || (dx === 0 && dy === 0) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const far = (/** @type {number} */ length) => Math.max(1, Math.round(length * (event.shiftKey ? LEAP : STEP)));
    const at = middle();
    trials.move({ x: at.x + dx * far(part.width), y: at.y + dy * far(part.height) });
    const { x, y, width, height } = store.state.trial?.part ?? part;
    const { place: whole } = view;
    view.reveal({ x: whole.x + x * zoom(), y: whole.y + y * zoom(), width: width * zoom(), height: height * zoom() });
  });
}
