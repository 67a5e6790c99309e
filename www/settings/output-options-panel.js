/** The settings of a result: how large it shall be, and how it is saved. Fires `change` with the new wish. */

import { find } from '../ui/dom.js';
import * as format from '../ui/format.js';
import { USUAL_QUALITY } from './output-options.js';

const SCALES = [1.5, 2, 3, 4, 6, 8, 16];

/** What the fields begin with. */
const USUAL_BOX = { width: 1920, height: 1080 };

const BY_SIDES = /** @type {const} */ ([
  ['width', 'To a width'],
  ['height', 'To a height'],
  ['fit', 'To fit a box'],
]);

/** @typedef {import('./output-options.js').OutputOptions} OutputOptions */

export class OutputOptionsPanel extends EventTarget {
  #size;
  #sides;
  #width;
  #height;
  #format;
  #quality;
  #qualityRow;
  #strip;
  #makes;
  /** @type {OutputOptions} */
  #output = {};

  /** @param {HTMLElement} root */
  constructor(root) {
    super();
    this.#size = find(root, '#scale', HTMLSelectElement);
    this.#sides = find(root, '.asked', HTMLElement);
    this.#width = find(root, '#asked-width', HTMLInputElement);
    this.#height = find(root, '#asked-height', HTMLInputElement);
    this.#format = find(root, '#format', HTMLSelectElement);
    this.#quality = find(root, '#quality', HTMLInputElement);
    this.#qualityRow = find(root, '.quality', HTMLElement);
    this.#strip = find(root, '#strip', HTMLInputElement);
    this.#makes = find(root, '#makes', HTMLElement);
    for (const control of [this.#size, this.#width, this.#height, this.#format, this.#quality, this.#strip]) {
      control.addEventListener('change', () => this.#tell());
    }
    this.#quality.addEventListener('input', () => this.#showQuality());
  }

  /**
   * @param {OutputOptions} output
   * @param {number | undefined} ownScale of the chosen model, where it is known
   */
  show(output, ownScale) {
    this.#output = output;
    const { scale, width, height, fit } = output;
    const scales = [...new Set([...SCALES, ...(scale ? [scale] : [])])].sort((one, other) => one - other);
    const own = ownScale ? `As the model does, ${format.times(ownScale)}` : 'As the model does';
    this.#size.replaceChildren(
      new Option(own, ''),
      ...scales.map((factor) => new Option(format.times(factor), String(factor))),
      ...BY_SIDES.map(([name, title]) => new Option(title, name)),
    );
    this.#size.value = scale ? String(scale) : (BY_SIDES.find(([name]) => output[name])?.[0] ?? '');
    this.#sides.hidden = !(width || height || fit);
    for (const [field, side, value] of /** @type {const} */ ([
      [this.#width, 'width', width],
      [this.#height, 'height', height],
    ])) {
      for (const label of field.labels ?? []) label.hidden = !(value || fit);
      field.value = String(value ?? fit?.[side] ?? USUAL_BOX[side]);
    }
    this.#format.value = output.format ?? '';
    this.#qualityRow.hidden = output.format !== 'jpeg';
    this.#quality.value = String(output.quality ?? USUAL_QUALITY);
    this.#strip.checked = output.stripMetadata ?? false;
    this.#showQuality();
  }

  /** What would be made of the open picture. */
  set makes(/** @type {string} */ sentence) {
    this.#makes.textContent = sentence;
  }

  #tell() {
    const { quality: before } = this.#output;
    const format = /** @type {import('../js/client.js').Format} */ (this.#format.value) || undefined;
    const quality = format === 'jpeg' && !this.#qualityRow.hidden ? this.#quality.valueAsNumber : before;
    const isUsual = quality === USUAL_QUALITY;
    /** @type {OutputOptions} */
    const output = {
      ...this.#asked(),
      format,
      quality: isUsual ? undefined : quality,
      stripMetadata: this.#strip.checked || undefined,
    };
    this.dispatchEvent(new CustomEvent('change', { detail: output }));
  }

  /** @returns {import('./output-options.js').Size} */
  #asked() {
    const by = this.#size.value;
    const width = this.#pixels(this.#width, 'width');
    const height = this.#pixels(this.#height, 'height');
    if (by === 'width') return { width };
    if (by === 'height') return { height };
    if (by === 'fit') return { fit: { width, height } };
    return by ? { scale: Number(by) } : {};
  }

  /**
   * What is no number of pixels is as it was before.
   * @param {HTMLInputElement} field
   * @param {'width' | 'height'} side
   */
  #pixels(field, side) {
    const { fit, [side]: asked = fit?.[side] ?? USUAL_BOX[side] } = this.#output;
    return field.value && field.validity.valid ? field.valueAsNumber : asked;
  }

  #showQuality() {
    find(this.#qualityRow, 'output', HTMLOutputElement).value = this.#quality.value;
  }
}
