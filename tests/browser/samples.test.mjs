/** The samples: fetched when they are asked for, and no sooner; small. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withBrowser, withSite } from './fixtures.mjs';
import { openPage, waitForText } from './harness.mjs';

const MOST_BYTES = 150_000;

const site = withSite();

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);

    test('each sample is fetched from the site when its button is pressed, and enlarged', async () => {
      let bytes = 0;
      for (const sample of ['photo.jpg', 'page.png', 'worn.jpg']) {
        const page = await openPage(browser.running, `${site.server.url}?run=cpu&model=bicubic&scale=2`);
        const before = site.server.log.filter((line) => line.includes('/samples/')).length;
        await page.focus(`[data-sample="${sample}"]`);
        assert.equal(site.server.log.filter((line) => line.includes('/samples/')).length, before);
        await page.keyboard.press('Enter');
        await waitForText(page, '#file-name', sample);
        await page.waitForSelector('body[data-state=done]');
        const asked = site.server.log.filter((line) => line.includes('/samples/'));
        assert.equal(asked.length, before + 1);
        const response = await fetch(new URL(asked[before].split(' ')[1], site.server.url));
        assert.ok(response.ok);
        bytes += (await response.blob()).size;
        await page.close();
      }
      assert.ok(bytes < MOST_BYTES, `${bytes} bytes`);
    });

    test('a sample that cannot be fetched is told', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu`);
      await page.evaluate(() => {
        window.fetch = () => Promise.reject(new TypeError('offline'));
      });
      await page.click('[data-sample="page.png"]');
      await waitForText(page, '#problem', 'The sample could not be fetched.');
      await page.close();
    });
  });
}
