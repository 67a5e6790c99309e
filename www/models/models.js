/**
 * The models there are to choose from: those of the site, and the person's own files. Fires `change` when the person
 * changes the list or something in it.
 *
 * @typedef {{id: string, file: Blob, kept: boolean}} Own
 * @typedef {{name: 'strength' | 'denoise', title: string, summary: string, default: number}} Slider values are 0 to 1
 * @typedef {{key: string, name: string, title: string, summary: string, purpose?: string, scale?: number,
 *   sliders: Slider[], info?: import('../js/client.js').ModelInfo, own?: Own}} Model the key names it in the page's
 *   address; what has no scale and is nobody's own is no network
 * @typedef {Model & {own: Own}} OwnModel
 */

import { keep, listKept, removeKept } from './kept-models.js';
import { haveSameContent, modelName, refuseTooLarge } from './model-files.js';
import { AUTOMATIC, FILTERS } from './purposes.js';

const OWN = 'own:';

/** @param {string} key */
export const isOwnKey = (key) => key.startsWith(OWN);

/** @param {string} key */
export const nameIn = (key) => (isOwnKey(key) ? key.slice(OWN.length) : key);

export class Models extends EventTarget {
  /** @type {Model[]} */
  builtIn = [];
  /** @type {OwnModel[]} */
  own = [];
  #engine;
  #count = 0;

  /** @param {import('../js/client.js').Engine} engine */
  constructor(engine) {
    super();
    this.#engine = engine;
  }

  /** The site's models and the kept ones. */
  async load() {
    for (const file of await listKept()) this.#list(file.name, file, true);
    /** @type {{models: (Model & {sliders?: Slider[]})[]}} */
    const index = await (await fetch(new URL('../models/index.json', import.meta.url))).json();
    this.builtIn = index.models.map(({ name, title, summary, purpose, scale, sliders = [] }) => {
      return { key: name, name, title, summary, purpose, scale, sliders };
    });
  }

  /** Everything that can be chosen. */
  get all() {
    return [AUTOMATIC, ...this.builtIn, ...FILTERS, ...this.own];
  }

  /** @param {string | undefined} key */
  find(key) {
    return this.all.find((model) => model.key === key);
  }

  /**
   * Lists a file once the engine has found it sound; the same file is not listed twice.
   * @param {File} file
   */
  async add(file) {
    refuseTooLarge(file);
    for (const model of this.own) {
      if (await haveSameContent(model.own.file, file).catch(() => false)) return model;
    }
    const name = modelName(file.name, new Set(this.all.map((model) => model.name)));
    const info = await this.#engine.inspect({ id: '', name, file });
    const model = this.#list(name, file, false);
    model.info = info;
    this.#changed();
    return model;
  }

  /** @param {OwnModel} model */
  async keep(model) {
    model.own.file = await keep(model.name, model.own.file);
    model.own.kept = true;
    this.#changed();
  }

  /**
   * Keeps it no longer; it can be used until the page is left.
   * @param {OwnModel} model
   */
  async forget(model) {
    model.own.file = new Blob([await model.own.file.arrayBuffer()]);
    await removeKept(model.name);
    model.own.kept = false;
    this.#changed();
  }

  /** @param {OwnModel} model */
  async remove(model) {
    if (model.own.kept) await removeKept(model.name);
    this.own = this.own.filter((other) => other !== model);
    this.#changed();
  }

  /**
   * @param {string} name
   * @param {Blob} file
   * @param {boolean} kept
   */
  #list(name, file, kept) {
    const id = `${OWN}${++this.#count}`;
    /** @type {OwnModel} */
    const model = { key: `${OWN}${name}`, name, title: name, summary: '', sliders: [], own: { id, file, kept } };
    this.own.push(model);
    return model;
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
