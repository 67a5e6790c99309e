/** The library as another site's page uses it: which model suits a picture, filters as models, sliders. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { PNG } from 'pngjs';
import { withBrowser, withSite } from './fixtures.mjs';
import { callLibrary } from './library-page.mjs';
import { modelFile } from './model-files.mjs';
import { drawPng } from './pictures.mjs';

const site = withSite();

/** Black bars on white, as letters are. */
function barsPng() {
  const png = new PNG({ width: 64, height: 48, colorType: 2 });
  for (let at = 0; at < 64 * 48; at++) {
    const isInk = at % 16 < 3 && Math.floor(at / 64) % 12 < 8;
    png.data.fill(isInk ? 0 : 255, at * 4, at * 4 + 3);
    png.data[at * 4 + 3] = 255;
  }
  return PNG.sync.write(png, { colorType: 2 });
}

/** What the index tells of a file. */
const facts = (/** @type {string} */ file, /** @type {Buffer} */ content) => ({
  file,
  sha256: createHash('sha256').update(content).digest('hex'),
  bytes: content.length,
});

/**
 * A site's folder of models with one model, whose slider for strength has its own weights at 1.
 * @param {Buffer} own
 * @param {Buffer} other
 */
function folderOfModels(own, other) {
  const texts = { title: '', summary: '' };
  const slider = { name: 'strength', default: 1, base: 1, end: 0, ...texts, ...facts('other', other) };
  const model = { name: 'slid', scale: 4, purpose: 'photo', sliders: [slider], ...texts, ...facts('own', own) };
  return { 'index.json': Buffer.from(JSON.stringify({ models: [model] })), own, other };
}

describe('Chromium, no WebGPU', () => {
  const browser = withBrowser('Chromium, no WebGPU');

  /**
   * @param {Record<string, Buffer>} given
   * @param {Parameters<typeof callLibrary>[3]} call
   */
  const inPage = (given, call) =>
    callLibrary(browser.running, `${site.server.url}?run=cpu`, { pictures: [barsPng(), drawPng(64, 48)], given }, call);

  test('a picture tells which model suits it', async () => {
    const [bars, drawn] = await inPage({}, (Upscaler, pictures) =>
      Promise.all(pictures.map((picture) => Upscaler.suggest(picture))),
    );
    assert.deepEqual([bars.kind, drawn.kind], ['graphic', 'photo']);
    assert.match(bars.reason, /^\d+ % of the picture is flat/);
    assert.ok(bars.model && drawn.model);
  });

  test('a picture gets the model for its kind whatever the scale, of its scale where there is one', async () => {
    const models = await inPage({}, (Upscaler, pictures) =>
      Promise.all(
        [2, 13].flatMap((scale) => pictures.map(async (picture) => (await Upscaler.suggest(picture, { scale })).model)),
      ),
    );
    assert.deepEqual(models, ['text-x2', 'photo-x4', 'text-x4', 'photo-x4']);
  });

  test('a classical filter is a model', async () => {
    const made = await inPage({}, async (Upscaler, [picture]) => {
      const upscaler = await Upscaler.create({ model: 'lanczos', scale: 3 });
      const { width, model, backend } = await upscaler.upscale(picture);
      return { width, model, backend, scale: upscaler.scale };
    });
    assert.deepEqual(made, { width: 192, model: 'lanczos', backend: 'cpu', scale: 3 });
    const refused = await inPage({}, (Upscaler) => Upscaler.create({ model: 'lanczos', precision: 'f16' }));
    assert.equal(refused.code, 'invalid-option');
    assert.match(refused.message, /the option precision cannot apply/);
  });

  test('auto is not a model, and the message says what to ask', async () => {
    const error = await inPage({}, (Upscaler) => Upscaler.create({ model: 'auto' }));
    assert.equal(error.code, 'invalid-option');
    assert.match(error.message, /Upscaler\.suggest\(\)/);
  });

  test('a slider goes from one file to the other', async () => {
    const given = folderOfModels(modelFile({ seed: 1 }), modelFile({ seed: 2 }));
    const [own, full, none, other, half] = await inPage(given, (Upscaler, [, picture], files) => {
      const modelsUrl = new URL('given/', location.href).href;
      const made = async (/** @type {object} */ options) => {
        const upscaler = await Upscaler.create({ backend: 'cpu', ...options });
        return [...new Uint8Array(await (await upscaler.upscale(picture)).blob.arrayBuffer())].join();
      };
      return Promise.all([
        made({ model: { name: 'a', file: files.own } }),
        made({ modelsUrl, strength: 1 }),
        made({ modelsUrl, model: 'photo', strength: 0 }),
        made({ model: { name: 'b', file: files.other } }),
        made({ modelsUrl, model: 'slid', strength: 0.5 }),
      ]);
    });
    assert.ok(full === own && none === other && own !== other);
    assert.ok(half !== own && half !== other);
  });

  test('a slider that is not there is refused in a sentence', async () => {
    const given = folderOfModels(modelFile({ seed: 1 }), modelFile({ seed: 2 }));
    const error = await inPage(given, (Upscaler) =>
      Upscaler.create({ modelsUrl: new URL('given/', location.href).href, denoise: 0.5 }),
    );
    assert.equal(error.code, 'invalid-option');
    assert.equal(error.message, 'The model slid has no slider for denoise; it has strength.');
  });
});
