/** The whole bench in Chromium, on a network and a picture so small that nothing takes long. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serveSite } from './serve.mjs';
import { measureStartUps } from './start-up.mjs';

const skip = !process.env.CHROMIUM && 'CHROMIUM names no browser';
const BENCH = fileURLToPath(new URL('bench.mjs', import.meta.url));

test('engines are compared and timed', { skip }, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lenslet-bench-'));
  try {
    const [json, markdown] = ['times.json', 'tables.md'].map((name) => path.join(folder, name));
    const engines = ['gpu', 'ort-webgpu', 'cpu', 'ort-wasm'];
    const small = { networks: ['8x1'], sizes: [16], runs: 2, threads: 2, starts: 0 };
    const options = { command: 'the test', ...small, engines, flags: [], json, markdown };
    await promisify(execFile)(process.execPath, [BENCH, JSON.stringify(options)]);
    const { results, machine } = JSON.parse(await readFile(json, 'utf8'));
    assert.equal(results.length, 1);
    for (const { name, times, difference, problem, threads } of results[0].engines) {
      assert.equal(problem, undefined);
      assert.ok(times.length === 2 && times.every((/** @type {number} */ time) => time > 0), name);
      assert.ok(difference.largest <= 1, name);
      if (name === 'ort-wasm') assert.equal(threads, '2 threads');
    }
    assert.deepEqual(results[0].engines.map((/** @type {{name: string}} */ { name }) => name), engines);
    assert.ok((await readFile(markdown, 'utf8')).includes(machine.adapter));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the start of the page is measured, cold and warm', { skip }, async () => {
  const site = await serveSite();
  try {
    const startUps = await measureStartUps('cpu', { site: site.url, flags: [], runs: 1, say: () => {} });
    assert.deepEqual(startUps.map(({ kind }) => kind), ['cold', 'warm']);
    for (const { ready, firstTile } of startUps) assert.ok(ready.length === 1 && ready[0] > 0 && firstTile[0] > 0);
  } finally {
    site.close();
  }
});
