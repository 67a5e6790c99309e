/** Models of one's own: dropped or picked, looked at, refused when bad, run like the built-in ones. */

import assert from 'node:assert/strict';
import { truncate } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { PNG } from 'pngjs';
import { withBrowser, withSite } from './fixtures.mjs';
import {
  addModel,
  AUTOMATIC,
  choose,
  enlargeAgain,
  give,
  listed,
  openPage,
  textOf,
  openMore,
  save,
  SETUPS,
  visibleText,
  waitForEngine,
  waitForState,
  waitForText,
} from './harness.mjs';
import { graphFile, modelFile, safetensors } from './model-files.mjs';
import { drawPng, enlargedByCommand, largestDifference } from './pictures.mjs';

/** Largest difference allowed, in steps of 255: the design's promise for each precision. */
const TOLERANCE = { f32: 1, f16: 2 };

const site = withSite();

/**
 * @param {import('puppeteer-core').Page} page
 * @param {string} name
 */
const fact = (page, name) => visibleText(page, `[data-fact=${name}]`);

for (const [name, setup] of Object.entries(SETUPS)) {
  describe(name, () => {
    const browser = withBrowser(name);

    test('a picked model makes what the command makes with it', async () => {
      const model = await site.pictures.write('mine.safetensors', modelFile());
      const picture = await site.pictures.write(`${setup.browser}-${setup.run}-own.png`, drawPng(19, 13));
      const page = await openPage(browser.running, `${site.server.url}?run=${setup.run}`);
      await addModel(page, model, 'mine');
      await choose(page, picture);
      await waitForState(page, 'done');
      const saved = await save(page, browser.downloads);
      assert.equal(saved.name, `${setup.browser}-${setup.run}-own-4x-mine.png`);
      const made = PNG.sync.read(saved.bytes);
      const difference = largestDifference(made, await enlargedByCommand(picture, model));
      assert.ok(difference <= TOLERANCE[setup.precision], `differs by up to ${difference} of 255`);
      assert.ok(largestDifference(made, await enlargedByCommand(picture)) > 10, 'the built-in model makes another');
      await page.close();
    });
  });
}

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(`${name}, the list`, () => {
    const browser = withBrowser(name);
    const open = (query = '') => openPage(browser.running, `${site.server.url}?run=cpu${query}`);

    test('a dropped pair of ncnn, its archive and an ONNX file are models', async () => {
      const page = await open();
      const drop = async (/** @type {string[]} */ names, /** @type {string} */ expected) => {
        const files = await Promise.all(names.map(async (name) => ({ name, content: await graphFile(name) })));
        assert.ok(await give(page, 'drop', files));
        await waitForText(page, '#card .name', expected);
        await waitForEngine(page);
        assert.equal(await fact(page, 'enlarges'), '3 times');
      };
      await drop(['compact.param', 'compact.bin'], 'compact');
      await drop(['compact.zip'], 'compact 2');
      await drop(['compact.onnx'], 'compact 3');
      assert.equal((await listed(page)).own.length, 3);
      await page.close();
    });

    test('a dropped model is listed, chosen and described', async () => {
      const page = await open();
      const content = modelFile({ features: 16, convs: 2, scale: 2 });
      assert.ok(await give(page, 'drop', [{ name: 'Two times.pth', content }]));
      await waitForText(page, '#card .name', 'Two times');
      await waitForEngine(page);
      assert.deepEqual(await listed(page), { chosen: 'Two times', own: ['Two times'] });
      assert.ok((await fact(page, 'kind')).length > 2);
      assert.equal(await fact(page, 'enlarges'), '2 times');
      assert.equal(await fact(page, 'parameters'), '7 thousand');
      assert.equal(await fact(page, 'size'), `${Math.round(content.length / 1000)} kB`);
      await waitForText(page, '[data-fact=time]', 'a'); // not the word that it is being measured
      assert.match(await fact(page, 'time'), /^(a moment|about .+) per megapixel$/);
      assert.match(await visibleText(page, '#note'), /Two times.*chosen/);
      await page.close();
    });

    test('with a model and a picture at once, the model enlarges the picture', async () => {
      const page = await open();
      await give(page, 'drop', [
        { name: 'picture.png', content: drawPng(9, 7) },
        { name: 'both.pt', content: modelFile({ scale: 3 }) },
      ]);
      await waitForState(page, 'done');
      assert.match(await visibleText(page, '#size'), /^27 × 21 px/);
      assert.match(await textOf(page, '#run'), / · both$/);
      await page.close();
    });

    test('what is in a file tells a model from a picture, whatever its name', async () => {
      const page = await open();
      await give(page, 'drop', [{ name: 'renamed.bin', content: modelFile() }]);
      await waitForText(page, '#card .name', 'renamed.bin');
      await give(page, 'drop', [{ name: 'archive.png', content: Buffer.from('PK\x03\x04 and nothing more') }]);
      await page.waitForSelector('#problem:not(:empty)');
      assert.match(await visibleText(page, '#problem'), /archive\.png is an archive/);
      await page.close();
    });

    for (const [what, content] of /** @type {const} */ ([
      ['cut short', modelFile().subarray(0, 900)],
      ['of no known kind', safetensors({ 'attention.weight': { shape: [2, 2], values: [1, 2, 3, 4] } })],
      ['empty', ''],
    ])) {
      test(`a model file that is ${what} is refused in a sentence, and nothing is lost`, async () => {
        const page = await open();
        await choose(page, await site.pictures.write('kept.png', drawPng(9, 7)));
        await waitForState(page, 'done');
        await give(page, 'drop', [{ name: 'bad.safetensors', content }]);
        await page.waitForSelector('#problem:not(:empty)');
        const sentence = await visibleText(page, '#problem');
        assert.match(sentence, /^The model file is [^]{20,}\.$/, 'a sentence for a person');
        assert.doesNotMatch(sentence, /unexpectedly|undefined|RuntimeError|panick/, 'foreseen, not a crash');
        assert.deepEqual(await listed(page), { chosen: 'Quick, 4 times', own: [] });
        assert.equal(await page.$eval('body', (body) => body.dataset.state), 'done');
        assert.equal((await save(page, browser.downloads)).name, 'kept-4x-fast-x4.png');

        await choose(page, await site.pictures.write('next.png', drawPng(8, 6)));
        await waitForText(page, '#file-name', 'next.png');
        await waitForState(page, 'done');
        assert.equal(await visibleText(page, '#problem'), '');
        await page.close();
      });
    }

    test('a file too large for any engine is refused before it is read', async () => {
      const page = await open();
      const huge = await site.pictures.write('huge.safetensors', 'x');
      await truncate(huge, 1_500_000_000);
      const field = /** @type {import('puppeteer-core').ElementHandle<HTMLInputElement>} */ (await page.$('#model-file'));
      await field.uploadFile(huge);
      await page.waitForSelector('#problem:not(:empty)');
      assert.match(await visibleText(page, '#problem'), /has 1\.5 GB; at most 1\.0 GB/);
      assert.deepEqual(await listed(page), { chosen: 'Quick, 4 times', own: [] });
      await page.close();
    });

    test('names are made harmless and told apart, and one file is listed once', async () => {
      const page = await open();
      const names = [
        ['../../etc/passwd.pth', '_.._etc_passwd'],
        ['<img src=x onerror=alert(1)>.pth', '_img src_x onerror_alert(1)_'],
        [`${'long '.repeat(60)}.pth`, `${'long '.repeat(12)}`.trim()],
        ['\u202Ehtp.\u0000\n.pth', '_htp._'],
        ['.pth', 'model'],
        ['...', 'model 2'],
        ['fast-x4.pth', 'fast-x4 2'],
        ['模型 модель.pth', '模型 модель'],
      ];
      for (const [index, [fileName, title]] of names.entries()) {
        await give(page, 'drop', [{ name: fileName, content: modelFile({ seed: index + 2 }) }]);
        await page.waitForFunction((count) => document.querySelectorAll('#model optgroup[label=Yours] option').length === count, {}, index + 1);
        assert.equal((await listed(page)).chosen, title, JSON.stringify(fileName));
      }
      await give(page, 'drop', [{ name: 'again.pth', content: modelFile({ seed: 2 }) }]);
      await waitForText(page, '#card .name', '_.._etc_passwd');
      assert.equal((await listed(page)).own.length, names.length);
      assert.equal(await page.$('.panel img'), null);
      await page.close();
    });

    test('a removed model is gone, and the picture chooses instead', async () => {
      const page = await open();
      await addModel(page, await site.pictures.write('gone.safetensors', modelFile()), 'gone');
      await openMore(page);
      await page.locator('#remove').click();
      await waitForText(page, '#card .name', 'auto');
      assert.deepEqual(await listed(page), { chosen: AUTOMATIC, own: [] });
      await waitForEngine(page);
      await page.close();
    });

    test('what is expected to take long is not begun without asking', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu`, { patient: false });
      const slow = modelFile({ features: 128, convs: 4 });
      await addModel(page, await site.pictures.write('slow.safetensors', slow), 'slow');
      await choose(page, await site.pictures.write('large.png', drawPng(3000, 2400)));
      await waitForState(page, 'waiting');
      assert.equal(await page.$eval('#again', (button) => /** @type {HTMLElement} */ (button).title), 'Enlarge with slow');
      await waitForText(page, '#expected', 'Not begun');
      assert.match(await visibleText(page, '#expected'), /^Not begun: takes about \d+ (s|min|hours) · 12000 × 9600 px · about [\d.]+ MB PNG$/);
      await page.locator('#again').click();
      await waitForState(page, 'working');
      await page.click('#cancel');
      await waitForState(page, 'waiting');
      await page.close();
    });

    test('another model is offered for the open picture, with the time it takes', async () => {
      const page = await open();
      await choose(page, await site.pictures.write('twice.png', drawPng(12, 10)));
      await waitForState(page, 'done');
      assert.equal(await visibleText(page, '#again'), '', 'what has been made is not offered again');
      await addModel(page, await site.pictures.write('other.safetensors', modelFile({ scale: 2 })), 'other');
      assert.equal(await page.$eval('#again', (button) => /** @type {HTMLElement} */ (button).title), 'Enlarge with other');
      await waitForText(page, '#expected', 'Takes a');
      await enlargeAgain(page, 'other');
      assert.match(await visibleText(page, '#size'), /^24 × 20 px/);
      await page.close();
    });
  });
}
