/** The site as a host hands it out and a device keeps it. */

import { after, before } from 'node:test';
import { choose, openMore, waitForState, waitForText } from './harness.mjs';
import { pictureFolder } from './pictures.mjs';
import { startHost } from './static-host.mjs';

/** @typedef {Awaited<ReturnType<typeof startHost>>} Host */

/**
 * A host and a folder for pictures. Its fields are there once the tests run.
 * @param {Parameters<typeof startHost>[0]} [options]
 * @returns {{host: Host, pictures: Awaited<ReturnType<typeof pictureFolder>>}}
 */
export function withHost(options) {
  const site = /** @type {ReturnType<typeof withHost>} */ ({});
  before(async () => {
    site.host = await startHost(options);
    site.pictures = await pictureFolder();
  });
  after(async () => {
    await site.host?.stop();
    await site.pictures?.close();
  });
  return site;
}

/**
 * Waits until the site is on the device.
 * @param {import('puppeteer-core').Page} page
 */
export async function waitUntilKept(page) {
  await openMore(page);
  await waitForText(page, '#kept-text', 'This page works without a network');
}

/**
 * Opens a picture and waits for its result.
 * @param {import('puppeteer-core').Page} page
 * @param {string} file
 */
export async function enlarge(page, file) {
  await choose(page, file);
  await waitForText(page, '#file-name', /[^/]+$/.exec(file)?.[0] ?? '');
  await waitForState(page, 'done');
}

/**
 * The models that are on the device, as the page lists them.
 * @param {import('puppeteer-core').Page} page
 */
export const keptModels = (page) => page.$$eval('#kept-models li', (all) => all.map((item) => item.textContent.trim()));

/**
 * The names of the caches.
 * @param {import('puppeteer-core').Page} page
 */
export const cacheNames = (page) => page.evaluate(() => caches.keys());

/**
 * Which version of the site a page is.
 * @param {import('puppeteer-core').Page} page
 */
export const versionOf = (page) =>
  page.$eval('meta[name=version]', (meta) => /** @type {HTMLMetaElement} */ (meta).content);
