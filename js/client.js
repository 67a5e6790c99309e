/**
 * A page's side of the engine worker: promises and AbortSignals over messages, and a new worker when one dies.
 *
 * @typedef {import('./protocol.js').ModelFile} ModelFile
 * @typedef {import('./protocol.js').ModelSource} ModelSource
 * @typedef {import('./protocol.js').Settings} Settings
 * @typedef {import('./protocol.js').OutputOptions} OutputOptions
 * @typedef {import('./protocol.js').Format} Format
 * @typedef {import('./protocol.js').ModelInfo} ModelInfo
 * @typedef {import('./protocol.js').Info} Info
 * @typedef {import('./protocol.js').Start} Start
 * @typedef {import('./protocol.js').Tile} Tile
 * @typedef {import('./protocol.js').Plan} Plan
 * @typedef {import('./protocol.js').Download} Download
 * @typedef {import('./protocol.js').Result} Result
 * @typedef {import('./protocol.js').Part} Part
 * @typedef {import('./protocol.js').Trial} Trial
 * @typedef {import('./protocol.js').Inside} Inside
 * @typedef {import('./protocol.js').DoubtMap} DoubtMap
 * @typedef {{signal?: AbortSignal}} Stoppable once the signal is aborted, the call rejects with its reason, which gets the code
 *   "cancelled" where it is an Error without a code of its own
 * @typedef {Stoppable & {onStart?: (start: Start) => void, onTile?: (tile: Tile) => void}} Options
 * @typedef {{request: import('./protocol.js').Request, options: Options, resolve: (value: any) => void,
 *   reject: (reason: unknown) => void}} Call
 */

import { startStageWorker } from './cpu/pool.js';
import { whenGone } from './io/file-watch.js';
import { whenEnded } from './liveness.js';
import { startWorker } from './start-worker.js';

export { AUTOMATIC } from './protocol.js';

/** A tile on a slow device takes long; past this a person should not have to wait for it to end. */
const CANCEL_PATIENCE_MS = 4000;

/** The message is a sentence for a person, the code a stable word for the program. */
export class EngineError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = 'EngineError';
    this.code = code;
  }
}

/** The picture was not started: it would take longer than the caller's patience, or the plan has a problem or a limit. */
export class NotStarted extends Error {
  /** @param {Plan} plan of what would have been made */
  constructor(plan) {
    super('This has not been started.');
    this.plan = plan;
  }
}

/** @param {AbortSignal} signal that is aborted */
function reasonOf({ reason }) {
  // A DOMException has an old number by this name, but not as its own.
  if (reason instanceof Error && !Object.hasOwn(reason, 'code') && Object.isExtensible(reason)) {
    Object.defineProperty(reason, 'code', { value: 'cancelled' });
  }
  return reason;
}

export class Engine {
  /** @type {Map<number, Call>} */
  #calls = new Map();
  /** @type {ReturnType<typeof startWorker> | undefined} */
  #worker = this.#start();
  #count = 0;
  /** @type {WeakMap<Blob, number>} which file is meant: a message brings a copy of it */
  #fileIds = new WeakMap();
  /** @type {Map<string, () => void>} how to end the workers of the CPU engine, which the page starts for it */
  #stages = new Map();
  #folder;
  #onDownload;

  /**
   * @param {{folder?: string, onDownload?: (download: Download) => void}} [options] the folder in the site's own storage
   *   on this device (OPFS) where results are to lie, as far as there is room; whoever gives it sees to it that they go
   *   again; a download is told as it comes
   */
  constructor({ folder, onDownload } = {}) {
    this.#folder = folder;
    this.#onDownload = onDownload;
  }

  /**
   * The site's models.
   * @returns {Promise<import('./protocol.js').Index>}
   */
  index() {
    return this.#ask({ kind: 'index' }, {});
  }

  /**
   * Loads the model and the device, so that a later upscale makes no request.
   * @param {Settings} settings
   * @param {Stoppable} [options]
   * @returns {Promise<Info>}
   */
  prepare(settings, options = {}) {
    return this.#ask({ kind: 'prepare', settings }, options);
  }

