/** Many pictures: a folder is dropped, they go through one after the other, and what a person can do meanwhile. */

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { withBrowser, withSite } from './fixtures.mjs';
import { openPage, visibleText, waitForState, waitForText } from './harness.mjs';
import { drawPng } from './pictures.mjs';

const site = withSite();

/** So many pictures are what a shop has on a table; one of them is broken. */
const COUNT = 30;
const BROKEN = 'picture 7.png';

/**
 * @param {string} name
 * @param {number} count
 * @returns {Promise<string>} a folder of small pictures, with a folder in it, and what systems leave there
 */
async function folderOfPictures(name, count) {
  const folder = path.join(site.pictures.folder, name);
  await mkdir(path.join(folder, 'second table'), { recursive: true });
  for (let number = 1; number <= count; number++) {
    const file = `picture ${number}.png`;
    const whole = drawPng(10 + (number % 5), 8);
    await writeFile(path.join(folder, number > count - 3 ? 'second table' : '', file), file === BROKEN ? whole.subarray(0, 120) : whole);
  }
  await writeFile(path.join(folder, '.DS_Store'), 'of the system');
  return folder;
}

/**
 * Drags a file or a folder of the disk over the page and drops it there.
 * @param {import('puppeteer-core').Page} page
 * @param {string[]} files
 */
async function drop(page, files) {
  const session = await page.createCDPSession();
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of /** @type {const} */ (['dragEnter', 'dragOver', 'drop'])) {
    await session.send('Input.dispatchDragEvent', { type, x: 200, y: 300, data });
  }
}

/**
 * @param {import('puppeteer-core').Page} page
 * @returns {Promise<{name: string, state: string}[]>}
 */
const list = (page) =>
  page.$$eval('#strip-of-pictures > li', (all) =>
    all.map((item) => ({ name: item.querySelector('.name').textContent, state: item.querySelector('.state').textContent })),
  );

/** @param {import('puppeteer-core').Page} page @param {string} name */
const item = (page, name) => page.waitForSelector(`::-p-xpath(//li[contains(@class,"thumbnail")][.//span[text()="${name}"]])`);

/** @param {import('puppeteer-core').Page} page @param {string} text */
const waitForQueue = (page, text) => page.waitForFunction((text) => document.querySelector('#queue-text').textContent.includes(text), {}, text);

/**
 * Loads the page anew.
 * @param {import('puppeteer-core').Page} page
 * @returns {Promise<string[]>} what the browser asked before
 */
async function reloaded(page) {
  /** @type {string[]} */
  const asked = [];
  page.on('dialog', (dialog) => asked.push(dialog.type()));
  await page.reload({ waitUntil: 'domcontentloaded' });
  return asked;
}

const query = '?run=cpu&model=nearest';

