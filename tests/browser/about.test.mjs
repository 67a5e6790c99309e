/** The page that tells what enlarging can and cannot do: reached from the others, and whole without scripts. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findings } from './axe.mjs';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, openPage, PATIENCE_MS, waitForEngine, waitForState } from './harness.mjs';
import { drawPng } from './pictures.mjs';

const TITLE = 'What enlarging can and cannot do';

const site = withSite();

/**
 * Waits until every picture is there, and names those that are not.
 * @param {import('puppeteer-core').Page} page
 */
const missing = (page) =>
  page.$$eval('img', async (all) => {
    const loaded = await Promise.all(all.map((image) => image.decode().then(() => image.naturalWidth > 0, () => false)));
    return all.filter((_, at) => !loaded[at]).map(({ src }) => src);
  });

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);

    test('before a picture its link leads there, with every illustration, and from there back', async () => {
      const page = await openPage(browser.running, site.server.url);
      await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), page.click('.welcome a')]);
      assert.equal(await page.$eval('h1', (title) => title.textContent), TITLE);
      assert.deepEqual(await missing(page), []);
      await Promise.all([page.waitForNavigation({ waitUntil: 'domcontentloaded' }), page.click('main .button')]);
      await waitForEngine(page);
      await page.close();
    });

    test('with a picture it opens beside it, and the result stays', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu`);
      await choose(page, await site.pictures.write('beside.png', drawPng(12, 9)));
      await waitForState(page, 'done');
      const opened = /** @type {Promise<import('puppeteer-core').Page>} */ (
        new Promise((resolve, reject) => {
          page.once('popup', resolve);
          setTimeout(() => reject(new Error('nothing has been opened')), PATIENCE_MS).unref();
        })
      );
      await page.$eval('#understand a', (link) => link.scrollIntoView({ block: 'center' }));
      await page.click('#understand a');
      const beside = await opened;
      await beside.waitForSelector('h1');
      assert.equal(await beside.$eval('h1', (title) => title.textContent), TITLE);
      await beside.close();
      assert.equal(await page.evaluate(() => document.body.dataset.state), 'done');
      await page.close();
    });
  });
}

describe('Chromium, no WebGPU, looked at closely', () => {
  const browser = withBrowser('Chromium, no WebGPU');

  for (const [scheme, viewport] of /** @type {const} */ ([
    ['light', { width: 1280, height: 800 }],
    ['dark', { width: 360, height: 640, isMobile: true, hasTouch: true }],
    ['light', { width: 320, height: 568, isMobile: true, hasTouch: true }],
  ])) {
    test(`axe finds nothing at ${viewport.width} × ${viewport.height}, ${scheme}, and nothing sticks out`, async () => {
      const page = await browser.running.newPage();
      await page.setViewport(viewport);
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.goto(new URL('about/', site.server.url).href, { waitUntil: 'load' });
      assert.deepEqual(await findings(page), []);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${wide} px too wide`);
      await page.close();
    });
  }

  test('it asks for nothing of another site, and runs no script', async () => {
    const page = await browser.running.newPage();
    /** @type {string[]} */
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(new URL('about/', site.server.url).href, { waitUntil: 'load' });
    assert.ok(asked.length > 6, `${asked}`);
    assert.deepEqual(asked.filter((url) => !url.startsWith(site.server.url) || url.endsWith('.js')), []);
    await page.close();
  });
});
