/** What a page's main thread does, out of Chromium's trace. */

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

/**
 * The tasks of the page's main thread while something happens, in milliseconds of its own time, the longest first.
 * @param {import('puppeteer-core').Page} page
 * @param {() => Promise<unknown>} happens
 */
export async function longestTasks(page, happens) {
  await page.tracing.start({ categories: ['toplevel', 'devtools.timeline', 'blink.user_timing'] });
  await page.evaluate((mark) => performance.mark(mark), MARK);
  await happens();
  const { traceEvents } = JSON.parse(Buffer.from(/** @type {Uint8Array} */ (await page.tracing.stop())).toString());
  return tasks(traceEvents);
}
