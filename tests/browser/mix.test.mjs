/** Two models of one shape, mixed. */

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { PNG } from 'pngjs';
import { withBrowser, withSite } from './fixtures.mjs';
import {
  addModel,
  choose,
  enlargeAgain,
  openPage,
  openMore,
  options,
  save,
  visibleText,
  waitForEngine,
  waitForState,
  waitForText,
} from './harness.mjs';
import { modelFile } from './model-files.mjs';
import { drawPng, largestDifference } from './pictures.mjs';

const site = withSite();

/**
 * Moves the slider as a person does with the keyboard, one step at a time where it is near.
 * @param {import('puppeteer-core').Page} page
 * @param {number} share
 */
async function moveShare(page, share) {
  await openMore(page);
  await page.focus('#share');
  await page.keyboard.press('Home');
  if (share === 100) await page.keyboard.press('End');
  else for (let step = 0; step < share; step++) await page.keyboard.press('ArrowRight');
  await waitForEngine(page);
}

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);
    /** @type {import('puppeteer-core').Page} */
    let page;

    /** @param {string} label */
    async function result(label) {
      await enlargeAgain(page, label);
      return PNG.sync.read((await save(page, browser.downloads)).bytes);
    }

    before(async () => {
      page = await openPage(browser.running, `${site.server.url}?run=cpu`);
      await choose(page, await site.pictures.write('mixed.png', drawPng(12, 9)));
      await waitForState(page, 'done');
      await addModel(page, await site.pictures.write('b.safetensors', modelFile({ seed: 2 })), 'b');
      await addModel(page, await site.pictures.write('other.safetensors', modelFile({ features: 9 })), 'other');
      await addModel(page, await site.pictures.write('a.safetensors', modelFile({ seed: 1 })), 'a');
    });

    test('0 % is the first model, 100 % the second, 50 % lies between', async () => {
      const a = await result('a');
      await page.select('#model', 'own:b');
      const b = await result('b');
      assert.ok(largestDifference(a, b) > 10);
      await page.select('#model', 'own:a');
      await page.select('#mix', 'own:b');
      await moveShare(page, 0);
      assert.deepEqual((await result('a + 0 % b')).data, a.data);
      await moveShare(page, 100);
      assert.deepEqual((await result('a + 100 % b')).data, b.data);
      await moveShare(page, 50);
      const half = await result('a + 50 % b');
      assert.ok(largestDifference(half, a) > 2 && largestDifference(half, b) > 2);
      assert.ok(largestDifference(half, a) < largestDifference(a, b));
    });

    test('the slider says its value in words, and a mix saves under its name', async () => {
      await moveShare(page, 7);
      await openMore(page);
      assert.equal(await visibleText(page, '#share-text'), '7 %');
      assert.equal(await page.$eval('#share', (slider) => slider.getAttribute('aria-valuetext')), '7 % of b');
      await enlargeAgain(page, 'a + 7 % b');
      assert.equal((await save(page, browser.downloads)).name, 'mixed-4x-a-7-b.png');
    });

    test('models of two shapes are told apart in a sentence beside the choice', async () => {
      await page.select('#mix', 'own:other');
      await waitForText(page, '#mix-problem', 'The two models cannot be mixed');
      assert.equal(await visibleText(page, '#problem'), '');
      assert.ok(await page.$('#again[aria-disabled=true]'), 'what cannot run is not offered');
      await page.select('#mix', '');
      await waitForEngine(page);
      assert.equal(await page.$eval('#mix-problem', (element) => element.textContent), '');
      await openMore(page);
      assert.equal(await visibleText(page, '#share'), '');
      assert.equal(await page.$eval('#share-row', (row) => row.checkVisibility()), false);
    });

    test('a model cannot be mixed with itself, and mixes with the built-in ones', async () => {
      const own = async () => (await options(page, '#mix')).filter((title) => ['a', 'b', 'other'].includes(title));
      assert.deepEqual(await own(), ['b', 'other']);
      assert.ok((await options(page, '#mix')).includes('Quick, 4 times'));
      await page.select('#model', 'fast-x4');
      assert.deepEqual(await own(), ['b', 'other', 'a']);
      assert.ok(!(await options(page, '#mix')).includes('Quick, 4 times'));
      await waitForEngine(page);
    });
  });
}
