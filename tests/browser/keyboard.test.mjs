/** The page by keyboard and by ear: where the focus goes, what a key that is held does, what is announced. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, openPage, waitForEngine, waitForState, waitForText } from './harness.mjs';
import { messageKinds } from './probe.mjs';
import { drawPng } from './pictures.mjs';

const site = withSite();

/** @param {import('puppeteer-core').Page} page */
const focused = (page) => page.evaluate(() => document.activeElement?.id ?? '');

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);

    test('a held Enter on Enlarge begins once and stops nothing, and the focus ends on Save', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu&tile=8`);
      await choose(page, await site.pictures.write('held.png', drawPng(60, 80)));
      await waitForState(page, 'done');
      await page.$eval('input[name=size][value="2"]', (input) => /** @type {HTMLInputElement} */ (input).click());
      await page.waitForFunction(() => document.querySelector('#again').checkVisibility());
      await waitForEngine(page);
      const earlier = (await messageKinds(page)).length;
      await page.focus('#again');
      await page.keyboard.down('Enter');
      for (let times = 0; times < 6; times++) await page.keyboard.down('Enter');
      await waitForText(page, '#size', '120 × 160 px');
      await waitForState(page, 'done');
      for (let times = 0; times < 3; times++) await page.keyboard.down('Enter');
      await page.keyboard.up('Enter');
      const kinds = (await messageKinds(page)).slice(earlier);
      assert.equal(kinds.filter((kind) => kind === 'upscale').length, 1);
      assert.ok(!kinds.includes('cancel'));
      assert.equal(await focused(page), 'save');
      assert.equal(await page.evaluate(() => document.querySelector('#save').classList.contains('quiet')), false);
      await page.close();
    });

    test('after Cancel the focus is on Enlarge; what begins and ends is announced, and the title tells how far it is', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu&tile=8`);
      await page.evaluate(() => {
        const news = /** @type {HTMLElement} */ (document.querySelector('#news'));
        const said = (/** @type {any} */ (window).said = /** @type {string[]} */ ([]));
        new MutationObserver(() => said.push(news.textContent)).observe(news, { childList: true });
        const titles = (/** @type {any} */ (window).titles = /** @type {string[]} */ ([]));
        new MutationObserver(() => titles.push(document.title)).observe(document.querySelector('title'), { childList: true });
        const bar = /** @type {HTMLProgressElement} */ (document.querySelector('#bar'));
        const stop = new MutationObserver(() => {
          if (!(bar.value > 0)) return;
          stop.disconnect();
          const cancel = /** @type {HTMLElement} */ (document.querySelector('#cancel'));
          cancel.focus();
          cancel.click();
        });
        stop.observe(bar, { attributes: true });
      });
      await choose(page, await site.pictures.write('told.png', drawPng(300, 400)));
      await waitForText(page, '#note', 'Stopped');
      await waitForState(page, 'waiting');
      assert.equal(await focused(page), 'again');
      await waitForEngine(page);
      await page.keyboard.press('Enter');
      await waitForState(page, 'done');
      const { said, titles } = await page.evaluate(() => ({ said: [...window['said']], titles: [...window['titles']] }));
      assert.ok(titles.some((title) => /^[1-9]\d* % · .+ left · Lenslet$/.test(title)), titles.join('\n'));
      assert.equal(said[0], 'Enlarging told.png.');
      assert.match(said[said.length - 1], /^Done\. Fast 4×, 1200 × 1600 px\.$/);
      assert.match(await page.$eval('#bar', (bar) => bar.getAttribute('aria-valuetext')), /^\d+ % · /);
      await page.close();
    });

    test('keys work anywhere but where one types, and a sheet tells them', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu`);
      await choose(page, await site.pictures.write('keys.png', drawPng(9, 7)));
      await waitForState(page, 'done');
      await page.focus('#again').catch(() => {});
      await page.keyboard.press('1');
      await waitForText(page, '#zoom', '100 %');
      await page.keyboard.press('s');
      await page.waitForSelector('compare-view[data-mode=side]');
      await page.$eval('input[name=size][value=exact]', (input) => /** @type {HTMLInputElement} */ (input).click());
      await page.focus('#times');
      await page.keyboard.press('s');
      await page.waitForSelector('compare-view[data-mode=side]');
      await page.focus('compare-view');
      await page.keyboard.type('?');
      await page.waitForSelector('#keys[open]');
      const keys = await page.$$eval('#keys kbd', (all) => all.map((key) => key.textContent));
      for (const key of ['+', '0', '1', 'S', 'O', 'E', 'A', '?']) assert.ok(keys.includes(key), key);
      await page.keyboard.press('Escape');
      await page.waitForSelector('#keys:not([open])');
      await page.close();
    });
  });
}
