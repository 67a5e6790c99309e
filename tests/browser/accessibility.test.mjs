/** What axe finds, in every state of the page, on wide and narrow windows, light and dark: nothing. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findings } from './axe.mjs';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, give, openMore, openPage, waitForEngine, waitForState } from './harness.mjs';
import { drawPng, photoPng } from './pictures.mjs';

const site = withSite();

describe('Chromium, no WebGPU', () => {
  const browser = withBrowser('Chromium, no WebGPU');

  for (const [scheme, viewport] of /** @type {const} */ ([
    ['light', { width: 1280, height: 800 }],
    ['dark', { width: 320, height: 568, isMobile: true, hasTouch: true }],
  ])) {
    test(`nothing at ${viewport.width} × ${viewport.height}, ${scheme}`, async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu&tile=8&model=photo`, { patient: false });
      await page.setViewport(viewport);
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await waitForEngine(page);
      /** @param {string} state */
      const check = async (state) => assert.deepEqual(await findings(page), [], state);
      await check('empty');
      await page.click('#show-choices');
      await check('choices before a picture');
      await page.click('#show-choices');

      // A plan that waits: nothing is begun until the person says so.
      await choose(page, await site.pictures.write('large.png', drawPng(2000, 1500)));
      await waitForState(page, 'waiting');
      await check('waiting');
      await page.click('#again');
      await waitForState(page, 'working');
      await check('working');
      await page.click('#cancel');
      await waitForState(page, 'waiting');
      await page.$eval('input[name=kind][value=fast]', (input) => /** @type {HTMLInputElement} */ (input).click());

      await choose(page, await site.pictures.write('small.png', photoPng(12, 8)));
      await waitForState(page, 'done');
      await check('done, in a list');
      await openMore(page);
      await check('more');
      await page.$eval('input[name=size][value=exact]', (input) => /** @type {HTMLInputElement} */ (input).click());
      await give(page, 'drop', [{ name: 'notes.txt', content: 'These are notes.' }]);
      await page.waitForSelector('#problem:not(:empty)');
      await check('problem');
      await page.click('#side-by-side');
      await check('side by side');
      await page.click('[popovertarget=about-engine]');
      await check('about the engine');
      await page.keyboard.press('Escape');
      await page.click('#show-keys');
      await check('keys');
      await page.keyboard.press('Escape');
      await page.$eval('#try', (button) => /** @type {HTMLElement} */ (button).click());
      await page.waitForSelector('.method canvas');
      await page.waitForFunction(() => !document.querySelector('.method[aria-busy=true]'));
      await check('a part tried');
      await page.close();
    });
  }
});
