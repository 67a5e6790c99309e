/** Choices as they are made; those for all pictures are kept in the page's address. */

import { isOwnKey, nameIn } from '../models/models.js';
import { changed, settled, writeChoice } from './choice.js';

export class Choosing {
  #store;
  #isListed = false;

  /** @param {import('../state/store.js').Store} store */
  constructor(store) {
    this.#store = store;
    store.follow(
      ({ models }) => models,
      () => this.#isListed && this.#settle(),
    );
    store.follow(
      ({ common, models }) => [common, models],
      () => this.#isListed && this.#write(),
    );
  }

  /** @param {Partial<import('./choice.js').Choice>} change */
  choose(change) {
    const { choice, models } = this.#store.state;
    this.#store.set({ choice: changed(choice, change, models), problem: '' });
  }

  /**
   * The list of models is there.
   * @param {boolean} isWhole where it is not, what the address names may exist all the same
   */
  begin(isWhole) {
    this.#isListed = true;
    const gone = this.#settle(isWhole);
    if (gone.length === 0) return;
    const files = gone.filter(isOwnKey).map(nameIn);
    const words = gone.filter((key) => !isOwnKey(key)).map((key) => `“${key}”`);
    const sentences = [
      files.length > 0 ? `Not kept on this device, and therefore not chosen: ${files.join(', ')}.` : '',
      words.length > 0 ? `This page has no model called ${words.join(' or ')}, so it chooses by itself.` : '',
    ];
    this.#store.set({ note: sentences.filter(Boolean).join(' ') });
  }

  #settle(isWhole = true) {
    const { choice, common, models, pictures } = this.#store.state;
    const known = isWhole ? models : [...models, ...[choice.model, choice.mix].flatMap((key) => unlisted(key))];
    const { choice: next, gone } = settled(choice, known);
    const settle = (/** @type {import('./choice.js').Choice} */ before) => {
      const after = settled(before, known).choice;
      return JSON.stringify(after) === JSON.stringify(before) ? before : after;
    };
    this.#store.set({ choice: settle(choice), common: settle(common) });
    for (const { id, choice: own } of pictures) if (own && settle(own) !== own) this.#store.setPicture(id, { choice: settle(own) });
    if (isWhole && next.model !== choice.model) this.#store.set({ problem: '' }); // which was of the model that is gone
    return gone;
  }

  #write() {
    const { common, models } = this.#store.state;
    const address = new URL(location.href);
    for (const [name, value] of Object.entries(writeChoice(common, models))) {
      if (value === undefined) address.searchParams.delete(name);
      else address.searchParams.set(name, value);
    }
    if (address.href !== location.href) history.replaceState(null, '', address);
  }
}

/**
 * A model of the site that is only known by what the address calls it.
 * @param {string | undefined} key
 * @returns {import('../models/models.js').Model[]}
 */
function unlisted(key) {
  return key && !isOwnKey(key) ? [{ key, name: key, title: key, summary: '', sliders: [] }] : [];
}
