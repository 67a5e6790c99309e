/** Tables of what was measured. */

import { flopsPerPixel, parseShape } from './networks.mjs';
import { speedUp, summary } from './statistics.mjs';

/** @typedef {import('./side-by-side.mjs').Result} Result */
/** @typedef {import('./side-by-side.mjs').Outcome} Outcome */
/** @typedef {import('./start-up.mjs').StartUp} StartUp */
/** @typedef {{cpu: string, cores: number, browser: string, adapter: string, peer: string, system: string}} Machine */

const NOTHING = '–';

const SPEED_HEADER = [
  'network',
  'picture',
  'engine',
  'ready ms',
  'first run ms',
  'median ms',
  'min..max ms',
  'GFLOP/s',
  'file to file ms',
  'off by, of 255',
  'times as fast as its peer',
];
const START_HEADER = ['backend', 'start', 'engine ready ms', 'first tile after a drop ms'];

/** @param {number} value three digits, or all before the point */
const number = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** @param {{min: number, max: number}} spread */
const range = ({ min, max }) => `${number(min)}..${number(max)}`;

/** @param {number[]} values */
const medianAndRange = (values) => `${number(summary(values).median)} (${range(summary(values))})`;

/**
 * A Markdown table whose columns also line up as plain text: words to the left, all after the third column to the right.
 * @param {string[]} header
 * @param {string[][]} rows
 * @param {number} words how many columns from the left are words
 */
function table(header, rows, words) {
  const widths = header.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at].length)));
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell, at) => (at < words ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join(' | ')} |\n`;
  const rule = widths.map((width, at) => '-'.repeat(width - 1) + (at < words ? '-' : ':'));
  return line(header) + line(rule) + rows.map(line).join('');
}

/** @param {Result[]} results */
export function speedTable(results) {
  return table(SPEED_HEADER, results.flatMap(speedRows), 3);
}

/** @param {Result} result */
function speedRows({ network, size, engines }) {
  const gflop = (flopsPerPixel(parseShape(network)) * size * size) / 1e9;
  return engines.map((engine) => {
    const start = [network, `${size} x ${size}`];
    if ('problem' in engine) return [...start, `${engine.title}: not run`, ...Array(SPEED_HEADER.length - 3).fill(NOTHING)];
    const time = summary(engine.times);
    const peer = engines.find((other) => other.name === engine.peer);
    const faster = peer && 'times' in peer ? speedUp(engine.times, peer.times) : undefined;
    return [
      ...start,
      engine.threads ? `${engine.title}, ${engine.threads}` : engine.title,
      number(engine.ready),
      number(engine.first),
      number(time.median),
      range(time),
      number(gflop / (time.median / 1000)),
      engine.whole.length > 0 ? number(summary(engine.whole).median) : NOTHING,
      `${engine.difference.largest} (mean ${engine.difference.mean.toPrecision(2)})`,
      faster ? `${number(faster.median)} (${range(faster)})` : NOTHING,
    ];
  });
}

/**
 * Why engines are missing, each reason once.
 * @param {Result[]} results
 */
export function absences(results) {
  const lines = results.flatMap(({ engines }) =>
    engines.flatMap((engine) => ('problem' in engine ? [`- ${engine.title} could not be run: ${engine.problem}\n`] : [])),
  );
  const text = [...new Set(lines)].join('');
  return text && `\n${text}`;
}

/** @param {StartUp[]} startUps */
export function startTable(startUps) {
  const rows = startUps.map(({ backend, kind, ready, firstTile }) => [
    backend,
    kind,
    medianAndRange(ready),
    medianAndRange(firstTile),
  ]);
  return table(START_HEADER, rows, 2);
}

/**
 * The section of the README.
 * @param {{command: string, commit: string, machine: Machine, results: Result[], startUps: StartUp[]}} measured
 */
export function section({ command, commit, machine, results, startUps }) {
  const { cpu, cores, browser, adapter, peer, system } = machine;
  const parts = [
    `\`${command}\` at commit ${commit} on ${cpu}, ${cores} cores, ${system}; ${browser}; WebGPU adapter: ${adapter}; ${peer}.\n`,
    speedTable(results) + absences(results),
    startUps.length > 0 ? startTable(startUps) : '',
  ];
  return parts.filter(Boolean).join('\n');
}
