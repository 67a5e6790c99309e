/** All results at once: as one ZIP, or in a folder. What was saved is opened again and compared with single results. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unzipSync } from 'fflate';
import { PNG } from 'pngjs';
import { withBrowser, withSite } from './fixtures.mjs';
import { downloaded, give, openPage, visibleText, waitForText } from './harness.mjs';
import { drawPng, enlargedByCommand, largestDifference } from './pictures.mjs';

const site = withSite();

const ZIP = 'enlarged-pictures.zip';

/** Runs in the page: the browser's own dialogs cannot be used by a test, so this one names places in the site's storage. */
function pickers() {
  const root = () => navigator.storage.getDirectory();
  Object.assign(window, {
    showDirectoryPicker: async () => (await root()).getDirectoryHandle('picked', { create: true }),
    showSaveFilePicker: async ({ suggestedName }) => (await root()).getFileHandle(suggestedName, { create: true }),
  });
}

/** Runs in the page: a browser that has no such dialogs. */
function noPickers() {
  delete (/** @type {any} */ (window).showDirectoryPicker);
  delete (/** @type {any} */ (window).showSaveFilePicker);
}

/**
 * What lies in the site's storage at a path, as bytes by name.
 * @param {import('puppeteer-core').Page} page
 * @param {string} [folder]
 * @returns {Promise<Record<string, Uint8Array>>}
 */
async function storedFiles(page, folder) {
  const found = await page.evaluate(async (folder) => {
    const root = await navigator.storage.getDirectory();
    const place = folder ? await root.getDirectoryHandle(folder) : root;
    const files = [];
    for await (const handle of place.values()) {
      if (handle instanceof FileSystemFileHandle) files.push([handle.name, [...new Uint8Array(await (await handle.getFile()).arrayBuffer())]]);
    }
    return files;
  }, folder);
  return Object.fromEntries(found.map(([name, bytes]) => [name, Uint8Array.from(bytes)]));
}

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);
    const wide = drawPng(14, 9);
    const tall = drawPng(8, 15);

    /**
     * Two different pictures of one name and a third one, all of them through the engine.
     * @param {() => void} prepare what the page does first
     */
    async function pageWithResults(prepare) {
      const opened = await openPage(browser.running, `${site.server.url}?run=cpu`, { inPage: prepare });
      await give(opened, 'drop', [
        { name: 'a.png', content: wide },
        { name: 'a.png', content: tall },
        { name: 'B.png', content: wide },
      ]);
      await opened.waitForFunction(() => document.querySelector('#queue-text').textContent.startsWith('3 of 3 done'));
      return opened;
    }

    /** @param {Record<string, Uint8Array>} files */
    async function areTheResults(files) {
      assert.deepEqual(Object.keys(files).sort(), ['B-4x-fast-x4.png', 'a-4x-fast-x4 (2).png', 'a-4x-fast-x4.png']);
      const expected = {
        'a-4x-fast-x4.png': await enlargedByCommand(await site.pictures.write('wide.png', wide)),
        'a-4x-fast-x4 (2).png': await enlargedByCommand(await site.pictures.write('tall.png', tall)),
      };
      for (const [name, picture] of Object.entries(expected)) {
        assert.equal(largestDifference(PNG.sync.read(Buffer.from(files[name])), picture), 0);
      }
    }

    test('without dialogs the ZIP is downloaded', async () => {
      const page = await pageWithResults(noPickers);
      assert.equal(await visibleText(page, '#save-to-folder'), '');
      await page.click('#save-as-zip');
      await waitForText(page, '#note', 'All results are in the ZIP.');
      await areTheResults(unzipSync(await downloaded(browser.downloads, ZIP)));
      assert.ok((await page.$$eval('.thumbnail .state', (all) => all.map(({ textContent }) => textContent))).every((state) => state === 'Saved'));
      await page.close();
    });

    test('with them it is written where the person says', async () => {
      const page = await pageWithResults(pickers);
      await page.click('#save-as-zip');
      await waitForText(page, '#note', 'All results are in the ZIP.');
      const { [ZIP]: zip } = await storedFiles(page);
      await areTheResults(unzipSync(zip));
      await page.close();
    });

    test('in a folder, where what is there already stays', async () => {
      const page = await pageWithResults(pickers);
      await page.click('#save-to-folder');
      await waitForText(page, '#note', '3 results are in the folder picked.');
      await areTheResults(await storedFiles(page, 'picked'));
      await page.click('#note-box .close');
      await page.click('#save-to-folder');
      await waitForText(page, '#note', '3 results are in the folder picked.');
      assert.equal(Object.keys(await storedFiles(page, 'picked')).length, 6);
      await page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry('picked', { recursive: true }));
      await page.close();
    });

    test('as JPEG where that is chosen, for all of them', async () => {
      const page = await pageWithResults(pickers);
      await page.select('#format', 'jpeg');
      await page.click('#save-to-folder');
      await waitForText(page, '#note', '3 results are in the folder picked.');
      const files = await storedFiles(page, 'picked');
      assert.deepEqual(Object.keys(files).sort(), ['B-4x-fast-x4.jpg', 'a-4x-fast-x4 (2).jpg', 'a-4x-fast-x4.jpg']);
      for (const bytes of Object.values(files)) assert.deepEqual([...bytes.slice(0, 3)], [0xff, 0xd8, 0xff]);
      await page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry('picked', { recursive: true }));
      await page.close();
    });
  });
}
