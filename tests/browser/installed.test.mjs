/** The page as an installed app: that it can be installed, what is shared with it or opened with it, and a device without room. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withBrowser } from './fixtures.mjs';
import { openMore, openPage, PATIENCE_MS, visibleText, waitForEngine, waitForState, waitForText } from './harness.mjs';
import { cacheNames, enlarge, waitUntilKept, withHost } from './kept-site.mjs';
import { drawPng } from './pictures.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

/** @param {Page} page */
const names = (page) => page.$$eval('.thumbnail .name', (all) => all.map(({ textContent }) => textContent));

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);
    const site = withHost();
    const open = (query = '') => openPage(browser.running, `${site.host.url}?run=cpu${query}`, { isKept: true });

    test('pictures that are shared come into the queue, without a network too, and stay nowhere else', async () => {
      const first = await open();
      await waitUntilKept(first);
      await first.close();
      await site.host.stop();
      try {
        const page = await browser.running.newPage();
        page.setDefaultTimeout(PATIENCE_MS);
        const files = ['one.png', 'two.png'].map((name) => ({ name, content: [...drawPng(9, 7)] }));
        // As the system posts it: from no page of the site.
        await page.evaluate(
          (action, files) => {
            const form = Object.assign(document.createElement('form'), { action, method: 'post', enctype: 'multipart/form-data' });
            const field = Object.assign(document.createElement('input'), { type: 'file', name: 'pictures', multiple: true });
            const transfer = new DataTransfer();
            for (const { name, content } of files) transfer.items.add(new File([new Uint8Array(content)], name, { type: 'image/png' }));
            field.files = transfer.files;
            form.append(field);
            document.documentElement.append(form);
            form.submit();
          },
          `${site.host.url}share`,
          files,
        );
        await page.waitForFunction(() => document.querySelectorAll('.thumbnail .name').length === 2);
        assert.deepEqual(await names(page), ['one.png', 'two.png']);
        assert.equal(await page.evaluate(() => location.pathname), new URL(site.host.url).pathname);
        const left = await page.evaluate(async () => {
          const shared = (await caches.keys()).find((cache) => cache.endsWith(' shared')) ?? '';
          return (await (await caches.open(shared)).keys()).length;
        });
        assert.equal(left, 0);
        await page.close();
      } finally {
        await site.host.goOn();
      }
    });

    test('pictures that are opened with the installed page come into the queue', async () => {
      const inPage = () => {
        const png = Uint8Array.from(atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='), (one) => one.charCodeAt(0));
        const files = [{ getFile: async () => new File([png], 'opened.png') }];
        Object.defineProperty(window, 'launchQueue', {
          configurable: true,
          value: { setConsumer: (/** @type {(launch: object) => void} */ take) => take({ files }) },
        });
      };
      const page = await openPage(browser.running, `${site.host.url}?run=cpu`, { inPage });
      await waitForText(page, '#file-name', 'opened.png');
      await waitForState(page, 'done');
      await page.close();
    });

    test('what could not be shared is told', async () => {
      const page = await open('&not-shared');
      await waitForText(page, '#problem', 'What was shared could not be taken.');
      await page.close();
    });
  });
}

describe('Chromium, no WebGPU, the device', () => {
  const browser = withBrowser('Chromium, no WebGPU');
  const site = withHost();
  const open = () => openPage(browser.running, `${site.host.url}?run=cpu`, { isKept: true });
  const origin = () => new URL(site.host.url).origin;

  test('nothing keeps the page from being installed', async () => {
    const page = await open();
    await waitUntilKept(page);
    const session = await page.createCDPSession();
    assert.deepEqual((await session.send('Page.getInstallabilityErrors')).installabilityErrors, []);
    const { errors, url } = await session.send('Page.getAppManifest');
    assert.deepEqual(errors, []);
    /** @type {{icons: {src: string}[], share_target: {action: string}, file_handlers: {action: string}[]}} */
    const manifest = await (await fetch(url)).json();
    for (const { src } of manifest.icons) assert.equal((await fetch(new URL(src, url))).status, 200, src);
    assert.equal(new URL(manifest.share_target.action, url).href, `${site.host.url}share`);
    assert.deepEqual(manifest.file_handlers.map(({ action }) => new URL(action, url).href), [site.host.url]);
    await page.close();
  });

  test('what was cleared is kept again at the next start, all of it or the copies alone', async () => {
    for (const storageTypes of ['all', 'cache_storage']) {
      const page = await open();
      await waitUntilKept(page);
      const session = await page.createCDPSession();
      await session.send('Storage.clearDataForOrigin', { origin: origin(), storageTypes });
      assert.deepEqual(await cacheNames(page), [], storageTypes);
      await page.reload({ waitUntil: 'domcontentloaded' });
      await waitForEngine(page);
      await waitUntilKept(page);
      await site.host.stop();
      try {
        await page.reload({ waitUntil: 'domcontentloaded' });
        await waitForEngine(page);
        await enlarge(page, await site.pictures.write('cleared.png', drawPng(9, 7)));
      } finally {
        await site.host.goOn();
      }
      await page.close();
    }
  });

  test('without room on the device the page works, says what it will not do, and keeps itself once there is room', async () => {
    const page = await open();
    await waitUntilKept(page);
    const session = await page.createCDPSession();
    await session.send('Storage.clearDataForOrigin', { origin: origin(), storageTypes: 'all' });
    await session.send('Storage.overrideQuotaForOrigin', { origin: origin(), quotaSize: 200_000 });
    await page.reload({ waitUntil: 'domcontentloaded' });
    await waitForEngine(page);
    await openMore(page);
    await waitForText(page, '#kept-text', 'Without a network this page may not work');
    await enlarge(page, await site.pictures.write('full.png', drawPng(9, 7)));
    assert.equal(await visibleText(page, '#problem'), '');
    await session.send('Storage.overrideQuotaForOrigin', { origin: origin() });
    await page.reload({ waitUntil: 'domcontentloaded' });
    await waitForEngine(page);
    await waitUntilKept(page);
    await page.close();
  });
});
