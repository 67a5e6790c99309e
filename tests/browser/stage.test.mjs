/** Room for the picture on every window, and the ways to look at it. */

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, give, openPage, options, textOf, visibleText, waitForEngine, waitForState } from './harness.mjs';
import { drawPng } from './pictures.mjs';

const WIDTH = 30;
const HEIGHT = 20;

/** As much of the window's height as the picture gets at least, and pixels. */
const LEAST_SHARE = 0.4;
const LEAST_PX = 180;

const site = withSite();

/**
 * @param {import('puppeteer-core').Page} page
 * @param {string} selector
 */
const box = (page, selector) =>
  page.$eval(selector, (element) => {
    const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
    return { left, top, right, bottom, width, height };
  });

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);
    /** @type {import('puppeteer-core').Page} */
    let page;
    before(async () => {
      page = await openPage(browser.running, `${site.server.url}?run=cpu`);
      await choose(page, await site.pictures.write('a-picture-with-a-long-name-of-its-own.png', drawPng(WIDTH, HEIGHT)));
      await waitForState(page, 'done');
    });

    test('the picture keeps its room on every window, whatever there is to tell, and nothing scrolls sideways', async () => {
      // Everything that takes room at once: a problem, a note, a result and another choice.
      await page.$eval('input[name=size][value="2"]', (input) => /** @type {HTMLInputElement} */ (input).click());
      await page.waitForFunction(() => document.querySelector('#expected').textContent.startsWith('Takes'));
      await give(page, 'drop', [{ name: `${'long '.repeat(20)}.txt`, content: 'Notes.' }, { name: 'b.zip', content: 'PK\x03\x04' }]);
      await page.waitForSelector('#problem:not(:empty)');
      for (const [width, height] of [[640, 400], [320, 568], [360, 640], [844, 390], [390, 664], [1280, 800]]) {
        await page.setViewport({ width, height });
        await page.waitForFunction((width) => innerWidth === width, {}, width);
        const stage = await box(page, '.stage');
        const window = `${width} × ${height}`;
        assert.ok(stage.height >= Math.max(LEAST_PX, LEAST_SHARE * height), `${window}: the stage is ${stage.height} px high`);
        assert.ok(stage.width >= Math.min(LEAST_PX, width), `${window}: the stage is ${stage.width} px wide`);
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${window} scrolls sideways`);
        for (const button of ['#again', '#save', '#actual-size', '#hold', '#right', '#show-keys']) {
          const { left, right, bottom } = await box(page, button);
          assert.ok(left >= 0 && right <= width + 0.5, `${window}: ${button} reaches from ${left} to ${right}`);
          assert.ok(bottom <= height + 0.5, `${window}: ${button} ends at ${bottom}`);
        }
        const [panel, canvas] = [await box(page, '.choices'), stage];
        const covers = panel.left < canvas.right - 0.5 && panel.top < canvas.bottom - 0.5 && panel.bottom > canvas.top + 0.5;
        assert.ok(!covers || panel.top >= canvas.top, `${window}: the choices lie over the picture`);
      }
      await page.click('#problem-box .close');
      assert.equal(await visibleText(page, '#problem'), '');
    });

    test('before it is enlarged, and while it grows, a picture is seen whole, with nothing to compare', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu&model=photo&tile=8`, { patient: false });
      await choose(page, await site.pictures.write('waiting.png', drawPng(2000, 1500)));
      await waitForState(page, 'waiting');
      await page.waitForSelector('.after canvas');
      assert.equal(await page.$eval('compare-view', (view) => view.getAttribute('data-mode')), 'one');
      for (const selector of ['.before', '.slider', '.sides']) {
        assert.equal(await page.$eval(selector, (element) => element.checkVisibility()), false, selector);
      }
      await page.click('#again');
      await page.waitForSelector('compare-view[data-mode=growing]');
      for (const selector of ['.slider', '.sides']) {
        assert.equal(await page.$eval(selector, (element) => element.checkVisibility()), false, selector);
      }
      await page.close();
    });

    test('side by side shows both whole, in step', async () => {
      await page.setViewport({ width: 1100, height: 400 }); // so that there is more room beside than under
      await page.click('#side-by-side');
      await page.click('#fit');
      const stage = await box(page, 'compare-view');
      const [left, right] = [await box(page, '.before canvas'), await box(page, '.after canvas')];
      assert.ok(left.right <= stage.left + stage.width / 2 + 1 && right.left >= stage.left + stage.width / 2 - 1);
      await page.click('#actual-size');
      const [before, after] = [await box(page, '.before canvas'), await box(page, '.after canvas')];
      assert.ok(Math.abs(after.left - before.left - stage.width / 2) <= 1);
      assert.deepEqual([before.top, before.width, before.height], [after.top, after.width, after.height]);
      await page.reload();
      await waitForEngine(page);
      assert.equal(await page.$eval('#side-by-side', (button) => button.getAttribute('aria-pressed')), 'true', 'a reload keeps it');
    });

    test('the original is seen as long as the key or the button is held', async () => {
      const held = await openPage(browser.running, `${site.server.url}?run=cpu`);
      await choose(held, await site.pictures.write('held.png', drawPng(WIDTH, HEIGHT)));
      await waitForState(held, 'done');
      const shown = () =>
        held.evaluate(() => {
          const view = /** @type {HTMLElement} */ (document.querySelector('compare-view'));
          return [view.dataset.mode, /** @type {HTMLCanvasElement} */ (view.querySelector('.after canvas')).width];
        });
      const isSplit = () => held.waitForSelector('compare-view:not([data-mode=one])');
      await isSplit();
      const usual = await shown();
      await held.keyboard.down('o');
      await held.waitForSelector('compare-view[data-mode=one]');
      assert.deepEqual(await shown(), ['one', WIDTH]);
      await held.keyboard.up('o');
      await isSplit();
      assert.deepEqual(await shown(), usual);
      const { left, top, width, height } = await box(held, '#hold');
      await held.mouse.move(left + width / 2, top + height / 2);
      await held.mouse.down();
      await held.waitForSelector('compare-view[data-mode=one]');
      await held.mouse.up();
      await isSplit();
      assert.deepEqual(await shown(), usual);
      await held.close();
    });

    test('a classical filter stands beside a result, at its size', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu`);
      await choose(page, await site.pictures.write('filtered.png', drawPng(WIDTH, HEIGHT)));
      await waitForState(page, 'done');
      await page.select('#left', 'make:lanczos');
      await page.waitForFunction(() => document.querySelector('#left').selectedOptions[0]?.text === 'Lanczos 4×');
      assert.deepEqual([(await options(page, '#left'))[0], (await options(page, '#right'))[0]], ['Lanczos 4×', 'Fast 4×']);
      const size = (/** @type {string} */ side) =>
        page.$eval(`${side} canvas`, (canvas) => /** @type {HTMLCanvasElement} */ (canvas).width);
      assert.deepEqual([await size('.before'), await size('.after')], [WIDTH * 4, WIDTH * 4]);
      await page.close();
    });

    test('a comparison takes turns with the picture under way', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu&tile=8`);
      // From inside the page, as the second picture may be done before a test gets there.
      await page.evaluate(() => {
        const left = /** @type {HTMLSelectElement} */ (document.querySelector('#left'));
        let isAsked = false;
        new MutationObserver(() => {
          const second = /** @type {HTMLElement | null} */ (document.querySelector('.thumbnail:nth-child(2)'));
          const agree = /** @type {HTMLElement | undefined} */ (second?.querySelector('[title=Enlarge]:not([hidden])') ?? undefined);
          if (second?.dataset.phase === 'waiting') agree?.click();
          if (!isAsked && second?.textContent.includes('%')) {
            isAsked = true;
            left.value = 'make:lanczos';
            left.dispatchEvent(new Event('change'));
          }
          if (left.selectedOptions[0]?.text === 'Lanczos 4×') left.dataset.meanwhile ??= second?.dataset.phase;
        }).observe(document.querySelector('main'), { childList: true, subtree: true, attributes: true, attributeFilter: ['value', 'aria-valuetext'] });
      });
      await give(page, 'drop', [{ name: 'compared.png', content: drawPng(WIDTH, HEIGHT) }, { name: 'long.png', content: drawPng(500, 700) }]);
      await page.waitForSelector('#left[data-meanwhile]');
      assert.equal(await page.$eval('#left', (left) => /** @type {HTMLElement} */ (left).dataset.meanwhile), 'working');
      await page.waitForSelector('.thumbnail:last-child[data-phase=done]');
      await page.close();
    });

    test('of a broken picture the stage says that there is nothing to see, and why', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu`);
      const whole = drawPng(WIDTH, HEIGHT);
      await give(page, 'drop', [{ name: 'broken.png', content: whole.subarray(0, 20) }, { name: 'whole.png', content: whole }]);
      await page.waitForSelector('.thumbnail:last-child[data-phase=done]');
      await page.click('.thumbnail:first-child .pick');
      await page.waitForSelector('#not-shown:not([hidden])');
      assert.equal(await visibleText(page, '.sides'), '');
      assert.match(await visibleText(page, '#not-shown'), /^There is nothing to show of this picture\. .{20}/);
      await page.click('.thumbnail:last-child .pick');
      await page.waitForSelector('#not-shown[hidden]');
      await page.close();
    });

    test('read from right to left the picture and its labels stay where they are', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu`);
      await page.evaluate(() => {
        document.documentElement.dir = 'rtl';
      });
      await choose(page, await site.pictures.write('rtl.png', drawPng(WIDTH, HEIGHT)));
      await waitForState(page, 'done');
      const stage = await box(page, 'compare-view');
      for (const canvas of [await box(page, '.before canvas'), await box(page, '.after canvas')]) {
        assert.ok(Math.abs(canvas.left - stage.left - (stage.right - canvas.right)) <= 1, 'in the middle');
      }
      assert.ok((await box(page, '#left')).right <= (await box(page, '#right')).left);
      await page.close();
    });

    test('a picture two pixels wide can be seen', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu&model=nearest&scale=2`);
      await choose(page, await site.pictures.write('thin.png', drawPng(2, 3000)));
      await waitForState(page, 'done');
      await page.click('#fit');
      assert.ok((await box(page, '.after')).width > 100);
      const [first, second] = await page.$$eval('.after canvas', (all) => all.map((canvas) => canvas.getBoundingClientRect().width));
      assert.ok(first >= 16 && second >= 16, `${first} px wide`);
      await page.close();
    });
  });
}

describe('Chromium with touch', () => {
  const browser = withBrowser('Chromium, no WebGPU');

  test('every button is large enough for a finger', async () => {
    const page = await openPage(browser.running, `${site.server.url}?run=cpu`);
    await page.setViewport({ width: 390, height: 844, isMobile: true, hasTouch: true });
    await waitForEngine(page);
    await choose(page, await site.pictures.write('touched.png', drawPng(WIDTH, HEIGHT)));
    await waitForState(page, 'done');
    const small = await page.$$eval('button, .button, select, .answer, summary, input[type=range]', (all) =>
      all
        .filter((element) => element.checkVisibility())
        .map((element) => ({ what: element.id || element.className || element.outerHTML, box: element.getBoundingClientRect() }))
        .filter(({ box }) => box.width < 43.5 || box.height < 43.5)
        .map(({ what, box }) => `${what}: ${box.width} × ${box.height}`),
    );
    assert.deepEqual(small, []);
    assert.notEqual(await textOf(page, '#zoom'), '');
    await page.close();
  });
});
