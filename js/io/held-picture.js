/** A picture that stays decoded while several things are asked of it. */

import { decodePicture } from './source-picture.js';

/** @typedef {import('../../lenslet.js').Picture} Picture */

export class HeldPicture {
  /** @type {{id: number, picture: Picture} | undefined} */
  #held;

  /**
   * The picture of that file, decoded where the last one was another.
   * @param {Blob} file
   * @param {number} id files of one id are the same
   */
  async open(file, id) {
    if (this.#held?.id !== id) {
      this.free();
      this.#held = { id, picture: await decodePicture(file) };
    }
    return this.#held.picture;
  }

  free() {
    this.#held?.picture.free();
    this.#held = undefined;
  }
}
