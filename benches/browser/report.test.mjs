import assert from 'node:assert/strict';
import { test } from 'node:test';
import { section, speedTable } from './report.mjs';
import { refuseAnother } from './side-by-side.mjs';

/** @type {import('./side-by-side.mjs').Result} */
const RESULT = {
  network: '8x1',
  size: 100,
  engines: [
    {
      name: 'cpu',
      title: 'Ours',
      peer: 'ort-wasm',
      threads: '1 thread',
      ready: 1234.5,
      first: 30,
      times: [20, 10, 40],
      whole: [22, 12, 42],
      difference: { largest: 1, mean: 0.00012 },
    },
    {
      name: 'ort-wasm',
      title: 'Theirs',
      threads: '',
      ready: 50,
      first: 9,
      times: [40, 30, 20],
      whole: [],
      difference: { largest: 2, mean: 0 },
    },
    { name: 'gpu-f16', title: 'Half', problem: 'there is no f16' },
  ],
};

const cells = (/** @type {string} */ line) => line.split('|').slice(1, -1).map((cell) => cell.trim());

test('every engine has a row of figures', () => {
  const [header, rule, ours, theirs, half] = speedTable([RESULT]).trim().split('\n').map(cells);
  // 2 x 9 x (3 x 8 + 8 x 8 + 8 x 48) operations for each of 10 000 pixels, in 20 ms.
  const times = ['1235', '30.0', '20.0', '10.0..40.0', '4.25', '22.0'];
  assert.deepEqual(ours, ['8x1', '100 x 100', 'Ours, 1 thread', ...times, '1 (mean 0.00012)', '2.00 (0.500..3.00)']);
  assert.deepEqual(theirs.slice(2), ['Theirs', '50.0', '9.00', '30.0', '20.0..40.0', '2.83', '–', '2 (mean 0.0)', '–']);
  assert.deepEqual(half.slice(2), ['Half: not run', ...Array(8).fill('–')]);
  assert.ok(rule.every((cell) => /^-+:?$/.test(cell)) && rule.length === header.length);
});

test('an engine without its peer has no ratio', () => {
  const alone = { ...RESULT, engines: RESULT.engines.slice(0, 1) };
  assert.equal(cells(speedTable([alone]).trim().split('\n')[2]).at(-1), '–');
});

test('the section names the machine, the command, and each reason for an absence once', () => {
  const machine = { cpu: 'A CPU', cores: 2, browser: 'Chrome/1', adapter: 'a GPU', peer: 'peer 1.0', system: 'Linux' };
  /** @type {import('./start-up.mjs').StartUp} */
  const startUp = { backend: 'gpu', kind: 'cold', ready: [3, 1, 2], firstTile: [500] };
  const measured = { command: 'cargo xtask bench web', commit: '1a2b', machine };
  const text = section({ ...measured, results: [RESULT, RESULT], startUps: [startUp] });
  const begin = '`cargo xtask bench web` at commit 1a2b on A CPU, 2 cores, Linux; Chrome/1; WebGPU adapter: a GPU; peer 1.0.\n\n|';
  assert.ok(text.startsWith(begin), text);
  assert.equal(text.match(/^- Half could not be run: there is no f16$/gm)?.length, 1);
  assert.deepEqual(cells(text.trim().split('\n').at(-1) ?? ''), ['gpu', 'cold', '2.00 (1.00..3.00)', '500 (500..500)']);
});

test('an engine that makes another picture is refused in a sentence', () => {
  refuseAnother({ title: 'Theirs', difference: { largest: 2, mean: 0.1 } }, { network: '8x1', size: 100 });
  assert.throws(
    () => refuseAnother({ title: 'Theirs', difference: { largest: 3, mean: 0.1 } }, { network: '8x1', size: 100 }),
    /^Error: Theirs made another picture than Lenslet on the CPU with 8x1 on 100 x 100 pixels: they differ by up to 3 of 255/,
  );
});
