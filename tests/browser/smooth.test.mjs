/**
 * The page never stutters: while a picture is enlarged, no task takes its main thread for more than 50 ms. What is counted is
 * the time that the thread ran, so that a busy machine, which takes the thread off its core, does not count.
 */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, openPage, waitForState } from './harness.mjs';
import { photoPng } from './pictures.mjs';

const MOST_MS = 50;

const site = withSite();

/** @typedef {{name: string, ph: string, pid: number, tid: number, ts: number, dur?: number, tdur?: number, args: any}} TraceEvent */

/** The page leaves it in the trace, so that its thread can be told from those of the browser's own pages. */
const MARK = 'lenslet';

/**
 * The tasks of the page's main thread, in milliseconds of its own time, the longest first.
 * @param {TraceEvent[]} events
 */
function tasks(events) {
  const marks = events.filter(({ name }) => name === MARK);
  const isMain = (/** @type {TraceEvent} */ { pid, tid }) => marks.some((mark) => mark.pid === pid && mark.tid === tid);
  return events
    .filter((event) => event.ph === 'X' && event.name.endsWith('RunTask') && isMain(event))
    .map(({ tdur = 0 }) => tdur / 1000)
    .sort((one, other) => other - one);
}

describe('Chromium, no WebGPU', () => {
  const browser = withBrowser('Chromium, no WebGPU');

  for (const { width, height, scale } of [
    { width: 300, height: 200, scale: 4 },
    { width: 600, height: 420, scale: 8 },
  ]) {
    const megapixels = Math.round((width * height * scale ** 2) / 1e6);
    test(`no task over ${MOST_MS} ms while ${megapixels} megapixels are made and shown`, async (t) => {
      const model = megapixels > 10 ? 'bicubic' : 'fast-x4';
      const page = await openPage(browser.running, `${site.server.url}?run=cpu&model=${model}&scale=${scale}`);
      await page.tracing.start({ categories: ['toplevel', 'devtools.timeline', 'blink.user_timing'] });
      await page.evaluate((mark) => performance.mark(mark), MARK);
      await choose(page, await site.pictures.write('smooth.png', photoPng(width, height)));
      await waitForState(page, 'done');
      await page.waitForSelector('#save[href]');
      const { traceEvents } = JSON.parse(Buffer.from(/** @type {Uint8Array} */ (await page.tracing.stop())).toString());
      const found = tasks(traceEvents);
      t.diagnostic(`longest tasks: ${found.slice(0, 5).map((ms) => ms.toFixed(1)).join(', ')} ms of ${found.length}`);
      assert.ok(found.length > 50, 'the trace shows the page’s tasks');
      assert.ok(found[0] <= MOST_MS, `${found[0]} ms`);
      await page.close();
    });
  }
});
