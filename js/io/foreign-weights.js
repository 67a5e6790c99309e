/**
 * Weight files that are not safetensors, by the engine's second module: it is loaded when the first such file comes, since few people
 * have one. The engine (src/web/weight_files.rs) calls it, wherever it runs: in a page or in a worker.
 *
 * @typedef {typeof import('../../lenslet-weights.js')} Weights
 */

/** @type {Promise<Weights> | undefined} */
let starting;

/** Loads the module, again where that failed. */
function start() {
  starting ??= import('../../lenslet-weights.js').then(async (module) => {
    await module.default();
    return module;
  }).catch((error) => {
    starting = undefined;
    const sentence = `What reads such weight files could not be loaded (${error.message}). Check that there is a connection, and try again.`;
    throw Object.assign(new Error(sentence), { code: 'fetch-failed' });
  });
  return starting;
}

/**
 * @param {Uint8Array} file of any kind
 * @returns {Promise<Uint8Array>} a safetensors file
 */
export async function toSafetensors(file) {
  const module = await start();
  try {
    return module.toSafetensors(file);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) {
      throw Object.assign(new Error('The model file could not be read: its reader failed.'), { code: 'damaged-model' });
    }
    throw error;
  }
}
