/**
 * Pointers and wheel on an element, told as moves and zooms: one pointer drags, two pinch, the wheel zooms
 * (and so does a pinch on a touchpad, which browsers report as a wheel with the control key).
 */

const WHEEL_SPEED = 0.002;
const TOUCHPAD_PINCH_SPEED = 0.01;
const PIXELS_PER_WHEEL_LINE = 16;

/**
 * @param {HTMLElement} element
 * @param {(dx: number, dy: number) => void} onPan
 * @param {(factor: number, x: number, y: number) => void} onZoom around a point of the element
 */
export function trackGestures(element, onPan, onZoom) {
  /** @type {Map<number, {x: number, y: number}>} */
  const pointers = new Map();

  /** @param {MouseEvent} event */
  const place = (event) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  const middleAndSpread = () => {
    const [a, b = a] = [...pointers.values()];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, spread: Math.hypot(a.x - b.x, a.y - b.y) };
  };

  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || pointers.size === 2) return;
    element.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, place(event));
  });

  element.addEventListener('pointermove', (event) => {
    if (!pointers.has(event.pointerId)) return;
    const before = middleAndSpread();
    pointers.set(event.pointerId, place(event));
    const after = middleAndSpread();
    onPan(after.x - before.x, after.y - before.y);
    if (before.spread > 0) onZoom(after.spread / before.spread, after.x, after.y);
  });

  for (const end of /** @type {const} */ (['pointerup', 'pointercancel'])) {
    element.addEventListener(end, (event) => pointers.delete(event.pointerId));
  }

  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : PIXELS_PER_WHEEL_LINE;
      const speed = event.ctrlKey ? TOUCHPAD_PINCH_SPEED : WHEEL_SPEED;
      const { x, y } = place(event);
      onZoom(Math.exp(-event.deltaY * unit * speed), x, y);
    },
    { passive: false },
  );
}
