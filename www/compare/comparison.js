/**
 * What there is to compare: the original of the open picture and what was made of it so far, any two of them on the
 * two sides of the view. Fires `change` when other ones stand there.
 *
 * @typedef {{key: string, label: string, preview: Preview, result?: import('../js/client.js').Result}} Layer
 *   the key tells with what it was made; the original has no result
 */

import { Preview } from './preview.js';

const MOST_RESULTS = 4;

/** Two previews of the largest size, which is half a gigabyte of memory. */
const MOST_PIXELS = 2 * 64 * 1024 * 1024;

export class Comparison extends EventTarget {
  #view;
  #left;
  #right;
  #stored;
  /** @type {Layer[]} */
  #originals = [];
  /** @type {Layer[]} the newest last */
  #results = [];
  /** @type {Preview | undefined} */
  #growing;
  /** @type {Layer | undefined} */
  #before;
  /** @type {Layer | undefined} */
  #after;

  /**
   * @param {import('./compare-view.js').CompareView} view
   * @param {HTMLSelectElement} left says what stands on the left side
   * @param {HTMLSelectElement} right
   * @param {import('../picture/stored-results.js').StoredResults} stored
   */
  constructor(view, left, right, stored) {
    super();
    this.#view = view;
    this.#left = left;
    this.#right = right;
    this.#stored = stored;
    left.addEventListener('change', () => {
      const chosen = this.#layers[left.selectedIndex];
      this.#show(chosen, chosen === this.#after ? this.#before : this.#after);
    });
    right.addEventListener('change', () => {
      const chosen = this.#layers[right.selectedIndex];
      this.#show(chosen === this.#before ? this.#after : this.#before, chosen);
    });
  }

  get #layers() {
    return [...this.#originals, ...this.#results];
  }

  /** The result that stands on the right side, or on the left where the original stands on the right. */
  get shown() {
    return [this.#after, this.#before].find((layer) => layer?.result);
  }

  get hasResults() {
    return this.#results.length > 0;
  }

  /** @param {string} key */
  has(key) {
    return this.#results.some((layer) => layer.key === key);
  }

  /**
   * Takes another picture, and shows its original.
   * @param {import('../js/client.js').Start | import('../js/client.js').Plan} start
   * @param {ImageBitmap | undefined} bitmap nothing where the browser cannot decode the file
   */
  open(start, bitmap) {
    this.close();
    const layer = (/** @type {string} */ label) => {
      const preview = new Preview(start.inputWidth, start.inputHeight, bitmap);
      return { key: '', label, preview };
    };
    this.#originals = [layer('Original'), layer('Original pixels')];
    this.#originals[1].preview.canvas.classList.add('pixels');
    this.#view.open(start);
    this.#view.showOne(this.#originals[0].preview.canvas);
  }

  /**
   * Shows the original until tiles cover it.
   * @param {import('../js/client.js').Start} start
   */
  grow(start) {
    this.#growing?.close();
    this.#growing = new Preview(start.width, start.height, this.#originals[0].preview.canvas);
    this.#view.resize(start);
    this.#view.showOne(this.#growing.canvas);
  }

  /** @param {import('../js/client.js').Tile} tile */
  paint(tile) {
    this.#growing?.paint(tile);
  }

  /**
   * Shows what has grown beside what stood on the right side before.
   * @param {string} key
   * @param {string} label
   * @param {import('../js/client.js').Result} result
   * @returns {boolean} whether an older result had to make room
   */
  finish(key, label, result) {
    if (!this.#growing) return false;
    const sameName = this.#results.find((layer) => layer.label === label);
    const fullLabel = sameName && sameName.result?.backend !== result.backend ? `${label} · ${result.backend.toUpperCase()}` : label;
    const earlier = this.shown ?? this.#originals[0];
    const layer = { key, label: fullLabel, preview: this.#growing, result };
    this.#growing = undefined;
    const replaced = this.#results.findIndex((other) => other.label === fullLabel);
    if (replaced >= 0) this.#drop(replaced);
    const madeRoom = this.#makeRoom(layer, earlier);
    this.#results.push(layer);
    this.#show(this.#layers.includes(earlier) ? earlier : this.#originals[0], layer);
    return madeRoom;
  }

  /** Goes back to what was shown before. */
  abandon() {
    this.#growing?.close();
    this.#growing = undefined;
    if (this.#before) this.#show(this.#before, this.#after);
    else if (this.#originals.length > 0) this.#view.showOne(this.#originals[0].preview.canvas);
  }

  /** Lets go of the picture and its results. */
  close() {
    this.abandon();
    for (const layer of this.#layers) this.#letGo(layer);
    this.#originals = [];
    this.#results = [];
    this.#before = undefined;
    this.#after = undefined;
  }

  /**
   * @param {Layer} layer that comes
   * @param {Layer} earlier stays if it can
   */
  #makeRoom(layer, earlier) {
    const isTooMuch = () => {
      const pixels = this.#results.reduce((sum, { preview }) => sum + preview.pixels, layer.preview.pixels);
      return this.#results.length > 0 && (this.#results.length >= MOST_RESULTS || pixels > MOST_PIXELS);
    };
    const isNeeded = isTooMuch();
    while (isTooMuch()) {
      const oldest = this.#results.findIndex((other) => other !== earlier);
      this.#drop(Math.max(0, oldest));
    }
    return isNeeded;
  }

  /** @param {number} index */
  #drop(index) {
    for (const layer of this.#results.splice(index, 1)) this.#letGo(layer);
  }

  /** @param {Layer} layer */
  #letGo({ preview, result }) {
    preview.close();
    this.#stored.letGo(result?.stored);
  }

  /**
   * @param {Layer | undefined} before
   * @param {Layer | undefined} after
   */
  #show(before, after) {
    if (!before || !after) return;
    this.#before = before;
    this.#after = after;
    const labels = this.#layers.map((layer) => layer.label);
    for (const [select, layer] of /** @type {const} */ ([[this.#left, before], [this.#right, after]])) {
      select.replaceChildren(...labels.map((label) => new Option(label)));
      select.selectedIndex = this.#layers.indexOf(layer);
    }
    if (this.shown?.result) this.#view.resize(this.shown.result);
    this.#view.showTwo(before.preview.canvas, after.preview.canvas, [before.label, after.label]);
    this.dispatchEvent(new Event('change'));
  }
}
