/** What is told of a result, and the link that saves it. */

import { find } from '../ui/dom.js';
import * as format from '../ui/format.js';

const link = find(document, '#save', HTMLAnchorElement);
const size = find(document, '#size', HTMLElement);
const run = find(document, '#run', HTMLElement);

/**
 * @param {import('../compare/comparison.js').Layer & {result: import('../js/client.js').Result}} layer
 * @param {string} pictureName
 * @param {number} scale
 */
export function offerToSave({ label, result }, pictureName, scale) {
  const { width, height, blob, format: kind } = result;
  takeBack();
  link.href = URL.createObjectURL(blob);
  link.textContent = `Save as ${format.file(kind)}`;
  link.download = format.outputName(pictureName, scale, label, kind);
  size.textContent = [
    format.pixels(width, height),
    format.megapixels(width, height),
    `${format.bytes(blob.size)} ${format.file(kind)}`,
  ].join(' · ');
  run.textContent = `${format.duration(result.milliseconds)} on ${format.ranOn(result)} · ${label}`;
  document.title = `${link.download} · Lenslet`;
}

export function takeBack() {
  URL.revokeObjectURL(link.href);
  link.removeAttribute('href');
}
