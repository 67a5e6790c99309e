/**
 * The engine's own thread: makes the upscaler that the settings ask for, keeps it, and takes one picture at a
 * time through it. It knows nothing of the page but the messages in protocol.js.
 */

import init, { Upscaler } from '../lenslet.js';
import { StagePool } from './cpu/pool.js';
import { holdDownloads } from './io/downloads.js';
import { HeldPicture } from './io/held-picture.js';
import { ResultFile } from './io/result-file.js';
import { placeFor } from './io/room.js';
import { decodePicture } from './io/source-picture.js';
import { toGreys } from './io/greys.js';
import { AUTOMATIC, isFilter } from './protocol.js';
import { Trials } from './trials.js';

/** @typedef {import('./protocol.js').Request & {kind: 'plan' | 'upscale'}} Pictured a request with a picture */
/** @typedef {import('./protocol.js').Request & {kind: 'inside' | 'doubt'}} Looking one to look behind a result */
/** @typedef {import('../lenslet.js').Seen} Seen */

/** The site's list of models, where the engine looks for it too. */
const INDEX = new URL('../models/index.json', import.meta.url).href;

/** After these the device behind the upscaler cannot be trusted: the next picture gets a new one. */
const NEEDS_NEW_UPSCALER = new Set(['device-lost', 'gpu-failed', 'out-of-memory']);

/** The picture may be sound all the same: another size or format can be asked for. */
const ASKS_FOR_ANOTHER_SIZE = new Set(['picture-too-large', 'invalid-option']);

holdDownloads((loaded, total) => post({ kind: 'download', download: { loaded, total } }));

/** @type {Promise<unknown> | undefined} */
let starting;

/** Loads the engine itself, again where that failed. */
function start() {
  starting ??= init().catch((error) => {
    starting = undefined;
    throw Object.assign(new Error(`The engine could not be loaded (${error.message}).`), { code: 'fetch-failed' });
  });
  return starting;
}

start().catch(() => {}); // Whoever needs it is told.

const KINDS = /** @type {const} */ (['photo', 'graphic']);

/**
 * The upscalers by the kind of picture, of which that for graphics is there once it is needed or all else has come.
 * @typedef {{photo: Upscaler, graphic?: Upscaler}} Upscalers
 * @typedef {{key: string, models: Record<Seen['kind'], string>, upscalers: Upscalers, isComplete: boolean}} Current complete
 *   is it where no later picture makes a request, or where that is under way
 */

/** @type {Current | undefined} */
let current;

/** What the first picture does without comes when nothing has been asked for so long, in milliseconds. */
const QUIET_MS = 3000;

let quiet = 0;

const trials = new Trials();

/** Classical filters hold nothing, and stay beside the network in use. @type {Map<string, Upscaler>} */
const filters = new Map();

/** The picture that was looked behind last, so that going from layer to layer decodes it once. */
const lookedAt = new HeldPicture();

/** @type {Map<number, AbortController>} */
const calls = new Map();

/** @type {Promise<void>} */
let queue = Promise.resolve();

/** @type {Map<string, (reason: string) => void>} whom to tell when a worker of the CPU engine fails */
const stages = new Map();

// Now and then Firefox (153) hangs for ever where a worker starts a worker, so the page starts them.
StagePool.startWorker = (name, port, failed) => {
  stages.set(name, failed);
  post({ kind: 'start-stage', name, port }, [port]);
  return () => {
    stages.delete(name);
    post({ kind: 'end-stage', name });
  };
};
StagePool.keepsWorkers = true; // so that another model makes no request

/**
 * @param {import('./protocol.js').FromWorker} message
 * @param {Transferable[]} [transfer]
 */
function post(message, transfer = []) {
  self.postMessage(message, { transfer });
}

/**
 * The upscalers for each kind of picture: one for both, unless the picture chooses the model.
 * @param {import('./protocol.js').Settings} settings
 * @returns {Promise<Upscalers>}
 */
async function upscalersFor(settings) {
  if (isFilter(settings)) return filterFor(/** @type {string} */ (settings.model));
  const key = JSON.stringify(settings); // a file is {} in there, and its id stands beside it
  if (current?.key !== key) {
    await start();
    drop();
    current = { key, ...(await makeUpscalers(settings)), isComplete: false };
  }
  return current.upscalers;
}

