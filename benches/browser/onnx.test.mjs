/** The ONNX file and the safetensors file of a network are the same network, and its picture is worth comparing. */

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as ort from 'onnxruntime-web';
import init, { Upscaler } from '../../dist/lenslet.js';
import { safetensors } from '../../tests/browser/model-files.mjs';
import { makeLayers, namedTensors, parseShape, SCALE } from './networks.mjs';
import { onnxFile } from './onnx.mjs';
import { bytesOf, planesOf } from './page/planes.js';
import { differences } from './page/differences.js';
import { drawPicture, pngFile } from './picture.mjs';

const SIZE = 20;

/** @param {import('./networks.mjs').Layer[]} layers */
async function enlargedByPeer(layers) {
  const session = await ort.InferenceSession.create(onnxFile(layers, SIZE), { executionProviders: ['wasm'] });
  const picture = new ort.Tensor('float32', planesOf(drawPicture(SIZE)), [1, 3, SIZE, SIZE]);
  const { enlarged } = await session.run({ picture });
  await session.release();
  return { dims: enlarged.dims, planes: /** @type {Float32Array} */ (enlarged.data) };
}

/** @param {import('./networks.mjs').Layer[]} layers */
async function enlargedByLenslet(layers) {
  const dist = new URL('../../dist/', import.meta.url);
  const module = (await readdir(dist)).find((file) => /^lenslet_bg-\w+\.wasm$/.test(file)) ?? '';
  await init({ module_or_path: await readFile(new URL(module, dist)) });
  const file = safetensors(namedTensors(layers));
  const upscaler = await Upscaler.create({ model: { name: 'made', file }, backend: 'cpu', tile: SIZE });
  /** @type {Uint8ClampedArray[]} */
  const tiles = [];
  await upscaler.upscale(pngFile(SIZE), { onTile: ({ pixels }) => tiles.push(pixels) });
  upscaler.free();
  assert.equal(tiles.length, 1);
  return tiles[0];
}

/** The picture with every pixel SCALE times as wide and high. */
function plainlyEnlarged() {
  const [small, width] = [drawPicture(SIZE), SIZE * SCALE];
  return Uint8Array.from({ length: width * width * 4 }, (_, at) => {
    const pixel = at >> 2;
    const [x, y] = [Math.floor((pixel % width) / SCALE), Math.floor(pixel / width / SCALE)];
    return small[(y * SIZE + x) * 4 + (at % 4)];
  });
}

for (const name of ['32x8', '64x16', '64x32']) {
  test(`both engines make the same picture with ${name}`, async () => {
    const layers = makeLayers(parseShape(name));
    const { dims, planes } = await enlargedByPeer(layers);
    assert.deepEqual(dims, [1, 3, SIZE * SCALE, SIZE * SCALE]);
    const rgba = await enlargedByLenslet(layers);
    assert.ok(differences(rgba, bytesOf(planes)).largest <= 1);

    const { mean } = differences(rgba, plainlyEnlarged());
    assert.ok(mean > 5 && mean < 60, `the network changes the picture by ${mean} of 255`);
    const clamped = planes.filter((value) => value < 0 || value > 1).length / planes.length;
    assert.ok(clamped < 0.05, `${clamped} of the values are out of range`);
  });
}
