/** What is saved: another format or quality enlarges nothing again, and the page shows what JPEG loses. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PNG } from 'pngjs';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, openMore, openPage, save, type, visibleText, waitForEngine, waitForState, waitForText } from './harness.mjs';
import { drawPng, largestDifference, pngWithExif } from './pictures.mjs';

const site = withSite();

/**
 * A picture as a JPEG, made by the browser.
 * @param {import('puppeteer-core').Page} page
 */
const jpeg = async (page) => {
  const bytes = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(24, 16);
    const pen = canvas.getContext('2d');
    for (let x = 0; x < 24; x++) {
      pen.fillStyle = `hsl(${x * 40} 90% 50%)`;
      pen.fillRect(x, 0, 1, 16);
    }
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg' })).arrayBuffer())];
  });
  return Buffer.from(bytes);
};

/**
 * The colours that the right side shows.
 * @param {import('puppeteer-core').Page} page
 * @returns {Promise<number[]>}
 */
const shown = (page) =>
  page.$eval('.after canvas', (element) => {
    const canvas = /** @type {HTMLCanvasElement} */ (element);
    return [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data];
  });

/**
 * Has the page keep what it does from now on.
 * @param {import('puppeteer-core').Page} page
 */
const watchRuns = (page) =>
  page.evaluate(() => {
    const runs = (/** @type {any} */ (window).runs = /** @type {string[]} */ ([]));
    new MutationObserver(() => runs.push(document.body.dataset.state)).observe(document.body, { attributes: true });
  });

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);
    const open = (query = '') => openPage(browser.running, `${site.server.url}?run=cpu${query}`);

    test('a JPEG stays one, its quality can be chosen, and what that loses is shown; nothing is enlarged again', async () => {
      const page = await open();
      await choose(page, await site.pictures.write('coloured.jpg', await jpeg(page)));
      await waitForState(page, 'done');
      await waitForText(page, '#save', 'Save JPEG');
      assert.ok(await page.$eval('#quality', (slider) => slider.checkVisibility()));
      const fine = await save(page, browser.downloads);
      assert.equal(fine.name, 'coloured-4x-fast-x4.jpg');
      await watchRuns(page);
      const before = await shown(page);
      await type(page, '#quality', 3);
      await page.waitForFunction(
        (was) => {
          const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('.after canvas'));
          const now = canvas?.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
          return now?.some((value, at) => Math.abs(value - was[at]) > 16);
        },
        {},
        before,
      );
      await waitForText(page, '#save', 'Save JPEG');
      const coarse = await save(page, browser.downloads);
      assert.ok(coarse.bytes.length < fine.bytes.length / 2, `${coarse.bytes.length} of ${fine.bytes.length} bytes`);

      await page.select('#format', 'png');
      await waitForText(page, '#save', 'Save PNG');
      assert.ok(!(await page.$eval('#quality', (slider) => slider.checkVisibility())));
      const exact = PNG.sync.read((await save(page, browser.downloads)).bytes);
      assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).runs), [], 'nothing was enlarged again');
      assert.equal(await visibleText(page, '#again'), '');

      // The quality is of JPEG, and has no say in what else is saved.
      const other = await open('&format=png');
      await choose(other, await site.pictures.write('coloured.jpg', await jpeg(page)));
      await waitForState(other, 'done');
      const straight = PNG.sync.read((await save(other, browser.downloads)).bytes);
      assert.equal(largestDifference(exact, straight), 0);
      await other.close();
      await page.close();
    });

    test('location and camera data go without another run, and come back', async () => {
      const page = await open();
      await choose(page, await site.pictures.write('camera.png', pngWithExif(8, 6, 'A CAMERA')));
      await waitForState(page, 'done');
      await watchRuns(page);
      await openMore(page);
      for (const isThere of [false, true]) {
        await page.click('#strip');
        await waitForText(page, '#save', 'Save PNG');
        const { bytes } = await save(page, browser.downloads);
        assert.equal(bytes.includes('A CAMERA'), isThere);
        assert.equal(PNG.sync.read(bytes).width, 32);
      }
      assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).runs), []);
      await page.close();
    });

    test('a name keeps what stands behind its dots, and is short enough for every disk', async () => {
      const page = await open();
      const picture = drawPng(6, 5);
      for (const [fileName, saved] of [
        ['no-suffix v1.2 final', 'no-suffix v1.2 final-4x-fast-x4.png'],
        ['holiday.jpeg', 'holiday-4x-fast-x4.png'],
        [`${'é'.repeat(120)}.png`, `${'é'.repeat(92)}-4x-fast-x4.png`],
      ]) {
        await choose(page, await site.pictures.write(fileName, picture));
        await waitForText(page, '#file-name', fileName);
        await waitForState(page, 'done');
        await page.waitForSelector('#save[href]');
        assert.equal(await page.$eval('#save', (link) => /** @type {HTMLAnchorElement} */ (link).download), saved);
      }
      await page.close();
    });
  });
}

describe('Chromium, no WebGPU', () => {
  const browser = withBrowser('Chromium, no WebGPU');

  test('the result is copied to the clipboard, as PNG whatever it is saved as', async () => {
    await browser.running.defaultBrowserContext().overridePermissions(site.server.url, ['clipboard-read', 'clipboard-sanitized-write']);
    const page = await openPage(browser.running, `${site.server.url}?run=cpu&format=jpeg`);
    await choose(page, await site.pictures.write('copied.png', drawPng(9, 7)));
    await waitForState(page, 'done');
    await page.bringToFront();
    await page.click('#copy');
    await waitForText(page, '#note', 'The result is on the clipboard');
    const size = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      const bitmap = await createImageBitmap(await item.getType('image/png'));
      return [bitmap.width, bitmap.height];
    });
    assert.deepEqual(size, [36, 28]);
    await waitForEngine(page);
    await page.close();
  });
});
