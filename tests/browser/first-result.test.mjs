/** What a visitor waits for: all that is loaded until the first result of the default choice is there. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { brotliCompressSync, constants } from 'node:zlib';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, openPage, waitForState, waitForText } from './harness.mjs';
import { photoPng } from './pictures.mjs';

const MAX_BYTES = 1_000_000;

const DIST = path.resolve(import.meta.dirname, '../../dist');

/** @param {Buffer} bytes as servers send what they have compressed once */
const overTheWire = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }).length;

/**
 * The files that the server's log tells of, with their sizes in bytes.
 * @param {string[]} log
 */
async function loaded(log) {
  const files = log.map((line) => /^GET (\S+) 200$/.exec(line)?.[1]).filter((file) => file !== undefined);
  return Promise.all(
    files.map(async (file) => {
      const { pathname } = new URL(file, 'http://localhost');
      const bytes = await readFile(path.join(DIST, pathname.endsWith('/') ? `${pathname}index.html` : pathname));
      return { file: pathname, raw: bytes.length, sent: overTheWire(bytes) };
    }),
  );
}

/** However slow the machine is, the worker does not take the page for quiet, after which it loads what later pictures may need. */
function neverQuiet() {
  const later = self.setTimeout;
  const postponed = (/** @type {() => void} */ call, /** @type {number} */ pause = 0) => (pause < 1000 ? later(call, pause) : 0);
  self.setTimeout = /** @type {typeof setTimeout} */ (postponed);
}

describe('Chromium, no WebGPU', () => {
  const site = withSite();
  const browser = withBrowser('Chromium, no WebGPU');

  test('the first result of the default choice takes at most a megabyte', async (context) => {
    const picture = await site.pictures.write('first.png', photoPng(24, 16));
    const page = await openPage(browser.running, `${site.server.url}?model=auto`, { inWorker: neverQuiet });
    await choose(page, picture);
    await waitForState(page, 'done');
    const files = await loaded([...site.server.log]);
    await waitForText(page, '#size', '96 × 64 px');
    await page.close();

    files.sort((one, other) => other.sent - one.sent);
    for (const { file, raw, sent } of files) context.diagnostic(`${sent} of ${raw} bytes: ${file}`);
    const sum = (/** @type {'raw' | 'sent'} */ size) => files.reduce((before, file) => before + file[size], 0);
    context.diagnostic(`${sum('sent')} of ${sum('raw')} bytes in ${files.length} files`);
    assert.ok(files.some(({ file }) => file.endsWith('.wasm')) && files.some(({ file }) => file.endsWith('.safetensors')));
    assert.ok(sum('sent') <= MAX_BYTES, `${sum('sent')} bytes`);
  });
});
