/**
 * How long the page in dist/ makes a person wait, in the browser's own clock: from navigation to the engine being ready,
 * and from the drop of a picture to its first enlarged tile on the screen.
 *
 * @typedef {{backend: 'gpu' | 'cpu', kind: 'cold' | 'warm', ready: number[], firstTile: number[]}} StartUp milliseconds
 * @typedef {{ready?: number, dropped?: number, painted?: number}} Marks
 * @typedef {typeof globalThis & {marks: Required<Marks>}} PageGlobals
 */

import { startChromium } from './chromium.mjs';
import { pngFile } from './picture.mjs';

/** Edge of the picture that is dropped; it fits into one tile. */
export const PICTURE_SIZE = 64;

/** Runs in the page before anything of its own, and notes when what a person waits for is there. */
function watch() {
  /** @type {Marks} */
  const marks = {};
  Object.assign(globalThis, { marks });
  addEventListener('DOMContentLoaded', () => {
    const { body } = document;
    const bar = /** @type {HTMLProgressElement} */ (document.querySelector('#bar'));
    new MutationObserver(() => {
      if (body.dataset.engine === 'ready') marks.ready ??= performance.now();
      // On a simulated GPU the page asks before it begins.
      if (body.dataset.state === 'waiting') /** @type {HTMLButtonElement} */ (document.querySelector('#again')).click();
    }).observe(body, { attributes: true });
    new MutationObserver(() => {
      // The page moves the bar when it has painted a tile; the frame after the next one begins when that is on the screen.
      const note = () => (marks.painted ??= performance.now());
      if (bar.value > 0) requestAnimationFrame(() => requestAnimationFrame(note));
    }).observe(bar, { attributes: true });
  });
}

/**
 * Drops a picture on the page.
 * @param {number[]} content
 */
function drop(content) {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(content)], 'dropped.png', { type: 'image/png' }));
  const event = new Event('drop', { bubbles: true, cancelable: true });
  Object.defineProperty(event, 'dataTransfer', { value: transfer });
  /** @type {any} */ (globalThis).marks.dropped = performance.now();
  document.body.dispatchEvent(event);
}

/**
 * @param {import('puppeteer-core').Page} page on which the engine is to become ready
 * @param {StartUp} into
 */
async function measure(page, into) {
  await page.waitForFunction(() => /** @type {PageGlobals} */ (globalThis).marks.ready, { timeout: 0 });
  await page.evaluate(drop, [...pngFile(PICTURE_SIZE)]);
  await page.waitForFunction(() => /** @type {PageGlobals} */ (globalThis).marks.painted, { timeout: 0 });
  const { ready, dropped, painted } = await page.evaluate(() => /** @type {PageGlobals} */ (globalThis).marks);
  into.ready.push(ready);
  into.firstTile.push(painted - dropped);
}

/**
 * @param {'gpu' | 'cpu'} backend
 * @param {{site: string, flags: string[], runs: number, say: (line: string) => void}} how
 * @returns {Promise<StartUp[]>} cold, in a profile that has never seen the page, and warm, after a reload
 */
export async function measureStartUps(backend, { site, flags, runs, say }) {
  /** @type {StartUp} */
  const cold = { backend, kind: 'cold', ready: [], firstTile: [] };
  /** @type {StartUp} */
  const warm = { backend, kind: 'warm', ready: [], firstTile: [] };
  for (let run = 1; run <= runs; run++) {
    say(`the page's start with backend ${backend}, run ${run} of ${runs}`);
    const browser = await startChromium(flags); // with a new profile
    try {
      const page = await browser.newPage();
      // The page asks before it is left with a result that is not saved.
      page.on('dialog', (dialog) => dialog.accept());
      await page.evaluateOnNewDocument(watch);
      await page.goto(`${site}?run=${backend}`, { waitUntil: 'domcontentloaded' });
      await measure(page, cold);
      await page.reload({ waitUntil: 'domcontentloaded' });
      await measure(page, warm);
    } finally {
      await browser.close();
    }
  }
  return [cold, warm];
}
