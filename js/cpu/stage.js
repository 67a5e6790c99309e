/**
 * A worker of the CPU engine: runs some steps of a network over the rows of pictures, and hands on what it makes to the
 * worker that runs the next steps. The last one hands the enlarged rows to pool.js.
 */

import init, { NetworkStage } from '../../lenslet.js';

/** @typedef {import('./pool.js').ToStage} ToStage */

/** @type {NetworkStage | undefined} */
let stage;

/** @type {MessagePort} to pool.js */
let pool;

/** @type {MessagePort | undefined} */
let before;

/** @type {MessagePort | undefined} */
let next;

/** @type {Map<number, import('../../lenslet.js').PictureStage | 'stopped'>} the pictures on their way, by their number */
const pictures = new Map();

/** @type {Exclude<ToStage, {kind: 'stop'}>[]} what is to be done, in its order */
const waiting = [];

/** Each of them takes a turn of the event loop, so that a stop overtakes the rows that came before it. */
const turns = new MessageChannel();

/**
 * @param {import('./pool.js').FromStage} message
 * @param {Transferable[]} [transfer]
 */
function post(message, transfer = []) {
  pool.postMessage(message, transfer);
}

/** @param {ToStage & {kind: 'start'}} message */
async function start({ module, weights, steps, previous, next: port }) {
  await init({ module_or_path: module });
  // It may have been a stage of another network.
  for (const id of pictures.keys()) free(id);
  pictures.clear();
  before?.close();
  stage?.free();
  stage = new NetworkStage(weights, ...steps);
  next = port;
  before = previous;
  if (before) listen(before);
  post({ kind: 'ready' });
}

/** @param {ToStage & {kind: 'rows'}} message */
function run({ id, width, height, is16Bit, batch }) {
  const picture = pictures.get(id) ?? stage?.begin(width, height, is16Bit);
  if (!picture || picture === 'stopped') return;
  pictures.set(id, picture);
  const made = picture.push(batch);
  if (next) {
    const transfer = [made.picture.buffer, made.pixels.buffer, ...made.parts.map(({ values }) => values.buffer)];
    next.postMessage({ kind: 'rows', id, width, height, is16Bit, batch: made }, transfer);
  } else {
    post({ kind: 'pixels', id, pixels: made.pixels }, [made.pixels.buffer]);
  }
}

/** @param {number} id */
function free(id) {
  const picture = pictures.get(id);
  if (picture && picture !== 'stopped') picture.free();
}

/** @param {number} id */
function end(id) {
  free(id);
  pictures.delete(id);
  next?.postMessage({ kind: 'end', id });
}

/** @param {ToStage} message */
function take(message) {
  if (message.kind === 'stop') {
    // Rows of it may still come, up to its end.
    free(message.id);
    pictures.set(message.id, 'stopped');
  } else {
    waiting.push(message);
    turns.port2.postMessage(undefined);
  }
}

/** @param {unknown} error */
function fail(error) {
  // What WebAssembly says where it breaks off, for want of memory too, means nothing to a person.
  const isBroken = error instanceof WebAssembly.RuntimeError;
  const reason = isBroken ? 'it broke off, perhaps for want of memory' : error instanceof Error ? error.message : String(error);
  post({ kind: 'failed', reason });
}

async function work() {
  const message = waiting.shift();
  try {
    if (message?.kind === 'start') await start(message);
    else if (message?.kind === 'rows') run(message);
    else if (message) end(message.id);
  } catch (error) {
    fail(error);
  }
}

/** @param {MessagePort} port */
function listen(port) {
  port.addEventListener('message', ({ data }) => take(data));
  port.addEventListener('messageerror', () => fail('a message could not be read'));
  port.start();
}

turns.port1.onmessage = work;

/** Tells that this worker listens. One that dies tells nobody, but lets go of its locks: pool.js waits for this one. */
function live() {
  post({ kind: 'alive' });
  return new Promise(() => {});
}

self.addEventListener('message', ({ data }) => {
  pool = data;
  listen(pool);
  if (navigator.locks) navigator.locks.request(self.name, live);
  else live();
}, { once: true });
