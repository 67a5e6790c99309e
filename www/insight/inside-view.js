/** Look inside: what the layers of the network answer on the middle of what is in view, channel by channel. */

import { settingsOf } from '../choose/choice.js';
import { resultToSave } from '../state/store.js';
import { button, element, find } from '../ui/dom.js';
import { sentenceOf } from '../ui/words.js';

/** Edge of the part that is looked at, in pixels of the picture. */
const EDGE = 96;

/** Canvases that are painted in a frame, so that the page does not stutter. */
const IN_A_FRAME = 8;

/** @param {number} value */
const short = (value) => String(Number(value.toPrecision(2)));

export class InsideView {
  #store;
  #engine;
  #view;
  #dialog = find(document, '#inside', HTMLDialogElement);
  #slider = find(document, '#layer', HTMLInputElement);
  #channels = element('#channels');
  #current = new AbortController();

  /**
   * @param {import('../state/store.js').Store} store
   * @param {import('../js/client.js').Engine} engine
   * @param {import('../look/compare-view.js').CompareView} view
   */
  constructor(store, engine, view) {
    this.#store = store;
    this.#engine = engine;
    this.#view = view;
    button('#show-inside').addEventListener('click', () => this.open());
    this.#slider.addEventListener('input', () => this.#look());
    button('#layer-before').addEventListener('click', () => this.#step(-1));
    button('#layer-after').addEventListener('click', () => this.#step(1));
    this.#dialog.addEventListener('close', () => this.#current.abort());
    this.#dialog.addEventListener('click', (event) => event.target === this.#dialog && this.#dialog.close());
  }

  open() {
    const { picture } = this.#store;
    if (!resultToSave(picture) || picture?.progress || this.#dialog.open) return;
    this.#dialog.showModal();
    this.#showPart();
    this.#look();
  }

  /** @param {number} by */
  #step(by) {
    const before = this.#slider.value;
    this.#slider.valueAsNumber += by;
    if (this.#slider.value !== before) this.#look();
  }

  /** The middle of what is in view. */
  get #part() {
    const { width = 1, height = 1 } = this.#store.picture ?? {};
    const { left, top, right, bottom } = this.#view.inView;
    const middle = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ whole) => {
      const edge = Math.min(EDGE, whole);
      return { at: Math.round(Math.min(whole - edge, Math.max(0, ((from + to) / 2) * whole - edge / 2))), edge };
    };
    const [across, down] = [middle(left, right, width), middle(top, bottom, height)];
    return { x: across.at, y: down.at, width: across.edge, height: down.edge };
  }

  async #showPart() {
    const { picture } = this.#store;
    const { x, y, width, height } = this.#part;
    const figure = element('#inside-part');
    const canvas = find(figure, 'canvas', HTMLCanvasElement);
    Object.assign(canvas, { width, height });
    try {
      const bitmap = await createImageBitmap(/** @type {File} */ (picture?.file), x, y, width, height, { imageOrientation: 'from-image' });
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
      bitmap.close();
      figure.hidden = false;
    } catch {
      figure.hidden = true; // Only the engine can read it.
    }
  }

  /** Shows the layer that the slider says, unless it has moved on before that is known. */
  async #look() {
    this.#current.abort();
    const mine = (this.#current = new AbortController());
    const { picture } = this.#store;
    const result = resultToSave(picture);
    if (!picture || !result) return;
    this.#dialog.setAttribute('aria-busy', 'true');
    try {
      const layer = this.#slider.valueAsNumber - 1;
      const settings = settingsOf(result.choice, this.#store.state.models);
      const inside = await this.#engine.inside(picture.file, settings, layer, this.#part, { signal: mine.signal });
      await this.#show(inside, mine.signal);
    } catch (error) {
      if (!mine.signal.aborted) element('#inside-problem').textContent = sentenceOf(error, picture.file);
    }
    if (this.#current === mine) this.#dialog.removeAttribute('aria-busy');
  }

  /**
   * @param {import('../js/client.js').Inside} inside
   * @param {AbortSignal} signal
   */
  async #show({ layers, layer, width, height, channels, ranges, pixels }, signal) {
    element('#inside-problem').textContent = '';
    const isNetwork = layers.length > 0;
    element('#layer-row').hidden = !isNetwork;
    this.#slider.max = String(Math.max(1, layers.length));
    this.#slider.valueAsNumber = layer + 1;
    // Not disabled, which would take the focus away.
    button('#layer-before').ariaDisabled = String(layer === 0);
    button('#layer-after').ariaDisabled = String(layer >= layers.length - 1);
    const name = isNetwork ? `Layer ${layer + 1} of ${layers.length}: ${layers[layer].name}, ${channels} channels` : '';
    this.#slider.setAttribute('aria-valuetext', name);
    element('#layer-name').textContent = isNetwork ? name : 'A classical filter has no layers to look into: it only blends neighbouring pixels.';

    while (this.#channels.children.length > channels) this.#channels.lastElementChild?.remove();
    while (this.#channels.children.length < channels) this.#channels.append(document.createElement('li'));
    for (const [channel, item] of [...this.#channels.children].entries()) {
      if (channel > 0 && channel % IN_A_FRAME === 0) await new Promise(requestAnimationFrame);
      if (signal.aborted) return;
      const canvas = item.querySelector('canvas') ?? item.appendChild(document.createElement('canvas'));
      Object.assign(canvas, { width, height, role: 'img', title: `${short(ranges[2 * channel])} (black) to ${short(ranges[2 * channel + 1])} (white)` });
      canvas.setAttribute('aria-label', `Channel ${channel + 1}, ${canvas.title}`);
      const area = width * height * 4;
      canvas.getContext('2d')?.putImageData(new ImageData(pixels.subarray(channel * area, (channel + 1) * area), width, height), 0, 0);
    }
  }
}
