/** Several pictures in a list, and what does not take a picture or a result away. */

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, give, openPage, save, visibleText, waitForEngine, waitForState, waitForText } from './harness.mjs';
import { modelFile } from './model-files.mjs';
import { drawPng } from './pictures.mjs';

const site = withSite();

/** A ZIP archive whose first file has that name. */
const zip = (/** @type {string} */ first) =>
  Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(22), Buffer.from([first.length, 0, 0, 0]), Buffer.from(first)]);

/** Two frames of one pixel. */
const ANIMATION = Buffer.from(
  'R0lGODlhAQABAIAAAP8AAAAA/yH/C05FVFNDQVBFMi4wAwEAAAAh+QQACgAAACwAAAAAAQABAAACAkQBACH5BAAKAAAALAAAAAABAAEAAAICTAEAOw==',
  'base64',
);

/** @param {import('puppeteer-core').Page} page */
const list = (page) => page.$$eval('.thumbnail .name', (all) => all.map((each) => each.textContent));

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);
    /** @type {import('puppeteer-core').Page} */
    let page;
    before(async () => {
      page = await openPage(browser.running, `${site.server.url}?run=cpu`);
      await choose(page, await site.pictures.write('kept.png', drawPng(9, 7)));
      await waitForState(page, 'done');
    });

    for (const [what, fileName, content, sentence] of /** @type {const} */ ([
      ['text', 'notes.png', 'These are notes, not a picture.', /notes\.png is not a picture.* AVIF/],
      ['a document', 'letter.docx', zip('[Content_Types].xml'), /letter\.docx is an archive or a document\. Unpack it/],
      ['an SVG', 'drawn.svg', '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', /is an SVG, which .* needs no enlarging/],
      ['a PDF', 'paper.pdf', '%PDF-1.7 and so on', /is a PDF\. Save the picture in it/],
      ['HEIC', 'phone.heic', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'), /cannot read HEIC/],
      ['a picture cut short', 'short.png', drawPng(40, 40).subarray(0, 200), /damaged/],
      ['nothing', 'empty.png', '', /empty\.png is empty/],
    ])) {
      test(`${what} gets a word, and the result that is not saved yet stays`, async () => {
        await give(page, 'drop', [{ name: fileName, content }]);
        await page.waitForFunction((source) => new RegExp(source).test(document.querySelector('#problem').textContent), {}, sentence.source);
        await page.waitForFunction(() => document.querySelectorAll('.thumbnail').length === 1);
        assert.equal(await page.$eval('body', (body) => body.dataset.state), 'done');
        assert.equal(await visibleText(page, '#file-name'), 'kept.png');
        assert.equal((await save(page, browser.downloads)).name, 'kept-4x-fast-x4.png');
      });
    }

    test('what comes and is no file gets a word', async () => {
      await page.evaluate(() => {
        const event = new Event('drop', { bubbles: true, cancelable: true });
        const transfer = new DataTransfer();
        transfer.setData('text/uri-list', 'https://example.com/picture.png');
        Object.defineProperty(event, 'dataTransfer', { value: transfer });
        document.body.dispatchEvent(event);
      });
      await waitForText(page, '#problem', 'Only files can be taken');
    });

    test('of a mixed drop the good picture is taken, whatever came with it', async () => {
      const good = { name: 'good.png', content: drawPng(8, 6) };
      const broken = { name: 'broken.safetensors', content: modelFile().subarray(0, 900) };
      await give(page, 'drop', [{ name: 'notes.txt', content: 'Notes.' }, broken, good]);
      await waitForText(page, '#file-name', 'good.png');
      await waitForState(page, 'done');
      const problem = await visibleText(page, '#problem');
      assert.match(problem, /notes\.txt is not a picture/);
      assert.match(problem, /model file is /);
      assert.deepEqual(await list(page), ['kept.png', 'good.png']);
    });

    test('several pictures go into the list, each is enlarged in its turn, and one that is removed is gone', async () => {
      await give(page, 'drop', ['one', 'two'].map((stem) => ({ name: `${stem}.png`, content: drawPng(7, stem.length + 3) })));
      await waitForText(page, '#file-name', 'one.png');
      await waitForState(page, 'done');
      assert.deepEqual(await list(page), ['kept.png', 'good.png', 'one.png', 'two.png']);
      await page.click('.thumbnail:nth-child(4) > button');
      await waitForText(page, '#file-name', 'two.png');
      await waitForState(page, 'done');
      // The first one comes back with its result.
      await page.click('.thumbnail:nth-child(1) > button');
      await waitForText(page, '#file-name', 'kept.png');
      await waitForState(page, 'done');
      await page.waitForFunction(() => document.querySelector('.after canvas')?.width === 36);
      await page.click('.thumbnail:nth-child(1) > .remove');
      await waitForText(page, '#file-name', 'good.png');
      assert.deepEqual(await list(page), ['good.png', 'one.png', 'two.png']);
    });

    test('a run that is stopped leaves the picture, which can be enlarged then', async () => {
      const other = await openPage(browser.running, `${site.server.url}?run=cpu&tile=8`);
      await other.evaluate(() => {
        const bar = /** @type {HTMLProgressElement} */ (document.querySelector('#bar'));
        const stop = new MutationObserver(() => {
          if (!(bar.value > 0)) return;
          stop.disconnect();
          /** @type {HTMLElement} */ (document.querySelector('#cancel')).click();
        });
        stop.observe(bar, { attributes: true });
      });
      await choose(other, await site.pictures.write('stopped.png', drawPng(300, 400)));
      await waitForText(other, '#note', 'Stopped');
      await waitForState(other, 'waiting');
      assert.equal(await visibleText(other, '#file-name'), 'stopped.png');
      await waitForEngine(other);
      await other.click('#again');
      await waitForState(other, 'done');
      await other.close();
    });

    test('leaving asks as long as a result is not saved', async () => {
      const leaving = await openPage(browser.running, `${site.server.url}?run=cpu`);
      const asks = () =>
        leaving.evaluate(() => {
          const event = new Event('beforeunload', { cancelable: true });
          dispatchEvent(event);
          return event.defaultPrevented;
        });
      assert.equal(await asks(), false);
      await choose(leaving, await site.pictures.write('left.png', drawPng(9, 7)));
      await waitForState(leaving, 'done');
      assert.equal(await asks(), true);
      await save(leaving, browser.downloads);
      assert.equal(await asks(), false);
      await leaving.close();
    });
  });
}

describe('Chromium, no WebGPU', () => {
  const browser = withBrowser('Chromium, no WebGPU');

  test('of a picture that moves the page says that the first frame is enlarged', async () => {
    const page = await openPage(browser.running, `${site.server.url}?run=cpu`);
    await give(page, 'drop', [{ name: 'moves.gif', content: ANIMATION }, { name: 'rests.png', content: drawPng(5, 4) }]);
    await waitForText(page, '#note', 'Only the first frame is enlarged of what moves: moves.gif.');
    await waitForState(page, 'done');
    await page.close();
  });
});
