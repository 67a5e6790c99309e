/** The CPU engine over several workers: the same bytes as on one thread, whatever happens on the way. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withBrowser, withSite } from './fixtures.mjs';
import { callLibrary } from './library-page.mjs';
import { goldenModel, modelFile } from './model-files.mjs';
import { drawPng } from './pictures.mjs';

const site = withSite();

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);

    /**
     * Runs a call with a picture and a chain of convolutions.
     * @param {Parameters<typeof callLibrary>[3]} call
     * @param {Buffer} [model]
     */
    const inPage = (call, model = modelFile({ features: 16, convs: 4 })) =>
      callLibrary(browser.running, `${site.server.url}?run=cpu`, { pictures: [drawPng(61, 83)], given: { model } }, call);

    for (const [what, model] of /** @type {const} */ ([
      ['a chain', modelFile({ features: 16, convs: 4 })],
      ['a network of squares of pixels', undefined],
    ])) {
      test(`one, two and three threads make the same bytes with ${what}`, async () => {
        const made = await inPage(
          async (Upscaler, [picture], { model }) => {
            const results = [];
            for (const threads of [1, 2, 3]) {
              const upscaler = await Upscaler.create({ model: { name: 'own', file: model }, backend: 'cpu', threads });
              const { blob, adapter, warnings } = await upscaler.upscale(picture);
              results.push({ bytes: [...new Uint8Array(await blob.arrayBuffer())].join(), adapter, warnings });
              upscaler.free();
            }
            return results;
          },
          model ?? (await goldenModel('rrdb_unshuffle_x2')),
        );
        const [one, two, three] = made;
        assert.deepEqual(made.map(({ adapter }) => adapter), ['1 thread', '2 threads', '3 threads']);
        assert.ok(one.bytes === two.bytes && one.bytes === three.bytes);
        assert.deepEqual([one.warnings, two.warnings, three.warnings], [[], [], []]);
      });
    }

    test('pictures go through side by side, and a cancelled one is forgotten', async () => {
      const [alone, cancelled, beside, after] = await inPage(async (Upscaler, [picture], { model }) => {
        const upscaler = await Upscaler.create({ model: { name: 'own', file: model }, backend: 'cpu', threads: 2 });
        const bytes = async (/** @type {object} */ options) =>
          [...new Uint8Array(await (await upscaler.upscale(picture, options)).blob.arrayBuffer())].join();
        const alone = await bytes({});
        const stop = new AbortController();
        let tiles = 0;
        const onTile = () => {
          tiles += 1;
          stop.abort();
        };
        const [cancelled, beside] = await Promise.all([
          upscaler.upscale(picture, { signal: stop.signal, onTile }).catch((/** @type {any} */ error) => error.code),
          bytes({}),
        ]);
        return [alone, { code: cancelled, tiles }, beside, await bytes({})];
      });
      assert.deepEqual(cancelled, { code: 'cancelled', tiles: 1 });
      assert.ok(alone === beside && alone === after);
    });

    for (const order of /** @type {const} */ (['close', 'throw'])) {
      test(`where workers die by ${order}, fewer go on`, async () => {
        const result = await inPage(
          `async (Upscaler, [picture], { model }) => {
            const create = (threads) => Upscaler.create({ model: { name: 'own', file: model }, backend: 'cpu', threads });
            const bytes = async ({ blob }) => [...new Uint8Array(await blob.arrayBuffer())].join();
            const expected = await bytes(await (await create(1)).upscale(picture));
            const upscaler = await create(4);
            let tiles = 0;
            const onTile = () => {
              if (++tiles === 1) new BroadcastChannel('probe').postMessage({ order: '${order}' });
            };
            const { blob, backend, adapter, warnings } = await upscaler.upscale(picture, { onTile });
            const isSame = (await bytes({ blob })) === expected;
            const isSameLater = (await bytes(await upscaler.upscale(picture))) === expected;
            return { isSame, isSameLater, backend, adapter, warnings };
          }`,
        );
        const { warnings, ...rest } = result;
        assert.deepEqual(rest, { isSame: true, isSameLater: true, backend: 'cpu', adapter: '2 threads' });
        assert.equal(warnings.length, 1);
        assert.match(warnings[0], /^A worker stopped \(.+\), so fewer threads go on\.$/);
      });
    }

    test('where no worker can be started, one thread does the work and says so', async () => {
      const { adapter, warnings, width } = await inPage(async (Upscaler, [picture], { model }) => {
        Object.assign(globalThis, { Worker: undefined });
        const upscaler = await Upscaler.create({ model: { name: 'own', file: model }, backend: 'cpu', threads: 2 });
        return upscaler.upscale(picture);
      });
      assert.deepEqual([adapter, width], ['1 thread', 244]);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0], /^A worker could not be started \(.+\), so there are fewer threads\.$/);
    });

    test('a number of threads that cannot be is refused in a sentence', async () => {
      for (const threads of [0, 1.5, -2]) {
        const error = await inPage(
          `(Upscaler, _, { model }) => Upscaler.create({ model: { name: 'own', file: model }, threads: ${threads} })`,
        );
        assert.equal(error.code, 'invalid-option');
        assert.equal(error.message, `The option threads is "${threads}"; it must be a whole number of at least 1.`);
      }
    });

    test('the trial for an estimate runs on the workers', async () => {
      const milliseconds = await inPage(async (Upscaler, _, { model }) => {
        const upscaler = await Upscaler.create({ model: { name: 'own', file: model }, backend: 'cpu', threads: 2 });
        return upscaler.estimate(1000, 1000);
      });
      assert.ok(milliseconds > 1 && milliseconds < 600_000, `${milliseconds} ms`);
    });
  });
}