describe('Chromium, no WebGPU', () => {
  const browser = withBrowser('Chromium, no WebGPU');

  test('thirty pictures of a folder are enlarged one after the other, and a broken one does not keep the others', async () => {
    const page = await openPage(browser.running, site.server.url + query);
    await drop(page, [await folderOfPictures('thirty', COUNT)]);
    await waitForQueue(page, `${COUNT - 1} of ${COUNT} done · 1 failed`);
    const pictures = await list(page);
    assert.deepEqual(pictures.map(({ name }) => name).filter((name) => !/^picture \d+\.png$/.test(name)), []);
    assert.equal(pictures.length, COUNT);
    assert.deepEqual(
      pictures.filter(({ state }) => state !== 'Done').map(({ name }) => name),
      [BROKEN],
    );
    assert.match(pictures.find(({ name }) => name === BROKEN).state, /damaged or incomplete/);
    assert.equal(await visibleText(page, '#problem'), '', 'one broken file of many is no alarm');
    assert.match(await page.$eval('#news', (news) => news.textContent), /^Finished: 29 of 30 pictures enlarged, 1 failed\.$/);

    // Only the picture that is shown holds pixels, and thumbnails are made for what is in sight.
    assert.ok((await page.$$eval('compare-view canvas', (all) => all.length)) <= 2);
    const drawn = await page.$$eval('.thumbnail canvas', (all) => all.filter(({ width }) => width > 0).length);
    assert.ok(drawn > 0 && drawn < COUNT, `${drawn} thumbnails`);
    await page.close();
  });

  test('it pauses and goes on, and by the keyboard another picture is shown, removed and brought back', async () => {
    const page = await openPage(browser.running, site.server.url + query);
    await drop(page, [await folderOfPictures('paused', 12)]);
    await waitForQueue(page, '2 of 12 done');
    await page.click('#pause');
    await waitForText(page, '#pause', 'Resume');
    await page.waitForFunction(() => !document.querySelector('.thumbnail[data-phase=reading], .thumbnail[data-phase=working]'));
    const before = await list(page);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(await list(page), before);
    assert.ok(before.some(({ state }) => state === 'Waits'));

    await page.focus('.thumbnail .pick[aria-current=true]');
    await page.keyboard.press('End');
    await waitForText(page, '#file-name', 'picture 12.png');
    await page.keyboard.press('Home');
    await waitForText(page, '#file-name', 'picture 1.png');
    await page.keyboard.press('ArrowRight');
    await waitForText(page, '#file-name', 'picture 2.png');
    await page.keyboard.press('Delete');
    await waitForText(page, '#removed', 'picture 2.png removed.');
    assert.equal((await list(page)).length, 11);
    await page.waitForFunction(() => document.activeElement.textContent.startsWith('picture 3.png'));
    await page.keyboard.down('Control');
    await page.keyboard.press('z');
    await page.keyboard.up('Control');
    await page.waitForFunction(() => document.querySelectorAll('.thumbnail').length === 12);
    assert.equal((await list(page))[1].name, 'picture 2.png');
    assert.deepEqual((await list(page)).map(({ name }) => name), before.map(({ name }) => name));

    await page.click('#start-afresh');
    await waitForState(page, 'empty');
    await page.click('#undo');
    await page.waitForFunction(() => document.querySelectorAll('.thumbnail').length === 12);

    await page.click('#pause');
    await waitForQueue(page, '11 of 12 done · 1 failed');
    await page.close();
  });

  test('a picture can be stopped, and enlarged later with all that is left', async () => {
    const page = await openPage(browser.running, `${site.server.url}?run=cpu&tile=8`, { patient: false });
    const names = [];
    for (const name of ['long.png', 'short.png', 'last.png']) {
      names.push(await site.pictures.write(name, name === 'long.png' ? drawPng(160, 120) : drawPng(9, 9)));
    }
    await drop(page, names);
    const long = await item(page, 'long.png');
    await (await long.waitForSelector('.act[title=Stop]')).click();
    await waitForQueue(page, '2 of 3 done');
    assert.deepEqual((await list(page)).map(({ state }) => state), ['Not enlarged', 'Done', 'Done']);
    await page.click('#enlarge-all');
    await waitForQueue(page, '3 of 3 done');
    await page.close();
  });

  test('one picture can have choices of its own', async () => {
    const page = await openPage(browser.running, site.server.url + query);
    await drop(page, [await site.pictures.write('one.png', drawPng(9, 9)), await site.pictures.write('two.png', drawPng(9, 9))]);
    await waitForQueue(page, '2 of 2 done');
    await page.$eval('#own-choice', (box) => box.click());
    await page.$eval('input[name=size][value="2"]', (radio) => radio.click());
    await page.waitForFunction(() => !document.querySelector('#again').hidden);
    await page.click('#again');
    await waitForText(page, '#size', '18 × 18 px');
    await (await item(page, 'two.png')).click();
    await waitForText(page, '#file-name', 'two.png');
    await waitForText(page, '#size', '36 × 36 px');
    assert.equal(await page.$eval('input[name=size]:checked', (radio) => radio.value), '4');
    await (await item(page, 'one.png')).click();
    await waitForText(page, '#size', '18 × 18 px');
    assert.equal(await page.$eval('input[name=size]:checked', (radio) => radio.value), '2');
    await page.$eval('#own-choice', (box) => box.click());
    assert.equal(await page.$eval('input[name=size]:checked', (radio) => radio.value), '4');
    await page.close();
  });

  test('leaving asks while something is under way or not saved', async () => {
    const page = await openPage(browser.running, `${site.server.url}?run=cpu`);
    await drop(page, [await site.pictures.write('unsaved.png', drawPng(9, 9))]);
    await waitForState(page, 'done');
    await page.click('#stage-or-welcome'); // Browsers ask only where a person has done something.
    assert.deepEqual(await reloaded(page), ['beforeunload']);
    await page.close();

    const midway = await openPage(browser.running, `${site.server.url}?run=cpu&model=photo&tile=8`);
    await drop(midway, [await site.pictures.write('midway.png', drawPng(600, 500))]);
    await midway.waitForFunction(() => document.querySelector('#bar').value > 0);
    await midway.click('#stage-or-welcome');
    assert.deepEqual(await reloaded(midway), ['beforeunload']);
    await midway.close();

    const idle = await openPage(browser.running, `${site.server.url}?run=cpu`);
    await idle.click('#stage-or-welcome');
    assert.deepEqual(await reloaded(idle), []);
    await idle.close();
  });
});
