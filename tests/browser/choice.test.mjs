/** Choosing what enlarges: by what is in the picture, by purpose, and the classical filters. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { PNG } from 'pngjs';
import { withBrowser, withSite } from './fixtures.mjs';
import {
  AUTOMATIC,
  choose,
  chooseSize,
  enlargeAgain,
  listed,
  openPage,
  textOf,
  openMore,
  save,
  until,
  visibleText,
  waitForEngine,
  waitForRest,
  waitForState,
  waitForText,
} from './harness.mjs';
import { enlargedByCommand, largestDifference, photoPng, textPng, wavesPng } from './pictures.mjs';

const site = withSite();
const index = JSON.parse(await readFile(new URL('../../models/index.json', import.meta.url), 'utf8'));

/**
 * The first model for the first of the purposes that there is one for.
 * @param {string[]} purposes
 */
function modelFor(...purposes) {
  const models = purposes.flatMap((purpose) => index.models.filter((/** @type {any} */ model) => model.purpose === purpose));
  return models.find(({ scale }) => scale === 4).name;
}

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);
    const open = (query = '') => openPage(browser.running, `${site.server.url}?run=cpu${query}`);

    test('text and photographs are told apart, and each gets its model', async () => {
      const page = await open('&model=auto');
      assert.equal((await listed(page)).chosen, AUTOMATIC);
      for (const [kind, content, looks, model] of /** @type {const} */ ([
        ['text', textPng(64, 48), 'This looks like text or graphics', modelFor('text', 'photo', 'fidelity', 'fast')],
        ['photo', photoPng(64, 48), 'This looks like a photograph', modelFor('photo', 'fidelity', 'fast')],
      ])) {
        const picture = await site.pictures.write(`${kind}.png`, content);
        await choose(page, picture);
        await page.waitForFunction((looks) => document.querySelector('#seen').textContent.startsWith(looks), {}, looks);
        await waitForState(page, 'done');
        assert.match(await textOf(page, '#seen'), new RegExp(`, so ${model} enlarged it\\. .*%.*\\.$`));
        const saved = await save(page, browser.downloads);
        assert.equal(saved.name, `${kind}-4x-${model}.png`);
        const difference = largestDifference(PNG.sync.read(saved.bytes), await enlargedByCommand(picture, model));
        assert.ok(difference <= 1, `differs by up to ${difference} of 255`);
      }
      await page.close();
    });

    test('a photograph is enlarged where the model for text, which comes later, cannot be had', async () => {
      const inPage = () => {
        const told = (/** @type {any} */ (window).told = /** @type {string[]} */ ([]));
        new BroadcastChannel('told').onmessage = ({ data }) => told.push(data);
      };
      const inWorker = () => {
        const fetchPlainly = self.fetch.bind(self);
        const channel = new BroadcastChannel('told');
        if (self.name.startsWith('lenslet-engine')) channel.postMessage('started');
        self.fetch = async (input, options) => {
          if (!/\/text-x\d/.test(String(input instanceof Request ? input.url : input))) return fetchPlainly(input, options);
          channel.postMessage('asked');
          return new Response('', { status: 404 });
        };
      };
      const page = await openPage(browser.running, `${site.server.url}?run=cpu&model=auto`, { inPage, inWorker });
      const told = () => page.evaluate(() => /** @type {string[]} */ (/** @type {any} */ (window).told));
      await until(async () => (await told()).filter((one) => one === 'asked').length > 1, 'asked for ahead, and by the engine');
      for (const fileName of ['first.png', 'second.png']) {
        await choose(page, await site.pictures.write(fileName, photoPng(24, 16)));
        await waitForText(page, '#file-name', fileName);
        await waitForState(page, 'done');
      }
      assert.equal((await told()).filter((one) => one === 'started').length, 1, 'by the same worker');
      await page.close();
    });

    test('a picture that chooses its model is read once', async () => {
      const inWorker = () => {
        const channel = new BroadcastChannel('reads');
        const { arrayBuffer } = Blob.prototype;
        Blob.prototype.arrayBuffer = function () {
          channel.postMessage(this.size);
          return arrayBuffer.call(this);
        };
      };
      const page = await openPage(browser.running, `${site.server.url}?run=cpu&model=auto`, { inWorker });
      const reads = await page.evaluateHandle(() => {
        /** @type {number[]} */
        const reads = [];
        new BroadcastChannel('reads').addEventListener('message', ({ data }) => reads.push(data));
        return reads;
      });
      const content = photoPng(64, 48);
      await choose(page, await site.pictures.write('read.png', content));
      await waitForState(page, 'done');
      assert.deepEqual(await reads.jsonValue(), [content.length]);
      await page.close();
    });

    test('models stand in groups by what they are for, in plain words', async () => {
      const page = await open();
      const groups = await page.$$eval('#model optgroup', (all) => all.map((group) => /** @type {any} */ (group).label));
      assert.ok(groups.includes('Fast') && groups.includes('Classical filters'), groups.join());
      const filters = await page.$$eval('#model optgroup:last-of-type option', (all) => all.map((each) => each.textContent));
      assert.deepEqual(filters, ['Nearest', 'Bilinear', 'Bicubic', 'Lanczos']);
      await page.close();
    });

    test('the sliders of the photo model do what the options of the command do', async () => {
      const page = await open('&model=photo-x4');
      const picture = await site.pictures.write('slid.png', photoPng(16, 12));
      await choose(page, picture);
      await waitForState(page, 'done');
      for (const [slider, key, label, option, query] of /** @type {const} */ ([
        ['strength', 'End', '100 % strength', ['--strength', '1'], { strength: '100', denoise: null }],
        ['denoise', 'Home', '100 % strength + 0 % denoise', ['--strength', '1', '--denoise', '0'], { strength: '100', denoise: '0' }],
      ])) {
        await openMore(page);
        await page.focus(`#slider-${slider}`);
        await page.keyboard.press(key);
        await waitForEngine(page);
        await enlargeAgain(page, `photo-x4 + ${label}`);
        const saved = PNG.sync.read((await save(page, browser.downloads)).bytes);
        const difference = largestDifference(saved, await enlargedByCommand(picture, 'photo-x4', ...option));
        assert.ok(difference <= 1, `differs by up to ${difference} of 255`);
        const { searchParams } = new URL(page.url());
        for (const [name, value] of Object.entries(query)) assert.equal(searchParams.get(name), value);
      }
      assert.notEqual(
        largestDifference(await enlargedByCommand(picture, 'photo-x4'), await enlargedByCommand(picture, 'photo-x4', '--strength', '1')),
        0,
      );
      await page.close();
    });

    test('each picture moves the slider for noise, until a person does, and makes no request for it', async () => {
      const before = site.server.log.length;
      const page = await open('&model=photo-x4');
      const picture = await site.pictures.write('clean.png', wavesPng(24, 20));
      await waitForRest(site.server, before);
      const asked = site.server.log.length;
      await choose(page, picture);
      await waitForState(page, 'done');
      const slider = async () => ({
        said: await textOf(page, '.slider-row:has(#slider-denoise) output'),
        button: await page.$eval('.slider-row:has(#slider-denoise) button', (button) => !(/** @type {HTMLElement} */ (button).hidden)),
      });
      assert.deepEqual(await slider(), { said: 'automatic', button: false });
      await openMore(page);
      assert.match(await textOf(page, '#seen'), /^It has hardly any noise and shows no JPEG blocks, so its texture was kept\.$/);
      const saved = PNG.sync.read((await save(page, browser.downloads)).bytes);
      const byHand = (/** @type {string} */ value) => enlargedByCommand(picture, 'photo-x4', '--denoise', value);
      assert.ok(largestDifference(saved, await byHand('0.5')) <= 1);
      assert.ok(largestDifference(saved, await byHand('1')) > 1);
      assert.deepEqual(site.server.log.slice(asked), []);

      await page.focus('#slider-denoise');
      await page.keyboard.press('End');
      await waitForEngine(page);
      assert.deepEqual(await slider(), { said: '100 %', button: true });
      await enlargeAgain(page, 'photo-x4 + 100 % denoise');
      assert.equal(await textOf(page, '#seen'), '');
      await page.$eval('.slider-row:has(#slider-denoise) button', (button) => /** @type {HTMLElement} */ (button).click());
      assert.deepEqual(await slider(), { said: 'automatic', button: false });
      assert.equal(new URL(page.url()).searchParams.get('denoise'), null);
      await page.close();
    });

    test('the mean of eight is what the command makes with --tta, stands in the address, and filters do without', async () => {
      const page = await open('&model=fast');
      const picture = await site.pictures.write('eight.png', photoPng(20, 15));
      await choose(page, picture);
      await waitForState(page, 'done');
      await openMore(page);
      await page.locator('#tta').click();
      const once = await textOf(page, '#run');
      const model = once.slice(once.lastIndexOf(' · ') + 3);
      await enlargeAgain(page, `${model} + mean of 8`);
      assert.equal(new URL(page.url()).searchParams.get('tta'), 'on');
      const saved = await save(page, browser.downloads);
      assert.match(saved.name, /mean.of.8\.png$/);
      const expected = await enlargedByCommand(picture, modelFor('fast'), '--tta');
      const difference = largestDifference(PNG.sync.read(saved.bytes), expected);
      assert.ok(difference <= 1, `differs by up to ${difference} of 255`);
      await page.select('#model', 'lanczos');
      assert.equal(await page.$eval('#tta', (check) => /** @type {any} */ (check).disabled), true);
      await enlargeAgain(page, 'lanczos');
      await page.close();
    });

    test('a classical filter enlarges by any factor, as the command does, and is compared with a network', async () => {
      const page = await open();
      const picture = await site.pictures.write('filtered.png', photoPng(20, 15));
      await choose(page, picture);
      await waitForState(page, 'done');
      await openMore(page);
      await page.select('#model', 'lanczos');
      assert.equal(await page.$eval('#mix', (mix) => /** @type {any} */ (mix).disabled), true);
      await enlargeAgain(page, 'lanczos');
      const saved = await save(page, browser.downloads);
      assert.equal(saved.name, 'filtered-4x-lanczos.png');
      assert.equal(largestDifference(PNG.sync.read(saved.bytes), await enlargedByCommand(picture, 'lanczos')), 0);
      await chooseSize(page, { times: 3 });
      await waitForEngine(page);
      await page.locator('#again').click();
      await waitForText(page, '#size', '60 × 45 px');
      assert.match(await textOf(page, '#run'), / · lanczos$/);
      const address = new URL(page.url());
      assert.deepEqual([address.searchParams.get('model'), address.searchParams.get('scale')], ['lanczos', '3']);
      await page.close();
    });
  });
}
