/**
 * <compare-view>: the original and the enlarged picture, one over the other, with a slider between them. Both
 * lie at the same place and size, and zoom and move together. Its parts stand in index.html. Fires `zoom` when
 * the picture is shown at another size.
 */

import { trackGestures } from './gestures.js';
import { Preview } from './preview.js';
import { Viewport } from './viewport.js';

const ZOOM_STEP = 1.25;
const PAN_STEP_PX = 60;
const SLIDER_STEP = 2;
const SLIDER_LEAP = 10;

/**
 * @template {HTMLElement} T
 * @param {ParentNode} parent
 * @param {string} selector
 * @param {new () => T} type
 */
export function find(parent, selector, type) {
  const found = parent.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`The page has no ${selector}.`);
  return found;
}

export class CompareView extends HTMLElement {
  #before = find(this, '.before canvas', HTMLCanvasElement);
  #after = find(this, '.after canvas', HTMLCanvasElement);
  #slider = find(this, '[role=slider]', HTMLElement);
  #original = new Preview(this.#before);
  #enlarged = new Preview(this.#after);
  #viewport = new Viewport();
  #split = 50;

  connectedCallback() {
    new ResizeObserver(() =>
      this.#change(() => this.#viewport.resize(this.clientWidth, this.clientHeight, devicePixelRatio)),
    ).observe(this);
    trackGestures(
      this,
      (dx, dy) => this.#change(() => this.#viewport.pan(dx, dy)),
      (factor, x, y) => this.#change(() => this.#viewport.zoomTo(this.#viewport.zoom * factor, x, y)),
    );
    this.addEventListener('keydown', (event) => this.#onStageKey(event));
    this.#wireSlider();
  }

  /**
   * Shows the original, plainly enlarged, until tiles cover it.
   * @param {import('./engine.js').Start} size
   * @param {ImageBitmap | undefined} original nothing where the browser cannot decode the file
   */
  open({ width, height, inputWidth, inputHeight }, original) {
    this.#original.open(inputWidth, inputHeight, original);
    this.#enlarged.open(width, height, original);
    this.growing = true;
    this.split = 50;
    this.#change(() => this.#viewport.open(width, height));
  }

  /** @param {import('./engine.js').Tile} tile */
  paint(tile) {
    this.#enlarged.paint(tile);
  }

  /** Lets go of the pictures' memory. */
  close() {
    this.#original.close();
    this.#enlarged.close();
  }

  /** While the picture grows there is nothing to compare yet, and no slider. */
  set growing(/** @type {boolean} */ growing) {
    this.toggleAttribute('data-growing', growing);
  }

  /** Whether the preview holds fewer pixels than the picture. */
  get reduced() {
    return this.#enlarged.reduced;
  }

  /** How large the picture is shown: at 100, one output pixel fills one device pixel. */
  get percent() {
    return this.#viewport.percent;
  }

  fit() {
    this.#change(() => this.#viewport.fit());
  }

  actualSize() {
    this.#change(() => this.#viewport.actualSize());
  }

  zoomIn() {
    this.#change(() => this.#viewport.zoomTo(this.#viewport.zoom * ZOOM_STEP));
  }

  zoomOut() {
    this.#change(() => this.#viewport.zoomTo(this.#viewport.zoom / ZOOM_STEP));
  }

  /** How much of the stage, from the left and in percent, shows the original. */
  get split() {
    return this.#split;
  }

  set split(percent) {
    this.#split = Math.min(100, Math.max(0, percent));
    const shown = Math.round(this.#split);
    this.style.setProperty('--split', `${this.#split}%`);
    this.#slider.setAttribute('aria-valuenow', String(shown));
    this.#slider.setAttribute('aria-valuetext', `${shown} % original, ${100 - shown} % enlarged`);
  }

  /** @param {() => void} change of the viewport */
  #change(change) {
    change();
    const { width, height } = this.#viewport.shown;
    for (const { style } of [this.#before, this.#after]) {
      style.width = `${width}px`;
      style.height = `${height}px`;
      style.translate = `${this.#viewport.x}px ${this.#viewport.y}px`;
    }
    this.dispatchEvent(new Event('zoom'));
  }

  #wireSlider() {
    this.#slider.addEventListener('pointerdown', (event) => {
      event.stopPropagation();
      this.#slider.setPointerCapture(event.pointerId);
    });
    this.#slider.addEventListener('pointermove', (event) => {
      if (!this.#slider.hasPointerCapture(event.pointerId)) return;
      const box = this.getBoundingClientRect();
      this.split = ((event.clientX - box.left) / box.width) * 100;
    });
    this.#slider.addEventListener('keydown', (event) => {
      const split = {
        ArrowLeft: this.split - SLIDER_STEP,
        ArrowDown: this.split - SLIDER_STEP,
        ArrowRight: this.split + SLIDER_STEP,
        ArrowUp: this.split + SLIDER_STEP,
        PageDown: this.split - SLIDER_LEAP,
        PageUp: this.split + SLIDER_LEAP,
        Home: 0,
        End: 100,
      }[event.key];
      if (split === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      this.split = split;
    });
  }

  /** @param {KeyboardEvent} event */
  #onStageKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = {
      '+': () => this.zoomIn(),
      '=': () => this.zoomIn(),
      '-': () => this.zoomOut(),
      0: () => this.fit(),
      1: () => this.actualSize(),
      ArrowLeft: () => this.#change(() => this.#viewport.pan(PAN_STEP_PX, 0)),
      ArrowRight: () => this.#change(() => this.#viewport.pan(-PAN_STEP_PX, 0)),
      ArrowUp: () => this.#change(() => this.#viewport.pan(0, PAN_STEP_PX)),
      ArrowDown: () => this.#change(() => this.#viewport.pan(0, -PAN_STEP_PX)),
    }[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }
}

customElements.define('compare-view', CompareView);
