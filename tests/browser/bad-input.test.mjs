/** Whatever file comes, the page says what is wrong with it, saves nothing and takes the next one. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, openPage, visibleText, waitForState } from './harness.mjs';
import { bombPng, drawPng } from './pictures.mjs';

const BAD = {
  'not a picture': { name: 'notes.png', content: 'These are notes, not a picture.' },
  'nothing at all': { name: 'empty.png', content: '' },
  'a picture cut short': { name: 'short.png', content: drawPng(40, 40).subarray(0, 200) },
  'a header that promises 60000 × 60000 pixels': { name: 'bomb.png', content: bombPng(60_000, 60_000) },
  'a kind of TIFF that is not read': {
    name: 'fax.tif',
    content: readFileSync(new URL('../tiff/fax2.tif', import.meta.url)),
    told: /This is a TIFF that is compressed as CCITT RLE/,
  },
};

const site = withSite();

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);

    for (const [what, { name: fileName, content, told = /./ }] of Object.entries(BAD)) {
      test(`${what}: says so, saves nothing, goes on`, async () => {
        const page = await openPage(browser.running, `${site.server.url}?run=cpu`);
        await choose(page, await site.pictures.write(fileName, content));
        await page.waitForSelector('#problem:not(:empty)');
        const sentence = await visibleText(page, '#problem');
        assert.match(sentence, /^[A-Z].{20,}[.!]$/s, 'a sentence for a person');
        assert.match(sentence, told);
        assert.doesNotMatch(sentence, /unexpectedly|undefined|RuntimeError|panick/, 'foreseen, not a crash');
        await waitForState(page, 'empty');
        assert.equal(await page.$eval('#save', (link) => link.hasAttribute('href')), false);

        await choose(page, await site.pictures.write('good.png', drawPng(8, 6)));
        await waitForState(page, 'done');
        assert.equal(await visibleText(page, '#problem'), '');
        assert.equal(await page.$eval('#save', (link) => link.hasAttribute('href')), true);
        await page.close();
      });
    }
  });
}
