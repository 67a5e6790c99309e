/**
 * Who is timed.
 *
 * @typedef {object} Engine
 * @property {string} name on the command line
 * @property {string} title in the table
 * @property {string} [peer] who does the same work in the same part of the machine
 * @property {{script: string} & Record<string, unknown>} asked of the page: the worker's script, and what it is told
 */

/** What every picture is compared with. */
export const REFERENCE = 'cpu';

/** @type {Engine[]} */
const ENGINES = [
  {
    name: 'gpu',
    title: 'Lenslet, WebGPU f32',
    peer: 'ort-webgpu',
    asked: { script: 'lenslet.js', backend: 'gpu', precision: 'f32' },
  },
  {
    name: 'gpu-f16',
    title: 'Lenslet, WebGPU f16',
    peer: 'ort-webgpu',
    asked: { script: 'lenslet.js', backend: 'gpu', precision: 'f16' },
  },
  { name: 'ort-webgpu', title: 'ONNX Runtime, WebGPU f32', asked: { script: 'ort.js', provider: 'webgpu' } },
  {
    name: 'cpu',
    title: 'Lenslet, wasm',
    peer: 'ort-wasm',
    asked: { script: 'lenslet.js', backend: 'cpu', precision: 'f32' },
  },
  { name: 'ort-wasm', title: 'ONNX Runtime, wasm', asked: { script: 'ort.js', provider: 'wasm' } },
];

/**
 * The engines of these names and the reference, in the order of the table.
 * @param {string[]} names
 */
export function choose(names) {
  const unknown = names.find((name) => !ENGINES.some((engine) => engine.name === name));
  if (unknown !== undefined) {
    throw new Error(`There is no engine ${unknown}; there are ${ENGINES.map(({ name }) => name).join(', ')}.`);
  }
  return ENGINES.filter(({ name }) => name === REFERENCE || names.includes(name));
}
