/** What stays when the page is reloaded, and that nothing of it does once the page has been left. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PNG } from 'pngjs';
import { withBrowser, withSite } from './fixtures.mjs';
import { give, openPage, save, visibleText, waitForEngine, waitForState, waitForText } from './harness.mjs';
import { drawPng, enlargedByCommand, largestDifference } from './pictures.mjs';
import { storedFiles, waitForFiles } from './storage.mjs';

const site = withSite();

/** A page of the same origin that does nothing. */
const elsewhere = () => new URL('models/index.json', site.server.url).href;

/**
 * Presses Pause as soon as it is there.
 * @param {import('puppeteer-core').Page} page
 */
const pauseAtOnce = (page) =>
  page.evaluate(() => {
    const pause = /** @type {HTMLButtonElement} */ (document.querySelector('#pause'));
    const observer = new MutationObserver(() => {
      if (!pause.checkVisibility()) return;
      observer.disconnect();
      pause.click();
    });
    observer.observe(document.querySelector('#pictures'), { subtree: true, attributes: true });
  });

/** @param {import('puppeteer-core').Page} page */
const list = (page) =>
  page.$$eval('.thumbnail', (all) => all.map((item) => [...item.querySelectorAll('.name, .state')].map(({ textContent }) => textContent).join(' ')));

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);
    const address = () => `${site.server.url}?run=cpu`;

    test('a reload in the middle keeps the pictures and results, and the queue goes on', async () => {
      const page = await openPage(browser.running, address());
      const first = drawPng(14, 9);
      await pauseAtOnce(page);
      await give(page, 'drop', [
        { name: 'first.png', content: first },
        { name: 'second.png', content: drawPng(9, 14) },
        { name: 'third.png', content: drawPng(9, 9) },
      ]);
      await waitForText(page, '#queue-text', '1 of 3 done · paused');
      await page.waitForFunction(() => JSON.parse(sessionStorage.getItem('pictures') ?? '{"records":[]}').records.length === 3);
      await page.waitForFunction(() => JSON.parse(sessionStorage.getItem('pictures')).records[0].results.length === 1);

      await page.reload({ waitUntil: 'domcontentloaded' });
      await waitForEngine(page);
      await waitForText(page, '#queue-text', '1 of 3 done · paused');
      assert.deepEqual(await list(page), ['first.png Done', 'second.png Waits', 'third.png Waits']);
      await waitForState(page, 'done');
      const expected = await enlargedByCommand(await site.pictures.write('first.png', first));
      assert.equal(largestDifference(PNG.sync.read((await save(page, browser.downloads)).bytes), expected), 0);

      await page.click('#pause');
      await waitForText(page, '#queue-text', '3 of 3 done');
      await page.click('#start-afresh');
      await waitForState(page, 'empty');
      await page.click('#removed-box .close');
      await page.reload({ waitUntil: 'domcontentloaded' });
      await waitForEngine(page);
      await waitForState(page, 'empty');
      await page.close();
    });

    test('once the page is left its files go, also where nobody comes back', async () => {
      const page = await openPage(browser.running, address(), { isKept: true });
      await give(page, 'drop', [{ name: 'left.png', content: drawPng(9, 9) }]);
      await waitForState(page, 'done');
      await page.waitForFunction(() => navigator.serviceWorker.getRegistration().then((found) => found?.active));
      const own = await page.evaluate(() => sessionStorage.getItem('page'));
      const isOwn = (/** @type {string} */ name) => name.startsWith(own);
      await page.waitForFunction(() => JSON.parse(sessionStorage.getItem('pictures') ?? '{"records":[]}').records.length === 1);
      assert.equal((await storedFiles(page)).filter(isOwn).length, 2, 'the picture and its result');
      await page.goto(elsewhere());
      await waitForFiles(() => storedFiles(page), (names) => !names.some(isOwn));
      await page.close();
    });

    test('what a page that crashed has left goes when the next one comes', async () => {
      const page = await openPage(browser.running, address());
      await page.evaluate(async () => {
        const root = await navigator.storage.getDirectory();
        const folder = await root.getDirectoryHandle('results', { create: true });
        await folder.getFileHandle('crashed-1', { create: true });
      });
      const next = await openPage(browser.running, address());
      await waitForFiles(() => storedFiles(next), (names) => !names.includes('crashed-1'));
      await page.close();
      await next.close();
    });

    test('a browser without such storage works, and says in a line what it does not do', async () => {
      const without = () => delete (/** @type {any} */ (StorageManager.prototype).getDirectory);
      const page = await openPage(browser.running, address(), { inPage: without, inWorker: without });
      await give(page, 'drop', [
        { name: 'one.png', content: drawPng(9, 9) },
        { name: 'two.png', content: drawPng(9, 9) },
      ]);
      await waitForText(page, '#queue-text', '2 of 2 done');
      assert.equal(await visibleText(page, '#keep-problem'), 'This browser does not keep the pictures when the page is reloaded.');
      await page.close();
    });
  });
}
