/** The picture that every engine enlarges. */

import { PNG } from 'pngjs';
import { noiseFrom } from './networks.mjs';

/**
 * Slopes, edges and noise: no pixel is like its neighbours, so nothing can take a short cut.
 * @param {number} size edge in pixels
 * @returns RGBA, four bytes a pixel
 */
export function drawPicture(size) {
  const noise = noiseFrom(size);
  const rgba = Buffer.alloc(size * size * 4, 255);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const edge = (x >> 3) % 2 === (y >> 3) % 2 ? 70 : 0;
      const at = (y * size + x) * 4;
      rgba[at] = 40 + (110 * x) / size + noise() * 30;
      rgba[at + 1] = 40 + (110 * y) / size + noise() * 30;
      rgba[at + 2] = 60 + edge + noise() * 60;
    }
  }
  return rgba;
}

/** @param {number} size edge in pixels */
export function pngFile(size) {
  const png = new PNG({ width: size, height: size });
  drawPicture(size).copy(png.data);
  return PNG.sync.write(png, { colorType: 2 });
}
