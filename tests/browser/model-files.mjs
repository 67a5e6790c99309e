/** Weight files for the tests: small networks of random weights, and files that only look like ones. */

import { readFile } from 'node:fs/promises';

const GOLDEN = new URL('../golden/', import.meta.url);

/** Fixed noise in 0..1 (a linear congruential generator). */
function noiseFrom(/** @type {number} */ seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/**
 * A chain of convolutions with PReLU, as tests/common/mod.rs makes them: its output stays mostly in 0..1.
 * @param {{seed?: number, features?: number, convs?: number, scale?: number}} [options]
 */
export function modelFile({ seed = 1, features = 8, convs = 1, scale = 4 } = {}) {
  const noise = noiseFrom(seed * 1000 + features * 100 + convs * 10 + scale);
  /** @type {Record<string, {shape: number[], values: number[]}>} */
  const tensors = {};
  const widths = [3, ...Array(convs + 1).fill(features), 3 * scale * scale];
  for (let layer = 0; layer <= convs + 1; layer++) {
    const [inputs, outputs] = [widths[layer], widths[layer + 1]];
    const isLast = layer === convs + 1;
    const range = Math.sqrt(12 / (inputs * 9)) * (isLast ? 0.2 : 1);
    const random = (/** @type {number} */ count, /** @type {() => number} */ draw) => Array.from({ length: count }, draw);
    tensors[`body.${2 * layer}.weight`] = {
      shape: [outputs, inputs, 3, 3],
      values: random(outputs * inputs * 9, () => (noise() - 0.5) * range),
    };
    tensors[`body.${2 * layer}.bias`] = { shape: [outputs], values: random(outputs, () => 0.01) };
    if (!isLast) tensors[`body.${2 * layer + 1}.weight`] = { shape: [outputs], values: random(outputs, () => noise() * 0.5) };
  }
  return safetensors(tensors);
}

/** @param {Record<string, {shape: number[], values: ArrayLike<number>}>} tensors */
export function safetensors(tensors) {
  /** @type {Record<string, object>} */
  const header = {};
  let end = 0;
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, (end += values.length * 4)] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const data = Buffer.from(new Float32Array(Object.values(tensors).flatMap(({ values }) => Array.from(values))).buffer);
  return Buffer.concat([length, text, data]);
}

/**
 * A small network that PyTorch made (tests/golden/networks.py), as the file that people have.
 * @param {string} name
 */
export async function goldenModel(name) {
  const file = await readFile(new URL(`networks/${name}.safetensors`, GOLDEN));
  const end = 8 + Number(file.readBigUInt64LE());
  /** @type {Record<string, any>} */
  const header = JSON.parse(file.subarray(8, end).toString());
  const { __metadata__, ...tensors } = header;
  /** @type {Record<string, any>} */
  const kept = __metadata__ ? { __metadata__ } : {};
  /** @type {Buffer[]} */
  const data = [];
  let length = 0;
  for (const [full, { dtype, shape, data_offsets }] of Object.entries(tensors)) {
    if (!full.startsWith('weights.')) continue;
    const bytes = file.subarray(end + data_offsets[0], end + data_offsets[1]);
    kept[full.slice('weights.'.length)] = { dtype, shape, data_offsets: [length, (length += bytes.length)] };
    data.push(bytes);
  }
  const text = Buffer.from(JSON.stringify(kept));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, ...data]);
}

/**
 * A file of ncnn or ONNX (tests/golden/graphs.py).
 * @param {string} name
 */
export const graphFile = (name) => readFile(new URL(`graphs/${name}`, GOLDEN));

/**
 * A file that PyTorch wrote (tests/golden/torch_files.py).
 * @param {string} name
 */
export const torchFile = (name) => readFile(new URL(`torch/${name}.pth`, GOLDEN));
