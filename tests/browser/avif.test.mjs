/** What the engine cannot read is decoded by the browser. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PNG } from 'pngjs';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, openPage, save, textOf, visibleText, waitForState } from './harness.mjs';

/*
 * 16 x 12 pixels, red (220, 40, 30) on the left and blue (20, 60, 200) on the right, both nearly clear (alpha 40) in the lower
 * half. Made with Pillow 13: `picture.save('x.avif', quality=80, subsampling='4:4:4')`.
 */
const CLEAR_BELOW =
  'AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUEAAAGGbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAOcGl0bQAA' +
  'AAAAAQAAACxpbG9jAAAAAEQAAAIAAQAAAAEAAAHFAAAAKgACAAAAAQAAAa4AAAAXAAAAQmlpbmYAAAAAAAIAAAAaaW5mZQIAAAAAAQAAYXYwMUNvbG9y' +
  'AAAAABppbmZlAgAAAAACAABhdjAxQWxwaGEAAAAAGmlyZWYAAAAAAAAADmF1eGwAAgABAAEAAADDaXBycAAAAJ1pcGNvAAAAFGlzcGUAAAAAAAAAEAAA' +
  'AAwAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBIAAAAAAAE2NvbHJuY2x4AAEADQAGgAAAAA5waXhpAAAAAAEIAAAADGF2MUOBABwAAAAAOGF1eEMAAAAA' +
  'dXJuOm1wZWc6bXBlZ0I6Y2ljcDpzeXN0ZW1zOmF1eGlsaWFyeTphbHBoYQAAAAAeaXBtYQAAAAAAAAACAAEEAQKDBAACBAEFhgcAAABJbWRhdBIACgUY' +
  'DP7YVDIMRNACCFCwYC4ISfTAEgAKCDgM/tpAQ0GkMhxE8JjJoDDDD8IAAAEAjhMn+5htkOOS1tUXufkY';

/** The same without alpha, with the instruction to turn it to the right: red above, blue below. */
const TURNED =
  'AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUEAAAD1bWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAOcGl0bQAA' +
  'AAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAEdAAAAKgAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAAB0aXBycAAAAFRp' +
  'cGNvAAAAFGlzcGUAAAAAAAAAEAAAAAwAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBIAAAAAAAE2NvbHJuY2x4AAEADQAGgAAAAAlpcm90AwAAABhpcG1h' +
  'AAAAAAAAAAEAAQUBAoMEhQAAADJtZGF0EgAKCDgM/tpAQ0GkMhxE8JjJoDDDD8IAAAEAjhMn+5htkJkOxCF2ufkY';

const RED = [220, 40, 30];
const BLUE = [20, 60, 200];

const site = withSite();

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);

    for (const { what, model, content, size, points } of [
      {
        what: 'nearly clear in part',
        model: 'nearest',
        content: CLEAR_BELOW,
        size: [32, 24],
        points: [[4, 4, ...RED, 255], [28, 4, ...BLUE, 255], [4, 20, ...RED, 40], [28, 20, ...BLUE, 40]],
      },
      { what: 'turned', model: 'auto', content: TURNED, size: [24, 32], points: [[12, 6, ...RED, 255], [12, 26, ...BLUE, 255]] },
    ]) {
      test(`an AVIF picture, ${what}, is enlarged and saved as PNG`, async () => {
        const page = await openPage(browser.running, `${site.server.url}?run=cpu&model=${model}&scale=2`);
        await choose(page, await site.pictures.write('picture.avif', Buffer.from(content, 'base64')));
        await waitForState(page, 'done');
        if (model === 'auto') assert.match(await textOf(page, '#seen'), /^This looks like /);
        const saved = await save(page, browser.downloads);
        assert.match(saved.name, /^picture-2x-.*\.png$/);
        const picture = PNG.sync.read(saved.bytes);
        assert.deepEqual([picture.width, picture.height], size);
        for (const [x, y, ...expected] of points) {
          const at = (y * picture.width + x) * 4;
          const found = [...picture.data.subarray(at, at + 4)];
          const differences = found.map((value, channel) => Math.abs(value - expected[channel]));
          // Chromium takes a file's alpha of 40 for 28; colours are what decoding may lose.
          const alpha = differences.pop() ?? 0;
          assert.ok(Math.max(...differences) <= 5 && alpha <= 12, `${found} at ${x}, ${y} in place of ${expected}`);
        }
        await page.close();
      });
    }

    test('where the browser cannot read it either, the page says what can be read', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu`);
      const broken = Buffer.from(CLEAR_BELOW, 'base64').subarray(0, 300);
      await choose(page, await site.pictures.write('broken.avif', broken));
      await page.waitForSelector('#problem:not(:empty)');
      assert.match(await visibleText(page, '#problem'), /^This picture is damaged, or of a kind that cannot be read here\. PNG, JPEG, WebP, AVIF, /);
      await waitForState(page, 'empty');
      await page.close();
    });
  });
}
