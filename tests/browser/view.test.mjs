/** The stage: slider, zoom and movement, by pointer, touch and keyboard; paste and drop; small screens; limits. */

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, give, moduleAddress, openPage, visibleText, waitForState } from './harness.mjs';
import { drawPng } from './pictures.mjs';

const WIDTH = 30;
const HEIGHT = 20;

const site = withSite();

/**
 * @param {import('puppeteer-core').Page} page
 * @param {string} selector
 */
const box = (page, selector) =>
  page.$eval(selector, (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x, y, width, height };
  });

/** @param {import('puppeteer-core').Page} page */
const percent = async (page) => parseInt(await visibleText(page, '#zoom'));

/** @param {import('puppeteer-core').Page} page */
const split = (page) => page.$eval('[role=slider]', (slider) => Number(slider.getAttribute('aria-valuenow')));

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);
    /** @type {import('puppeteer-core').Page} */
    let page;
    before(async () => {
      page = await openPage(browser.running, `${site.server.url}?run=cpu`);
      await choose(page, await site.pictures.write('picture.png', drawPng(WIDTH, HEIGHT)));
      await waitForState(page, 'done');
    });

    test('Fit fills the stage in one direction, and a new size of the window fits again', async () => {
      for (const window of [{ width: 900, height: 700 }, { width: 500, height: 800 }]) {
        await page.setViewport(window);
        await page.click('#fit');
        await page.waitForFunction((width) => innerWidth === width, {}, window.width);
        const stage = await box(page, 'compare-view');
        const picture = await box(page, '.after canvas');
        const fill = Math.max(picture.width / stage.width, picture.height / stage.height);
        assert.ok(Math.abs(fill - 1) < 0.01, `fills ${fill} of the stage`);
        assert.ok(Math.abs(picture.width / picture.height - WIDTH / HEIGHT) < 0.01);
      }
    });

    test('100 % puts one output pixel on one device pixel, both sides alike', async () => {
      await page.click('#actual-size');
      assert.equal(await visibleText(page, '#zoom'), '100 %');
      const density = await page.evaluate(() => devicePixelRatio);
      const [original, enlarged] = [await box(page, '.before canvas'), await box(page, '.after canvas')];
      assert.ok(Math.abs(enlarged.width * density - WIDTH * 4) < 0.01);
      assert.ok(Math.abs(enlarged.height * density - HEIGHT * 4) < 0.01);
      assert.deepEqual(original, enlarged);
    });

    test('the wheel zooms around the pointer, and dragging moves the picture', async () => {
      await page.click('#fit');
      const stage = await box(page, 'compare-view');
      const start = await box(page, '.after canvas');
      const at = { x: stage.x + stage.width * 0.7, y: stage.y + stage.height * 0.4 };
      const pointBefore = (at.x - start.x) / start.width;
      const percentBefore = await percent(page);
      await page.mouse.move(at.x, at.y);
      await page.mouse.wheel({ deltaY: -400 });
      await page.waitForFunction((was) => parseInt(document.querySelector('#zoom').textContent) > was, {}, percentBefore);
      const zoomed = await box(page, '.after canvas');
      assert.ok(Math.abs((at.x - zoomed.x) / zoomed.width - pointBefore) < 0.01, 'the same point is under the pointer');

      await page.mouse.down();
      await page.mouse.move(at.x - 25, at.y, { steps: 3 });
      await page.mouse.up();
      const moved = await box(page, '.after canvas');
      assert.ok(Math.abs(moved.x - (zoomed.x - 25)) <= 1, `moved from ${zoomed.x} to ${moved.x}`);
      assert.deepEqual(moved, await box(page, '.before canvas'));
    });

    test('the keyboard zooms, moves and fits', async () => {
      await page.focus('compare-view');
      await page.keyboard.press('1');
      assert.equal(await percent(page), 100);
      await page.keyboard.press('+');
      assert.equal(await percent(page), 125);
      await page.keyboard.press('-');
      assert.equal(await percent(page), 100);
      await page.keyboard.press('0');
      const fitted = await box(page, '.after canvas');
      for (let times = 0; times < 4; times++) await page.keyboard.press('+');
      const zoomed = await box(page, '.after canvas');
      assert.ok(zoomed.width > fitted.width);
      await page.keyboard.press('ArrowRight');
      assert.ok((await box(page, '.after canvas')).x < zoomed.x);
    });

    test('the slider moves by keyboard', async () => {
      await page.focus('[role=slider]');
      for (const [key, value] of /** @type {const} */ ([
        ['Home', 0],
        ['ArrowRight', 2],
        ['PageUp', 12],
        ['End', 100],
        ['ArrowLeft', 98],
        ['PageDown', 88],
      ])) {
        await page.keyboard.press(key);
        assert.equal(await split(page), value, key);
      }
      assert.equal(
        await page.$eval('[role=slider]', (slider) => slider.getAttribute('aria-valuetext')),
        '88 % Original, 12 % Fast 4×',
      );
    });

    test('the slider moves by pointer, and divides what is shown', async () => {
      await page.focus('[role=slider]');
      await page.keyboard.press('End');
      await page.keyboard.press('PageDown');
      const stage = await box(page, 'compare-view');
      const handle = await box(page, '[role=slider]');
      const y = handle.y + handle.height / 2;
      await page.mouse.move(handle.x + handle.width / 2, y);
      await page.mouse.down();
      await page.mouse.move(stage.x + stage.width / 4, y, { steps: 4 });
      await page.mouse.up();
      assert.equal(await split(page), 25);
      const clip = (/** @type {string} */ side) => page.$eval(side, (layer) => getComputedStyle(layer).clipPath);
      assert.equal(await clip('.before'), 'inset(0px 75% 0px 0px)');
      assert.equal(await clip('.after'), 'inset(0px 0px 0px 25%)');
    });

    for (const kind of /** @type {const} */ (['paste', 'drop'])) {
      test(`a picture comes in by ${kind}`, async () => {
        const prevented = await give(page, kind, [{ name: `${kind}.png`, content: drawPng(9, 8) }]);
        await page.waitForFunction(
          (name) => document.body.dataset.state === 'done' && document.querySelector('#save').download === name,
          {},
          `${kind}-4x-fast-x4.png`,
        );
        assert.match(await visibleText(page, '#size'), /^36 × 32 px/);
        if (kind === 'drop') assert.ok(prevented, 'the browser must not open the file itself');
      });
    }

    test('nothing runs over the edge of a narrow screen', async () => {
      const narrow = await openPage(browser.running, `${site.server.url}?run=cpu`);
      await narrow.setViewport({ width: 360, height: 640 });
      const overflow = () => narrow.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok((await overflow()) <= 0);
      await choose(narrow, await site.pictures.write(`${'a long name '.repeat(12)}.png`, drawPng(9, 90)));
      await waitForState(narrow, 'done');
      assert.ok((await overflow()) <= 0);
      for (const selector of ['#save', 'header label', '#actual-size', '#zoom-out']) {
        const { x, width } = await box(narrow, selector);
        assert.ok(x >= 0 && x + width <= 360, `${selector} reaches from ${x} to ${x + width}`);
      }
      await narrow.close();
    });

    test('a large picture lies on canvases of a modest size, above a largest size it is reduced, and tiles still meet', async () => {
      const found = await page.evaluate(async (address) => {
        const { Surface, surfaceSize } = await import(address);
        const surface = new Surface(5000, 40);
        const half = { y: 0, width: 2500, height: 40, wholeWidth: 5000, wholeHeight: 40, done: 1, total: 2 };
        for (const x of [0, 2500]) {
          surface.paint({ ...half, x, pixels: new Uint8ClampedArray(2500 * 40 * 4).fill(255) });
        }
        await surface.painted();
        const canvases = [...surface.element.children];
        const data = canvases.map((canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data);
        surface.lay(1000 / 3, 8 / 3, 1.5);
        const edges = canvases.map(({ style }) => [parseFloat(style.left), parseFloat(style.left) + parseFloat(style.width)]);
        return {
          widths: canvases.map(({ width }) => width),
          unpainted: data.flatMap((values) => [...values]).filter((value) => value !== 255).length,
          gaps: edges.slice(1).map(([left], at) => Math.abs(left - edges[at][1])),
          reduced: surfaceSize(40_000, 20_000),
        };
      }, await moduleAddress(page, 'look/surface'));
      assert.deepEqual(found.widths, [1024, 1024, 1024, 1024, 904]);
      assert.equal(found.unpainted, 0);
      assert.ok(Math.max(...found.gaps) < 0.01);
      assert.ok(found.reduced.width * found.reduced.height <= 64 * 1024 * 1024);
      assert.ok(Math.abs(found.reduced.width / found.reduced.height - 2) < 0.001);
    });

    test('268 megapixels are looked at in pieces, of which none is large and all together fit into memory', async () => {
      const found = await page.evaluate(async (address) => {
        const { Surface } = await import(address);
        const [side, edge] = [16_384, 64];
        const surface = new Surface(side, side);
        const canvases = /** @type {HTMLCanvasElement[]} */ ([...surface.element.children]);
        const pixels = () => new Uint8ClampedArray(edge * edge * 4).fill(255);
        for (const x of [0, side - edge]) {
          surface.paint({ x, y: x, width: edge, height: edge, wholeWidth: side, wholeHeight: side, pixels: pixels(), done: 1, total: 2 });
        }
        await surface.painted();
        surface.lay(side / 8, side / 8, 1); // one in eight, as a stage shows it whole
        const isPainted = (/** @type {HTMLCanvasElement} */ canvas, /** @type {number} */ at) =>
          canvas.getContext('2d').getImageData(at, at, 1, 1).data[3] === 255;
        const [first, last] = [canvases[0], canvases[canvases.length - 1]];
        const found = {
          largest: Math.max(...canvases.flatMap(({ width, height }) => [width, height])),
          pixels: canvases.reduce((sum, { width, height }) => sum + width * height, 0),
          painted: [isPainted(first, 0), isPainted(last, last.width - 1)],
          ends: parseFloat(last.style.left) + parseFloat(last.style.width),
        };
        surface.close();
        return found;
      }, await moduleAddress(page, 'look/surface'));
      assert.ok(found.largest <= 1024, `${found.largest} px a side`);
      assert.ok(found.pixels > 8e6 && found.pixels <= 64 * 1024 * 1024, `${found.pixels} pixels`);
      assert.deepEqual([found.painted, found.ends], [[true, true], 2048]);
    });

    test('tiles of what is still to be resized lie where they will be in the result', async () => {
      for (const [wholeWidth, wholeHeight] of [[8, 4], [16, 8], [48, 24]]) {
        const corners = await page.evaluate(
          async (address, wholeWidth, wholeHeight) => {
            const { Surface } = await import(address);
            const surface = new Surface(24, 12);
            const [width, height] = [wholeWidth / 2, wholeHeight / 2];
            for (const [x, y, grey] of [[0, 0, 10], [width, 0, 70], [0, height, 130], [width, height, 190]]) {
              const pixels = new Uint8ClampedArray(width * height * 4).map((_, at) => (at % 4 === 3 ? 255 : grey));
              surface.paint({ x, y, width, height, wholeWidth, wholeHeight, pixels, done: 1, total: 4 });
            }
            await surface.painted();
            const pen = surface.element.firstChild.getContext('2d');
            return [[0, 0], [11, 5], [12, 0], [23, 5], [0, 6], [11, 11], [12, 6], [23, 11]].map(
              ([x, y]) => pen.getImageData(x, y, 1, 1).data[0],
            );
          },
          await moduleAddress(page, 'look/surface'),
          wholeWidth,
          wholeHeight,
        );
        assert.deepEqual(corners, [10, 10, 70, 70, 130, 130, 190, 190]);
      }
    });
  });
}

describe('Chromium with touch', () => {
  const browser = withBrowser('Chromium, no WebGPU');

  test('two fingers pinch', async () => {
    const page = await openPage(browser.running, `${site.server.url}?run=cpu`);
    await page.setViewport({ width: 400, height: 700, hasTouch: true });
    await choose(page, await site.pictures.write('touched.png', drawPng(WIDTH, HEIGHT)));
    await waitForState(page, 'done');
    const stage = await box(page, 'compare-view');
    const [x, y] = [stage.x + stage.width / 4, stage.y + stage.height / 4];
    const before = await percent(page);
    const first = await page.touchscreen.touchStart(x - 20, y);
    const second = await page.touchscreen.touchStart(x + 20, y);
    await first.move(x - 40, y);
    await second.move(x + 40, y);
    await first.end();
    await second.end();
    assert.ok(Math.abs((await percent(page)) / before - 2) < 0.05);
    await page.close();
  });
});
