/** Every way to block convolutions, forced, in the compilers of both browsers. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PNG } from 'pngjs';
import { withBrowser, withSite } from './fixtures.mjs';
import { callLibrary } from './library-page.mjs';
import { modelFile } from './model-files.mjs';
import { drawPng } from './pictures.mjs';


const site = withSite();

for (const name of /** @type {const} */ (['Chromium, WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);

    test('every blocking agrees with the CPU', async () => {
      const files = { pictures: [drawPng(37, 23)], given: { model: modelFile({ seed: 5 }) } };
      const made = await callLibrary(
        browser.running,
        `${site.server.url}?run=cpu`,
        files,
        async (Upscaler, [picture], { model }) => {
          const results = [];
          const blockings = ['square-1', 'square-2', 'staged-square-1', 'staged-square-2', 'staged-pair'];
          for (const blocking of [undefined, ...blockings]) {
            const backend = blocking ? 'gpu' : 'cpu';
            const options = { model: { name: 'chain', file: model }, backend, blocking, precision: 'f32' };
            const upscaler = await Upscaler.create(options);
            const result = await upscaler.upscale(picture);
            const bytes = [...new Uint8Array(await result.blob.arrayBuffer())];
            results.push({ bytes, backend: result.backend, blocking: result.blocking, asked: blocking });
          }
          return results;
        },
      );
      const [cpu, ...gpu] = made;
      const pixels = (/** @type {{bytes: number[]}} */ { bytes }) => PNG.sync.read(Buffer.from(bytes)).data;
      const expected = pixels(cpu);
      assert.equal(gpu.length, 5);
      for (const result of gpu) {
        assert.deepEqual([result.backend, result.blocking], ['gpu', result.asked]);
        const got = pixels(result);
        const most = got.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at])), 0);
        assert.ok(got.length === expected.length && most <= 1, `${result.blocking} is off by ${most} of 255`);
      }
    });

    test('a trial is remembered', async () => {
      const files = { pictures: [drawPng(9, 7)], given: { model: modelFile({ seed: 6 }) } };
      const [tried, kept, later] = await callLibrary(
        browser.running,
        `${site.server.url}?run=cpu`,
        files,
        async (Upscaler, [picture], { model }) => {
          const run = async (/** @type {string} */ blocking) => {
            const upscaler = await Upscaler.create({ model: { name: 'chain', file: model }, backend: 'gpu', blocking });
            return (await upscaler.upscale(picture)).blocking;
          };
          const cache = () => caches.open('lenslet-blockings');
          const tried = await run('trial');
          const [key] = await (await cache()).keys();
          const kept = await (await cache()).match(key).then((response) => response?.text());
          // Another answer than any trial's could show whether it is asked for.
          await (await cache()).put(key, new Response('staged-square-1'));
          return [tried, kept, await run('auto')];
        },
      );
      assert.match(tried, /^(staged-)?(square|pair)/);
      assert.equal(kept, tried);
      assert.equal(later, 'staged-square-1');
    });

    test('a blocking that does not exist is refused in a sentence', async () => {
      const files = { pictures: [], given: { model: modelFile({ seed: 5 }) } };
      const error = await callLibrary(browser.running, `${site.server.url}?run=cpu`, files, (Upscaler, _, { model }) =>
        Upscaler.create({ model: { name: 'chain', file: model }, blocking: 'round' }),
      );
      assert.equal(error.code, 'invalid-option');
      assert.match(error.message, /^"round" is no blocking; there are auto, trial, square-1, /);
    });
  });
}