  /**
   * Tells what a weight file holds. Does not wait for a picture that is under way.
   * @param {ModelFile} model
   * @param {Stoppable} [options]
   * @returns {Promise<ModelInfo>}
   */
  inspect(model, options = {}) {
    return this.#ask({ kind: 'inspect', model }, options);
  }

  /**
   * About how many milliseconds a picture of that size would take, by a trial.
   * @param {Settings} settings
   * @param {{width: number, height: number}} size
   * @param {Stoppable & {scale?: number, tta?: boolean}} [options] the model's own scale where none is said
   * @returns {Promise<number>}
   */
  estimate(settings, { width, height }, { scale, tta, ...options } = {}) {
    return this.#ask({ kind: 'estimate', settings, width, height, scale, tta }, options);
  }

  /**
   * What would be made of a picture.
   * @param {Blob} file
   * @param {Settings} settings
   * @param {OutputOptions} output
   * @param {Stoppable} [options]
   * @returns {Promise<Plan>}
   */
  plan(file, settings, output, options = {}) {
    return this.#ask({ kind: 'plan', settings, file, output, folder: this.#folder }, options);
  }

  /**
   * @param {Blob} file
   * @param {Settings} settings
   * @param {OutputOptions} output
   * @param {Options & {name?: string, patience?: number}} [options] the name is that of the file that the result may
   *   become, and of no other; what is expected to take longer than the patience (in milliseconds), or cannot be made or
   *   saved, is not started and rejects with NotStarted
   * @returns {Promise<Result>}
   */
  upscale(file, settings, output, { name, patience = Infinity, ...options } = {}) {
    const folder = this.#folder;
    return this.#ask({ kind: 'upscale', settings, file, output, folder, name, patience }, options);
  }

  /**
   * Enlarges a part of a picture, to see what a method makes of it: the pixels that it has in the enlarged whole. The picture
   * and the methods stay at hand for the next call.
   * @param {Blob} file
   * @param {Settings} settings
   * @param {Part} part
   * @param {number} scale a whole number
   * @param {Stoppable} [options]
   * @returns {Promise<Trial>}
   */
  try(file, settings, part, scale, options = {}) {
    return this.#ask({ kind: 'try', settings, file, fileId: this.#idOf(file), part, scale }, options);
  }

  /**
   * What a layer of the network answers on a part of a picture.
   * @param {Blob} file
   * @param {Settings} settings
   * @param {number} layer counted from 0; the last where there are not as many
   * @param {Part} part at most 256 pixels a side
   * @param {Stoppable} [options]
   * @returns {Promise<Inside>}
   */
  inside(file, settings, layer, part, options = {}) {
    return this.#ask({ kind: 'inside', settings, file, fileId: this.#idOf(file), layer, part }, options);
  }

  /**
   * How far what would be made of a picture goes beyond what it supports. Tiles are those of the map, in grey.
   * @param {Blob} file
   * @param {Settings} settings
   * @param {Part} part
   * @param {Options} [options]
   * @returns {Promise<DoubtMap>}
   */
  doubt(file, settings, part, options = {}) {
    return this.#ask({ kind: 'doubt', settings, file, fileId: this.#idOf(file), part }, options);
  }

