import assert from 'node:assert/strict';
import { test } from 'node:test';
import { speedUp, summary } from './statistics.mjs';

test('the median is the middle run, or between the two in the middle', () => {
  assert.deepEqual(summary([30, 10, 200]), { median: 30, min: 10, max: 200 });
  assert.deepEqual(summary([4, 1, 3, 2]), { median: 2.5, min: 1, max: 4 });
  assert.throws(() => summary([]), /nothing to sum up/);
});

test('runs are held against those beside them', () => {
  // The machine was twice as slow in the second round, for both.
  assert.deepEqual(speedUp([10, 20, 10], [30, 60, 40]), { median: 3, min: 3, max: 4 });
});

test('a slow peer that ran once is held against the first run alone', () => {
  assert.deepEqual(speedUp([10, 999, 999], [25]), { median: 2.5, min: 2.5, max: 2.5 });
});
