/**
 * How far an enlargement is and how long it still takes. Counted in pixels, not tiles, because tiles at the
 * right and bottom edge are smaller. Old tiles count less and less, so that the slow first one (the GPU
 * compiles, the CPU warms up) does not spoil the guess for long.
 */

const MEMORY = 0.9;

export class Progress {
  #total;
  #done = 0;
  #last;
  #recentPixels = 0;
  #recentTime = 0;

  /**
   * @param {number} totalPixels of the output
   * @param {number} now in milliseconds
   */
  constructor(totalPixels, now) {
    this.#total = totalPixels;
    this.#last = now;
  }

  /**
   * @param {number} pixels of the tile just finished
   * @param {number} now in milliseconds
   */
  add(pixels, now) {
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
