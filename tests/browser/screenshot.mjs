/**
 * Makes the README's screenshot, and those to look at after a change of the page: `node screenshot.mjs PICTURE FOLDER`
 * enlarges PICTURE on the page and writes `<screen>-<light|dark>-<state>.png` into FOLDER. Takes the environment
 * of the tests.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  addModel,
  choose,
  enlargeAgain,
  give,
  openPage,
  openMore,
  startBrowser,
  startServer,
  waitForEngine,
  waitForState,
  waitForText,
} from './harness.mjs';
import { modelFile } from './model-files.mjs';
import { drawPng } from './pictures.mjs';

const SCREENS = {
  desktop: { width: 1280, height: 800, deviceScaleFactor: 1 },
  zoomed: { width: 640, height: 400, deviceScaleFactor: 2 }, // the same at 200 %
  phone: { width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  small: { width: 320, height: 568, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  turned: { width: 844, height: 390, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

const [picture, folder] = process.argv.slice(2);
if (!picture || !folder) {
  console.error('usage: node screenshot.mjs PICTURE FOLDER');
  process.exit(2);
}

await mkdir(folder, { recursive: true });
const model = path.join(folder, 'my-first-restorer.safetensors');
await writeFile(model, modelFile({ features: 24, convs: 4, scale: 2 }));
const slow = path.join(folder, 'slow.safetensors');
await writeFile(slow, modelFile({ features: 128, convs: 4 }));
const server = await startServer();
const browser = await startBrowser('Chromium, no WebGPU');
for (const [screen, size] of Object.entries(SCREENS)) {
  for (const scheme of ['light', 'dark']) {
    const page = await openPage(browser.running, `${server.url}?run=cpu`, { patient: false });
    const shoot = (/** @type {string} */ state) =>
      page.screenshot({ path: path.join(folder, `${screen}-${scheme}-${state}.png`) });
    await page.setViewport(size);
    await waitForEngine(page); // a phone's viewport reloads the page
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await shoot('empty');
    await choose(page, picture);
    await waitForState(page, 'done');
    await shoot('result');
    await page.click('#side-by-side');
    await shoot('side-by-side');
    await page.click('#side-by-side');
    await give(page, 'drop', [{ name: 'notes.txt', content: 'These are notes.' }]);
    await page.waitForSelector('#problem:not(:empty)');
    await shoot('problem');
    await addModel(page, model, 'my-first-restorer');
    await waitForText(page, '#expected', 'Takes');
    await shoot('next-action');
    await openMore(page);
    await page.$eval('#card', (card) => card.scrollIntoView());
    await shoot('card');
    await page.select('#mix', 'fast-x4');
    await waitForText(page, '#mix-problem', 'The two models');
    await page.$eval('#mix-problem', (problem) => problem.scrollIntoView({ block: 'center' }));
    await shoot('mix');
    await page.select('#mix', '');
    await enlargeAgain(page, 'my-first-restorer');
    await shoot('comparison');
    await addModel(page, slow, 'slow');
    await give(page, 'drop', [{ name: 'large.png', content: drawPng(2000, 1500) }]);
    await waitForState(page, 'waiting');
    await waitForText(page, '#expected', 'Not begun');
    await shoot('waiting');
    await page.close();
  }
}
await browser.close();
server.close();
