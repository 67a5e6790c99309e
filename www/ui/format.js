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
  if (count < 1000) return `${Math.round(count)} B`;
  if (count < 1e6) return `${Math.round(count / 1e3)} kB`;
  if (count < 1e9) return `${(count / 1e6).toFixed(1)} MB`;
  return `${(count / 1e9).toFixed(1)} GB`;
}

/** @param {number} number */
export function count(number) {
  if (number < 1000) return String(number);
  if (number < 999_500) return `${Math.round(number / 1e3)} thousand`;
  return `${(number / 1e6).toFixed(1)} million`;
}

/** @param {number} scale */
export function times(scale) {
  return `${scale} ${scale === 1 ? 'time' : 'times'}`;
}

/** @param {number} scale */
export function enlarges(scale) {
  return scale === 1 ? 'not at all, it only restores' : times(scale);
}

/** @type {Record<import('../js/client.js').Format, {name: string, ending: string}>} */
const FORMATS = {
  png: { name: 'PNG', ending: 'png' },
  jpeg: { name: 'JPEG', ending: 'jpg' },
  webp: { name: 'WebP', ending: 'webp' },
};

/** Of pictures. What stands behind another last dot belongs to the name. */
const ENDING = /\.(png|apng|jpe?g|jfif|webp|gif|bmp|tiff?|qoi|ico|p[bgpn]m|pam|avif|heic|heif|jxl)$/i;

/** In bytes. File systems allow 255, of which browsers need some while a file is downloaded. */
const LONGEST_NAME = 200;

/** @param {import('../js/client.js').Format} format */
export function file(format) {
  return FORMATS[format].name;
}

/** @param {import('../js/client.js').Plan} plan */
export function planned({ width, height, bytes: about, format }) {
  return `${pixels(width, height)} · about ${bytes(about)} ${file(format)}`;
}

/**
 * What the picture itself decided, and why.
 * @param {Pick<import('../js/client.js').Result, 'model' | 'seen'>} result
 */
export function seen({ model, seen: decided }) {
  if (!decided) return '';
  const { kind, chooses, reason, cleans, cleanUp, wear } = decided;
  const looks = kind === 'graphic' ? 'This looks like text or graphics' : 'This looks like a photograph';
  const cleaned = cleanUp < 0.75 ? 'its texture was kept' : cleanUp < 1 ? 'it was cleaned gently' : 'noise and JPEG blocks were removed';
  return [chooses && `${looks}, so ${model} enlarged it. ${reason}`, cleans && `${wear.slice(0, -1)}, so ${cleaned}.`].filter(Boolean).join(' ');
}

/** @param {number} milliseconds */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/**
 * A guess is worded as one: coarser the longer it is.
 * @param {number} seconds
 */
export function about(seconds) {
  if (seconds < 1.5) return 'a moment';
  if (seconds < 20) return `about ${Math.round(seconds)} s`;
  if (seconds < 90) return `about ${Math.round(seconds / 5) * 5} s`;
  if (seconds < 90 * 60) return `about ${Math.round(seconds / 60)} min`;
  return `about ${Math.round(seconds / 3600)} hours`;
}

/** @param {{backend: string, adapter: string, precision: string}} run */
export function ranOn({ backend, adapter, precision }) {
  return `${backend.toUpperCase()} · ${adapter} · ${precision}`;
}

/**
 * `holiday.jpeg` enlarged four times by the model `mine` is saved as `holiday-4x-mine.png`.
 * @param {string} name
 * @param {number} scale
 * @param {string} label
 * @param {import('../js/client.js').Format} format
 */
export function outputName(name, scale, label, format) {
  const stem = name.replace(ENDING, '') || 'picture';
  const model = label.replace(/[^\p{L}\p{N}\p{M}._]+/gu, '-');
  const end = `-${Number(scale.toFixed(2))}x-${cut(model, LONGEST_NAME / 2)}.${FORMATS[format].ending}`;
  return cut(stem, LONGEST_NAME - end.length) + end;
}

/**
 * @param {string} text
 * @param {number} bytes that it may have
 */
function cut(text, bytes) {
  const letters = [...text];
  let room = bytes;
  const kept = letters.findIndex((letter) => (room -= new TextEncoder().encode(letter).length) < 0);
  return kept < 0 ? text : letters.slice(0, kept).join('');
}
