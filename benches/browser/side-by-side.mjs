/**
 * One network on one size of picture: every engine gets ready, the pictures are compared, then the engines take turns.
 *
 * @typedef {object} Outcome what an engine did; all times are milliseconds
 * @property {string} name
 * @property {string} title
 * @property {string} [peer]
 * @property {string} threads how many it runs on, '' on a GPU
 * @property {number} ready from the start of its worker, with everything it loads
 * @property {number} first its first run
 * @property {number[]} times of the runs that count
 * @property {number[]} whole of the same runs, from PNG file to PNG file, where the engine does that
 * @property {{largest: number, mean: number}} difference from the reference, of 255
 *
 * @typedef {{name: string, title: string, problem: string}} Absent an engine that could not be run here, and why
 * @typedef {{network: string, size: number, engines: (Outcome | Absent)[]}} Result
 */

import { REFERENCE } from './engines.mjs';

/** Pictures may differ by this much of 255: the most that the engine allows itself in f16. */
const TOLERANCE = 2;

/** An engine whose first run takes longer than this is run once more only. */
const SLOW_MS = 20_000;

/** @typedef {typeof globalThis & {bench: import('./page/bench.js').Bench}} PageGlobals */

/** @typedef {{network: string, size: number, threads: number}} Work what every engine is asked to do */

/**
 * @param {import('puppeteer-core').Page} page
 * @param {Work} work
 * @param {{engines: import('./engines.mjs').Engine[], timed: string[], runs: number, say: (line: string) => void}} how the
 *   reference is among the engines, timed or not
 * @returns {Promise<Result>}
 */
export async function sideBySide(page, work, { engines, timed, runs, say }) {
  const { network, size } = work;
  const saying = (/** @type {string} */ what) => say(`${network}, ${size} x ${size}: ${what}`);
  /** @type {Map<string, Outcome | Absent>} */
  const outcomes = new Map();
  const isOther = (/** @type {{name: string}} */ { name }) => name !== REFERENCE;
  for (const engine of [...engines.filter((engine) => !isOther(engine)), ...engines.filter(isOther)]) {
    saying(`${engine.title} gets ready`);
    const outcome = await prepare(page, engine, work);
    if ('problem' in outcome && !isOther(engine)) throw new Error(`There is nothing to compare with: ${outcome.problem}`);
    if ('difference' in outcome) refuseAnother(outcome, work);
    outcomes.set(engine.name, outcome);
  }
  const all = engines.filter(({ name }) => timed.includes(name)).flatMap(({ name }) => outcomes.get(name) ?? []);
  for (let round = 1; round <= runs; round++) {
    for (const engine of all) {
      if ('problem' in engine || (round > 1 && engine.first > SLOW_MS)) continue;
      saying(`${engine.title}, run ${round} of ${engine.first > SLOW_MS ? 1 : runs}`);
      const { milliseconds, whole } = await run(page, engine.name);
      engine.times.push(milliseconds);
      if (whole !== undefined) engine.whole.push(whole);
    }
  }
  await page.evaluate(() => /** @type {PageGlobals} */ (globalThis).bench.end());
  return { network, size, engines: all };
}

/**
 * Starts an engine, runs it once and compares its picture with the reference's.
 * @param {import('puppeteer-core').Page} page
 * @param {import('./engines.mjs').Engine} engine
 * @param {Work} work
 * @returns {Promise<Outcome | Absent>}
 */
async function prepare(page, { name, title, peer, asked }, work) {
  try {
    const { threads, ready } = await page.evaluate(
      (name, asked) => /** @type {PageGlobals} */ (globalThis).bench.prepare(name, asked),
      name,
      { ...asked, ...work },
    );
    const { milliseconds: first } = await run(page, name);
    const difference = await page.evaluate(
      (name, reference) => /** @type {PageGlobals} */ (globalThis).bench.differences(name, reference),
      name,
      REFERENCE,
    );
    return { name, title, peer, threads, ready, first, times: [], whole: [], difference };
  } catch (error) {
    return { name, title, problem: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * @param {import('puppeteer-core').Page} page
 * @param {string} name
 */
function run(page, name) {
  return page.evaluate((name) => /** @type {PageGlobals} */ (globalThis).bench.run(name), name);
}

/**
 * @param {Pick<Outcome, 'title' | 'difference'>} engine
 * @param {Pick<Work, 'network' | 'size'>} work
 */
export function refuseAnother({ title, difference }, { network, size }) {
  if (difference.largest <= TOLERANCE) return;
  throw new Error(
    `${title} made another picture than Lenslet on the CPU with ${network} on ${size} x ${size} pixels: they differ by up to ` +
      `${difference.largest} of 255, and ${TOLERANCE} are allowed. Times of different results cannot be compared.`,
  );
}
