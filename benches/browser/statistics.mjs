/** What is told of several runs. */

/** @param {number[]} values at least one */
export function summary(values) {
  if (values.length === 0) throw new Error('There is nothing to sum up.');
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/**
 * How many times as fast the first is, from runs that took turns: each is held against the one beside it, so that what
 * slows the whole machine down slows both.
 * @param {number[]} times
 * @param {number[]} peerTimes there may be fewer or more of them; only pairs count
 */
export function speedUp(times, peerTimes) {
  const pairs = Math.min(times.length, peerTimes.length);
  return summary(Array.from({ length: pairs }, (_, at) => peerTimes[at] / times[at]));
}
