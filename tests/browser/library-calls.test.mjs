/** What calls of the library take and how they end: a picture that is decoded once, and callbacks that throw. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PNG } from 'pngjs';
import { withBrowser, withSite } from './fixtures.mjs';
import { callLibrary } from './library-page.mjs';
import { drawPng } from './pictures.mjs';

const site = withSite();

/**
 * The picture with its rows from the last to the first.
 * @param {PNG} picture
 */
function mirrored({ width, height, data }) {
  const turned = new PNG({ width, height });
  for (let y = 0; y < height; y++) data.copy(turned.data, (height - 1 - y) * width * 4, y * width * 4, (y + 1) * width * 4);
  return turned;
}

describe('Chromium, no WebGPU', () => {
  const browser = withBrowser('Chromium, no WebGPU');

  /** @param {Parameters<typeof callLibrary>[3]} call */
  const inPage = (call) =>
    callLibrary(browser.running, `${site.server.url}?run=cpu`, { pictures: [drawPng(40, 30)] }, call);

  test('a picture that is decoded once is as good as its file', async () => {
    const [ofFile, ofHandle] = await inPage(async (Upscaler, [file], _, Picture) => {
      const upscaler = await Upscaler.create({ model: 'lanczos', scale: 2 });
      const all = async (/** @type {unknown} */ picture) => {
        const { kind, reason, model } = await Upscaler.suggest(picture);
        const { width, height, bytes } = await upscaler.plan(picture);
        const { blob } = await upscaler.upscale(picture);
        const seen = await Upscaler.classify(picture);
        return [kind, reason, model, seen, width, height, bytes, [...new Uint8Array(await blob.arrayBuffer())].join()];
      };
      const picture = await Picture.decode(file);
      return [[40, 30, ...(await all(file))], [picture.width, picture.height, ...(await all(picture))]];
    });
    assert.deepEqual(ofHandle, ofFile);
  });

  test('a picture that was freed is refused in a sentence', async () => {
    const error = await inPage(async (Upscaler, [file], _, Picture) => {
      const upscaler = await Upscaler.create({ model: 'lanczos', scale: 2 });
      const picture = await Picture.decode(file);
      picture.free();
      await upscaler.upscale(picture);
    });
    assert.deepEqual(error, { code: 'invalid-option', message: 'The picture was freed before.' });
  });

  test('a result has a Blob only where a file is asked for and its bytes are not taken', async () => {
    const [size, none, taken, bytes] = await inPage(async (Upscaler, [file]) => {
      const upscaler = await Upscaler.create({ model: 'nearest', scale: 2 });
      const made = await upscaler.upscale(file);
      const none = await upscaler.upscale(file, { format: 'none' });
      let bytes = 0;
      const taken = await upscaler.upscale(file, { onBytes: (piece) => (bytes += piece.length) });
      return [made.blob.size, none.blob, taken.blob, bytes];
    });
    assert.ok(size > 0);
    assert.deepEqual([none, taken, bytes], [null, null, size]);
  });

  test('with tta the result of a mirrored picture is the mirrored result, on one thread and on workers', async () => {
    const upright = drawPng(40, 30);
    const pictures = [upright, PNG.sync.write(mirrored(PNG.sync.read(upright)))];
    const made = await callLibrary(browser.running, `${site.server.url}?run=cpu`, { pictures }, async (Upscaler, [file, other]) => {
      const results = [];
      for (const threads of [1, 2]) {
        const upscaler = await Upscaler.create({ model: 'fast', backend: 'cpu', threads });
        /** @type {string[]} */
        const tiles = [];
        const onTile = (/** @type {{done: number, total: number}} */ { done, total }) => tiles.push(`${done}/${total}`);
        const bytes = async (/** @type {{blob: Blob}} */ { blob }) => [...new Uint8Array(await blob.arrayBuffer())];
        const mean = await upscaler.upscale(file, { tta: true, onTile });
        const plain = await upscaler.upscale(file);
        const turned = await upscaler.upscale(other, { tta: true });
        const files = [await bytes(mean), await bytes(plain), await bytes(turned)];
        results.push({ tta: [mean.tta, plain.tta], tiles: tiles.join(' '), files });
        upscaler.free();
      }
      return results;
    });
    for (const { tta, tiles, files } of made) {
      assert.deepEqual([tta, tiles], [[true, false], '1/8 2/8 3/8 4/8 5/8 6/8 7/8 8/8']);
      const [mean, plain, turned] = files.map((/** @type {number[]} */ file) => PNG.sync.read(Buffer.from(file)));
      assert.ok(!mean.data.equals(plain.data), 'the mean of eight is one of them');
      assert.ok(mirrored(turned).data.equals(mean.data));
      assert.deepEqual(files[0], made[0].files[0]);
    }
  });

  test('tta stops when it is told to, and is refused for a classical filter', async () => {
    const [stopped, refused] = await inPage(async (Upscaler, [file]) => {
      const upscaler = await Upscaler.create({ model: 'fast', backend: 'cpu', threads: 2 });
      const stop = new AbortController();
      const onTile = (/** @type {{done: number}} */ { done }) => done === 3 && stop.abort();
      const stopped = await upscaler.upscale(file, { tta: true, signal: stop.signal, onTile }).catch((error) => error.code);
      const filter = await Upscaler.create({ model: 'lanczos', scale: 2 });
      const refused = await filter.upscale(file, { tta: true }).catch((error) => error.message);
      return [stopped, refused];
    });
    assert.equal(stopped, 'cancelled');
    assert.match(refused, /lanczos is a classical filter, which makes the same of a picture whichever way it is turned/);
  });

  for (const callback of ['onStart', 'onTile', 'onBytes']) {
    test(`what ${callback} throws ends the work, and the call rejects with just that`, async () => {
      const [isSame, calls, works] = await inPage(
        `async (Upscaler, [file]) => {
          const upscaler = await Upscaler.create({ backend: 'cpu', threads: 1, tile: 8 });
          const thrown = { some: 'object' };
          let calls = 0;
          const call = upscaler.upscale(file, {
            ${callback}: () => {
              calls++;
              throw thrown;
            },
          });
          const caught = await call.catch((error) => error);
          const { width } = await upscaler.upscale(file);
          return [caught === thrown, calls, width];
        }`,
      );
      assert.deepEqual([isSame, calls, works], [true, 1, 160]);
    });
  }
});
