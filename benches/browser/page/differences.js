/**
 * The largest and the mean difference of two pictures in any channel of any pixel, of 255.
 * @param {ArrayLike<number>} made RGBA, four bytes a pixel; alpha is not looked at
 * @param {ArrayLike<number>} expected
 */
export function differences(made, expected) {
  if (made.length !== expected.length) throw new Error('The pictures have different sizes.');
  let [largest, sum] = [0, 0];
  for (let at = 0; at < made.length; at++) {
    if (at % 4 === 3) continue;
    const difference = Math.abs(made[at] - expected[at]);
    largest = Math.max(largest, difference);
    sum += difference;
  }
  return { largest, mean: sum / (made.length * 0.75) };
}
