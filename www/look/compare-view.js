/**
 * <compare-view>: two versions of a picture, divided by a slider or side by side. Both lie at the same place and size,
 * however many pixels each has, and zoom and move together. Its parts stand in index.html. Fires `zoom` when the picture
 * is shown at another size.
 *
 * @typedef {'one' | 'growing' | 'split' | 'side'} Mode one shows only the second; a growing one lies over the first
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
  /** @type {Mode} */
  #mode = 'one';
  /** @type {(import('./surface.js').Surface | undefined)[]} */
  #surfaces = [];
  /** What lies over the one and the other. @type {(import('./surface.js').Surface | undefined)[]} */
  #covers = [];
  /** How large they are laid out, so that moving them lays nothing out. */
  #laid = '';

  connectedCallback() {
    new ResizeObserver(() => this.#measure()).observe(this);
    trackGestures(
      this,
      (dx, dy) => this.#change(() => this.#viewport.pan(dx, dy)),
      (factor, x, y) => this.zoomBy(factor, ...this.#inPane(x, y)),
    );
    this.addEventListener('keydown', (event) => this.#onKey(event));
    this.#wireSlider();
  }

  /**
   * Another picture of that size comes: it is shown whole.
   * @param {number} width
   * @param {number} height
   */
  open(width, height) {
    this.split = 50;
    this.#change(() => this.#viewport.open(width, height));
    this.#measure();
  }

  /**
   * The same picture has that size now, which is what 100 % means; it stays where and as large as it is shown.
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    this.#change(() => this.#viewport.become(width, height));
  }

  /**
   * @param {Mode} mode
   * @param {import('./surface.js').Surface | undefined} before
   * @param {import('./surface.js').Surface | undefined} after
   * @param {[string, string]} labels for those who do not see them
   */
  show(mode, before, after, labels) {
    this.#surfaces = [before, after];
    this.#labels = labels;
    this.#mode = mode;
    this.dataset.mode = mode;
    this.split = this.#split;
    this.#fill();
  }

  /**
   * Lays surfaces over what is shown, which move with it.
   * @param {import('./surface.js').Surface | undefined} before
   * @param {import('./surface.js').Surface | undefined} after
   */
  cover(before, after) {
    if (before === this.#covers[0] && after === this.#covers[1]) return;
    this.#covers = [before, after];
    this.#fill();
  }

  #fill() {
    for (const [index, pane] of [this.#before, this.#after].entries()) {
      const surfaces = [this.#surfaces[index], this.#covers[index]];
      pane.replaceChildren(...surfaces.flatMap((surface) => (surface ? [surface.element] : [])));
    }
    this.#laid = '';
    this.#measure();
  }

  /** Which part of the picture is in view: its edges, as shares of the picture's width and height. */
  get inView() {
    const { x, y, shown } = this.#viewport;
    const { width, height } = this.#pane;
    const share = (/** @type {number} */ at, /** @type {number} */ whole) => Math.min(1, Math.max(0, at / whole));
    return {
      left: share(-x, shown.width),
      top: share(-y, shown.height),
      right: share(width - x, shown.width),
      bottom: share(height - y, shown.height),
    };
  }

  /** How large the picture is shown: at 100, one output pixel fills one device pixel. */
  get percent() {
    return this.#viewport.percent;
  }

  get isFitted() {
    return this.#viewport.fitted;
  }

  /** Where the picture lies on the stage, in CSS pixels; side by side in each half. */
  get place() {
    const { x, y, shown } = this.#viewport;
    return { x, y, ...shown };
  }

  /**
   * Moves the picture so far that a part of it is in sight.
   * @param {{x: number, y: number, width: number, height: number}} part in CSS pixels of the stage
   */
  reveal({ x, y, width, height }) {
    const way = (/** @type {number} */ from, /** @type {number} */ length, /** @type {number} */ room) =>
      Math.max(0, -from) - Math.max(0, from + length - room);
    const dx = way(x, width, this.#pane.width);
    const dy = way(y, height, this.#pane.height);
    if (dx !== 0 || dy !== 0) this.#change(() => this.#viewport.pan(dx, dy));
  }

  fit() {
    this.#change(() => this.#viewport.fit());
  }

  actualSize() {
    this.#change(() => this.#viewport.actualSize());
  }

  zoomIn() {
    this.zoomBy(ZOOM_STEP);
  }

  zoomOut() {
    this.zoomBy(1 / ZOOM_STEP);
  }

  /**
   * @param {number} factor
   * @param {number} [x] what stays where it is, in CSS pixels of a pane; its middle by default
   * @param {number} [y]
   */
  zoomBy(factor, x, y) {
    this.#change(() => this.#viewport.zoomTo(this.#viewport.zoom * factor, x, y));
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

  /** Side by side each has half of the stage: beside or under the other, where it is larger. */
  get #pane() {
    const { clientWidth: width, clientHeight: height } = this;
    if (this.#mode !== 'side') return { width, height };
    return this.dataset.axis === 'x' ? { width: width / 2, height } : { width, height: height / 2 };
  }

  #measure() {
    const { clientWidth: width, clientHeight: height } = this;
    const { ratio } = this.#viewport;
    const beside = Math.min(width / 2, height * ratio);
    const under = Math.min(width, (height / 2) * ratio);
    this.dataset.axis = beside >= under ? 'x' : 'y';
    const pane = this.#pane;
    this.#change(() => this.#viewport.resize(pane.width, pane.height, devicePixelRatio));
  }

  /**
   * A point of the stage as one of the pane that it lies in.
   * @param {number} x
   * @param {number} y
   * @returns {[number, number]}
   */
  #inPane(x, y) {
    const { width, height } = this.#pane;
    return [x >= width ? x - width : x, y >= height ? y - height : y];
  }

  /** @param {() => void} change of the viewport */
  #change(change) {
    change();
    const { x, y, shown, density } = this.#viewport;
    const laid = `${shown.width} ${shown.height} ${density}`;
    for (const surface of [...this.#surfaces, ...this.#covers]) {
      if (!surface) continue;
      if (laid !== this.#laid) surface.lay(shown.width, shown.height, density);
      surface.element.style.translate = `${x}px ${y}px`;
    }
    this.#laid = laid;
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
  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [dx, dy] = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [0, 0];
    if (dx === 0 && dy === 0) return;
    event.preventDefault();
    this.#change(() => this.#viewport.pan(dx * PAN_STEP_PX, dy * PAN_STEP_PX));
  }
}

customElements.define('compare-view', CompareView);
