/**
 * The workers of the CPU engine: one for each stage of the network, which rows of pictures go through one after the other.
 * The engine (src/web/pool.rs) starts it, wherever it runs: in a page or in a worker.
 *
 * @typedef {import('../../lenslet.js').StageBatch} StageBatch
 * @typedef {{kind: 'start', module: WebAssembly.Module, weights: Uint8Array, steps: [number, number],
 *   previous?: MessagePort, next?: MessagePort}
 *   | {kind: 'rows', id: number, width: number, height: number, is16Bit: boolean, batch: StageBatch}
 *   | {kind: 'end', id: number} | {kind: 'stop', id: number}} ToStage rows and ends come from the stage before; a stop
 *   comes to all at once, and leaves nothing to do up to the picture's end
 * @typedef {{kind: 'alive'} | {kind: 'ready'} | {kind: 'pixels', id: number, pixels: Uint8Array}
 *   | {kind: 'failed', reason: string}} FromStage
 * @typedef {{resolve: (pixels: Uint8Array) => void, reject: (reason: Error) => void}} Waiting
 */

import { whenEnded } from '../liveness.js';
import { startWorker } from '../start-worker.js';

/**
 * Starts a worker.
 * @param {string} name
 * @param {MessagePort} port for all that it is told and tells
 * @param {(reason: string) => void} failed
 * @returns {() => void} ends it
 */
export function startStageWorker(name, port, failed) {
  const { worker, end } = startWorker(new URL('stage.js', import.meta.url), name);
  worker.addEventListener('error', (event) => failed(event.message || 'it could not be started'));
  worker.postMessage(port, [port]);
  return end;
}

/** A worker, and who hears of it at present. */
class StageWorker {
  /** @type {(message: FromStage) => void} */
  receive = () => {};
  port;
  end;

  constructor() {
    const name = `lenslet-stage-${Math.random()}`;
    const { port1, port2 } = new MessageChannel();
    const failed = (/** @type {string} */ reason) => {
      idle.delete(this);
      this.receive({ kind: 'failed', reason });
    };
    port1.addEventListener('messageerror', () => failed('a message could not be read'));
    port1.addEventListener('message', ({ data }) => {
      if (data.kind === 'alive') whenEnded(name, () => failed('it ended'));
      else this.receive(data);
    });
    port1.start();
    this.port = port1;
    this.end = StagePool.startWorker(name, port2, failed);
  }
}

/** @type {Set<StageWorker>} */
const idle = new Set();

export class StagePool {
  /** How to start a worker; whoever runs the engine in a worker may have the page do it. */
  static startWorker = startStageWorker;

  /** Whether workers of a pool that is closed wait for the next one: a new worker loads its scripts anew. */
  static keepsWorkers = false;

  /** @type {StageWorker[]} */
  #workers = [];
  /** @type {Map<number, Waiting[]>} who waits for the pixels of each picture, in their order */
  #pictures = new Map();
  #count = 0;
  /** @type {Error | undefined} */
  #failure;
  /** @type {(reason: Error) => void} */
  #stopStart = () => {};

  /**
   * Starts the workers and waits until all are ready. Rejects where one cannot be started.
   * @param {WebAssembly.Module} module the engine's own, compiled
   * @param {Uint8Array} weights a weight file
   * @param {Uint32Array} ends one behind the last step of each stage
   */
  static async start(module, weights, ends) {
    const pool = new StagePool();
    try {
      const started = pool.#start(module, weights, ends);
      const stopped = new Promise((_, reject) => {
        pool.#stopStart = reject;
      });
      await Promise.race([started, stopped]);
    } catch (error) {
      pool.close();
      throw error;
    }
    return pool;
  }

  /**
   * @param {WebAssembly.Module} module
   * @param {Uint8Array} weights
   * @param {Uint32Array} ends
   */
  async #start(module, weights, ends) {
    /** @type {Promise<void>[]} */
    const ready = [];
    /** @type {MessagePort | undefined} */
    let previous;
    for (const [at, stop] of ends.entries()) {
      const { port1: next, port2: following } = new MessageChannel();
      const isLast = at === ends.length - 1;
      const [worker = new StageWorker()] = idle;
      idle.delete(worker);
      this.#workers.push(worker);
      /** @type {ToStage} */
      const start = { kind: 'start', module, weights, steps: [at ? ends[at - 1] : 0, stop], previous };
      if (!isLast) start.next = next;
      const transfer = [...(previous ? [previous] : []), ...(isLast ? [] : [next])];
      ready.push(this.#listen(worker));
      worker.port.postMessage(start, transfer);
      previous = following;
    }
    await Promise.all(ready);
  }

  /**
   * Follows a worker's messages; resolves once it is ready.
   * @param {StageWorker} worker
   * @returns {Promise<void>}
   */
  #listen(worker) {
    return new Promise((resolve) => {
      worker.receive = (message) => {
        if (message.kind === 'ready') resolve();
        else if (message.kind === 'pixels') this.#pictures.get(message.id)?.shift()?.resolve(message.pixels);
        else if (message.kind === 'failed') this.#fail(message.reason);
      };
    });
  }

  /** @param {string} reason */
  #fail(reason) {
    this.#failure ??= new Error(reason);
    this.#stopStart(this.#failure);
    for (const waiting of [...this.#pictures.values()].flat()) waiting.reject(this.#failure);
    // At once: who goes on in their place may need their memory.
    this.close();
  }

  /** A number for a picture that is about to come. */
  begin() {
    this.#count += 1;
    if (!this.#failure) this.#pictures.set(this.#count, []);
    return this.#count;
  }

  /**
   * Sends the picture's next rows on their way. Resolves to the rows of the enlarged picture that are done with them.
   * @param {number} id
   * @param {number} width of the picture, padding included
   * @param {number} height
   * @param {boolean} is16Bit whether it has 16 bits a channel
   * @param {Uint8Array} rgba
   * @returns {Promise<Uint8Array>}
   */
  push(id, width, height, is16Bit, rgba) {
    const waiting = this.#pictures.get(id);
    if (!waiting) return Promise.reject(this.#failure);
    const batch = { picture: rgba, parts: [], pixels: new Uint8Array() };
    this.#workers[0].port.postMessage({ kind: 'rows', id, width, height, is16Bit, batch }, [rgba.buffer]);
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  }

  /**
   * Forgets a picture, finished or not.
   * @param {number} id
   */
  end(id) {
    const waiting = this.#pictures.get(id);
    if (!waiting) return;
    this.#pictures.delete(id);
    if (waiting.length > 0) this.#workers.forEach(({ port }) => port.postMessage({ kind: 'stop', id }));
    this.#workers[0].port.postMessage({ kind: 'end', id });
  }

  close() {
    this.#pictures.clear();
    for (const worker of this.#workers) {
      worker.receive = () => {};
      if (StagePool.keepsWorkers && !this.#failure) idle.add(worker);
      else worker.end();
    }
    this.#workers = [];
  }
}