  /** @param {Blob} file */
  #idOf(file) {
    const id = this.#fileIds.get(file) ?? ++this.#count;
    this.#fileIds.set(file, id);
    return id;
  }

  /** Ends the worker and what it holds; a later call starts another. Calls that are under way reject. */
  end() {
    for (const call of this.#end()) call.reject(new EngineError('engine-stopped', 'The engine was ended.'));
  }

  /**
   * @param {import('./protocol.js').Question} question
   * @param {Options} options
   * @returns {Promise<any>}
   */
  async #ask(question, options) {
    const { signal } = options;
    if (signal?.aborted) throw reasonOf(signal);
    const request = { ...question, id: ++this.#count };
    const cancel = () => this.#cancel(request.id);
    signal?.addEventListener('abort', cancel);
    try {
      return await new Promise((resolve, reject) => this.#send({ request, options, resolve, reject }));
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** @param {Call} call */
  #send(call) {
    this.#worker ??= this.#start();
    this.#calls.set(call.request.id, call);
    this.#worker.worker.postMessage(call.request);
  }

  /** @param {number} id */
  #cancel(id) {
    const call = this.#calls.get(id);
    if (!call) return;
    const stopped = reasonOf(/** @type {AbortSignal} */ (call.options.signal));
    this.#worker?.worker.postMessage({ kind: 'cancel', id });
    if (call.request.kind !== 'upscale') {
      this.#calls.delete(id);
      call.reject(stopped);
      return;
    }
    setTimeout(() => {
      if (!this.#calls.has(id)) return;
      const waiting = this.#end();
      for (const other of waiting) {
        if (other === call) call.reject(stopped);
        else this.#send(other);
      }
    }, CANCEL_PATIENCE_MS);
  }

  #start() {
    const name = `lenslet-engine-${Math.random()}`;
    const started = startWorker(new URL('worker.js', import.meta.url), name);
    const { worker } = started;
    const died = (/** @type {string} */ why) => {
      if (started !== this.#worker) return;
      const sentence = `The engine stopped unexpectedly${why}. Choose the picture again to start it anew.`;
      for (const call of this.#end()) call.reject(new EngineError('engine-stopped', sentence));
    };
    worker.addEventListener('error', (event) => died(event.message ? ` (${event.message})` : ''));
    worker.addEventListener('message', ({ data }) => {
      /** @type {import('./protocol.js').FromWorker} */
      const message = data;
      if (message.kind === 'alive') whenEnded(name, () => died(''));
      else if (message.kind === 'download') this.#onDownload?.(message.download);
      else if (message.kind === 'start-stage') this.#startStage(worker, message);
      else if (message.kind === 'end-stage') this.#endStage(message.name);
      else if (message.kind === 'failed' && !message.code) died(` (${message.message})`);
      else this.#receive(message);
    });
    return started;
  }

  /**
   * @param {Worker} worker that asks for it
   * @param {import('./protocol.js').FromWorker & {kind: 'start-stage'}} stage
   */
  #startStage(worker, { name, port }) {
    const failed = (/** @type {string} */ reason) => worker.postMessage({ kind: 'stage-failed', name, reason });
    if (worker !== this.#worker?.worker) return;
    try {
      this.#stages.set(name, startStageWorker(name, port, failed));
    } catch (error) {
      failed(String(error));
    }
  }

  /** @param {string} name */
  #endStage(name) {
    this.#stages.get(name)?.();
    this.#stages.delete(name);
  }

  /** @param {import('./protocol.js').Reply} message */
  #receive(message) {
    const call = this.#calls.get(message.id);
    if (!call) return;
    switch (message.kind) {
      case 'start':
        if (message.isStored) this.#watchFile(call);
        call.options.onStart?.(message.start);
        return;
      case 'tile':
        call.options.onTile?.(message.tile);
        return;
      case 'answer':
        call.resolve(message.answer);
        break;
      case 'done':
        call.resolve(message.result);
        break;
      case 'not-started':
        call.reject(new NotStarted(message.plan));
        break;
      case 'failed': {
        const { signal } = call.options;
        call.reject(signal?.aborted ? reasonOf(signal) : new EngineError(message.code, message.message));
        break;
      }
    }
    this.#calls.delete(message.id);
    // What a decoder has left behind in the worker's memory, nobody knows.
    if (message.kind === 'failed' && message.code === 'decoder-failed') {
      for (const other of this.#end()) this.#send(other);
    }
  }

  /**
   * When the person clears the site's data a worker that writes there waits for ever. What it was at is begun anew, in
   * memory.
   * @param {Call} call
   */
  async #watchFile(call) {
    const { request } = call;
    if (request.kind !== 'upscale' || !request.folder || !request.name) return;
    const isAsked = () => this.#calls.get(request.id) === call;
    if (!(await whenGone(request.folder, request.name, isAsked))) return;
    request.folder = undefined;
    for (const waiting of this.#end()) this.#send(waiting);
  }

  /** Ends the worker, and hands back the calls it leaves unanswered; the next call starts another worker. */
  #end() {
    this.#worker?.end();
    this.#worker = undefined;
    for (const name of this.#stages.keys()) this.#endStage(name);
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    return calls;
  }
}
