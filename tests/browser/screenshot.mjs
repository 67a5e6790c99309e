/**
 * Makes the README's screenshots: `node screenshot.mjs PICTURE FOLDER` enlarges PICTURE on the page and writes
 * `<desktop|phone>-<light|dark>-<empty|result>.png` into FOLDER. Takes the environment of the tests.
 */

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { choose, openPage, startBrowser, startServer, waitForEngine, waitForState } from './harness.mjs';

const SCREENS = {
  desktop: { width: 1280, height: 800, deviceScaleFactor: 1 },
  phone: { width: 360, height: 720, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

const [picture, folder] = process.argv.slice(2);
if (!picture || !folder) {
  console.error('usage: node screenshot.mjs PICTURE FOLDER');
  process.exit(2);
}

await mkdir(folder, { recursive: true });
const server = await startServer();
const browser = await startBrowser('Chromium, no WebGPU');
for (const [screen, size] of Object.entries(SCREENS)) {
  for (const scheme of ['light', 'dark']) {
    const page = await openPage(browser.running, `${server.url}?run=cpu`);
    const shoot = (/** @type {string} */ state) =>
      page.screenshot({ path: path.join(folder, `${screen}-${scheme}-${state}.png`) });
    await page.setViewport(size);
    await waitForEngine(page); // a phone's viewport reloads the page
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await shoot('empty');
    await choose(page, picture);
    await waitForState(page, 'done');
    await shoot('result');
    await page.close();
  }
}
await browser.close();
server.close();
