/**
 * The page's side of the engine worker: promises and AbortSignals over messages, and a new worker when one dies.
 *
 * @typedef {{id: string, name: string, file: Blob}} ModelFile the id tells files of one name apart
 * @typedef {string | ModelFile} ModelSource a model of the site by its name, or a file
 * @typedef {{model?: ModelSource, scale?: number, strength?: number, denoise?: number,
 *   mix?: {model: ModelSource, share: number}, backend: 'auto' | 'gpu' | 'cpu', precision: 'auto' | 'f32' | 'f16',
 *   tile?: number}} Settings
 * @typedef {import('../settings/wanted.js').Wanted} Wanted
 * @typedef {import('../settings/wanted.js').Format} Format
 * @typedef {{kind: 'photo' | 'graphic', reason: string}} Seen what a picture was taken for
 * @typedef {{architecture: string, scale: number, parameters: number, bytes: number}} ModelInfo
 * @typedef {{model: ModelInfo, backend: string, adapter: string, precision: string, warnings: string[]}} Info
 * @typedef {{width: number, height: number, inputWidth: number, inputHeight: number, tiles: number}} Start
 * @typedef {{x: number, y: number, width: number, height: number, wholeWidth: number, wholeHeight: number,
 *   pixels: Uint8ClampedArray, done: number, total: number}} Tile
 * @typedef {{width: number, height: number, inputWidth: number, inputHeight: number, format: Format, bytes: number,
 *   milliseconds: number, problem?: string}} Plan the problem is why it cannot be made or saved, in a sentence; the
 *   rest tells of the picture as it is where no plan can be made at all
 * @typedef {{blob: Blob, format: Format, stored?: string, width: number, height: number, model: string, backend: string,
 *   adapter: string, precision: string, milliseconds: number, tiles: number, warnings: string[], seen?: Seen}} Result
 *   seen where the model was chosen by it; stored is the name of the file that the blob is, where it is one
 * @typedef {{kind: 'prepare', settings: Settings} | {kind: 'inspect', model: ModelFile}
 *   | {kind: 'estimate', settings: Settings, width: number, height: number, scale?: number}
 *   | {kind: 'plan', settings: Settings, file: Blob, wanted: Wanted}
 *   | {kind: 'upscale', settings: Settings, file: Blob, wanted: Wanted, name: string, patience: number}} Question
 * @typedef {Question & {id: number}} Request
 * @typedef {Request | {kind: 'cancel', id: number} | {kind: 'stage-failed', name: string, reason: string}} ToWorker
 * @typedef {{kind: 'start', id: number, start: Start} | {kind: 'tile', id: number, tile: Tile}
 *   | {kind: 'held', id: number, plan: Plan} | {kind: 'done', id: number, result: Result}
 *   | {kind: 'answer', id: number, answer: Info | ModelInfo | Plan | number}
 *   | {kind: 'failed', id: number, code: string, message: string}} Reply
 * @typedef {{kind: 'alive'} | {kind: 'start-stage', name: string, port: MessagePort} | {kind: 'end-stage', name: string}
 *   | Reply} FromWorker
 * @typedef {{signal?: AbortSignal, onStart?: (start: Start) => void, onTile?: (tile: Tile) => void}} Options
 * @typedef {{request: Request, options: Options, resolve: (value: any) => void, reject: (error: Error) => void}} Call
 */

import { startStageWorker } from './cpu/pool.js';

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

/** The picture was not begun: it would take longer than the caller's patience, or the plan has a problem. */
export class Held extends Error {
  /** @param {Plan} plan of what would have been made */
  constructor(plan) {
    super('This has not been begun.');
    this.plan = plan;
  }
}

/**
 * A worker from a network address does not inherit the page's Content-Security-Policy; one from a blob: address
 * does. So the worker is a blob of one line that imports the real one.
 * @param {string} name
 */
function startWorker(name) {
  const line = `import ${JSON.stringify(new URL('worker.js', import.meta.url).href)};`;
  const address = URL.createObjectURL(new Blob([line], { type: 'text/javascript' }));
  return new Worker(address, { type: 'module', name });
}

export class Engine {
  /** @type {Map<number, Call>} */
  #calls = new Map();
  /** @type {Worker | undefined} */
  #worker = this.#start();
  #count = 0;
  /** @type {Map<string, () => void>} how to end the workers of the CPU engine, which the page starts for it */
  #stages = new Map();

