/** A part of the picture is tried with several methods first: by mouse, by touch and by keyboard. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, openPage, textOf, visibleText, waitForState, waitForText } from './harness.mjs';
import { drawPng, enlargedByCommand, largestDifference, photoPng, turnedPng } from './pictures.mjs';
import { moved, partIn, partOf, shownBy, tried } from './trials.mjs';

const METHODS = ['Bicubic', 'Lanczos', 'Photo', 'Faithful', 'Text and logos', 'Fast'];

const site = withSite();

/** @typedef {import('puppeteer-core').Page} Page */

/**
 * @param {Page} page
 * @param {string} selector
 */
const middleOf = (page, selector) =>
  page.$eval(selector, (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2 };
  });

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);

    test('the part looks just as in the enlarged whole, wherever the frame is dragged or put, pixel for pixel', async () => {
      const size = { width: 240, height: 180 };
      const file = await site.pictures.write('whole.png', drawPng(size.width, size.height));
      const page = await openPage(browser.running, `${site.server.url}?run=cpu&model=fast`);
      await page.setViewport({ width: 1280, height: 800 });
      await choose(page, file);
      await waitForState(page, 'done');
      await tried(page, () => page.click('#try'));
      const names = await page.$$eval('.method .name', (all) => all.map((one) => one.textContent));
      assert.deepEqual(names, METHODS);

      /** @type {(titles: [string, string][], scale: number) => Promise<number[]>} */
      const check = async (titles, scale) => {
        const part = await partIn(page, size);
        for (const [title, model] of titles) {
          const shown = await shownBy(page, title);
          const whole = await enlargedByCommand(file, model, '--scale', String(scale));
          assert.deepEqual([shown.width, shown.height], [part[2] * scale, part[3] * scale], title);
          assert.equal(Math.round(shown.percent), 100, title);
          assert.ok(largestDifference({ data: Uint8Array.from(shown.data) }, partOf(whole, part, scale)) <= 1, title);
        }
        return part;
      };
      const first = await check([['Bicubic', 'bicubic'], ['Fast', 'fast-x4'], ['Photo', 'photo-x4']], 4);

      const frame = await middleOf(page, '#frame');
      await moved(page, async () => {
        await page.mouse.move(frame.x, frame.y);
        await page.mouse.down();
        await page.mouse.move(frame.x + 30, frame.y - 20, { steps: 4 });
        await page.mouse.up();
      });
      const dragged = await check([['Fast', 'fast-x4']], 4);
      assert.ok(dragged[0] > first[0] && dragged[1] < first[1], `${first} → ${dragged}`);

      // A tap beyond the picture's corner puts the frame into it.
      const corner = await page.$eval('.after canvas', (canvas) => {
        const { left, bottom } = canvas.getBoundingClientRect();
        return { x: left + 3, y: bottom - 3 };
      });
      await moved(page, () => page.mouse.click(corner.x, corner.y));
      const put = await check([['Fast', 'fast-x4']], 4);
      assert.deepEqual([put[0], put[1] + put[3]], [0, size.height]);
      await page.close();
    });

    test('by keyboard: T opens, arrows move, Enter chooses, E enlarges the whole; Escape closes', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu&model=fast`);
      const size = { width: 200, height: 150 };
      await choose(page, await site.pictures.write('keyed.png', photoPng(size.width, size.height)));
      await waitForState(page, 'done');
      await page.focus('#try');
      await tried(page);
      assert.equal(await page.evaluate(() => document.activeElement.id), 'frame');
      const [x] = await partIn(page, size);
      await moved(page, () => page.keyboard.press('ArrowRight'));
      const [right] = await partIn(page, size);
      assert.ok(right > x, `${x} → ${right}`);
      await page.keyboard.press('Escape');
      await page.waitForSelector('#trial[hidden]');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'try');

      await tried(page);
      const text = await page.$$('.method');
      await text[METHODS.indexOf('Text and logos')].focus();
      await page.keyboard.press('Enter');
      await page.waitForSelector('#methods li:nth-child(5) [aria-pressed=true]');
      assert.equal(await page.$eval('input[name=kind]:checked', (input) => /** @type {HTMLInputElement} */ (input).value), 'text');
      await page.waitForSelector('body[data-engine=ready]');
      await page.keyboard.press('e');
      await page.waitForSelector('#trial[hidden]');
      await waitForState(page, 'done');
      await waitForText(page, '#size', '800 × 600 px');
      assert.match(await textOf(page, '#run'), / · text-x4$/);
      await page.close();
    });

    test('it does not wait for the engine that is at work', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu&model=photo&tile=8`);
      await choose(page, await site.pictures.write('long.png', photoPng(900, 700)));
      await page.waitForFunction(() => document.querySelector('.after canvas') && document.querySelector('#bar').hasAttribute('value'));
      await tried(page);
      assert.equal(await page.evaluate(() => document.body.dataset.state), 'working');
      await page.close();
    });
  });
}

describe('Chromium with touch', () => {
  const browser = withBrowser('Chromium, no WebGPU');

  test('a phone’s picture that was held on its side, moved and chosen by fingers, before anything is enlarged', async () => {
    const file = await site.pictures.write('turned.png', turnedPng(150, 200));
    const size = { width: 200, height: 150 };
    const page = await openPage(browser.running, `${site.server.url}?run=cpu&model=fast`, { patient: false });
    await page.setViewport({ width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
    await page.waitForSelector('body[data-engine=ready]');
    await choose(page, file);
    await waitForState(page, 'done');
    await page.$eval('#try', (button) => button.scrollIntoView({ block: 'center' }));
    await tried(page, () => page.tap('#try'));
    const before = await partIn(page, size);
    const frame = await middleOf(page, '#frame');
    await moved(page, async () => {
      const finger = await page.touchscreen.touchStart(frame.x, frame.y);
      await finger.move(frame.x - 20, frame.y + 10);
      await finger.move(frame.x - 40, frame.y + 20);
      await finger.end();
    });
    const part = await partIn(page, size);
    assert.ok(part[0] < before[0] && part[1] > before[1], `${before} → ${part}`);
    const shown = await shownBy(page, 'Lanczos');
    assert.equal(Math.round(shown.percent), 100);
    const whole = await enlargedByCommand(file, 'lanczos', '--scale', '4');
    assert.ok(largestDifference({ data: Uint8Array.from(shown.data) }, partOf(whole, part, 4)) <= 1);

    const [, , photo] = await page.$$('.method');
    await photo.evaluate((method) => method.scrollIntoView({ block: 'center' }));
    await photo.tap();
    await page.waitForSelector('#methods li:nth-child(3) [aria-pressed=true]');
    await page.waitForFunction(() => document.querySelector('#again').checkVisibility());
    await page.waitForSelector('body[data-engine=ready]');
    await page.tap('#again');
    await page.waitForSelector('#trial[hidden]');
    await waitForState(page, 'done');
    assert.match(await textOf(page, '#run'), / · photo-x4$/);
    await page.close();
  });

  test('a picture that takes long offers a trial before it is begun', async () => {
    const page = await openPage(browser.running, `${site.server.url}?run=cpu&model=photo`, { patient: false });
    await choose(page, await site.pictures.write('huge.png', photoPng(2400, 1800)));
    await waitForState(page, 'waiting');
    await tried(page, () => page.click('#try-first'));
    assert.equal(await visibleText(page, '#try-first'), '');
    assert.equal(await page.$eval('#methods li:nth-child(3) .method', (method) => method.ariaPressed), 'true');
    await page.close();
  });
});
