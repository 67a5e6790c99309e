/** What the driver in Node calls in the page: engines in workers, their times, and how their pictures differ. */

import { call } from './calls.js';
import { differences } from './differences.js';

/** @type {Map<string, {worker: Worker, rgba?: Uint8ClampedArray}>} */
const engines = new Map();

const bench = {
  /**
   * Starts an engine. `ready` counts the milliseconds from the start of its worker, with everything it loads.
   * @param {string} name
   * @param {{script: string}} asked
   */
  async prepare(name, { script, ...asked }) {
    const started = performance.now();
    const worker = new Worker(new URL(script, import.meta.url), { type: 'module' });
    engines.set(name, { worker });
    const told = await call(worker, 'prepare', asked);
    return { ...told, ready: performance.now() - started };
  },

  /**
   * @param {string} name
   * @returns {Promise<{milliseconds: number, whole?: number}>}
   */
  async run(name) {
    const engine = engineOf(name);
    const { rgba, ...times } = await call(engine.worker, 'run');
    engine.rgba = rgba;
    return times;
  },

  /**
   * @param {string} name
   * @param {string} reference
   */
  differences(name, reference) {
    const [made, expected] = [engineOf(name).rgba, engineOf(reference).rgba];
    if (!made || !expected) throw new Error('both engines must have run');
    return differences(made, expected);
  },

  /** Ends every engine, those too that did not get ready. */
  end() {
    for (const { worker } of engines.values()) worker.terminate();
    engines.clear();
  },
};

/** @param {string} name */
function engineOf(name) {
  const engine = engines.get(name);
  if (!engine) throw new Error(`the engine ${name} was not prepared`);
  return engine;
}

/** @typedef {typeof bench} Bench */
Object.assign(globalThis, { bench });
document.body.dataset.state = 'ready';
