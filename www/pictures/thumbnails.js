/** Small pictures for the strip: made when they come into sight, one after the other, and nothing else is held of them. */

import { decode, sizeOf } from './decode.js';

const SIDE_PX = 96;

/** @param {File} file @param {HTMLCanvasElement} canvas */
async function draw(file, canvas) {
  const size = await sizeOf(file);
  if (!size) return;
  const factor = Math.min(1, SIDE_PX / Math.max(size.width, size.height));
  const width = Math.max(1, Math.round(size.width * factor));
  const height = Math.max(1, Math.round(size.height * factor));
  const bitmap = await decode(file, { resizeWidth: width, resizeHeight: height, resizeQuality: 'medium' });
  if (!bitmap) return;
  Object.assign(canvas, { width, height });
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  bitmap.close();
}

export class Thumbnails {
  /** @type {Map<Element, File>} what has not been in sight yet */
  #unseen = new Map();
  #last = Promise.resolve();
  #observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) this.#make(/** @type {HTMLCanvasElement} */ (target));
  });

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {File} file that is drawn on it once it is in sight
   */
  add(canvas, file) {
    this.#unseen.set(canvas, file);
    this.#observer.observe(canvas);
  }

  /** @param {HTMLCanvasElement} canvas that is gone */
  remove(canvas) {
    this.#unseen.delete(canvas);
    this.#observer.unobserve(canvas);
  }

  /** @param {HTMLCanvasElement} canvas */
  #make(canvas) {
    this.#observer.unobserve(canvas);
    this.#last = this.#last.then(async () => {
      const file = this.#unseen.get(canvas);
      if (file) await draw(file, canvas);
      this.#unseen.delete(canvas);
    });
  }
}
