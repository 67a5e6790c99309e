/** The library looks behind a result: layers' answers and the map of doubt, on the CPU and on a GPU. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withBrowser, withSite } from './fixtures.mjs';
import { callLibrary } from './library-page.mjs';
import { drawPng } from './pictures.mjs';

const WIDTH = 40;
const HEIGHT = 30;

const site = withSite();

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);

    /** @param {Parameters<typeof callLibrary>[3]} call */
    const inPage = (call) =>
      callLibrary(browser.running, `${site.server.url}?run=cpu`, { pictures: [drawPng(WIDTH, HEIGHT)] }, call);

    test('layers answer alike on whatever runs them', async () => {
      const answers = await inPage(async (Upscaler, [file]) => {
        const answers = [];
        const best = (await navigator.gpu?.requestAdapter()) ? 'gpu' : 'cpu';
        for (const options of [{ backend: 'cpu', threads: 1 }, { backend: 'cpu' }, { backend: best, precision: 'f32' }]) {
          const upscaler = await Upscaler.create({ model: 'fast-x4', ...options });
          const { layers } = upscaler;
          const part = { x: 7, y: 3, width: 20, height: 16 };
          const { layer, width, height, channels, values, ranges } = await upscaler.features(file, { layer: layers[3].name, part });
          const whole = await upscaler.features(file, { layer: 3 });
          const at = (/** @type {number} */ channel) => whole.values[(channel * whole.height + part.y) * whole.width + part.x];
          answers.push({
            names: layers.map((/** @type {{name: string}} */ { name }) => name),
            backend: upscaler.backend,
            layer, width, height, channels, values: [...values],
            whole: [whole.width, whole.height],
            isInWhole: Array.from({ length: channels }).every((_, channel) => Math.abs(at(channel) - values[channel * width * height]) < 1e-4),
            isInRange: values.every((/** @type {number} */ value, /** @type {number} */ at) => {
              const channel = Math.floor(at / (width * height));
              return value >= ranges[2 * channel] && value <= ranges[2 * channel + 1];
            }),
          });
        }
        return answers;
      });
      assert.ok(Array.isArray(answers), JSON.stringify(answers));
      const [first] = answers;
      assert.deepEqual(first.names.slice(0, 2), ['convolution 1', 'convolution 2']);
      assert.equal(first.layer.name, 'convolution 4');
      assert.ok(first.values.some((/** @type {number} */ value) => Math.abs(value) > 0.01), 'there is something to tell apart');
      if (name === 'Firefox, WebGPU') assert.equal(answers[2].backend, 'gpu');
      for (const { layer, width, height, channels, values, whole, isInWhole, isInRange } of answers) {
        assert.deepEqual([width, height, channels], [20, 16, layer.channels]);
        assert.deepEqual(whole, [WIDTH, HEIGHT]);
        assert.ok(isInWhole && isInRange);
        assert.equal(values.length, first.values.length);
        const off = Math.max(...values.map((/** @type {number} */ value, /** @type {number} */ at) => Math.abs(value - first.values[at])));
        assert.ok(off < 1e-3, `${off}`);
      }
    });

    test('doubt is a map in tiles, and compares the ends of a slider', async () => {
      const answer = await inPage(async (Upscaler, [file]) => {
        const upscaler = await Upscaler.create({ model: 'photo-x4', strength: 0, backend: 'cpu', threads: 1 });
        let requests = 0;
        const { fetch } = globalThis;
        globalThis.fetch = (...request) => {
          requests += 1;
          return fetch(...request);
        };
        const started = [];
        const tiles = [];
        const { part, width, height, levels, comparesEnds } = await upscaler.doubt(file, {
          onStart: (/** @type {unknown} */ start) => started.push(start),
          onTile: (/** @type {unknown} */ tile) => tiles.push(tile),
        });
        globalThis.fetch = fetch;
        const fast = await Upscaler.create({ model: 'fast-x4', backend: 'cpu', threads: 1 });
        const other = await fast.doubt(file, { part: { x: 2, y: 3, width: 9, height: 5 } });
        return {
          part, width, height, comparesEnds, started: started.length, tiles: tiles.length, requests,
          sum: levels.reduce((/** @type {number} */ sum, /** @type {number} */ level) => sum + level, 0),
          other: [other.width, other.height, other.levels.length, other.comparesEnds],
        };
      });
      assert.deepEqual(answer.part, { x: 0, y: 0, width: WIDTH, height: HEIGHT });
      assert.deepEqual([answer.width, answer.height, answer.comparesEnds, answer.started, answer.tiles], [WIDTH, HEIGHT, true, 1, 1]);
      assert.equal(answer.requests, 0);
      assert.ok(answer.sum > WIDTH * HEIGHT, `${answer.sum}`);
      assert.deepEqual(answer.other, [9, 5, 45, false]);
    });

    test('what cannot be looked at is told in a sentence', async () => {
      const errors = await inPage(async (Upscaler, [file]) => {
        const upscaler = await Upscaler.create({ model: 'fast-x4', backend: 'cpu', threads: 1 });
        const filter = await Upscaler.create({ model: 'lanczos' });
        const stopped = AbortSignal.abort();
        const calls = [
          () => upscaler.features(file, { layer: 'convolution 99' }),
          () => upscaler.features(file, { layer: -1 }),
          () => upscaler.features(file, { part: { x: 39, y: 0, width: 2, height: 1 } }),
          () => upscaler.features(file, { part: { x: 0.5, y: 0, width: 2, height: 1 } }),
          () => filter.features(file),
          () => upscaler.doubt(file, { signal: stopped }),
        ];
        const errors = [];
        for (const call of calls) errors.push(await call().then(() => 'none', ({ code }) => code));
        return [...errors, filter.layers.length];
      });
      assert.deepEqual(errors, [...Array(5).fill('invalid-option'), 'cancelled', 0]);
    });
  });
}
