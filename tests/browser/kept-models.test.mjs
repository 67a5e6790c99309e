/** Models that stay on the device: there again after a reload, removable, and told about when they cannot be kept. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withBrowser, withSite } from './fixtures.mjs';
import {
  addModel,
  AUTOMATIC,
  choose,
  listed,
  openPage,
  textOf,
  openMore,
  visibleText,
  waitForEngine,
  waitForState,
  waitForText,
} from './harness.mjs';
import { modelFile } from './model-files.mjs';
import { drawPng } from './pictures.mjs';

const site = withSite();

/**
 * Presses the switch and waits until the file is written or gone.
 * @param {import('puppeteer-core').Page} page
 */
async function toggleKeep(page) {
  await openMore(page);
  await page.locator('#keep').click();
  await page.waitForSelector('#keep:enabled');
}

/** @param {import('puppeteer-core').Page} page */
async function reload(page) {
  await page.reload();
  await waitForEngine(page);
}

/**
 * The names of the files in the page's own storage.
 * @param {import('puppeteer-core').Page} page
 * @returns {Promise<string[]>}
 */
const stored = (page) =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const names = [];
    for await (const name of (await root.getDirectoryHandle('models', { create: true })).keys()) names.push(name);
    return names.sort();
  });

/** @param {import('puppeteer-core').Page} page */
const query = async (page) => Object.fromEntries(new URL(await page.evaluate(() => location.href)).searchParams);

for (const name of /** @type {const} */ (['Chromium, no WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);
    const open = (more = '') => openPage(browser.running, `${site.server.url}?run=cpu${more}`);

    test('a kept model is there and chosen after a reload, runs, and can be removed', async () => {
      const page = await open();
      await addModel(page, await site.pictures.write('Löwe:..', modelFile({ scale: 2 })), 'Löwe_');
      assert.equal((await query(page)).model, undefined, 'the address names no model that a reload would not find');
      await toggleKeep(page);
      assert.equal((await query(page)).model, 'own:Löwe_');
      assert.deepEqual(await stored(page), ['Löwe_']);

      await reload(page);
      assert.deepEqual(await listed(page), { chosen: 'Löwe_', own: ['Löwe_'] });
      await choose(page, await site.pictures.write('kept.png', drawPng(8, 6)));
      await waitForState(page, 'done');
      assert.match(await visibleText(page, '#size'), /^16 × 12 px/);

      await openMore(page);
      assert.equal(await page.$eval('#keep', (box) => /** @type {HTMLInputElement} */ (box).checked), true);
      assert.equal(await visibleText(page, '[data-fact=enlarges]'), '2 times');
      await page.locator('#remove').click();
      await waitForText(page, '#card .name', 'auto');
      assert.deepEqual(await stored(page), []);
      await reload(page);
      assert.deepEqual(await listed(page), { chosen: AUTOMATIC, own: [] });
      assert.equal(await visibleText(page, '#note'), '');
      await page.close();
    });

    test('a model kept no longer can be used until the page is left', async () => {
      const page = await open();
      await addModel(page, await site.pictures.write('brief.safetensors', modelFile()), 'brief');
      await toggleKeep(page);
      await reload(page);
      await toggleKeep(page);
      assert.deepEqual(await stored(page), []);
      await waitForEngine(page);
      await choose(page, await site.pictures.write('brief.png', drawPng(8, 6)));
      await waitForState(page, 'done');
      assert.match(await textOf(page, '#run'), / · brief$/);
      await reload(page);
      assert.deepEqual(await listed(page), { chosen: AUTOMATIC, own: [] });
      await page.close();
    });

    test('an address with a model that is not kept here gets none of its own and a note', async () => {
      const page = await open('&model=own:..%2Felsewhere&mix=own:nowhere');
      assert.match(await visibleText(page, '#note'), /Not kept.*\.\.\/elsewhere, nowhere/);
      assert.equal(await visibleText(page, '#problem'), '');
      assert.deepEqual(await listed(page), { chosen: AUTOMATIC, own: [] });
      await page.close();
    });

    for (const [query, note] of /** @type {const} */ ([
      ['model=photo-x3', 'This page has no model called “photo-x3”'],
      ['model=', ''],
    ])) {
      test(`an address with ${query} gets the automatic choice${note && ' and a note'}`, async () => {
        const page = await openPage(browser.running, `${site.server.url}?run=cpu&${query}`);
        assert.equal(await page.$eval('input[name=kind]:checked', (input) => /** @type {HTMLInputElement} */ (input).value), 'auto');
        assert.ok((await visibleText(page, '#note')).startsWith(note));
        assert.equal(await visibleText(page, '#problem'), '');
        await page.close();
      });
    }

    test('an address that says what the picture is shows that', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=cpu&model=photo`);
      assert.equal(await page.$eval('input[name=kind]:checked', (input) => /** @type {HTMLInputElement} */ (input).value), 'photo');
      assert.equal((await listed(page)).chosen, 'Photo');
      await page.close();
    });

    test('a kept model that got damaged is told about and can be removed', async () => {
      const page = await open();
      await page.evaluate(async () => {
        const root = await navigator.storage.getDirectory();
        const folder = await root.getDirectoryHandle('models', { create: true });
        const writer = await (await folder.getFileHandle('broken', { create: true })).createWritable();
        await writer.write('rubbish');
        await writer.close();
      });
      await page.goto(`${site.server.url}?run=cpu&model=own:broken`);
      await page.waitForSelector('body[data-engine=failed]');
      assert.match(await visibleText(page, '#problem'), /^The model file is damaged/);
      assert.deepEqual(await listed(page), { chosen: 'broken', own: ['broken'] });
      await openMore(page);
      await page.locator('#remove').click();
      await waitForEngine(page);
      assert.deepEqual(await stored(page), []);
      assert.equal(await visibleText(page, '#problem'), '');
      await page.close();
    });

    for (const [what, sabotage, sentence] of /** @type {const} */ ([
      ['there is no storage', () => void (navigator.storage.getDirectory = /** @type {any} */ (undefined)), /offers this page no storage/],
      [
        'there is no room',
        () =>
          void (FileSystemFileHandle.prototype.createWritable = () =>
            Promise.reject(new DOMException('full', 'QuotaExceededError'))),
        /not enough room/,
      ],
      [
        'storage is forbidden',
        () => void (navigator.storage.getDirectory = () => Promise.reject(new DOMException('no', 'SecurityError'))),
        /private window/,
      ],
    ])) {
      test(`where ${what}, a sentence says so and the model still runs`, async () => {
        const page = await open();
        await addModel(page, await site.pictures.write('loose.safetensors', modelFile({ seed: 9 })), 'loose');
        await page.evaluate(sabotage);
        await toggleKeep(page);
        await openMore(page);
        const told = await visibleText(page, '#card [role=alert]');
        assert.match(told, sentence);
        assert.match(told, /can be used until you leave this page\.$/);
        assert.equal(await page.$eval('#keep', (box) => /** @type {HTMLInputElement} */ (box).checked), false);
        await choose(page, await site.pictures.write('loose.png', drawPng(8, 6)));
        await waitForState(page, 'done');
        assert.match(await textOf(page, '#run'), / · loose$/);
        await page.reload();
        await waitForEngine(page);
        assert.deepEqual(await stored(page), []);
        await page.close();
      });
    }
  });
}
