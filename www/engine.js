/**
 * The page's side of the engine worker: promises and AbortSignals over messages, and a new worker when one dies.
 *
 * @typedef {{model?: string, backend: 'auto' | 'gpu' | 'cpu', precision: 'auto' | 'f32' | 'f16', tile?: number}} Settings
 * @typedef {{model: string, scale: number, backend: string, adapter: string, precision: string, warnings: string[]}} Info
 * @typedef {{width: number, height: number, inputWidth: number, inputHeight: number, tiles: number}} Start
 * @typedef {{x: number, y: number, width: number, height: number, pixels: Uint8ClampedArray, done: number, total: number}} Tile
 * @typedef {{blob: Blob, width: number, height: number, model: string, backend: string, adapter: string,
 *   precision: string, milliseconds: number, tiles: number, warnings: string[]}} Result
 * @typedef {{kind: 'prepare' | 'upscale', id: number, settings: Settings, file?: Blob}} Request
 * @typedef {Request | {kind: 'cancel', id: number}} ToWorker
 * @typedef {{kind: 'alive'} | {kind: 'ready', id: number, info: Info} | {kind: 'start', id: number, start: Start}
 *   | {kind: 'tile', id: number, tile: Tile} | {kind: 'done', id: number, result: Result}
 *   | {kind: 'failed', id: number, code: string, message: string}} FromWorker
 * @typedef {{request: Request, resolve: (value: any) => void, reject: (error: EngineError) => void,
 *   onStart?: (start: Start) => void, onTile?: (tile: Tile) => void}} Call
 */

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
  /** @type {Worker | undefined} */
  #worker;
  /** @type {Map<number, Call>} */
  #calls = new Map();
  #count = 0;

  /**
   * Loads the model and the device, so that a later upscale makes no request.
   * @param {Settings} settings
   * @returns {Promise<Info>}
   */
  prepare(settings) {
    return new Promise((resolve, reject) => {
      this.#send({ request: { kind: 'prepare', id: ++this.#count, settings }, resolve, reject });
    });
  }

  /**
   * @param {Blob} file
   * @param {Settings} settings
   * @param {{signal: AbortSignal, onStart: (start: Start) => void, onTile: (tile: Tile) => void}} options
   * @returns {Promise<Result>}
   */
  upscale(file, settings, { signal, onStart, onTile }) {
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#send({ request: { kind: 'upscale', id, settings, file }, resolve, reject, onStart, onTile });
      signal.addEventListener('abort', () => this.#cancel(id), { once: true });
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
    this.#worker?.postMessage({ kind: 'cancel', id });
    setTimeout(() => {
      const call = this.#calls.get(id);
      if (!call) return;
      const waiting = this.#end();
      for (const other of waiting) {
        if (other === call) call.reject(new EngineError('cancelled', 'Stopped.'));
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
      else if (message.kind === 'failed' && !message.code) died(` (${message.message})`);
      else this.#receive(message);
    });
    return worker;
  }

  /** @param {Exclude<FromWorker, {kind: 'alive'}>} message */
  #receive(message) {
    const call = this.#calls.get(message.id);
    if (!call) return;
    switch (message.kind) {
      case 'start':
        call.onStart?.(message.start);
        return;
      case 'tile':
        call.onTile?.(message.tile);
        return;
      case 'ready':
        call.resolve(message.info);
        break;
      case 'done':
        call.resolve(message.result);
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
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    return calls;
  }
}
