/**
 * How far an enlargement is and how long it still takes. Counted in pixels, not tiles, because tiles at the right and
 * bottom edge are smaller and there are more of them in each further pass through the network. Old tiles count less and
 * less, so that the slow first one (the GPU compiles, the CPU warms up) does not spoil the guess for long.
 */

const MEMORY = 0.9;

/**
 * The pixels of all passes: each enlarges what the one before made, until that is as large as the result.
 * @param {import('../js/client.js').Start} start
 * @param {import('../js/client.js').Tile} tile of the first pass
 */
function pixelsOf({ width, height, inputWidth, inputHeight }, { wholeWidth, wholeHeight }) {
  let [madeWidth, madeHeight] = [wholeWidth, wholeHeight];
  let pixels = madeWidth * madeHeight;
  while (wholeWidth > inputWidth && (madeWidth < width || madeHeight < height)) {
    madeWidth *= wholeWidth / inputWidth;
    madeHeight *= wholeHeight / inputHeight;
    pixels += madeWidth * madeHeight;
  }
  return pixels;
}

export class Progress {
  #start;
  #times;
  #total = Infinity;
  #done = 0;
  #last;
  #recentPixels = 0;
  #recentTime = 0;

  /**
   * @param {import('../js/client.js').Start} start
   * @param {number} now in milliseconds
   * @param {number} [times] how often each tile comes
   */
  constructor(start, now, times = 1) {
    this.#start = start;
    this.#times = times;
    this.#last = now;
  }

  /**
   * @param {import('../js/client.js').Tile} tile just finished
   * @param {number} now in milliseconds
   */
  add(tile, now) {
    const pixels = tile.width * tile.height;
    if (this.#done === 0) this.#total = pixelsOf(this.#start, tile) * this.#times;
    this.#done += pixels;
    this.#recentPixels = this.#recentPixels * MEMORY + pixels;
    this.#recentTime = this.#recentTime * MEMORY + (now - this.#last);
    this.#last = now;
  }

  /** From 0 to 1. */
  get fraction() {
    return Math.min(1, this.#done / this.#total);
  }

  /** Seconds still to go; unknown (undefined) before the first tile. */
  get secondsLeft() {
    if (this.#recentPixels === 0) return undefined;
    return ((this.#total - this.#done) * this.#recentTime) / this.#recentPixels / 1000;
  }
}
