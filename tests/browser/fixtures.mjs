/** What the tests of a file or a group share: made before the first of them, gone after the last. */

import { after, before } from 'node:test';
import { startBrowser, startServer } from './harness.mjs';
import { pictureFolder } from './pictures.mjs';

/** @typedef {Awaited<ReturnType<typeof startServer>>} Server */
/** @typedef {Awaited<ReturnType<typeof pictureFolder>>} Pictures */
/** @typedef {Awaited<ReturnType<typeof startBrowser>>} Browser */

/**
 * The served page and a folder for pictures. Its fields are there once the tests run.
 * @returns {{server: Server, pictures: Pictures}}
 */
export function withSite() {
  const site = /** @type {{server: Server, pictures: Pictures}} */ ({});
  before(async () => {
    site.server = await startServer();
    site.pictures = await pictureFolder();
  });
  after(async () => {
    site.server?.close();
    await site.pictures?.close();
  });
  return site;
}

/**
 * A running browser. Its fields are there once the tests run.
 * @param {Parameters<typeof startBrowser>[0]} name
 * @returns {Browser}
 */
export function withBrowser(name) {
  const browser = /** @type {Browser} */ ({});
  before(async () => {
    Object.assign(browser, await startBrowser(name));
  });
  after(() => browser.close?.());
  return browser;
}