/**
 * The upscaler for a kind of picture.
 * @param {import('./protocol.js').Settings} settings
 * @param {Seen['kind']} kind
 */
async function upscalerOfKind(settings, kind) {
  const upscalers = await upscalersFor(settings);
  const { scale, ...others } = settings;
  return (upscalers[kind] ??= await Upscaler.create({ ...others, model: current?.models[kind] }));
}

/**
 * Gets what later pictures may need, other models and the ends of sliders, so that these make no request. What does not come is
 * asked for again when it is needed.
 * @param {import('./protocol.js').Settings} settings
 */
async function complete(settings) {
  const completed = current;
  if (!completed || completed.isComplete || completed.key !== JSON.stringify(settings)) return;
  completed.isComplete = true;
  const hold = async (/** @type {{file: string}} */ { file }) => (await fetch(new URL(file, INDEX).href)).arrayBuffer();
  try {
    const { models } = /** @type {import('./protocol.js').Index} */ (await (await fetch(INDEX)).json());
    const [photo, graphic] = KINDS.map((kind) => models.find(({ name }) => name === completed.models[kind]));
    if (graphic && graphic !== photo) {
      await hold(graphic);
      const made = queue.then(() => (current === completed ? upscalerOfKind(settings, 'graphic') : undefined));
      queue = made.then(
        () => {},
        () => {}, // What comes next goes on without.
      );
      await made;
    }
    for (const slider of [...(photo?.sliders ?? [])].reverse()) await hold(slider);
  } catch {
    completed.isComplete = false;
  }
}

/**
 * Completes what there is once nothing has been asked for a while.
 * @param {import('./protocol.js').Settings} settings
 */
function completeSoon(settings) {
  clearTimeout(quiet);
  quiet = setTimeout(() => {
    if (calls.size === 0) complete(settings);
  }, QUIET_MS);
}

/** @param {string} model */
async function filterFor(model) {
  await start();
  const filter = filters.get(model) ?? (await Upscaler.create({ model }));
  filters.set(model, filter);
  return { photo: filter, graphic: filter };
}

/** @param {import('./protocol.js').Settings} settings */
async function makeUpscalers(settings) {
  if (settings.model !== AUTOMATIC) {
    const upscaler = await Upscaler.create(settings);
    const { model } = upscaler;
    return { models: { photo: model, graphic: model }, upscalers: { photo: upscaler, graphic: upscaler } };
  }
  const { scale, ...others } = settings;
  const models = await Upscaler.modelsByKind({ scale });
  const photo = await Upscaler.create({ ...others, model: models.photo });
  return { models, upscalers: { photo, graphic: models.graphic === models.photo ? photo : undefined } };
}

function drop() {
  for (const upscaler of new Set(Object.values(current?.upscalers ?? {}))) upscaler?.free();
  current = undefined;
}

/**
 * The upscaler that suits a picture, and what the picture told where that mattered: which model, how much it cleans.
 * @param {import('./protocol.js').Settings} settings
 * @param {import('../lenslet.js').Picture} picture
 * @returns {Promise<{upscaler: Upscaler, seen?: import('./protocol.js').Seen}>}
 */
async function upscalerFor(settings, picture) {
  const { photo } = await upscalersFor(settings);
  const chooses = settings.model === AUTOMATIC;
  if (!chooses && (photo.denoise === undefined || settings.denoise !== undefined)) return { upscaler: photo };
  const seen = await Upscaler.classify(picture);
  const upscaler = chooses ? await upscalerOfKind(settings, seen.kind) : photo;
  const cleans = upscaler.denoise !== undefined && settings.denoise === undefined;
  return { upscaler: cleans ? await cleaner(upscaler, settings, seen.cleanUp) : upscaler, seen: { ...seen, chooses, cleans } };
}

/**
 * The same model, cleaning so much, in the place of the upscaler: so it takes over that one's workers, and makes no request. Its
 * files have come already or are on their way.
 * @param {Upscaler} upscaler
 * @param {import('./protocol.js').Settings} settings
 * @param {number} cleanUp
 */
