/** A run can be stopped, replaced by another, and survived when the engine dies. */

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { PNG } from 'pngjs';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, give, openPage, save, SETUPS, visibleText, waitForEngine, waitForState, waitForText } from './harness.mjs';
import { drawPng } from './pictures.mjs';
import { kill, messageKinds } from './probe.mjs';

/** Small tiles, so that a run is long in tiles and short in pixels. The CPU takes strips of the whole width, and is fast. */
const SIZE = 8;
const TILES = {
  gpu: { picture: drawPng(50, 40), count: 35 },
  cpu: { picture: drawPng(300, 400), count: 50 },
};

const site = withSite();

/**
 * Presses Cancel from inside the page as soon as the first tile shows.
 * @param {import('puppeteer-core').Page} page
 */
function cancelAtFirstTile(page) {
  return page.evaluate(() => {
    const bar = /** @type {HTMLProgressElement} */ (document.querySelector('#bar'));
    const cancel = /** @type {HTMLButtonElement} */ (document.querySelector('#cancel'));
    new MutationObserver(() => {
      if (bar.value > 0) cancel.click();
    }).observe(bar, { attributes: true });
  });
}

/** @param {import('puppeteer-core').Page} page */
const firstTile = (page) =>
  page.waitForFunction(() => /** @type {HTMLProgressElement} */ (document.querySelector('#bar')).value > 0);

for (const [name, setup] of Object.entries(SETUPS)) {
  describe(name, () => {
    const browser = withBrowser(name);
    /** @type {import('puppeteer-core').Page} */
    let page;
    const tiles = TILES[/** @type {keyof typeof TILES} */ (setup.run)];
    let many = '';
    let small = '';
    before(async () => {
      many = await site.pictures.write('many-tiles.png', tiles.picture);
      small = await site.pictures.write('small.png', drawPng(7, 5));
      page = await openPage(browser.running, `${site.server.url}?run=${setup.run}&tile=${SIZE}`);
    });

    test('Cancel stops within one tile, and the next picture runs', async () => {
      await cancelAtFirstTile(page);
      await choose(page, many);
      await waitForText(page, '#note', 'Stopped');
      await waitForState(page, 'waiting');
      assert.equal(await visibleText(page, '#problem'), '');

      const kinds = await messageKinds(page);
      assert.ok(kinds.filter((kind) => kind === 'tile').length < tiles.count, 'it stopped before the end');
      const afterwards = kinds.slice(kinds.indexOf('cancel') + 1);
      assert.ok(afterwards.filter((kind) => kind === 'tile').length <= 1, `after Cancel: ${afterwards}`);
      assert.ok(afterwards.includes('failed') && !afterwards.includes('done'), `after Cancel: ${afterwards}`);

      await page.reload();
      await waitForEngine(page);
      await choose(page, small);
      await waitForState(page, 'done');
    });

    test('another picture waits while one is under way, and is next when that is stopped', async () => {
      const earlier = (await messageKinds(page)).length;
      // From inside the page, as the first picture may be done before a test gets there.
      const waited = page.evaluate(() => {
        const bar = /** @type {HTMLProgressElement} */ (document.querySelector('#bar'));
        return new Promise((resolve) => {
          const stop = new MutationObserver(() => {
            if (!(bar.value > 0)) return;
            stop.disconnect();
            /** @type {HTMLElement} */ (document.querySelector('#cancel')).click();
            resolve(document.querySelector('.thumbnail:last-child').textContent);
          });
          stop.observe(bar, { attributes: true });
        });
      });
      await give(page, 'drop', [
        { name: 'first.png', content: tiles.picture },
        { name: 'next.png', content: drawPng(7, 5) },
      ]);
      assert.match(String(await waited), /^next\.pngWaits/);
      await waitForText(page, '.thumbnail:last-child .state', 'Done');
      assert.equal(await visibleText(page, '#file-name'), 'first.png', 'what is shown stays');
      await page.click('.thumbnail:last-child .pick');
      await waitForState(page, 'done');
      const picture = PNG.sync.read((await save(page, browser.downloads)).bytes);
      assert.deepEqual([picture.width, picture.height], [28, 20]);
      const kinds = (await messageKinds(page)).slice(earlier);
      assert.ok(kinds.includes('cancel'));
      assert.equal(kinds.filter((kind) => kind === 'done').length, 1, 'the first picture was not finished');
    });

    for (const way of /** @type {const} */ (['close', 'throw', 'reject'])) {
      test(`an engine that dies by ${way} is reported, and started anew`, async () => {
        await choose(page, many);
        await firstTile(page);
        await kill(page, way);
        await page.waitForSelector('#problem:not(:empty)');
        assert.match(await visibleText(page, '#problem'), /engine stopped unexpectedly.*again/);
        assert.doesNotMatch(await visibleText(page, '#problem'), /Uncaught|Error|killed/, 'in words for a person');
        await waitForState(page, 'waiting');
        await waitForEngine(page);
        await choose(page, small);
        await waitForState(page, 'done');
        assert.equal(await visibleText(page, '#problem'), '');
      });
    }
  });
}
