/**
 * Where results lie while the page lists them: in files on this device, or where there is no room for such, in Blobs. A copy
 * of each picture lies beside them, for a reload.
 */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PNG } from 'pngjs';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, chooseSize, openPage, save, visibleText, waitForState, waitForText } from './harness.mjs';
import { drawPng, enlargedByCommand, largestDifference, noisePng } from './pictures.mjs';
import { storedFiles, waitForFiles } from './storage.mjs';

const site = withSite();

/**
 * The names of those that belong to the page.
 * @param {import('puppeteer-core').Page} page
 */
async function stored(page) {
  const own = await page.evaluate(() => sessionStorage.getItem('page'));
  return (await storedFiles(page)).filter((name) => name.startsWith(`${own}-`));
}

/**
 * Waits until the page has copies of so many pictures.
 * @param {import('puppeteer-core').Page} page
 * @param {number} count
 */
const waitForCopies = (page, count) =>
  page.waitForFunction((count) => JSON.parse(sessionStorage.getItem('pictures') ?? '{"records":[]}').records.length === count, {}, count);

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);
    const address = () => `${site.server.url}?run=cpu`;

    /** @param {import('puppeteer-core').Page} page @param {string} fileName */
    async function makesTheSame(page, fileName) {
      const picture = await site.pictures.write(fileName, drawPng(14, 11));
      await choose(page, picture);
      await waitForText(page, '#file-name', fileName);
      await waitForState(page, 'done');
      const { bytes } = await save(page, browser.downloads);
      assert.equal(largestDifference(PNG.sync.read(bytes), await enlargedByCommand(picture)), 0);
    }

    test('a result is a file of the site on this device as long as it is listed', async () => {
      const page = await openPage(browser.running, address());
      await choose(page, await site.pictures.write('earlier.png', drawPng(9, 9)));
      await waitForState(page, 'done');
      await waitForCopies(page, 1);
      await waitForFiles(() => stored(page), ({ length }) => length === 2);
      const earlier = await stored(page);
      await makesTheSame(page, 'later.png');
      await waitForCopies(page, 2);
      await waitForFiles(() => stored(page), ({ length }) => length === 4);
      await page.click('#strip-of-pictures [aria-label="Remove earlier.png"]');
      await waitForCopies(page, 1);
      assert.equal((await stored(page)).length, 4, 'as long as it can be brought back');
      await page.click('#removed-box .close');
      await waitForFiles(() => stored(page), ({ length }) => length === 2);
      assert.ok((await stored(page)).every((name) => !earlier.includes(name)));
      await page.close();

      const next = await openPage(browser.running, address());
      await waitForFiles(() => storedFiles(next), ({ length }) => length === 0);
      await next.close();
    });

    test('another page leaves alone what this one shows', async () => {
      const page = await openPage(browser.running, address());
      await choose(page, await site.pictures.write('shown.png', drawPng(9, 9)));
      await waitForState(page, 'done');
      const other = await openPage(browser.running, address());
      await choose(other, await site.pictures.write('other.png', drawPng(9, 9)));
      await waitForState(other, 'done');
      await page.bringToFront(); // Behind another one a page draws no frames, by which the tests wait.
      await waitForCopies(page, 1);
      assert.equal((await stored(page)).length, 2);
      await other.close();
      assert.equal(PNG.sync.read((await save(page, browser.downloads)).bytes).width, 36);
      await page.close();
    });

    test('a run that is stopped leaves no file but the copy of the picture', async () => {
      const page = await openPage(browser.running, `${address()}&tile=8`);
      await page.evaluate(() => {
        const bar = /** @type {HTMLProgressElement} */ (document.querySelector('#bar'));
        new MutationObserver(() => bar.value > 0 && /** @type {HTMLElement} */ (document.querySelector('#cancel')).click()).observe(
          bar,
          { attributes: true },
        );
      });
      await choose(page, await site.pictures.write('stopped.png', drawPng(300, 400)));
      await waitForText(page, '#note', 'Stopped');
      await waitForCopies(page, 1);
      await waitForFiles(() => stored(page), ({ length }) => length === 1);
      await page.close();
    });

    test('without such storage the result is a Blob', async () => {
      const inWorker = () => delete (/** @type {any} */ (StorageManager.prototype).getDirectory);
      const page = await openPage(browser.running, address(), { inWorker });
      await page.waitForFunction(() => navigator.locks.query().then(({ held }) => held.length > 0));
      await makesTheSame(page, 'blob.png');
      await waitForCopies(page, 1);
      assert.equal((await stored(page)).length, 1);
      await page.close();
    });

    test('a device that is full while the file is written ends the work with a sentence', async () => {
      const inWorker = () => {
        /** @type {any} */ (FileSystemFileHandle.prototype).createSyncAccessHandle = async () => ({
          write() {
            throw new DOMException('full', 'QuotaExceededError');
          },
          close() {},
        });
      };
      const page = await openPage(browser.running, address(), { patient: false, inWorker });
      await choose(page, await site.pictures.write('full.png', drawPng(9, 9)));
      await page.waitForSelector('#problem:not(:empty)');
      assert.match(
        await visibleText(page, '#problem'),
        /^The result could not be written: the browser has no more room for it on this device\. Free some space, or ask for a smaller/,
      );
      await waitForState(page, 'waiting');
      await chooseSize(page, { times: 2 });
      await page.waitForFunction(() => document.querySelector('#expected').textContent.includes(' 18 × 18 px'));
      await page.close();
    });

    test('site data that is cleared in the middle of a picture delays it, and the next one is as quick as ever', async (context) => {
      if (!name.startsWith('Chromium')) return context.skip('a test cannot clear it there');
      const page = await openPage(browser.running, `${address()}&tile=16`);
      await choose(page, await site.pictures.write('cleared.png', drawPng(120, 90)));
      await page.waitForFunction(() => /** @type {HTMLProgressElement} */ (document.querySelector('#bar')).value > 0);
      const session = await page.createCDPSession();
      await session.send('Storage.clearDataForOrigin', { origin: new URL(site.server.url).origin, storageTypes: 'all' });
      await waitForState(page, 'done');
      assert.equal(PNG.sync.read((await save(page, browser.downloads)).bytes).width, 480);
      await makesTheSame(page, 'after.png');
      await page.close();
    });

    test('what is too large to be saved is said before the work, with the largest size that is not', async () => {
      const inWorker = () => delete (/** @type {any} */ (StorageManager.prototype).getDirectory);
      const query = '&model=nearest&scale=16';
      const page = await openPage(browser.running, address() + query, { patient: false, inWorker });
      await choose(page, await site.pictures.write('noise.png', noisePng(3000, 2500)));
      await waitForState(page, 'waiting');
      const sentence = await visibleText(page, '#limit');
      const [, scale] = /^The file would have about [\d.]+ GB, and this browser has room for 2\.0 GB\. Enlarge at most ([\d.]+) times, to \d+ × \d+ px, or save as JPEG\.$/.exec(sentence) ?? [];
      assert.ok(Number(scale) > 1 && Number(scale) < 16, sentence);
      await chooseSize(page, { times: 2 });
      await page.waitForFunction(() => document.querySelector('#expected').textContent.includes(' 6000 × 5000 px'));
      assert.equal(await visibleText(page, '#limit'), '');
      await page.close();
    });
  });
}
