/** What a person asks of a result besides its pixels: its size, its file's format, and what is told of it before the work. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { PNG } from 'pngjs';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, chooseSize, openMore, openPage, save, type, visibleText, waitForState, waitForText } from './harness.mjs';
import { modelFile } from './model-files.mjs';
import { drawPng, enlargedByCommand, largestDifference, pngWithExif } from './pictures.mjs';

const site = withSite();

/**
 * The browser's own decoding of a file.
 * @param {import('puppeteer-core').Page} page
 * @param {Buffer} bytes
 */
const decoded = (page, bytes) =>
  page.evaluate(
    async (content) => {
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(content)]));
      const { width, height } = bitmap;
      const pen = new OffscreenCanvas(width, height).getContext('2d');
      pen.drawImage(bitmap, 0, 0);
      return { width, height, data: [...pen.getImageData(0, 0, width, height).data] };
    },
    [...bytes],
  );

/**
 * Presses the button that enlarges the open picture, and waits for a result of that size.
 * @param {import('puppeteer-core').Page} page
 * @param {string} size
 */
async function again(page, size) {
  await page.locator('#again').click();
  await page.waitForFunction(
    (size) => document.body.dataset.state === 'done' && document.querySelector('#size').textContent.startsWith(size),
    {},
    size,
  );
}

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);
    const open = (query = '') => openPage(browser.running, `${site.server.url}?run=cpu${query}`);

    test('the result has the size that is asked for, in each way of asking, as the command makes it', async () => {
      const picture = await site.pictures.write('sized.png', drawPng(20, 12));
      const page = await open();
      await choose(page, picture);
      await waitForState(page, 'done');
      assert.equal(await page.$eval('input[name=size]:checked', (input) => /** @type {HTMLInputElement} */ (input).value), '4');
      for (const { size, width, height, option, saved, query } of [
        { size: { times: 1.5 }, width: 30, height: 18, option: ['--scale', '1.5'], saved: '1.5x', query: 'scale=1.5' },
        { size: { times: 6 }, width: 120, height: 72, option: ['--scale', '6'], saved: '6x', query: 'scale=6' },
        { size: { width: 33 }, width: 33, height: 20, option: ['--width', '33'], saved: '1.65x', query: 'width=33' },
        { size: { height: 30 }, width: 50, height: 30, option: ['--height', '30'], saved: '2.5x', query: 'height=30' },
        {
          size: { fit: /** @type {[number, number]} */ ([100, 24]) },
          width: 40,
          height: 24,
          option: ['--fit', '100x24'],
          saved: '2x',
          query: 'fit=100x24',
        },
      ]) {
        await chooseSize(page, size);
        await again(page, `${width} × ${height} px`);
        const file = await save(page, browser.downloads);
        assert.equal(file.name, `sized-${saved}-fast-x4.png`);
        const difference = largestDifference(PNG.sync.read(file.bytes), await enlargedByCommand(picture, 'fast-x4', ...option));
        assert.ok(difference <= 1, `${query}: differs by up to ${difference} of 255`);
        assert.ok(page.url().includes(query), page.url());
      }
      await page.close();
    });

    test('a number that is none is told, and the choice stays; exact sizes begin with what is made now', async () => {
      const page = await open();
      await choose(page, await site.pictures.write('exact.png', drawPng(20, 12)));
      await waitForState(page, 'done');
      await page.$eval('input[name=size][value=exact]', (input) => /** @type {HTMLInputElement} */ (input).click());
      await page.select('#by', 'width');
      assert.equal(await page.$eval('#exact-width', (field) => /** @type {HTMLInputElement} */ (field).value), '80');
      assert.match(await page.evaluate(() => location.search), /width=80/);
      for (const wrong of ['', '0', '-3', '1.5']) {
        await type(page, '#exact-width', wrong);
        assert.match(await visibleText(page, '#size-problem'), /^Give a number/);
        assert.equal(await page.$eval('#exact-width', (field) => field.getAttribute('aria-invalid')), 'true');
        assert.equal(await page.$eval('#exact-width', (field) => /** @type {HTMLInputElement} */ (field).value), wrong, 'it stays as typed');
        assert.match(await page.evaluate(() => location.search), /width=80/);
      }
      await type(page, '#exact-width', '70');
      assert.equal(await visibleText(page, '#size-problem'), '');
      await page.waitForFunction(() => location.search.includes('width=70'));
      await page.close();
    });

    test('results of one model in two sizes stand beside each other', async () => {
      const page = await open();
      await choose(page, await site.pictures.write('twice.png', drawPng(10, 8)));
      await waitForState(page, 'done');
      await chooseSize(page, { times: 2 });
      await again(page, '20 × 16 px');
      assert.deepEqual(
        await page.$$eval('.sides select', (all) => all.map((select) => /** @type {HTMLSelectElement} */ (select).selectedOptions[0].text)),
        ['Fast 4×', 'Fast 2×'],
      );
      // What the model makes without being asked is what is made already.
      await chooseSize(page, { times: 4 });
      await page.waitForFunction(() => !document.querySelector('#again').checkVisibility());
      await page.close();
    });

    test('a reload keeps the size and how it is saved, and the next picture gets them', async () => {
      const page = await open('&fit=50x20&format=jpeg&quality=40&metadata=none');
      for (const picture of ['first.png', 'second.png']) {
        await choose(page, await site.pictures.write(picture, drawPng(10, 10)));
        await waitForText(page, '#file-name', picture);
        await waitForState(page, 'done');
        await page.waitForSelector('#save[href]');
        assert.match(await visibleText(page, '#size'), /^20 × 20 px .* JPEG$/);
      }
      const shown = await page.evaluate(() =>
        ['input[name=size]:checked', '#by', '#exact-width', '#exact-height', '#format', '#quality'].map(
          (selector) => /** @type {HTMLInputElement} */ (document.querySelector(selector)).value,
        ),
      );
      assert.deepEqual(shown, ['exact', 'fit', '50', '20', 'jpeg', '40']);
      assert.ok(await page.$eval('#strip', (box) => /** @type {HTMLInputElement} */ (box).checked));
      await page.close();
    });

    test('the file is of the format that is asked for, and holds the picture', async () => {
      const picture = await site.pictures.write('saved.png', drawPng(16, 12));
      const expected = await enlargedByCommand(picture);
      const page = await open();
      await choose(page, picture);
      await waitForState(page, 'done');
      assert.equal(await visibleText(page, '#save'), 'Save PNG');
      for (const { format, word, ending, signature, tolerance } of [
        { format: 'webp', word: 'WebP', ending: 'webp', signature: /^RIFF....WEBP/s, tolerance: 1 },
        { format: 'jpeg', word: 'JPEG', ending: 'jpg', signature: /^\xff\xd8\xff/, tolerance: 40 },
      ]) {
        await page.select('#format', format);
        assert.equal(await page.$eval('#quality', (slider) => slider.checkVisibility()), format === 'jpeg');
        await waitForText(page, '#save', `Save ${word}`);
        const { name: fileName, bytes } = await save(page, browser.downloads);
        assert.equal(fileName, `saved-4x-fast-x4.${ending}`);
        assert.match(bytes.toString('latin1'), signature);
        const difference = largestDifference(/** @type {any} */ (await decoded(page, bytes)), expected);
        assert.ok(difference <= tolerance, `${word}: differs by up to ${difference} of 255`);
      }
      const fine = Number(/([\d.]+) kB/.exec(await visibleText(page, '#size'))?.[1]);
      await type(page, '#quality', 5);
      await page.waitForFunction(
        () => document.body.dataset.state === 'done' && /\d B JPEG/.test(document.querySelector('#size').textContent),
      );
      assert.ok(fine >= 1, 'a low quality makes a smaller file');
      await page.close();
    });

    test('the switch leaves location and camera data out of the file', async () => {
      const page = await open();
      await choose(page, await site.pictures.write('camera.png', pngWithExif(8, 6, 'A CAMERA')));
      await waitForState(page, 'done');
      assert.ok((await save(page, browser.downloads)).bytes.includes('A CAMERA'));
      await openMore(page);
      await page.click('#strip');
      const { bytes } = await save(page, browser.downloads);
      assert.ok(!bytes.includes('A CAMERA') && !bytes.includes('eXIf'));
      assert.equal(PNG.sync.read(bytes).width, 32);
      assert.ok(page.url().includes('metadata=none'));
      await page.close();
    });

    test('before a long run the page tells what it makes, and so for any other choice', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu`, { patient: false });
      const model = await site.pictures.write('slow.safetensors', modelFile({ features: 128, convs: 4 }));
      const field = /** @type {import('puppeteer-core').ElementHandle<HTMLInputElement>} */ (await page.$('#model-file'));
      await field.uploadFile(model);
      await waitForText(page, '#card .name', 'slow');
      await choose(page, await site.pictures.write('long.png', drawPng(3000, 2400)));
      await waitForState(page, 'waiting');
      await waitForText(page, '#expected', 'Not begun');
      assert.match(await visibleText(page, '#expected'), / 12000 × 9600 px · about [\d.]+ MB PNG$/);
      await page.select('#format', 'jpeg');
      await chooseSize(page, { times: 1.5 });
      await page.waitForFunction(() => / 4500 × 3600 px · about [\d.]+ [kM]B JPEG$/.test(document.querySelector('#expected').textContent));
      assert.equal(await page.$eval('body', (body) => body.dataset.state), 'waiting');
      await page.close();
    });

    test('what is told before a long run is of the format that the picture has', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu&model=photo`, { patient: false });
      const file = path.join(site.pictures.folder, 'long.jpg');
      const sample = path.join(import.meta.dirname, '../../www/samples/photo.jpg');
      await promisify(execFile)(process.env.LENSLET_COMMAND ?? '', ['upscale', sample, '-o', file, '--model', 'nearest', '--scale', '8']);
      await choose(page, file);
      await waitForState(page, 'waiting');
      await waitForText(page, '#expected', 'Not begun');
      assert.match(await visibleText(page, '#expected'), / 15360 × 10752 px · about [\d.]+ MB JPEG$/);
      await page.close();
    });

    for (const { what, size, query, sentence } of [
      { what: 'a side that JPEG cannot hold', size: [5000, 1], query: 'format=jpeg&scale=16', sentence: /^A JPEG file holds at most 65535 pixels a side\. Enlarge at most 13\.1 times, to 65500 × 13 px, or save as PNG\.$/ },
      { what: 'a picture too large between the passes', size: [3000, 2400], query: 'model=fast-x2&scale=16', sentence: /^To be enlarged more than 2 times.* Ask for at most/ },
      { what: 'more than the largest factor', size: [10, 10], query: 'width=1000', sentence: /^The result would be 100\.00 times .* ask for 1 to 16 times/ },
    ]) {
      test(`${what}: said before the work, and another size goes`, async () => {
        const page = await openPage(browser.running, `${site.server.url}?run=cpu&${query}`, { patient: false });
        await choose(page, await site.pictures.write('limited.png', drawPng(size[0], size[1])));
        await waitForState(page, 'waiting');
        assert.match(await visibleText(page, '#limit'), sentence);
        assert.equal(await page.$eval('#again', (button) => button.getAttribute('aria-disabled')), 'true');
        assert.equal(await visibleText(page, '#expected'), '');
        await chooseSize(page, { times: 2 });
        const made = `${size[0] * 2} × ${size[1] * 2} px`;
        await page.waitForFunction((made) => document.querySelector('#expected').textContent.includes(made), {}, made);
        assert.equal(await visibleText(page, '#limit'), '');
        assert.match(await visibleText(page, '#expected'), /^(Takes|Not begun: takes) /);
        assert.equal(await page.$eval('#again', (button) => button.getAttribute('aria-disabled')), 'false');
        await page.close();
      });
    }
  });
}
