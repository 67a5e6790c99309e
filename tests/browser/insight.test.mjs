/** Behind a result, as a person looks: where it guessed, and inside of the network. */

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { findings } from './axe.mjs';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, enlargeAgain, openPage, textOf, visibleText, waitForState, waitForText } from './harness.mjs';
import { photoPng } from './pictures.mjs';
import { messageKinds } from './probe.mjs';
import { longestTasks } from './trace.mjs';

const WIDTH = 60;
const HEIGHT = 44;

/** A stutter, in milliseconds. */
const MOST_MS = 50;

const site = withSite();

/**
 * How many pixels of the map are coloured, and where it and the result lie.
 * @param {import('puppeteer-core').Page} page
 */
const mapOf = (page) =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    const canvas = /** @type {HTMLCanvasElement | null} */ (document.querySelector('.after .doubt canvas'));
    if (!canvas) return undefined;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const coloured = data.filter((value, at) => at % 4 === 0 && value > 150).length;
    const placeOf = (/** @type {Element} */ element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return [x, y, width, height];
    };
    const result = document.querySelector('.after .surface:not(.doubt) canvas');
    return { coloured, size: [canvas.width, canvas.height], places: [placeOf(canvas), placeOf(result)] };
  });

/**
 * What is seen of the layers: the name, and a number that changes with what is on the canvases.
 * @param {import('puppeteer-core').Page} page
 */
const layerOf = async (page) => {
  await page.waitForSelector('#inside[open]:not([aria-busy])');
  return page.$eval('#inside', (dialog) => {
    const canvases = [...dialog.querySelectorAll('#channels canvas')].map((canvas) => /** @type {HTMLCanvasElement} */ (canvas));
    const sum = (/** @type {HTMLCanvasElement} */ canvas) =>
      canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.reduce((sum, value, at) => (sum * 31 + value + at) % 1e9, 0);
    const [{ width, height }] = canvases;
    return {
      name: dialog.querySelector('#layer-name').textContent,
      count: canvases.length,
      size: [width, height],
      sums: canvases.map(sum),
      label: canvases[0].getAttribute('aria-label'),
    };
  });
};

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);
    /** @type {import('puppeteer-core').Page} */
    let page;

    before(async () => {
      page = await openPage(browser.running, `${site.server.url}?run=cpu&model=photo`);
      assert.equal(await visibleText(page, '#understand'), '', 'there is nothing to understand yet');
      await choose(page, await site.pictures.write('behind.png', photoPng(WIDTH, HEIGHT)));
      await waitForState(page, 'done');
    });

    test('where it guessed is coloured over the result, with a legend and a sentence, and goes again', async () => {
      assert.equal(await mapOf(page), undefined);
      await page.click('#show-doubt');
      await waitForText(page, '#doubt-text', 'Measuring the picture…');
      await page.waitForFunction(() => / of the picture is coloured strongly: /.test(document.querySelector('#doubt-text').textContent));
      assert.match(await visibleText(page, '#doubt-text'), /a faithful and a lively version of it disagree\.$/);
      assert.match(await visibleText(page, '#doubt-legend'), /As in the picture\s+Guessed/);
      const map = await mapOf(page);
      assert.ok(map && map.coloured > 50, JSON.stringify(map));
      assert.deepEqual(map.size, [WIDTH, HEIGHT]);
      assert.deepEqual(map.places[0], map.places[1], 'it lies just over the result');
      assert.equal(await page.$('.before .doubt'), null, 'the original guesses nothing');
      await page.click('#zoom-in');
      const zoomed = await mapOf(page);
      assert.deepEqual(zoomed?.places[0], zoomed?.places[1]);
      assert.notDeepEqual(zoomed?.places[0], map.places[0]);
      await page.click('#fit');

      await page.keyboard.down('o');
      await page.waitForFunction(() => !document.querySelector('.doubt'));
      await page.keyboard.up('o');
      await page.waitForSelector('.doubt');

      await page.keyboard.press('g');
      await page.waitForFunction(() => !document.querySelector('.doubt'));
      assert.equal(await visibleText(page, '#doubt-legend'), '');
      assert.equal(await page.$eval('#show-doubt', (button) => button.ariaPressed), 'false');
      const asked = (await messageKinds(page)).filter((kind) => kind === 'doubt').length;
      await page.keyboard.press('g');
      await page.waitForSelector('.after .doubt');
      assert.equal((await messageKinds(page)).filter((kind) => kind === 'doubt').length, asked, 'what was measured is kept');
      await page.keyboard.press('g');
    });

    test('layer by layer, by buttons and keys, from edges to what comes last', async () => {
      await page.focus('#show-inside');
      await page.keyboard.press('Enter');
      const first = await layerOf(page);
      assert.match(first.name, /^Layer 1 of \d+: convolution 1 before the blocks, 48 channels$/);
      assert.equal(first.count, 48);
      assert.deepEqual(first.size, [WIDTH, HEIGHT]);
      assert.match(first.label, /^Channel 1, -?[\d.e-]+ \(black\) to -?[\d.e-]+ \(white\)$/);
      assert.ok(new Set(first.sums).size > 40, 'channels differ');
      await page.click('#layer-after');
      await waitForText(page, '#layer-name', 'Layer 2 ');
      const second = await layerOf(page);
      assert.match(second.name, /convolution 1 of block 1/);
      assert.notDeepEqual(second.sums, first.sums);
      await page.focus('#layer');
      await page.keyboard.press('ArrowRight');
      await waitForText(page, '#layer-name', 'Layer 3 ');
      await page.keyboard.press('End');
      await waitForText(page, '#layer-name', `Layer ${/of (\d+)/.exec(first.name)?.[1]} `);
      await layerOf(page);
      await page.keyboard.press('Home');
      await waitForText(page, '#layer-name', 'Layer 1 ');
      assert.deepEqual((await layerOf(page)).sums, first.sums);
      await page.keyboard.press('e');
      assert.equal(await page.$eval('body', (body) => body.dataset.state), 'done', 'keys of the page rest');
      await page.keyboard.press('Escape');
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'show-inside');
    });

    test('a new enlargement goes before a measurement, and its result begins without a map', async () => {
      await page.$eval('input[name=kind][value=fidelity]', (input) => /** @type {HTMLInputElement} */ (input).click());
      await page.waitForSelector('body[data-engine=ready]');
      await page.keyboard.press('g');
      await page.waitForSelector('.after .doubt');
      await enlargeAgain(page, 'fidelity-x4');
      assert.equal(await page.$('.doubt'), null);
      assert.equal(await page.$eval('#show-doubt', (button) => button.ariaPressed), 'false');

      await page.$eval('input[name=kind][value=fast]', (input) => /** @type {HTMLInputElement} */ (input).click());
      await page.waitForSelector('body[data-engine=ready]');
      await page.evaluate(() => {
        for (const id of ['show-doubt', 'again']) document.getElementById(id).click();
      });
      await page.waitForFunction(() => document.body.dataset.state === 'done' && /Fast/.test(document.title));
      const kinds = await messageKinds(page);
      const last = kinds.slice(kinds.lastIndexOf('doubt'));
      assert.ok(last.includes('cancel') && last.indexOf('cancel') < last.indexOf('upscale'), last.join());
      assert.equal(await visibleText(page, '#doubt-told'), '');
      await page.click('#show-doubt');
      await page.waitForFunction(() => /coloured strongly/.test(document.querySelector('#doubt-text').textContent));
      assert.match(await textOf(page, '#doubt-text'), /This model has no faithful and lively versions to compare\.$/);
      await page.click('#show-doubt');
    });

    test('a classical filter has no layers, and says so', async () => {
      await page.select('#left', 'make:lanczos');
      await page.waitForFunction(() => /** @type {HTMLSelectElement} */ (document.querySelector('#left')).selectedOptions[0].text.startsWith('Lanczos'));
      await waitForState(page, 'done');
      await page.$eval('#right', (element) => {
        const select = /** @type {HTMLSelectElement} */ (element);
        select.value = 'original';
        select.dispatchEvent(new Event('change'));
      });
      await page.waitForFunction(() => /Lanczos/.test(document.title));
      await page.click('#show-inside');
      await waitForText(page, '#layer-name', 'A classical filter has no layers');
      assert.equal(await visibleText(page, '#layer-row'), '');
      await page.keyboard.press('Escape');
      await page.close();
    });
  });
}

