/**
 * <compare-view>: two versions of a picture, one over the other, with a slider between them. Both lie at the same place
 * and size, however many pixels each has, and zoom and move together. Its parts stand in index.html. Fires `zoom` when
 * the picture is shown at another size.
 */

import { find } from '../ui/dom.js';
import { trackGestures } from './gestures.js';
import { Viewport } from './viewport.js';

const ZOOM_STEP = 1.25;
const PAN_STEP_PX = 60;
const SLIDER_STEP = 2;
const SLIDER_LEAP = 10;

export class CompareView extends HTMLElement {
  #before = find(this, '.before', HTMLElement);
  #after = find(this, '.after', HTMLElement);
  #slider = find(this, '[role=slider]', HTMLElement);
  #viewport = new Viewport();
  #split = 50;
  #labels = ['', ''];

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
   * Another picture of that size comes: it is shown whole.
   * @param {{width: number, height: number}} size
   */
  open({ width, height }) {
    this.split = 50;
    this.#change(() => this.#viewport.open(width, height));
  }

  /**
   * The same picture has that size now, which is what 100 % means; it stays where and as large as it is shown.
   * @param {{width: number, height: number}} size
   */
  resize({ width, height }) {
    this.#change(() => this.#viewport.become(width, height));
  }

  /** @param {HTMLCanvasElement} canvas */
  showOne(canvas) {
    this.toggleAttribute('data-alone', true);
    this.#after.replaceChildren(canvas);
    this.#change(() => {});
  }

  /**
   * @param {HTMLCanvasElement} before
   * @param {HTMLCanvasElement} after
   * @param {[string, string]} labels for those who do not see them
   */
  showTwo(before, after, labels) {
    this.toggleAttribute('data-alone', false);
    this.#before.replaceChildren(before);
    this.#after.replaceChildren(after);
    this.#labels = labels;
    this.split = this.#split;
    this.#change(() => {});
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

  /** How much of the stage, from the left and in percent, shows the version on the left. */
  get split() {
    return this.#split;
  }

  set split(percent) {
    this.#split = Math.min(100, Math.max(0, percent));
    const shown = Math.round(this.#split);
    this.style.setProperty('--split', `${this.#split}%`);
    this.#slider.setAttribute('aria-valuenow', String(shown));
    const [before, after] = this.#labels;
    this.#slider.setAttribute('aria-valuetext', `${shown} % ${before}, ${100 - shown} % ${after}`);
  }

  /** @param {() => void} change of the viewport */
  #change(change) {
    change();
    const { width, height } = this.#viewport.shown;
    for (const { style } of this.querySelectorAll('canvas')) {
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
