/** This engine in a Worker of its own, as the page runs it. */

import init, { Upscaler } from '../../../dist/lenslet.js';
import { answerCalls, fetchBytes } from './calls.js';

/** @type {Upscaler} */
let upscaler;
/** @type {Uint8Array} */
let picture;

answerCalls({
  /**
   * Tiles are as large as the picture, so that there is one; only the CPU's workers take it in strips all the same.
   * @param {{network: string, size: number, backend: 'gpu' | 'cpu', precision: 'f32' | 'f16', threads: number}} asked
   */
  async prepare({ network, size, backend, precision, threads }) {
    await init();
    const file = await fetchBytes(`/made/${network}.safetensors`);
    picture = await fetchBytes(`/made/${size}.png`);
    upscaler = await Upscaler.create({ model: { name: network, file }, backend, precision, tile: size, threads });
    return { threads: backend === 'cpu' ? upscaler.adapter : '' };
  },

  /** The time is that from decoded pixels to enlarged ones; `whole` is another run's, with the PNG files at both ends. */
  async run() {
    const { milliseconds: whole } = await upscaler.upscale(picture);
    let [started, ended] = [NaN, NaN];
    /** @type {import('../../../dist/lenslet.js').Tile[]} */
    const tiles = [];
    await upscaler.upscale(picture, {
      format: 'none',
      onStart: () => {
        started = performance.now();
      },
      onTile: (tile) => {
        ended = performance.now();
        tiles.push(tile);
      },
    });
    return { milliseconds: ended - started, whole, rgba: joined(tiles) };
  },
});

/**
 * The pixels of strips from top to bottom.
 * @param {import('../../../dist/lenslet.js').Tile[]} strips
 */
function joined(strips) {
  const rgba = new Uint8ClampedArray(strips.reduce((sum, { pixels }) => sum + pixels.length, 0));
  let end = 0;
  for (const { x, pixels } of strips) {
    if (x > 0) throw new Error('The picture was to be one tile wide.');
    rgba.set(pixels, end);
    end += pixels.length;
  }
  return rgba;
}