describe('Chromium, no WebGPU, looked at closely', () => {
  const browser = withBrowser('Chromium, no WebGPU');

  test('only what is in view is measured, and touching is enough', async () => {
    const page = await openPage(browser.running, `${site.server.url}?run=cpu`);
    await page.setViewport({ width: 390, height: 844, isMobile: true, hasTouch: true });
    await choose(page, await site.pictures.write('large.png', photoPng(300, 220)));
    await waitForState(page, 'done');
    for (let times = 0; times < 8; times++) await page.tap('#zoom-in');
    await page.$eval('#show-doubt', (button) => button.scrollIntoView({ block: 'center' }));
    await page.tap('#show-doubt');
    await page.waitForFunction(() => / of what was in view is coloured/.test(document.querySelector('#doubt-text').textContent));
    const outside = await page.$eval('.doubt canvas', (element) => {
      const canvas = /** @type {HTMLCanvasElement} */ (element);
      return canvas.getContext('2d').getImageData(0, 0, 20, canvas.height).data.every((value) => value === 0);
    });
    assert.ok(outside, 'the rest stays clear');
    await page.close();
  });

  for (const [scheme, viewport] of /** @type {const} */ ([
    ['light', { width: 1280, height: 800 }],
    ['dark', { width: 320, height: 568, isMobile: true, hasTouch: true }],
  ])) {
    test(`axe finds nothing at ${viewport.width} × ${viewport.height}, ${scheme}; nothing sticks out, and no task takes over ${MOST_MS} ms`, async (t) => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu&model=photo`);
      await page.setViewport(viewport);
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await choose(page, await site.pictures.write('checked.png', photoPng(150, 110)));
      await waitForState(page, 'done');
      const sticksOut = () => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
      const tasks = await longestTasks(page, async () => {
        await page.$eval('#show-doubt', (button) => /** @type {HTMLElement} */ (button).click());
        await page.waitForFunction(() => /coloured strongly/.test(document.querySelector('#doubt-text').textContent));
        await page.$eval('#show-inside', (button) => /** @type {HTMLElement} */ (button).click());
        await page.waitForSelector('#inside[open]:not([aria-busy])');
        await page.click('#layer-after');
        await waitForText(page, '#layer-name', 'Layer 2 ');
        await page.waitForSelector('#inside[open]:not([aria-busy])');
      });
      t.diagnostic(`longest tasks: ${tasks.slice(0, 5).map((ms) => ms.toFixed(1)).join(', ')} ms of ${tasks.length}`);
      assert.ok(tasks[0] <= MOST_MS, `${tasks[0]} ms`);
      assert.deepEqual(await findings(page), [], 'inside');
      assert.equal(await sticksOut(), false);
      await page.keyboard.press('Escape');
      assert.deepEqual(await findings(page), [], 'where it guessed');
      assert.equal(await sticksOut(), false);
      await page.close();
    });
  }
});
