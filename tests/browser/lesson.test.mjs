/** How it works on this picture: the ways to enlarge beside each other on a part of it, each with a sentence. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findings } from './axe.mjs';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, openPage, textOf, visibleText, waitForState } from './harness.mjs';
import { drawPng, enlargedByCommand, largestDifference, photoPng } from './pictures.mjs';
import { moved, partIn, partOf, shownBy, tried } from './trials.mjs';

const WAYS = ['Nearest', 'Bilinear', 'Bicubic', 'Lanczos', 'SRCNN of 2014'];

const site = withSite();

/** @param {import('puppeteer-core').Page} page */
const titles = (page) => page.$$eval('.method .name', (all) => all.map((one) => one.textContent));

/** @param {import('puppeteer-core').Page} page */
const sentences = (page) => page.$$eval('.method .told-of-it', (all) => all.map((one) => one.textContent));

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);

    test('from the result by its button: each way makes what it makes of the whole, and says in a sentence what it does', async () => {
      const size = { width: 120, height: 90 };
      const file = await site.pictures.write('explained.png', drawPng(size.width, size.height));
      // Whatever is to be made of the picture, a lesson shows it four times as large.
      const page = await openPage(browser.running, `${site.server.url}?run=cpu&model=fast&scale=2`);
      await page.setViewport({ width: 1000, height: 700 });
      await choose(page, file);
      await waitForState(page, 'done');
      await page.$eval('#explain', (button) => button.scrollIntoView());
      await tried(page, () => page.click('#explain'));
      assert.deepEqual(await titles(page), [...WAYS, 'Fast, as chosen']);
      for (const sentence of await sentences(page)) assert.match(sentence, /^[A-Z][^.!?]{30,170}\.$/);
      assert.equal(await page.$('#methods button'), null, 'there is nothing to choose by mistake');
      assert.ok(await page.$eval('#trial-title', (title) => title.getBoundingClientRect().top >= 0), 'it begins in sight');
      const part = await partIn(page, size);
      for (const [title, model] of [['Nearest', 'nearest'], ['Bilinear', 'bilinear'], ['SRCNN of 2014', 'srcnn-x4'], ['Fast, as chosen', 'fast-x4']]) {
        const shown = await shownBy(page, title);
        const whole = await enlargedByCommand(file, model, '--scale', '4');
        assert.deepEqual([shown.width, shown.height, Math.round(shown.percent)], [part[2] * 4, part[3] * 4, 100], title);
        assert.ok(largestDifference({ data: Uint8Array.from(shown.data) }, partOf(whole, part, 4)) <= 1, title);
      }
      await page.close();
    });

    test('by keyboard: H opens and closes it, arrows move the frame, and the switch leads to what looks best and back', async () => {
      const size = { width: 130, height: 100 };
      const page = await openPage(browser.running, `${site.server.url}?run=cpu&model=lanczos`);
      await page.setViewport({ width: 1000, height: 700 });
      await choose(page, await site.pictures.write('switched.png', photoPng(size.width, size.height)));
      await waitForState(page, 'done');
      await page.focus('#explain');
      await tried(page, () => page.keyboard.press('h'));
      assert.deepEqual(await titles(page), [...WAYS, 'Automatic'], 'where a filter is chosen the network is one that suits');
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'frame');
      const [x] = await partIn(page, size);
      await moved(page, () => page.keyboard.press('ArrowRight'));
      const right = await partIn(page, size);
      assert.ok(right[0] > x, `${x} → ${right[0]}`);

      await page.focus('[name=trial-kind]:checked');
      await tried(page, () => page.keyboard.press('ArrowLeft'));
      assert.equal((await titles(page))[2], 'Photo');
      assert.equal(await visibleText(page, '.to-explain'), '');
      assert.deepEqual(await partIn(page, size), right, 'it is the same part');
      await tried(page, () => page.keyboard.press('ArrowRight'));
      assert.equal((await titles(page))[0], WAYS[0]);
      assert.equal(await page.evaluate(() => /** @type {HTMLInputElement} */ (document.activeElement).value), 'explain');

      await page.keyboard.press('h');
      await page.waitForSelector('#trial[hidden]');
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'explain');
      assert.match(await textOf(page, '#run'), / · lanczos$/, 'nothing else has been chosen');
      await page.close();
    });
  });
}

describe('Chromium, no WebGPU, looked at closely', () => {
  const browser = withBrowser('Chromium, no WebGPU');

  for (const [scheme, viewport] of /** @type {const} */ ([
    ['light', { width: 1280, height: 800 }],
    ['dark', { width: 360, height: 640, isMobile: true, hasTouch: true }],
  ])) {
    test(`axe finds nothing at ${viewport.width} × ${viewport.height}, ${scheme}, and nothing sticks out`, async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu&model=photo`);
      await page.setViewport(viewport);
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await choose(page, await site.pictures.write('checked.png', photoPng(100, 80)));
      await waitForState(page, 'done');
      await page.$eval('#explain', (button) => button.scrollIntoView({ block: 'center' }));
      await tried(page, () => ('isMobile' in viewport ? page.tap('#explain') : page.click('#explain')));
      assert.deepEqual(await findings(page), []);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${wide} px too wide`);
      const cut = await page.$$eval('.method .told-of-it', (all) => all.filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1).length);
      assert.equal(cut, 0, 'every sentence is there to its end');
      await page.close();
    });
  }
});
