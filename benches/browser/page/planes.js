/** Between the bytes of a picture and the floats of a tensor. */

/**
 * Red, green and blue one after the other, from 0 to 1.
 * @param {Uint8Array} rgba four bytes a pixel
 */
export function planesOf(rgba) {
  const pixels = rgba.length / 4;
  return Float32Array.from({ length: pixels * 3 }, (_, at) => rgba[(at % pixels) * 4 + Math.floor(at / pixels)] / 255);
}

/**
 * RGBA, four bytes a pixel, opaque.
 * @param {Float32Array} planes red, green and blue one after the other
 */
export function bytesOf(planes) {
  const pixels = planes.length / 3;
  const rgba = new Uint8ClampedArray(pixels * 4).fill(255);
  planes.forEach((value, at) => {
    // This kind of array rounds and clamps what is put in.
    rgba[(at % pixels) * 4 + Math.floor(at / pixels)] = value * 255;
  });
  return rgba;
}
