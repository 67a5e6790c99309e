/** What becomes of files that come in: models are listed and chosen, pictures are opened. */

import { sentenceOf } from '../ui/words.js';
import { joinPairs } from '../models/model-files.js';
import { isAnimation } from './animation.js';
import { adviceFor, kindOfFile } from './kind-of-file.js';

/** What is wrong with more files than this is not said of each. */
const MOST_ADVICE = 2;

export class Incoming {
  #store;
  #models;
  #choosing;
  #queue;

  /**
   * @param {import('../state/store.js').Store} store
   * @param {import('../models/models.js').Models} models
   * @param {import('../choose/choosing.js').Choosing} choosing
   * @param {import('../pictures/queue.js').Queue} queue
   */
  constructor(store, models, choosing, queue) {
    this.#store = store;
    this.#models = models;
    this.#choosing = choosing;
    this.#queue = queue;
  }

  /** @param {File[]} all of any kind; what is of no use does not keep the others from being taken */
  async take(all) {
    this.#store.set({ problem: '', note: '' });
    const files = await joinPairs(all);
    const kinds = await Promise.all(files.map(kindOfFile));
    const of = (/** @type {string} */ kind) => files.filter((_, index) => kinds[index] === kind);
    const useless = files.flatMap((file, index) => (['picture', 'model'].includes(kinds[index]) ? [] : [adviceFor(file, kinds[index])]));
    const rest = useless.length > MOST_ADVICE ? [`${useless.length} files are no pictures that can be read here, and were left out.`] : useless;
    const problems = [...rest, ...(await this.#addModels(of('model')))];
    this.#store.set({ problem: problems.join(' ') });
    const pictures = of('picture');
    if (pictures.length > 0) this.#queue.add(pictures);
    const moving = (await Promise.all(pictures.map(async (file) => ((await isAnimation(file)) ? file.name : '')))).filter(Boolean);
    if (moving.length > 0) this.#store.set({ note: `Only the first frame is enlarged of what moves: ${moving.join(', ')}.` });
  }

  /** @param {File[]} files that are meant as models, whatever they are */
  async takeModels(files) {
    this.#store.set({ problem: '', note: '' });
    this.#store.set({ problem: (await this.#addModels(await joinPairs(files))).join(' ') });
  }

  /** @param {boolean} isFolder what came is a folder with nothing in it, or else no file at all */
  takeOther(isFolder) {
    const noFile = 'Only files can be taken. Save the picture on your device first, and then bring the file.';
    this.#store.set({ problem: isFolder ? 'There are no files in this folder.' : noFile });
  }

  /**
   * The last one that is sound is chosen.
   * @param {File[]} files
   * @returns {Promise<string[]>} what is wrong with the others
   */
  async #addModels(files) {
    const problems = [];
    for (const file of files) {
      this.#store.set({ note: `Reading ${file.name}…` });
      try {
        const { key, name } = await this.#models.add(file);
        this.#choosing.choose({ model: key });
        this.#store.set({ note: `${name} is one of your models now, and chosen.` });
        if (!this.#store.picture) this.#store.set({ areChoicesOpen: true, isMoreOpen: true });
      } catch (error) {
        this.#store.set({ note: '' });
        problems.push(sentenceOf(error, file, files.length > 1));
      }
    }
    return problems;
  }
}
