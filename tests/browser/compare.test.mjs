/** Results of one picture beside each other. */

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { PNG } from 'pngjs';
import { withBrowser, withSite } from './fixtures.mjs';
import { addModel, choose, enlargeAgain, openPage, options, save, textOf, visibleText, waitForState, waitForText } from './harness.mjs';
import { modelFile } from './model-files.mjs';
import { drawPng } from './pictures.mjs';

const WIDTH = 15;
const HEIGHT = 10;

/** What can be made to compare with. */
const FILTERS = ['Nearest', 'Bilinear', 'Bicubic', 'Lanczos'];

const site = withSite();

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);
    /** @type {import('puppeteer-core').Page} */
    let page;

    /** @param {string} label @param {number} scale */
    async function addAndEnlarge(label, scale) {
      const file = modelFile({ scale, seed: label.length });
      await addModel(page, await site.pictures.write(`${label}.safetensors`, file), label);
      await enlargeAgain(page, label);
    }

    /** What stands on the two sides, and where, once the page has laid itself out. */
    const sides = () =>
      page.evaluate(async () => {
        for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
        return ['.before', '.after'].map((side, index) => {
          const canvases = [...document.querySelectorAll(`${side} canvas`)];
          const { x, y, width, height } = canvases[0].getBoundingClientRect();
          const select = /** @type {HTMLSelectElement} */ (document.querySelectorAll('.sides select')[index]);
          const canvas = /** @type {HTMLCanvasElement} */ (canvases[0]);
          return { label: select.selectedOptions[0].text, pixels: canvas.width, count: canvases.length, place: [x, y, width, height] };
        });
      });

    /** @param {'left' | 'right'} side @param {string} label */
    const put = (side, label) =>
      page.$eval(
        `#${side}`,
        (element, label) => {
          const select = /** @type {HTMLSelectElement} */ (element);
          select.selectedIndex = [...select.options].findIndex((option) => option.text === label);
          select.dispatchEvent(new Event('change'));
        },
        label,
      );

    before(async () => {
      page = await openPage(browser.running, `${site.server.url}?run=cpu`);
      await choose(page, await site.pictures.write('compared.png', drawPng(WIDTH, HEIGHT)));
      await waitForState(page, 'done');
    });

    test('the first result stands beside the original', async () => {
      assert.deepEqual((await sides()).map(({ label }) => label), ['Original', 'Fast 4×']);
      assert.deepEqual(await options(page, '#left'), ['Original', 'Original, as squares', 'Fast 4×', ...FILTERS]);
    });

    test('a second model stands beside the first, in the same place at another scale', async () => {
      await page.click('#actual-size');
      const shownBefore = (await sides())[1].place;
      await addAndEnlarge('two', 2);
      const [left, right] = await sides();
      assert.deepEqual([left.label, right.label], ['Fast 4×', 'two 2×']);
      assert.deepEqual([left.pixels, right.pixels], [WIDTH * 4, WIDTH * 2]);
      assert.deepEqual(left.place, right.place);
      assert.deepEqual(right.place, shownBefore, 'the picture stays where and as large as it was');
      assert.equal(await visibleText(page, '#zoom'), '200 %', 'of the result on the right');
    });

    test('either side shows any of them, and never the same', async () => {
      await put('left', 'Original, as squares');
      await page.waitForSelector('.before .squares'); // whose pixels are copied first
      assert.equal(await page.$eval('.before canvas', (canvas) => getComputedStyle(canvas).imageRendering), 'pixelated');
      await put('right', 'Fast 4×');
      assert.deepEqual((await sides()).map(({ label, count }) => [label, count]), [['Original, as squares', 1], ['Fast 4×', 1]]);
      await put('left', 'Fast 4×');
      assert.deepEqual((await sides()).map(({ label, count }) => [label, count]), [['Fast 4×', 1], ['Original, as squares', 1]]);
    });

    test('what is saved and told is the result on the right, or the only one there is', async () => {
      assert.equal((await save(page, browser.downloads)).name, 'compared-4x-fast-x4.png');
      await put('right', 'two 2×');
      const saved = await save(page, browser.downloads);
      assert.equal(saved.name, 'compared-2x-two.png');
      assert.equal(PNG.sync.read(saved.bytes).width, WIDTH * 2);
      assert.match(await visibleText(page, '#size'), new RegExp(`^${WIDTH * 2} × ${HEIGHT * 2} px`));
      assert.match(await textOf(page, '#run'), / · two$/);
      assert.equal(
        await page.$eval('[role=slider]', (slider) => slider.getAttribute('aria-valuetext')),
        '50 % Fast 4×, 50 % two 2×',
      );
    });

    test('a run that is stopped leaves the results', async () => {
      const slow = modelFile({ features: 64, convs: 3 });
      await addModel(page, await site.pictures.write('slow.safetensors', slow), 'slow');
      await page.evaluate(() => {
        const cancel = /** @type {HTMLButtonElement} */ (document.querySelector('#cancel'));
        new MutationObserver((_, observer) => {
          if (document.body.dataset.state !== 'working') return;
          observer.disconnect();
          cancel.click();
        }).observe(document.body, { attributes: true });
        /** @type {HTMLButtonElement} */ (document.querySelector('#again')).click();
      });
      await waitForText(page, '#note', 'Stopped');
      await waitForState(page, 'done');
      assert.deepEqual((await sides()).map(({ label }) => label), ['Fast 4×', 'two 2×']);
      assert.equal((await save(page, browser.downloads)).name, 'compared-2x-two.png');
    });

    test('four results are kept, then the oldest goes; another picture clears them', async () => {
      for (const label of ['third', 'fourth']) await addAndEnlarge(label, 1);
      assert.equal(await visibleText(page, '#note').then((text) => /oldest/.test(text)), false);
      await addAndEnlarge('fifth one', 3);
      assert.match(await visibleText(page, '#note'), /oldest/);
      assert.deepEqual(await options(page, '#right'), ['fifth one 3×', 'Original', 'Original, as squares', 'two 2×', 'third 1×', 'fourth 1×', ...FILTERS]);

      await choose(page, await site.pictures.write('fresh.png', drawPng(8, 6)));
      await waitForText(page, '#file-name', 'fresh.png');
      await waitForState(page, 'done');
      assert.deepEqual(await options(page, '#right'), ['fifth one 3×', 'Original', 'Original, as squares', ...FILTERS]);
    });
  });
}
