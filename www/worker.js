/**
 * The engine's own thread: makes the upscaler that the settings ask for, keeps it, and takes one picture at a
 * time through it. It knows nothing of the page but the messages in engine.js.
 */

import init, { Upscaler } from './lenslet.js';

/** After these the device behind the upscaler cannot be trusted: the next picture gets a new one. */
const NEEDS_NEW_UPSCALER = new Set(['device-lost', 'out-of-memory']);

const started = init();

/** @type {{key: string, upscaler: Upscaler} | undefined} */
let current;

/** @type {Map<number, AbortController>} */
const calls = new Map();

/** @type {Promise<void>} */
let queue = Promise.resolve();

/**
 * @param {import('./engine.js').FromWorker} message
 * @param {Transferable[]} [transfer]
 */
function post(message, transfer = []) {
  self.postMessage(message, { transfer });
}

/** @param {import('./engine.js').Settings} settings */
async function upscalerFor(settings) {
  const key = JSON.stringify(settings);
  if (current?.key !== key) {
    await started;
    drop();
    current = { key, upscaler: await Upscaler.create(settings) };
  }
  return current.upscaler;
}

function drop() {
  current?.upscaler.free();
  current = undefined;
}

/** @param {import('./engine.js').Request} request */
async function answer({ id, settings, file }) {
  const signal = calls.get(id)?.signal;
  try {
    signal?.throwIfAborted();
    const upscaler = await upscalerFor(settings);
    if (!file) {
      const { model, scale, backend, adapter, precision, warnings } = upscaler;
      post({ kind: 'ready', id, info: { model, scale, backend, adapter, precision, warnings } });
      return;
    }
    const result = await upscaler.upscale(file, {
      signal,
      onStart: (start) => post({ kind: 'start', id, start }),
      onTile: (tile) => post({ kind: 'tile', id, tile }, [tile.pixels.buffer]),
    });
    post({ kind: 'done', id, result });
  } catch (error) {
    const { code, message } = /** @type {{code?: unknown, message: string}} */ (error);
    const reason = signal?.aborted ? 'cancelled' : typeof code === 'string' ? code : '';
    if (NEEDS_NEW_UPSCALER.has(reason)) drop();
    post({ kind: 'failed', id, code: reason, message });
  } finally {
    calls.delete(id);
  }
}

self.addEventListener('message', ({ data }) => {
  /** @type {import('./engine.js').ToWorker} */
  const message = data;
  if (message.kind === 'cancel') {
    calls.get(message.id)?.abort();
  } else {
    calls.set(message.id, new AbortController());
    queue = queue.then(() => answer(message));
  }
});

// A failure that nobody caught would leave a call unanswered for ever: the page is to take it as a crash.
self.addEventListener('unhandledrejection', (event) => reportError(event.reason));

// A worker that dies tells nobody, but it lets go of its locks: engine.js waits for this one.
navigator.locks?.request(self.name, () => {
  post({ kind: 'alive' });
  return new Promise(() => {});
});
