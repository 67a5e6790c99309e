/** Numbers as a person reads them. */

/**
 * @param {number} width
 * @param {number} height
 */
export function pixels(width, height) {
  return `${width} × ${height} px`;
}

/**
 * Two digits that matter below ten, whole numbers above.
 * @param {number} width
 * @param {number} height
 */
export function megapixels(width, height) {
  const millions = (width * height) / 1e6;
  if (millions < 0.01) return 'under 0.01 MP';
  return `${millions < 10 ? Number(millions.toPrecision(2)) : Math.round(millions)} MP`;
}

/** @param {number} count */
export function bytes(count) {
  if (count < 1000) return `${count} B`;
  if (count < 1e6) return `${Math.round(count / 1e3)} kB`;
  return `${(count / 1e6).toFixed(1)} MB`;
}

/** @param {number} milliseconds */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/**
 * A guess is worded as one: coarser the further away the end is.
 * @param {number} seconds
 */
export function timeLeft(seconds) {
  if (seconds < 1.5) return 'a moment left';
  if (seconds < 20) return `about ${Math.round(seconds)} s left`;
  if (seconds < 90) return `about ${Math.round(seconds / 5) * 5} s left`;
  return `about ${Math.round(seconds / 60)} min left`;
}

/** @param {{backend: string, adapter: string, precision: string}} run */
export function ranOn({ backend, adapter, precision }) {
  return `${backend.toUpperCase()} · ${adapter} · ${precision}`;
}

/**
 * `holiday.jpeg` enlarged four times is saved as `holiday-4x.png`.
 * @param {string} name
 * @param {number} scale
 */
export function outputName(name, scale) {
  const stem = name.replace(/\.[^.]*$/, '') || 'picture';
  return `${stem}-${Number(scale.toFixed(2))}x.png`;
}
