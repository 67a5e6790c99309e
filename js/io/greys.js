/**
 * Numbers as pixels of grey, opaque.
 * @param {Float32Array} values of one channel after another
 * @param {Float32Array} ranges for each channel what is black and what is white
 * @param {number} area how many values a channel has
 */
export function toGreys(values, ranges, area) {
  const pixels = new Uint8ClampedArray(values.length * 4);
  for (let at = 0; at < values.length; at++) {
    const channel = Math.floor(at / area);
    const [least, most] = [ranges[2 * channel], ranges[2 * channel + 1]];
    const tone = most > least ? ((values[at] - least) / (most - least)) * 255 : 128;
    pixels.set([tone, tone, tone, 255], at * 4);
  }
  return pixels;
}
