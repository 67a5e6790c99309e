/** From one build of the site to the next: it waits, says so, and takes over when nothing is under way. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { withBrowser } from './fixtures.mjs';
import { openPage, until, visibleText, waitForEngine, waitForState, waitForText } from './harness.mjs';
import { cacheNames, enlarge, versionOf, waitUntilKept } from './kept-site.mjs';
import { drawPng, pictureFolder } from './pictures.mjs';
import { kill } from './probe.mjs';
import { anotherBuild, startHost } from './static-host.mjs';

const CHANGED_MODEL = 'text-x2';

/** @type {Awaited<ReturnType<typeof anotherBuild>>} */
let next;

/** @type {Awaited<ReturnType<typeof pictureFolder>>} */
let pictures;

before(async () => {
  next = await anotherBuild(CHANGED_MODEL);
  pictures = await pictureFolder();
});
after(() => Promise.all([next?.remove(), pictures?.close()]));

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);

    /** @param {string} address */
    const open = (address) => openPage(browser.running, `${address}?run=cpu&tile=8`, { isKept: true });

    /**
     * A page of the first build, with the second one waiting, on a host of its own.
     * @param {import('node:test').TestContext} context
     */
    async function openWithUpdate(context) {
      const host = await startHost();
      context.after(() => host.stop());
      const page = await open(host.url);
      await waitUntilKept(page);
      host.serve(next.folder);
      const before = host.log.length;
      await page.reload({ waitUntil: 'domcontentloaded' });
      await waitForEngine(page);
      await waitForText(page, '#update', 'A new version is ready.');
      assert.notEqual(await versionOf(page), next.version);
      return { page, host, fetched: host.log.slice(before) };
    }

    /** Waits until a page has only one version on the device. @param {import('puppeteer-core').Page} page */
    const waitForOneVersion = (page) =>
      until(async () => (await cacheNames(page)).filter((cache) => cache.includes(' version ')).length === 1, 'one version is kept');

    test('a new version waits for the picture that is under way, and its result is still there', async (context) => {
      const { page, host } = await openWithUpdate(context);
      const asked = host.log.length;
      const before = await versionOf(page);
      const picture = await pictures.write('under-way.png', drawPng(200, 160));
      await page.evaluate(() => {
        const bar = /** @type {HTMLProgressElement} */ (document.querySelector('#bar'));
        const watch = new MutationObserver(() => {
          if (!(bar.value > 0)) return;
          watch.disconnect();
          /** @type {HTMLElement} */ (document.querySelector('#use-update')).click();
        });
        watch.observe(bar, { attributes: true });
        new MutationObserver(() => sessionStorage.setItem('told', document.querySelector('#update').textContent)).observe(
          document.querySelector('#update'),
          { childList: true },
        );
        const { postMessage } = ServiceWorker.prototype;
        ServiceWorker.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ transfer) {
          if (message.kind === 'take-over') sessionStorage.setItem('asked in state', document.body.dataset.state);
          postMessage.call(this, message, transfer ?? []);
        };
      });
      await Promise.all([page.waitForNavigation({ waitUntil: 'domcontentloaded' }), enlarge(page, picture).catch(() => {})]);
      assert.equal(await page.evaluate(() => sessionStorage.getItem('told')), 'The new version is used when what is under way is done.');
      assert.equal(await page.evaluate(() => sessionStorage.getItem('asked in state')), 'done');
      await waitForEngine(page);
      assert.equal(await versionOf(page), next.version);
      await waitForState(page, 'done');
      assert.match(await visibleText(page, '#size'), /^800 × 640 px/);
      assert.equal(await visibleText(page, '#update'), '');

      await waitForOneVersion(page);
      const kept = await page.evaluate(async (version) => {
        const models = (await caches.keys()).find((cache) => cache.endsWith(' models')) ?? '';
        return {
          isOld: (await caches.keys()).some((cache) => cache.endsWith(version)),
          models: (await (await caches.open(models)).keys()).map(({ url }) => url),
        };
      }, before);
      assert.equal(kept.isOld, false);
      assert.equal(kept.models.filter((url) => url.includes(`/${CHANGED_MODEL}-`)).length, 1, 'the old one is gone');
      assert.deepEqual(host.log.slice(asked).filter((file) => file.endsWith('.safetensors')), []);
      await page.close();
    });

    test('of models only those that have changed are fetched again', async (context) => {
      const { page, fetched } = await openWithUpdate(context);
      const models = fetched.filter((file) => file.endsWith('.safetensors'));
      assert.deepEqual(models.map((file) => file.replace(/-[0-9a-f]{10}\./, '.')), [`models/${CHANGED_MODEL}.safetensors`]);
      await page.close();
    });

    test('a page that goes on with the old version finds its files, without a network too', async (context) => {
      const { page, host } = await openWithUpdate(context);
      const other = await open(host.url);
      await waitForText(other, '#update', 'A new version is ready.');
      await Promise.all([other.waitForNavigation({ waitUntil: 'domcontentloaded' }), other.click('#use-update')]);
      await waitForEngine(other);
      assert.equal(await versionOf(other), next.version);
      await host.stop();
      await page.bringToFront(); // Behind another one a page draws no frames, by which the tests wait.
      await kill(page, 'throw'); // so that the engine's files are loaded once more
      await enlarge(page, await pictures.write('old.png', drawPng(9, 7)));
      assert.notEqual(await versionOf(page), next.version);
      assert.equal(await visibleText(page, '#update'), 'A new version is ready.');
      assert.equal((await cacheNames(page)).filter((cache) => cache.includes(' version ')).length, 2);
      await page.close();
      await other.bringToFront();
      await other.reload({ waitUntil: 'domcontentloaded' });
      await waitForOneVersion(other);
      await other.close();
    });

    test('at the next start the new version takes over by itself', async (context) => {
      const { page, host } = await openWithUpdate(context);
      // Of the same origin, and not of the site.
      const outside = await browser.running.newPage();
      await outside.goto(new URL('/', host.url).href);
      await page.close();
      await until(
        () => outside.evaluate(async (scope) => !(await navigator.serviceWorker.getRegistration(scope))?.waiting, host.url),
        'the new version takes over',
      );
      const started = await open(host.url);
      assert.equal(await versionOf(started), next.version);
      await Promise.all([started.close(), outside.close()]);
    });
  });
}
