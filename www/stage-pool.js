/**
 * The workers of the CPU engine: one for each stage of the network, which rows of pictures go through one after the other.
 * The engine (src/web/pool.rs) starts it, wherever it runs: in a page or in a worker.
 *
 * @typedef {import('./lenslet.js').StageBatch} StageBatch
 * @typedef {{kind: 'start', name: string, module: WebAssembly.Module, weights: Uint8Array, steps: [number, number],
 *   previous?: MessagePort, next?: MessagePort}
 *   | {kind: 'rows', id: number, width: number, height: number, batch: StageBatch}
 *   | {kind: 'end', id: number}} ToStage rows and ends come from the stage before
 * @typedef {{kind: 'ready'} | {kind: 'pixels', id: number, pixels: Uint8Array} | {kind: 'failed', reason: string}} FromStage
 * @typedef {{resolve: (pixels: Uint8Array) => void, reject: (reason: Error) => void}} Waiting
 */

/** A worker inherits the page's Content-Security-Policy only from a blob: address, as engine.js tells. */
function workerAddress() {
  const line = `import ${JSON.stringify(new URL('stage-worker.js', import.meta.url).href)};`;
  return URL.createObjectURL(new Blob([line], { type: 'text/javascript' }));
}

export class StagePool {
  /** @type {Worker[]} */
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
    const address = workerAddress();
    /** @type {Promise<void>[]} */
    const ready = [];
    /** @type {MessagePort | undefined} */
    let previous;
    for (const [at, end] of ends.entries()) {
      const { port1: next, port2: following } = new MessageChannel();
      const isLast = at === ends.length - 1;
      const name = `lenslet-stage-${Math.random()}`;
      const worker = new Worker(address, { type: 'module', name });
      this.#workers.push(worker);
      ready.push(this.#listen(worker, name));
      /** @type {ToStage} */
      const start = { kind: 'start', name, module, weights, steps: [at ? ends[at - 1] : 0, end], previous };
      if (!isLast) start.next = next;
      worker.postMessage(start, [...(previous ? [previous] : []), ...(isLast ? [] : [next])]);
      previous = following;
    }
    await Promise.all(ready);
    URL.revokeObjectURL(address);
  }

  /**
   * Follows a worker's messages; resolves once it is ready.
   * @param {Worker} worker
   * @param {string} name of its lock
   * @returns {Promise<void>}
   */
  #listen(worker, name) {
    return new Promise((resolve) => {
      worker.addEventListener('error', (event) => this.#fail(event.message || 'it could not be started'));
      worker.addEventListener('message', ({ data }) => {
        /** @type {FromStage} */
        const message = data;
        if (message.kind === 'pixels') {
          this.#pictures.get(message.id)?.shift()?.resolve(message.pixels);
        } else if (message.kind === 'failed') {
          this.#fail(message.reason);
        } else {
          navigator.locks?.request(name, () => this.#fail('it ended'));
          resolve();
        }
      });
    });
  }

  /** @param {string} reason */
  #fail(reason) {
    this.#failure ??= new Error(reason);
    this.#stopStart(this.#failure);
    for (const waiting of [...this.#pictures.values()].flat()) waiting.reject(this.#failure);
    this.#pictures.clear();
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
   * @param {Uint8Array} rgba
   * @returns {Promise<Uint8Array>}
   */
  push(id, width, height, rgba) {
    const waiting = this.#pictures.get(id);
    if (!waiting) return Promise.reject(this.#failure);
    const batch = { picture: rgba, parts: [], pixels: new Uint8Array() };
    this.#workers[0].postMessage({ kind: 'rows', id, width, height, batch }, [rgba.buffer]);
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  }

  /**
   * Forgets a picture, finished or not.
   * @param {number} id
   */
  end(id) {
    if (this.#pictures.delete(id)) this.#workers[0].postMessage({ kind: 'end', id });
  }

  close() {
    this.#pictures.clear();
    for (const worker of this.#workers) worker.terminate();
  }
}
