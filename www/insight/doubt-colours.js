/** What a level of doubt looks like: a veil where there is next to none, then yellow to pink, over the picture. */

/** Up to this a level is what rounding and any shrinking leave; from FULL on all look the same. Levels of 255. */
const LEAST = 2;
const FULL = 20;

/** From here on a pixel is counted as guessed. */
const GUESSED = 8;

/** Red, green, blue and alpha, by how far from LEAST to FULL; the legend in insight.css shows the same. */
const STOPS = [
  { at: 0, colour: [18, 22, 28, 125] },
  { at: 0.35, colour: [255, 200, 0, 165] },
  { at: 1, colour: [255, 0, 130, 230] },
];

/** @param {number} share */
function colourAt(share) {
  const next = share <= STOPS[1].at ? 1 : 2;
  const [from, to] = [STOPS[next - 1], STOPS[next]];
  const between = (share - from.at) / (to.at - from.at);
  return from.colour.map((value, index) => value + (to.colour[index] - value) * between);
}

/** The colour of each level. */
const COLOURS = Array.from({ length: 256 }, (_, level) => colourAt(Math.min(1, Math.max(0, (level - LEAST) / (FULL - LEAST)))));

/** @param {Uint8ClampedArray} pixels in grey */
export function countGuessed(pixels) {
  let count = 0;
  for (let at = 0; at < pixels.length; at += 4) if (pixels[at] >= GUESSED) count++;
  return count;
}

/**
 * Puts colours in the place of levels.
 * @param {Uint8ClampedArray} pixels in grey, which are overwritten
 */
export function colour(pixels) {
  for (let at = 0; at < pixels.length; at += 4) pixels.set(COLOURS[pixels[at]], at);
}
