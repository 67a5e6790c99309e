// onnxruntime-web's WebGPU provider on Dawn as a peer, from floats to floats in the CPU's memory. It takes turns as
// turns.py describes.

import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: { onnx: { type: 'string' }, picture: { type: 'string' }, output: { type: 'string' } },
});

const say = (words) => process.stdout.write(`${JSON.stringify(words)}\n`);

/** Makes WebGPU what it is in a browser: a global. */
async function openDawn() {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const navigator = { gpu: create([]) };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });

  // onnxruntime-web's memory is shared between threads, and this Dawn takes no such memory, so it is copied first.
  const { writeBuffer } = GPUQueue.prototype;
  GPUQueue.prototype.writeBuffer = function copied(buffer, offset, data, first = 0, size = data.length - first) {
    writeBuffer.call(this, buffer, offset, new data.constructor(data.subarray(first, first + size)));
  };

  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  return adapter?.info;
}

/** Reads a binary PPM without comments: width, height and planes in 0..1. */
function readPicture(file) {
  const bytes = readFileSync(file);
  const header = /^P6\s(\d+)\s(\d+)\s255\s/.exec(bytes.subarray(0, 64).toString('latin1'));
  const [width, height] = [Number(header[1]), Number(header[2])];
  const pixels = bytes.subarray(header[0].length);
  const area = width * height;
  const planes = Float32Array.from({ length: 3 * area }, (_, at) => pixels[(at % area) * 3 + Math.floor(at / area)] / 255);
  return { width, height, planes };
}

/** RGB bytes, rounded to nearest, of planes in 0..1. */
function bytesOf(planes) {
  const area = planes.length / 3;
  return Uint8Array.from({ length: planes.length }, (_, at) => {
    const value = planes[(at % 3) * area + Math.floor(at / 3)];
    return Math.floor(Math.min(Math.max(value, 0), 1) * 255 + 0.5);
  });
}

const info = await openDawn();
if (!info) {
  say({ unavailable: 'Dawn finds no adapter' });
  process.exit(0);
}
const ort = await import('onnxruntime-web/webgpu');
ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(readFileSync(options.onnx), { executionProviders: ['webgpu'] });
const { width, height, planes } = readPicture(options.picture);
const picture = new ort.Tensor('float32', planes, [1, 3, height, width]);

async function run() {
  const { enlarged } = await session.run({ picture });
  const values = await enlarged.getData();
  enlarged.dispose();
  return values;
}

writeFileSync(options.output, bytesOf(await run()));
const { version: dawn } = JSON.parse(readFileSync(new URL('node_modules/webgpu/package.json', import.meta.url)));
const adapter = info.description || [info.vendor, info.architecture].join(' ').trim();
say({ version: `onnxruntime-web ${ort.env.versions.web} on Dawn (webgpu ${dawn})`, adapter });
for await (const line of createInterface({ input: process.stdin })) {
  const started = performance.now();
  await run();
  say({ milliseconds: performance.now() - started });
}
// Dawn keeps Node alive for as long as it is a global.
process.exit(0);
