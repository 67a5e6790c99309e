/** The networks that are timed are the ones that the table names. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flopsPerPixel, makeLayers, namedTensors, parseShape } from './networks.mjs';

test('a network has the layers of its name', () => {
  const layers = makeLayers(parseShape('8x2'));
  assert.deepEqual(
    layers.map(({ inputs, outputs, slopes }) => [inputs, outputs, slopes?.shape]),
    [
      [3, 8, [8]],
      [8, 8, [8]],
      [8, 8, [8]],
      [8, 48, undefined],
    ],
  );
  const names = Object.keys(namedTensors(layers));
  assert.deepEqual(names.slice(0, 4), ['body.0.weight', 'body.0.bias', 'body.1.weight', 'body.2.weight']);
  assert.equal(flopsPerPixel(parseShape('8x2')), 2 * 9 * (3 * 8 + 2 * 8 * 8 + 8 * 48));
});

test('weights are the same every time, and others in every network', () => {
  const weights = (/** @type {string} */ name) => makeLayers(parseShape(name))[0].weight.values;
  assert.deepEqual(weights('8x2'), weights('8x2'));
  assert.notDeepEqual(weights('8x2'), weights('8x3'));
});

test('a name that says no network is refused', () => {
  for (const name of ['64', '0x4', '64x', 'x16', '64x16x4']) assert.throws(() => parseShape(name), /such as 64x16, not/);
});
