/** Whatever file comes, the page says what is wrong with it, saves nothing and takes the next one. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { choose, openPage, startBrowser, startServer, visibleText, waitForState } from './harness.mjs';
import { bombPng, drawPng, pictureFolder } from './pictures.mjs';

const BAD = {
  'not a picture': { name: 'notes.png', content: 'These are notes, not a picture.' },
  'nothing at all': { name: 'empty.png', content: '' },
  'a picture cut short': { name: 'short.png', content: drawPng(40, 40).subarray(0, 200) },
  'a header that promises 60000 × 60000 pixels': { name: 'bomb.png', content: bombPng(60_000, 60_000) },
};

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {Awaited<ReturnType<typeof pictureFolder>>} */
let pictures;
before(async () => {
  server = await startServer();
  pictures = await pictureFolder();
});
after(async () => {
  server?.close();
  await pictures?.close();
});

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    /** @type {Awaited<ReturnType<typeof startBrowser>>} */
    let browser;
    before(async () => {
      browser = await startBrowser(name);
    });
    after(() => browser?.close());

    for (const [what, { name: fileName, content }] of Object.entries(BAD)) {
      test(`${what}: says so, saves nothing, goes on`, async () => {
        const page = await openPage(browser.running, `${server.url}?run=cpu`);
        await choose(page, await pictures.write(fileName, content));
        await page.waitForSelector('[role=alert]:not(:empty)');
        const sentence = await visibleText(page, '[role=alert]');
        assert.match(sentence, /^[A-Z].{20,}[.!]$/s, 'a sentence for a person');
        assert.doesNotMatch(sentence, /unexpectedly|undefined|RuntimeError|panick/, 'foreseen, not a crash');
        await waitForState(page, 'empty');
        assert.equal(await page.$eval('#save', (link) => link.hasAttribute('href')), false);

        await choose(page, await pictures.write('good.png', drawPng(8, 6)));
        await waitForState(page, 'done');
        assert.equal(await visibleText(page, '[role=alert]'), '');
        assert.equal(await page.$eval('#save', (link) => link.hasAttribute('href')), true);
        await page.close();
      });
    }
  });
}