  /**
   * Loads the model and the device, so that a later upscale makes no request.
   * @param {Settings} settings
   * @param {AbortSignal} signal
   * @returns {Promise<Info>}
   */
  prepare(settings, signal) {
    return this.#ask({ kind: 'prepare', settings }, { signal });
  }

  /**
   * Tells what a weight file holds. Does not wait for a picture that is under way.
   * @param {ModelFile} model
   * @returns {Promise<ModelInfo>}
   */
  inspect(model) {
    return this.#ask({ kind: 'inspect', model }, {});
  }

  /**
   * About how many milliseconds a picture of that size would take, by a trial.
   * @param {Settings} settings
   * @param {{width: number, height: number}} size
   * @param {number | undefined} scale the model's own where it is not said
   * @param {AbortSignal} signal
   * @returns {Promise<number>}
   */
  estimate(settings, { width, height }, scale, signal) {
    return this.#ask({ kind: 'estimate', settings, width, height, scale }, { signal });
  }

  /**
   * What would be made of a picture.
   * @param {Settings} settings
   * @param {Blob} file
   * @param {Wanted} wanted
   * @param {AbortSignal} signal
   * @returns {Promise<Plan>}
   */
  plan(settings, file, wanted, signal) {
    return this.#ask({ kind: 'plan', settings, file, wanted }, { signal });
  }

  /**
   * @param {Blob} file
   * @param {Settings} settings
   * @param {Wanted} wanted
   * @param {Options & {name: string, patience: number}} options the name is that of the file that the result may become;
   *   what is expected to take longer than the patience (in milliseconds), or cannot be made or saved, is not begun and
   *   rejects with Held
   * @returns {Promise<Result>}
   */
  upscale(file, settings, wanted, { name, patience, ...options }) {
    return this.#ask({ kind: 'upscale', settings, file, wanted, name, patience }, options);
  }

  /**
   * @param {Question} question
   * @param {Options} options
   * @returns {Promise<any>}
   */
  #ask(question, options) {
    const request = { ...question, id: ++this.#count };
    return new Promise((resolve, reject) => {
      this.#send({ request, options, resolve, reject });
      options.signal?.addEventListener('abort', () => this.#cancel(request.id), { once: true });
    });
  }

  /** @param {Call} call */
  #send(call) {
    this.#worker ??= this.#start();
    this.#calls.set(call.request.id, call);
    this.#worker.postMessage(call.request);
  }

  /** @param {number} id */
  #cancel(id) {
    const call = this.#calls.get(id);
    if (!call) return;
    const stopped = new EngineError('cancelled', 'Stopped.');
    this.#worker?.postMessage({ kind: 'cancel', id });
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
    const worker = startWorker(name);
    const died = (/** @type {string} */ why) => {
      if (worker !== this.#worker) return;
      const sentence = `The engine stopped unexpectedly${why}. Choose the picture again to start it anew.`;
      for (const call of this.#end()) call.reject(new EngineError('engine-stopped', sentence));
    };
    worker.addEventListener('error', (event) => died(event.message ? ` (${event.message})` : ''));
    worker.addEventListener('message', ({ data }) => {
      /** @type {FromWorker} */
      const message = data;
      if (message.kind === 'alive') navigator.locks.request(name, () => died(''));
      else if (message.kind === 'start-stage') this.#startStage(worker, message);
      else if (message.kind === 'end-stage') this.#endStage(message.name);
      else if (message.kind === 'failed' && !message.code) died(` (${message.message})`);
      else this.#receive(message);
    });
    return worker;
  }

  /**
   * @param {Worker} worker that asks for it
   * @param {FromWorker & {kind: 'start-stage'}} stage
   */
  #startStage(worker, { name, port }) {
    const failed = (/** @type {string} */ reason) => worker.postMessage({ kind: 'stage-failed', name, reason });
    if (worker !== this.#worker) return;
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

  /** @param {Reply} message */
  #receive(message) {
    const call = this.#calls.get(message.id);
    if (!call) return;
    switch (message.kind) {
      case 'start':
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
      case 'held':
        call.reject(new Held(message.plan));
        break;
      case 'failed':
        call.reject(new EngineError(message.code, message.message));
        break;
    }
    this.#calls.delete(message.id);
  }

  /** Ends the worker, and hands back the calls it leaves unanswered; the next call starts another worker. */
  #end() {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const name of this.#stages.keys()) this.#endStage(name);
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    return calls;
  }
}