async function cleaner(upscaler, settings, cleanUp) {
  if (upscaler.denoise === cleanUp || !current) return upscaler;
  const { scale, ...others } = settings;
  const same = settings.model === AUTOMATIC ? { ...others, model: upscaler.model } : settings;
  const changed = current;
  const { upscalers } = changed;
  const kinds = KINDS.filter((kind) => upscalers[kind] === upscaler);
  current = undefined;
  upscaler.free();
  try {
    const made = await Upscaler.create({ ...same, cleanUp });
    for (const kind of kinds) upscalers[kind] = made;
    current = changed;
    return made;
  } catch (error) {
    for (const kind of KINDS) if (!kinds.includes(kind)) upscalers[kind]?.free();
    throw error;
  }
}

/**
 * The upscaler for a picture, and what it would make.
 * @param {Pictured} request
 * @param {import('../lenslet.js').Picture} picture
 * @param {boolean} mayBeStored whether the result may be a file
 */
async function plan({ settings, output }, picture, mayBeStored) {
  const { upscaler, seen } = await upscalerFor(settings, picture);
  const planFor = (/** @type {import('./protocol.js').OutputOptions} */ options) =>
    /** @type {Promise<import('./protocol.js').Plan>} */ (upscaler.plan(picture, options));
  try {
    const plan = await planFor(output);
    const { inFile, limit } = await placeFor(plan, mayBeStored);
    return { seen, upscaler, inFile, plan: { ...plan, limit } };
  } catch (error) {
    const { code, message } = /** @type {{code: string, message: string}} */ (error);
    if (!ASKS_FOR_ANOTHER_SIZE.has(code)) throw error;
    const unchanged = await planFor({ scale: 1, format: 'png' }).catch(() => {
      throw error;
    });
    return { seen, upscaler, inFile: false, plan: { ...unchanged, problem: message } };
  }
}

/**
 * @param {Pictured & {kind: 'upscale'}} request
 * @param {import('../lenslet.js').Picture} picture
 * @param {AbortSignal} signal
 */
async function upscale(request, picture, signal) {
  const { id, output, folder, name, patience } = request;
  const { seen, upscaler, inFile, plan: planned } = await plan(request, picture, folder !== undefined && name !== undefined);
  signal.throwIfAborted();
  if (planned.problem || planned.limit || planned.milliseconds > patience) {
    post({ kind: 'not-started', id, plan: planned });
    return;
  }
  const stored = inFile && folder && name ? await ResultFile.create(folder, name).catch(() => undefined) : undefined;
  try {
    const result = await upscaler.upscale(picture, {
      ...output,
      signal,
      onStart: (start) => post({ kind: 'start', id, start, isStored: stored !== undefined }),
      onTile: (tile) => post({ kind: 'tile', id, tile }, [tile.pixels.buffer]),
      onBytes: stored && ((bytes) => stored.write(/** @type {Uint8Array<ArrayBuffer>} */ (bytes))),
    });
    const { format = 'png' } = result;
    const blob = stored ? await stored.finish(`image/${format}`) : /** @type {Blob} */ (result.blob);
    post({ kind: 'done', id, result: { ...result, format, blob, stored: stored && name, seen } });
  } catch (error) {
    await stored?.discard();
    throw error;
  }
}

/**
 * @param {Pictured} request
 * @param {AbortSignal} signal
 */
async function answerForPicture(request, signal) {
  await upscalersFor(request.settings); // Where they cannot be made, that is what is told.
  const picture = await decodePicture(request.file);
  try {
    if (request.kind === 'upscale') {
      await upscale(request, picture, signal);
    } else {
      const { plan: planned } = await plan(request, picture, request.folder !== undefined);
      post({ kind: 'answer', id: request.id, answer: planned });
    }
  } finally {
    picture.free();
  }
}

/**
 * @param {Looking} request
 * @param {AbortSignal} signal
 */
