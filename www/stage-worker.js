/**
 * A worker of the CPU engine: runs some steps of a network over the rows of pictures, and hands on what it makes to the
 * worker that runs the next steps. The last one hands the enlarged rows to stage-pool.js.
 */

import init, { NetworkStage } from './lenslet.js';

/** @typedef {import('./stage-pool.js').ToStage} ToStage */

/** @type {NetworkStage} */
let stage;

/** @type {MessagePort | undefined} */
let next;

/** @type {Map<number, import('./lenslet.js').PictureStage>} the pictures on their way, by their number */
const pictures = new Map();

/**
 * @param {import('./stage-pool.js').FromStage} message
 * @param {Transferable[]} [transfer]
 */
function post(message, transfer = []) {
  self.postMessage(message, { transfer });
}

/** @param {ToStage & {kind: 'start'}} message */
async function start({ name, module, weights, steps, previous, next: port }) {
  await init({ module_or_path: module });
  stage = new NetworkStage(weights, ...steps);
  next = port;
  previous?.addEventListener('message', ({ data }) => take(data));
  previous?.start();
  // A worker that dies tells nobody, but it lets go of its locks.
  await new Promise((held) => {
    if (!navigator.locks) held(undefined);
    navigator.locks?.request(name, () => {
      held(undefined);
      return new Promise(() => {});
    });
  });
  post({ kind: 'ready' });
}

/** @param {ToStage & {kind: 'rows'}} message */
function run({ id, width, height, batch }) {
  const picture = pictures.get(id) ?? stage.begin(width, height);
  pictures.set(id, picture);
  const made = picture.push(batch);
  if (next) {
    const transfer = [made.picture.buffer, made.pixels.buffer, ...made.parts.map(({ values }) => values.buffer)];
    next.postMessage({ kind: 'rows', id, width, height, batch: made }, transfer);
  } else {
    post({ kind: 'pixels', id, pixels: made.pixels }, [made.pixels.buffer]);
  }
}

/** @param {number} id */
function end(id) {
  pictures.get(id)?.free();
  pictures.delete(id);
  next?.postMessage({ kind: 'end', id });
}

/** @param {ToStage} message */
async function take(message) {
  try {
    if (message.kind === 'start') await start(message);
    else if (message.kind === 'rows') run(message);
    else end(message.id);
  } catch (error) {
    post({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
  }
}

self.addEventListener('message', ({ data }) => take(data));
