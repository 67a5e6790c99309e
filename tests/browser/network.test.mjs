/** A network that is slow or away: what is said meanwhile, what is asked for twice, and that it heals. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, describe, test } from 'node:test';
import { withBrowser } from './fixtures.mjs';
import { choose, openPage, startServer, visibleText, waitForEngine, waitForState, waitForText } from './harness.mjs';
import { drawPng, pictureFolder } from './pictures.mjs';
import { installProbe } from './probe.mjs';

const pictures = await pictureFolder();
after(() => pictures.close());

/** Without what tells the content. @param {string} file */
const plainName = (file) => file.replace(/-[0-9a-f]{10}(?=\.\w+$)|\/[0-9a-f]{10}(?=\/index\.json$)/, '');

/** @param {import('puppeteer-core').Page} page @param {string} model */
const chooseModel = async (page, model) => {
  await page.$eval('#more', (more) => more.setAttribute('open', ''));
  await page.select('#model', model);
};

/**
 * The browser tells pages when the machine loses its network and has one again.
 * @param {import('puppeteer-core').Page} page
 * @param {boolean} isThere
 */
const tellNetwork = (page, isThere) =>
  page.evaluate((isThere) => {
    Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => isThere });
    dispatchEvent(new Event(isThere ? 'online' : 'offline'));
  }, isThere);

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);

    test('without a network another model is told of and an earlier one works, until the network is back', async () => {
      let server = await startServer();
      const port = Number(new URL(server.url).port);
      try {
        const page = await openPage(browser.running, `${server.url}?run=cpu`);
        await choose(page, await pictures.write('offline.png', drawPng(9, 9)));
        await waitForState(page, 'done');
        server.close();
        await server.closed;
        await tellNetwork(page, false);

        await chooseModel(page, 'srcnn-x4');
        await page.waitForSelector('body[data-engine=failed]');
        assert.match(await visibleText(page, '#problem'), /^This model has not been loaded yet, and there is no network\./);

        await chooseModel(page, 'fast-x4');
        await waitForEngine(page);
        await page.select('#run-on', 'cpu');
        await page.$eval('input[name=size][value="2"]', (radio) => radio.click());
        await page.waitForFunction(() => !document.querySelector('#again').hidden);
        await page.click('#again');
        await waitForText(page, '#size', '18 × 18 px');

        await chooseModel(page, 'srcnn-x4');
        await page.waitForSelector('body[data-engine=failed]');
        await choose(page, await pictures.write('late.png', drawPng(9, 9)));
        await waitForText(page, '.thumbnail:last-child .state', 'Waits');
        server = await startServer(port);
        await tellNetwork(page, true);
        await waitForEngine(page);
        assert.equal(await visibleText(page, '#problem'), '');
        await waitForText(page, '.thumbnail:last-child .state', 'Done');
        await page.close();
      } finally {
        server.close();
      }
    });

    test('the engine and the list of models are loaded once, and how much of it has come is told', async () => {
      const server = await startServer();
      try {
        const page = await openPage(browser.running, `${server.url}?run=cpu&model=auto`, {
          inPage: () => {
            const told = /** @type {string[]} */ ([]);
            Object.assign(window, { told });
            addEventListener('DOMContentLoaded', () => {
              const status = document.querySelector('#status');
              new MutationObserver(() => told.push(status.textContent)).observe(status, { childList: true });
            });
          },
        });
        const loaded = server.log.filter((line) => line.endsWith(' 200')).map((line) => line.split(' ')[1]);
        for (const file of ['/lenslet.js', '/lenslet_bg.wasm', '/models/index.json']) {
          assert.equal(loaded.filter((other) => plainName(other) === file).length, 1, file);
        }
        assert.equal(server.log.filter((line) => line.includes('/index.json')).length, 1);
        const told = await page.evaluate(() => /** @type {any} */ (window).told);
        assert.ok(told.some((word) => /^Loading [\d.]+ (kB|MB)/.test(word)), told.join('; '));
        await page.close();
      } finally {
        server.close();
      }
    });

    test('on narrow windows nothing sticks out while the engine is loaded', async () => {
      const server = await startServer();
      const page = await browser.running.newPage();
      try {
        await installProbe(page, () => {
          self.fetch = () => new Promise(() => {}); // the engine never comes
        });
        await page.goto(server.url, { waitUntil: 'domcontentloaded' });
        await waitForText(page, '#status', 'Getting ready…');
        for (const width of [390, 360, 320]) {
          await page.setViewport({ width, height: 640 });
          for (const word of ['Getting ready…', 'Loading 1.2 MB of 4.3 MB']) {
            await page.$eval('#status', (status, word) => (status.textContent = word), word);
            const ends = await page.$$eval('header > :not(.unseen)', (all) => all.filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect().right));
            assert.ok(Math.max(...ends) <= width - 8, `${width} px, ${word}: ${ends}`);
          }
        }
      } finally {
        await page.close();
        server.close();
      }
    });

    test('without JavaScript, and from a file, the page says why nothing happens', async () => {
      const server = await startServer();
      const page = await browser.running.newPage();
      try {
        if (name.startsWith('Chromium')) {
          await page.setJavaScriptEnabled(false);
          await page.goto(server.url);
          assert.match(await page.$eval('noscript', (element) => element.textContent), /JavaScript, which is switched off/);
          assert.ok(await page.$eval('noscript p', (sentence) => sentence.checkVisibility()));
          await page.setJavaScriptEnabled(true);
        }
        const index = path.resolve(import.meta.dirname, '../../dist/index.html');
        assert.ok((await readFile(index)).length > 0);
        await page.goto(pathToFileURL(index).href);
        await page.waitForFunction(() => document.querySelector('#not-started').checkVisibility({ visibilityProperty: true }));
        assert.match(await visibleText(page, '#not-started'), /opened as a file it cannot start/);
      } finally {
        await page.close();
        server.close();
      }
    });
  });
}
