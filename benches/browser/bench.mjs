/**
 * Times engines side by side in one browser, and the start of the page: `node bench.mjs OPTIONS`, where OPTIONS is a JSON
 * object. `cargo xtask bench web` builds what is timed and says which Chromium (in the variable CHROMIUM).
 *
 * @typedef {{command: string, commit: string, networks: string[], sizes: number[], runs: number, engines: string[], threads: number,
 *   starts: number, flags: string[], json?: string, markdown: string}} Options
 */

import { readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { adapterOf, startChromium } from './chromium.mjs';
import { choose } from './engines.mjs';
import { absences, section, speedTable, startTable } from './report.mjs';
import { serveBench, serveSite } from './serve.mjs';
import { sideBySide } from './side-by-side.mjs';
import { measureStartUps } from './start-up.mjs';

const PEER = new URL('node_modules/onnxruntime-web/package.json', import.meta.url);

const say = (/** @type {string} */ line) => console.error(`    ${line}`);

/**
 * @param {Options} options
 * @param {string} url of the bench's own server
 */
async function measureEngines({ networks, sizes, runs, engines: timed, threads, flags }, url) {
  const engines = choose(timed);
  const browser = await startChromium(flags);
  try {
    const page = await browser.newPage();
    await page.goto(`${url}benches/browser/page/index.html`);
    await page.waitForSelector('body[data-state=ready]');
    const machine = {
      cpu: os.cpus()[0].model,
      cores: os.availableParallelism(),
      system: `${os.type()} ${os.machine()}`,
      browser: await browser.version(),
      adapter: await adapterOf(page),
      peer: `onnxruntime-web ${JSON.parse(await readFile(PEER, 'utf8')).version}`,
    };
    const results = [];
    for (const network of networks) {
      for (const size of sizes) {
        const result = await sideBySide(page, { network, size, threads }, { engines, timed, runs, say });
        console.log(`\n${speedTable([result])}${absences([result])}`);
        results.push(result);
      }
    }
    return { machine, results };
  } finally {
    await browser.close();
  }
}

/** @param {Options} options */
async function measureStarts({ starts: runs, flags }) {
  if (runs === 0) return [];
  const site = await serveSite();
  try {
    const startUps = [];
    for (const backend of /** @type {const} */ (['gpu', 'cpu'])) {
      startUps.push(...(await measureStartUps(backend, { site: site.url, flags, runs, say })));
    }
    console.log(`\n${startTable(startUps)}`);
    return startUps;
  } finally {
    site.close();
  }
}

/** @type {Options} */
const options = JSON.parse(process.argv[2]);
const server = await serveBench();
try {
  const { machine, results } = await measureEngines(options, server.url);
  const startUps = await measureStarts(options);
  const measured = { command: options.command, commit: options.commit, machine, results, startUps };
  await writeFile(options.markdown, section(measured));
  if (options.json) await writeFile(options.json, `${JSON.stringify(measured, null, 2)}\n`);
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  server.close();
}
