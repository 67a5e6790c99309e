/** The site without a network: after one visit it is there, from a folder of any static site.host. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withBrowser } from './fixtures.mjs';
import { openMore, openPage, textOf, until, visibleText, waitForText } from './harness.mjs';
import { enlarge, keptModels, waitUntilKept, withHost } from './kept-site.mjs';
import { drawPng, textPng } from './pictures.mjs';

const NOT_LOADED = /^This model has not been loaded yet, and there is no network\./;

const site = withHost({ headers: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' } });

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);
    const open = (query = '') => openPage(browser.running, `${site.host.url}?run=cpu${query}`, { isKept: true });

    test('after one visit the page starts and chooses its model without a network', async () => {
      const first = await open('&model=auto');
      await waitUntilKept(first);
      assert.deepEqual(
        (await keptModels(first)).map((model) => model.replace(/ [\d.]+ [kM]B$/, '')),
        ['Photo, 4 times', 'Text and graphics, 4 times', 'Text and graphics, 2 times'],
      );
      await first.select('#model', 'srcnn-x4');
      await until(async () => (await keptModels(first)).length === 4, 'a model that is used in the first visit is kept');
      await first.close();
      await site.host.stop();
      try {
        for (const size of [4, 2]) {
          const page = await open(`&model=auto&scale=${size}`);
          for (const [kind, content] of /** @type {const} */ ([['photo', drawPng(12, 9)], ['text', textPng(24, 16)]])) {
            await enlarge(page, await site.pictures.write(`${kind}-${size}.png`, content));
            assert.match(await textOf(page, '#run'), new RegExp(` · ${kind}`));
          }
          assert.equal(await page.evaluate(() => crossOriginIsolated), true, 'the host’s headers stay');
          await page.close();
        }
        const about = await browser.running.newPage();
        await about.goto(`${site.host.url}about/`);
        assert.deepEqual(await about.$$eval('img', (all) => all.filter(({ naturalWidth }) => naturalWidth === 0).length), 0);
        await about.close();
        const chosen = await open('&model=srcnn-x4');
        await enlarge(chosen, await site.pictures.write('srcnn.png', drawPng(9, 7)));
        await chosen.close();
      } finally {
        await site.host.goOn();
      }
    });

    test('a model that was never used is told of without a network, and once used it stays, until it is cleared', async () => {
      const models = ['fidelity-x4', 'fidelity-x2', 'fast-x4', 'fast-x2', 'srcnn-x4'];
      const told = async (/** @type {string} */ model) => {
        const page = await browser.running.newPage();
        await page.evaluateOnNewDocument(() => Object.defineProperty(navigator, 'onLine', { get: () => false }));
        await page.goto(`${site.host.url}?run=cpu&model=${model}`, { waitUntil: 'domcontentloaded' });
        await page.waitForSelector('body[data-engine=failed]');
        const sentence = await visibleText(page, '#problem');
        await page.close();
        return sentence;
      };
      const clear = async (/** @type {import('puppeteer-core').Page} */ page) => {
        await waitUntilKept(page);
        await page.waitForSelector('#clear-kept:not([hidden])');
        await page.locator('#clear-kept').click();
        await waitForText(page, '#note', 'The models of this site were removed');
        assert.deepEqual(await keptModels(page), []);
        await page.close();
      };
      await clear(await open('&model=photo-x4'));
      await site.host.stop();
      for (const model of models) assert.match(await told(model), NOT_LOADED, model);
      await site.host.goOn();
      for (const model of models) {
        const page = await open(`&model=${model}`);
        await openMore(page);
        const title = await page.$eval('#model', (select) => /** @type {HTMLSelectElement} */ (select).selectedOptions[0].text);
        await until(async () => (await keptModels(page)).some((line) => line.startsWith(title)), `${title} is kept`);
        await page.close();
      }
      await site.host.stop();
      try {
        for (const model of [...models, 'photo-x4', 'text-x4', 'text-x2']) {
          const page = await open(`&model=${model}`);
          await enlarge(page, await site.pictures.write(`${model}.png`, drawPng(7, 6)));
          assert.match(await textOf(page, '#run'), new RegExp(` · ${model}`));
          await page.close();
        }
        await clear(await open('&model=fast-x4'));
        assert.match(await told('fast-x4'), NOT_LOADED);
      } finally {
        await site.host.goOn();
      }
    });
  });
}