async function lookBehind(request, signal) {
  const { id, kind, settings, file, fileId, part } = request;
  await upscalersFor(settings); // Where they cannot be made, that is what is told.
  const picture = await lookedAt.open(file, fileId);
  const { upscaler } = await upscalerFor(settings, picture);
  if (kind === 'doubt') {
    const answer = await upscaler.doubt(picture, {
      part,
      signal,
      onTile: (tile) => post({ kind: 'tile', id, tile }, [tile.pixels.buffer]),
    });
    post({ kind: 'answer', id, answer }, [answer.levels.buffer]);
    return;
  }
  const { layers } = upscaler;
  const layer = Math.min(request.layer, layers.length - 1);
  if (layer < 0) {
    const nothing = { width: 0, height: 0, channels: 0, ranges: new Float32Array(), pixels: new Uint8ClampedArray() };
    post({ kind: 'answer', id, answer: { layers, layer: 0, part, ...nothing } });
    return;
  }
  const { width, height, channels, values, ranges } = await upscaler.features(picture, { layer, part });
  const pixels = toGreys(values, ranges, width * height);
  post({ kind: 'answer', id, answer: { layers, layer, part, width, height, channels, ranges, pixels } }, [pixels.buffer]);
}

/**
 * @param {import('./protocol.js').Request} request
 * @param {AbortSignal} signal
 */
async function answer(request, signal) {
  const { id, kind } = request;
  if (kind === 'inside' || kind === 'doubt') {
    await lookBehind(request, signal);
    return;
  }
  if (kind === 'upscale' || kind === 'plan') {
    lookedAt.free();
    await answerForPicture(request, signal);
  } else if (kind === 'inspect') {
    await start();
    post({ kind: 'answer', id, answer: await Upscaler.inspect(request.model) });
  } else if (kind === 'index') {
    const response = await fetch(INDEX);
    if (!response.ok) throw Object.assign(new Error(`${INDEX} could not be fetched (HTTP status ${response.status}).`), { code: 'fetch-failed' });
    post({ kind: 'answer', id, answer: await response.json() });
  } else if (kind === 'try') {
    await start();
    const trial = await trials.run(request, signal);
    post({ kind: 'answer', id, answer: trial }, [trial.bitmap]);
  } else if (kind === 'estimate') {
    const { settings, width, height, scale, tta } = request;
    const { photo: upscaler } = await upscalersFor(settings);
    post({ kind: 'answer', id, answer: await upscaler.estimate(width, height, { scale, tta }) });
  } else {
    const { info: model, backend, adapter, precision, warnings } = (await upscalersFor(request.settings)).photo;
    post({ kind: 'answer', id, answer: { model, backend, adapter, precision, warnings } });
  }
}

/**
 * To read a weight file, and to make what a picture is compared with, needs no network: it takes turns with a picture that is
 * under way.
 * @param {import('./protocol.js').Request} request
 */
function waitsForOthers(request) {
  if (request.kind === 'upscale') return !isFilter(request.settings);
  return request.kind !== 'inspect' && request.kind !== 'index';
}

/** @param {import('./protocol.js').Request} request */
async function take(request) {
  const { id } = request;
  const signal = calls.get(id)?.signal ?? AbortSignal.abort();
  try {
    signal.throwIfAborted();
    await answer(request, signal);
  } catch (error) {
    const { code, message } = /** @type {{code?: unknown, message: string}} */ (error);
    const reason = signal.aborted ? 'cancelled' : typeof code === 'string' ? code : '';
    if (NEEDS_NEW_UPSCALER.has(reason)) {
      drop();
      trials.dropUpscalers();
    }
    post({ kind: 'failed', id, code: reason, message });
  } finally {
    calls.delete(id);
    if ('settings' in request) completeSoon(request.settings);
  }
}

self.addEventListener('message', ({ data }) => {
  /** @type {import('./protocol.js').ToWorker} */
  const message = data;
  if (message.kind === 'cancel') {
    calls.get(message.id)?.abort();
    return;
  }
  if (message.kind === 'stage-failed') {
    stages.get(message.name)?.(message.reason);
    return;
  }
  calls.set(message.id, new AbortController());
  if (!waitsForOthers(message)) take(message);
  else queue = queue.then(() => take(message));
});

// A failure that nobody caught would leave a call unanswered for ever: the page is to take it as a crash.
self.addEventListener('unhandledrejection', (event) => reportError(event.reason));

// A worker that dies tells nobody, but it lets go of its locks: client.js waits for this one.
navigator.locks?.request(self.name, () => {
  post({ kind: 'alive' });
  return new Promise(() => {});
});
