/**
 * The networks that are timed: Real-ESRGAN's Compact at x4, with weights that are random but sound. Every engine gets
 * the same tensors.
 *
 * @typedef {{features: number, convs: number}} Shape
 * @typedef {{shape: number[], values: Float32Array}} Tensor
 * @typedef {{name: string, inputs: number, outputs: number, weight: Tensor, bias: Tensor, slopes?: Tensor}} Layer
 */

/** How many times wider and higher the networks enlarge. */
export const SCALE = 4;

const CHANNELS = 3;
const TAPS = 9;
const SEED = 20_260_101;
/** PReLU slopes are drawn from 0 to this. */
const STEEPEST = 0.5;
/** How far the last layer's random sums go from the plainly enlarged picture; the picture's values are 0 to 1. */
const RESIDUAL = 0.3;

/**
 * @param {string} name such as 64x16: features, and convolutions between the first and the last
 * @returns {Shape}
 */
export function parseShape(name) {
  const match = /^([1-9]\d*)x(\d+)$/.exec(name);
  if (!match) throw new Error(`A network is named by its features and its body convolutions, such as 64x16, not ${name}.`);
  return { features: Number(match[1]), convs: Number(match[2]) };
}

/** @param {Shape} shape */
function widths({ features, convs }) {
  return [CHANNELS, ...Array(convs + 1).fill(features), CHANNELS * SCALE * SCALE];
}

/**
 * Floating-point operations for each pixel of the input, a multiplication and an addition counted as two.
 * @param {Shape} shape
 */
export function flopsPerPixel(shape) {
  const channels = widths(shape);
  return channels.slice(1).reduce((sum, outputs, at) => sum + 2 * TAPS * channels[at] * outputs, 0);
}

/**
 * Fixed noise in 0..1 (a linear congruential generator).
 * @param {number} seed
 */
export function noiseFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/**
 * The layers in order. The weights' variance keeps that of the features from layer to layer, however many there are
 * (He et al. 2015, for the slopes drawn here), so that no network fades to nothing or overflows.
 * @param {Shape} shape
 * @returns {Layer[]}
 */
export function makeLayers(shape) {
  const noise = noiseFrom(SEED + shape.features * 1000 + shape.convs);
  const channels = widths(shape);
  const meanSquareSlope = STEEPEST ** 2 / 3;
  return channels.slice(1).map((outputs, at) => {
    const inputs = channels[at];
    const isLast = at === channels.length - 2;
    const variance = (isLast ? RESIDUAL ** 2 : 2 / (1 + meanSquareSlope)) / (TAPS * inputs);
    const range = Math.sqrt(12 * variance);
    const draw = (/** @type {number} */ count, /** @type {() => number} */ next) => Float32Array.from({ length: count }, next);
    return {
      name: `body.${2 * at}`,
      inputs,
      outputs,
      weight: { shape: [outputs, inputs, 3, 3], values: draw(outputs * inputs * TAPS, () => (noise() - 0.5) * range) },
      bias: { shape: [outputs], values: draw(outputs, () => (noise() - 0.5) * 0.02) },
      ...(!isLast && { slopes: { shape: [outputs], values: draw(outputs, () => noise() * STEEPEST) } }),
    };
  });
}

/**
 * The tensors by the names that Real-ESRGAN's files have.
 * @param {Layer[]} layers
 */
export function namedTensors(layers) {
  /** @type {Record<string, Tensor>} */
  const tensors = {};
  layers.forEach(({ name, weight, bias, slopes }, at) => {
    tensors[`${name}.weight`] = weight;
    tensors[`${name}.bias`] = bias;
    if (slopes) tensors[`body.${2 * at + 1}.weight`] = slopes;
  });
  return tensors;
}
