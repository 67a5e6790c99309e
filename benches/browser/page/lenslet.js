/** This engine in a Worker of its own, as the page runs it. */

import init, { Upscaler } from '../../../dist/lenslet.js';
import { answerCalls, fetchBytes } from './calls.js';

/** @type {Upscaler} */
let upscaler;
/** @type {Uint8Array} */
let picture;

answerCalls({
  /**
   * Tiles are as large as the picture, so that there is one.
   * @param {{network: string, size: number, backend: 'gpu' | 'cpu', precision: 'f32' | 'f16'}} asked
   */
  async prepare({ network, size, backend, precision }) {
    await init();
    const file = await fetchBytes(`/made/${network}.safetensors`);
    picture = await fetchBytes(`/made/${size}.png`);
    upscaler = await Upscaler.create({ model: { name: network, file }, backend, precision, tile: size });
    return { threads: backend === 'cpu' ? upscaler.adapter : '' };
  },

  /** The time is that from decoded pixels to enlarged ones; `whole` counts the PNG files at both ends too. */
  async run() {
    let [started, ended] = [NaN, NaN];
    /** @type {import('../../../dist/lenslet.js').Tile[]} */
    const tiles = [];
    const { milliseconds: whole } = await upscaler.upscale(picture, {
      onStart: () => {
        started = performance.now();
      },
      onTile: (tile) => {
        ended = performance.now();
        tiles.push(tile);
      },
    });
    if (tiles.length !== 1) throw new Error(`One tile was asked for, and ${tiles.length} came.`);
    return { milliseconds: ended - started, whole, rgba: tiles[0].pixels };
  },
});
