/** The files that pages keep in the site's storage: pictures, and results while they are listed. */

import assert from 'node:assert/strict';
import { PATIENCE_MS } from './harness.mjs';

/**
 * The names of all the files there.
 * @param {import('puppeteer-core').Page} page
 */
export const storedFiles = (page) =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('results').catch(() => undefined);
    /** @type {string[]} */
    const names = [];
    if (folder) for await (const name of folder.keys()) names.push(name);
    return names;
  });

/**
 * Waits until the files are as they should be, and fails where they never are.
 * @param {() => Promise<string[]>} ask for names
 * @param {(names: string[]) => boolean} isMet
 */
export async function waitForFiles(ask, isMet) {
  const started = Date.now();
  let names = await ask();
  while (!isMet(names)) {
    assert.ok(Date.now() - started < PATIENCE_MS, `files: ${names.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    names = await ask();
  }
}
