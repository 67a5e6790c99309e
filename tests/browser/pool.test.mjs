/** The workers of the CPU engine: how many there are, what ends them, and what goes on where they fail. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withBrowser, withSite } from './fixtures.mjs';
import { callLibrary } from './library-page.mjs';
import { modelFile } from './model-files.mjs';
import { drawPng } from './pictures.mjs';

const site = withSite();

/** Runs in the page: keeps account of the workers that the library starts there, and of what goes to and fro. */
function watchWorkers() {
  const seen = {
    /** @type {Set<Worker>} */
    alive: new Set(),
    started: 0,
    /** @type {Set<WebAssembly.Module>} */
    modules: new Set(),
    /** @type {string[]} what is told to workers and what they tell, in its order */
    kinds: [],
    /** Has a worker started from another address. @type {(address: string | URL) => string | URL} */
    address: (address) => address,
    /** Looks at a message before it goes. @type {(message: any) => void} */
    look: () => {},
  };
  const PlainWorker = Worker;
  globalThis.Worker = class extends PlainWorker {
    /**
     * @param {string | URL} address
     * @param {WorkerOptions} options
     */
    constructor(address, options) {
      super(seen.address(address), options);
      seen.started += 1;
      seen.alive.add(this);
    }
    terminate() {
      seen.alive.delete(this);
      super.terminate();
    }
  };
  const { postMessage, start } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ transfer) {
    seen.look(message);
    seen.kinds.push(message.kind);
    if (message.module) seen.modules.add(message.module);
    postMessage.call(this, message, transfer);
  };
  MessagePort.prototype.start = function () {
    this.addEventListener('message', ({ data }) => seen.kinds.push(data.kind));
    start.call(this);
  };
  return seen;
}

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);

    /**
     * Runs a body of a function in a page that has `seen`, `create(threads)` and `bytes(result)` besides what callLibrary hands in.
     * @param {string} body
     * @param {{picture?: Buffer, model?: Buffer}} [files]
     */
    const inPage = (body, { picture = drawPng(61, 83), model = modelFile({ features: 16, convs: 4 }) } = {}) =>
      callLibrary(
        browser.running,
        `${site.server.url}?run=cpu`,
        { pictures: [picture], given: { model } },
        `async (Upscaler, [picture], { model }) => {
          const seen = (${watchWorkers})();
          const create = (threads) => Upscaler.create({ model: { name: 'own', file: model }, backend: 'cpu', threads });
          const bytes = async ({ blob }) => [...new Uint8Array(await blob.arrayBuffer())].join();
          ${body}
        }`,
      );

    test('there is a worker for each core, up to eight, until the upscaler is freed', async () => {
      const found = await inPage(
        `const found = [];
        for (const cores of [1, 2, 3, 64]) {
          Object.defineProperty(navigator, 'hardwareConcurrency', { value: cores, configurable: true });
          const upscaler = await create();
          const { adapter } = upscaler;
          found.push({ adapter, workers: seen.alive.size });
          upscaler.free();
        }
        return { found, left: seen.alive.size, modules: seen.modules.size, crossOriginIsolated };`,
        { model: modelFile({ features: 16, convs: 28 }) },
      );
      assert.deepEqual(found, {
        found: [
          { adapter: '1 thread', workers: 0 },
          { adapter: '2 threads', workers: 2 },
          { adapter: '3 threads', workers: 3 },
          { adapter: '8 threads', workers: 8 },
        ],
        left: 0,
        modules: 1,
        crossOriginIsolated: false, // so no memory is shared
      });
    });

    test('a cancelled picture leaves the workers nothing to do, and the next one is whole', async () => {
      const { kinds, code, isSame } = await inPage(
        `const expected = await bytes(await (await create(1)).upscale(picture));
        const upscaler = await create(6);
        const stop = new AbortController();
        const cancelled = upscaler.upscale(picture, { signal: stop.signal, onTile: () => stop.abort() });
        const { code } = await cancelled.catch((error) => error);
        const stopped = seen.kinds.lastIndexOf('stop');
        const isSame = (await bytes(await upscaler.upscale(picture))) === expected;
        return { kinds: [seen.kinds.slice(0, stopped), seen.kinds.slice(stopped)], code, isSame };`,
        { picture: drawPng(601, 173), model: modelFile({ features: 32, convs: 10 }) },
      );
      assert.deepEqual([code, isSame], ['cancelled', true]);
      const [before, after] = kinds.map((/** @type {string[]} */ kinds) => ({
        rows: kinds.filter((kind) => kind === 'rows').length,
        pixels: kinds.filter((kind) => kind === 'pixels').length,
      }));
      const [underWay, strips] = [before.rows - before.pixels, Math.ceil(173 / 8)];
      assert.ok(underWay >= 6, `${underWay} strips are under way`);
      assert.equal(after.rows, strips);
      // Each worker ends what it has begun, and a message is on its way for a while.
      const needless = after.pixels - strips;
      assert.ok(needless <= underWay / 2, `${needless} of ${underWay} strips are made though nobody waits`);
    });

    test('where only some workers can be started, these do the work', async () => {
      const { isSame, adapter, alive, warnings } = await inPage(
        `const expected = await bytes(await (await create(1)).upscale(picture));
        const broken = URL.createObjectURL(new Blob(['throw new Error("no memory")']));
        seen.address = (address) => (seen.alive.size < 3 ? address : broken);
        const upscaler = await create(4);
        const { blob, adapter, warnings } = await upscaler.upscale(picture);
        return { isSame: (await bytes({ blob })) === expected, adapter, alive: seen.alive.size, warnings };`,
      );
      assert.deepEqual({ isSame, adapter, alive }, { isSame: true, adapter: '2 threads', alive: 2 });
      assert.equal(warnings.length, 1);
      assert.match(warnings[0], /^A worker could not be started \(.+\), so there are fewer threads\.$/);
    });

    test('a worker that breaks off as for want of memory is told of, and fewer go on', async () => {
      const { isSame, adapter, alive, warnings } = await inPage(
        `const expected = await bytes(await (await create(1)).upscale(picture));
        const upscaler = await create(3);
        let rows = 0;
        seen.look = (message) => {
          // A part that the network does not have: the worker's WebAssembly panics, as it does where memory is at an end.
          if (message.kind === 'rows' && ++rows === 4) message.batch.parts = [{ part: 99, values: new Float32Array(1) }];
        };
        const { blob, adapter, warnings } = await upscaler.upscale(picture);
        return { isSame: (await bytes({ blob })) === expected, adapter, alive: seen.alive.size, warnings };`,
      );
      assert.deepEqual({ isSame, adapter, alive }, { isSame: true, adapter: '1 thread', alive: 0 });
      assert.deepEqual(warnings, ['A worker stopped (it broke off, perhaps for want of memory), so fewer threads go on.']);
    });

    test('two pictures that lose their workers go on with the same new ones', async () => {
      const { areSame, adapter, started, warnings } = await inPage(
        `const expected = await bytes(await (await create(1)).upscale(picture));
        const upscaler = await create(4);
        let rows = 0;
        seen.look = (message) => {
          if (message.kind === 'rows' && ++rows === 12) new BroadcastChannel('probe').postMessage({ order: 'close' });
        };
        const both = await Promise.all([upscaler.upscale(picture), upscaler.upscale(picture)]);
        const areSame = (await Promise.all(both.map(bytes))).every((made) => made === expected);
        const { adapter, warnings } = upscaler;
        return { areSame, adapter, started: seen.started, warnings };`,
      );
      assert.deepEqual({ areSame, adapter, started }, { areSame: true, adapter: '2 threads', started: 6 });
      assert.equal(warnings.length, 1);
    });

    for (const [width, height] of [[1, 1], [1, 40], [40, 1], [3, 9], [130, 5]]) {
      test(`a picture of ${width} x ${height} pixels goes through workers`, async () => {
        const isSame = await inPage(
          `const [one, three] = [await create(1), await create(3)];
          return (await bytes(await one.upscale(picture))) === (await bytes(await three.upscale(picture)));`,
          { picture: drawPng(width, height) },
        );
        assert.equal(isSame, true);
      });
    }
  });
}
