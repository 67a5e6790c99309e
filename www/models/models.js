/**
 * The models there are to choose from: those of the site, and the person's own files.
 *
 * @typedef {{id: string, file: Blob, kept: boolean}} Own
 * @typedef {{name: 'strength' | 'denoise', title: string, summary: string, default: number}} Slider values are 0 to 1
 * @typedef {{key: string, name: string, title: string, summary: string, purpose?: string, scale?: number, isOpen?: boolean,
 *   sliders: Slider[], files?: {file: string, bytes: number}[], info?: import('../js/client.js').ModelInfo, own?: Own}} Model the
 *   key names it in the page's address; the files are the site's, those of the sliders too; an open one leaves the choice among models to the engine; what has no scale, is not open and is nobody's own is
 *   no network
 * @typedef {Model & {own: Own}} OwnModel
 */

import { keep, listKept, removeKept } from './kept-models.js';
import { haveSameContent, modelName, refuseTooLarge } from './model-files.js';
import { ALWAYS } from './purposes.js';

const OWN = 'own:';

/** @param {string} key */
export const isOwnKey = (key) => key.startsWith(OWN);

/** @param {string} key */
export const nameIn = (key) => (isOwnKey(key) ? key.slice(OWN.length) : key);

/**
 * @param {Model[]} models
 * @param {string | undefined} key
 */
export const findModel = (models, key) => models.find((model) => model.key === key);

/**
 * A purpose has the sliders of its model.
 * @param {Model[]} builtIn
 * @returns {Model[]}
 */
const withSliders = (builtIn) =>
  ALWAYS.map((model) => {
    const sliders = model.isOpen ? builtIn.find(({ purpose, sliders }) => sliders.length > 0 && purpose === model.key)?.sliders : [];
    return { ...model, sliders: sliders ?? [] };
  });

export class Models {
  #store;
  #engine;
  #count = 0;

  /**
   * @param {import('../state/store.js').Store} store
   * @param {import('../js/client.js').Engine} engine
   */
  constructor(store, engine) {
    this.#store = store;
    this.#engine = engine;
  }

  /** The site's models and the kept ones. Rejects where the site's list cannot be had; the kept ones are there then. */
  async load() {
    for (const file of await listKept()) this.#list(file.name, file, true);
    const index = await this.#engine.index();
    const builtIn = index.models.map(({ name, title, summary, purpose, scale, file, bytes, sliders = [] }) => {
      const files = [{ file, bytes }, ...sliders].map(({ file, bytes }) => ({ file, bytes }));
      return { key: name, name, title, summary, purpose, scale, sliders, files };
    });
    this.#store.set({ models: [...withSliders(builtIn), ...builtIn, ...this.#own] });
  }

  /** @returns {OwnModel[]} */
  get #own() {
    return this.#store.state.models.filter(/** @returns {model is OwnModel} */ (model) => model.own !== undefined);
  }

  /**
   * Lists a file once the engine has found it sound; the same file is not listed twice.
   * @param {File} file
   */
  async add(file) {
    refuseTooLarge(file);
    for (const model of this.#own) {
      if (await haveSameContent(model.own.file, file).catch(() => false)) return model;
    }
    const name = modelName(file.name, new Set(this.#store.state.models.map((model) => model.name)));
    const info = await this.#engine.inspect({ id: '', name, file });
    return this.#list(name, file, false, info);
  }

  /** @param {OwnModel} model */
  async keep(model) {
    this.#change(model, { file: await keep(model.name, model.own.file), kept: true });
  }

  /**
   * Keeps it no longer; it can be used until the page is left.
   * @param {OwnModel} model
   */
  async forget(model) {
    const file = new Blob([await model.own.file.arrayBuffer()]);
    await removeKept(model.name);
    this.#change(model, { file, kept: false });
  }

  /** @param {OwnModel} model */
  async remove(model) {
    if (model.own.kept) await removeKept(model.name);
    this.#store.set({ models: this.#store.state.models.filter(({ key }) => key !== model.key) });
  }

  /**
   * What the engine has found out about a model.
   * @param {string | undefined} key
   * @param {import('../js/client.js').ModelInfo} info
   */
  learn(key, info) {
    const models = this.#store.state.models.map((model) => (model.key === key ? { ...model, info } : model));
    this.#store.set({ models });
  }

  /**
   * @param {string} name
   * @param {Blob} file
   * @param {boolean} kept
   * @param {import('../js/client.js').ModelInfo} [info]
   */
  #list(name, file, kept, info) {
    const id = `${OWN}${++this.#count}`;
    /** @type {OwnModel} */
    const model = { key: `${OWN}${name}`, name, title: name, summary: '', sliders: [], info, own: { id, file, kept } };
    this.#store.set({ models: [...this.#store.state.models, model] });
    return model;
  }

  /**
   * @param {OwnModel} model
   * @param {{file: Blob, kept: boolean}} change
   */
  #change(model, change) {
    const models = this.#store.state.models.map((other) =>
      other.key === model.key && other.own ? { ...other, own: { ...other.own, ...change } } : other,
    );
    this.#store.set({ models });
  }
}
