/** onnxruntime-web in a Worker of its own. */

import { answerCalls, fetchBytes } from './calls.js';
import { bytesOf, planesOf } from './planes.js';

const FOLDER = '../node_modules/onnxruntime-web/dist/';

/** What the package calls `onnxruntime-web/webgpu` and `onnxruntime-web/wasm`. */
const BUNDLES = { webgpu: 'ort.webgpu.bundle.min.mjs', wasm: 'ort.wasm.bundle.min.mjs' };

/** @type {typeof import('onnxruntime-web')} */
let ort;
/** @type {import('onnxruntime-web').InferenceSession} */
let session;
/** @type {import('onnxruntime-web').Tensor} */
let picture;

answerCalls({
  /** @param {{network: string, size: number, provider: 'webgpu' | 'wasm', threads: number}} asked */
  async prepare({ network, size, provider, threads }) {
    ort = await import(FOLDER + BUNDLES[provider]);
    ort.env.wasm.numThreads = self.crossOriginIsolated ? threads : 1;
    ort.env.webgpu.powerPreference = 'high-performance'; // as Lenslet asks
    const file = await fetchBytes(`/made/${network}-${size}.onnx`);
    picture = new ort.Tensor('float32', planesOf(await fetchBytes(`/made/${size}.rgba`)), [1, 3, size, size]);
    session = await ort.InferenceSession.create(file, { executionProviders: [provider], graphOptimizationLevel: 'all' });
    return { threads: provider === 'wasm' ? `${ort.env.wasm.numThreads} threads` : '' };
  },

  /** The time is that from a tensor of floats to one; turning bytes into floats and back is not counted. */
  async run() {
    const started = performance.now();
    const { enlarged } = await session.run({ picture });
    const milliseconds = performance.now() - started;
    return { milliseconds, rgba: bytesOf(/** @type {Float32Array} */ (enlarged.data)) };
  },
});
