//! 3x3 convolutions by Winograd's F(4x4, 3x3) (Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks").
//!
//! Each 4x4 patch of outputs follows from 6x6 inputs by 36 products instead of 144. Both are seen as values of a polynomial at the
//! points 0, A, -A, B, -B and infinity: what was a convolution is there a product, summed over the input channels by a matrix
//! multiplication for each of the 36 places. Patches lie on a grid that the picture's corner and the layer fix, so that each output
//! is rounded the same way however the picture is cut.

use pulp::{Simd, WithSimd};

use crate::{
    block::{Block, PATCH},
    epilogue::{Epilogue, Others},
    gemm::{Product, block_of, load, store},
    machine::Machine,
    rows::{Rows, Segment, Values},
    threads::Scratch,
};

/// Edge of the inputs that a patch depends on, and places along an axis.
const PLACES: usize = PATCH + 2;
const AREA: usize = PLACES * PLACES;

/// The points. Measured to round a third of what the usual 1 and 2 do, see `tests/rounding.rs`.
const A: f64 = std::f64::consts::FRAC_1_SQRT_2;
const B: f64 = std::f64::consts::SQRT_2;

/// Patches that are transformed before their products are summed: as many as fit the second-level cache with the weights.
const BATCH: usize = 16;

/// A convolution's weights at the 36 places.
pub struct Winograd {
    sources: Vec<Segment>,
    /// Input channels.
    inputs: usize,
    /// Values of an input pixel, and of an output pixel, in a batch.
    input_stride: usize,
    output_stride: usize,
    /// Widths in vectors of the blocks of outputs.
    blocks: Vec<usize>,
    /// `[36][block][inputs][outputs of the block]`.
    weights: Values,
}

impl Winograd {
    /// `weight(output, input, tap)` is a weight; inputs are numbered through the sources.
    pub fn new(
        machine: &Machine,
        sources: &[Segment],
        outputs: usize,
        weight: impl Fn(usize, usize, usize) -> f32,
    ) -> Self {
        let lanes = machine.lanes;
        let inputs = sources.iter().map(|segment| segment.channels).sum();
        let (blocks, output_stride) = (machine.blocks(outputs), outputs.next_multiple_of(lanes));
        let mut weights = Values::zeros(AREA * inputs * output_stride);
        for output in 0..outputs {
            let block = block_of(&blocks, output, lanes);
            for input in 0..inputs {
                let taps = std::array::from_fn(|tap| f64::from(weight(output, input, tap)));
                for (index, value) in weights_at_places(&taps).into_iter().enumerate() {
                    let at = index * inputs * output_stride
                        + block.first * inputs
                        + input * block.width
                        + (output - block.first);
                    weights.get_mut()[at] = value as f32;
                }
            }
        }
        // The last vector of each source may reach beyond its channels.
        let input_stride = (inputs + lanes - 1).next_multiple_of(lanes);
        Self { sources: sources.to_vec(), inputs, input_stride, output_stride, blocks, weights }
    }

    /// Makes a block of outputs of `parts`, which the sources are of.
    pub fn make(
        &self,
        machine: &Machine,
        epilogue: &Epilogue,
        parts: &[Rows],
        block: Block<'_>,
        scratch: &mut Scratch,
    ) {
        machine.run(Job { winograd: self, epilogue, parts, block, scratch });
    }

    fn grow(&self, scratch: &mut Scratch) {
        scratch.inputs.grow(AREA * plane(self.input_stride));
        scratch.sums.grow(AREA * plane(self.output_stride));
    }
}

/// Values of a batch at one place. A cache line more than there are keeps the 36 planes from falling on the same sets of the
/// cache, which plain powers of two do.
const fn plane(stride: usize) -> usize {
    BATCH * stride + 16
}

/// G g G^T: the kernel as a polynomial at the points, over the products of their distances.
fn weights_at_places(taps: &[f64; 9]) -> [f64; AREA] {
    let line = |taps: [f64; 3]| {
        let at = |point: f64, product: f64| (taps[0] + point * taps[1] + point * point * taps[2]) / product;
        let (a, b) = (2.0 * A * A * (A * A - B * B), 2.0 * B * B * (B * B - A * A));
        [at(0.0, A * A * B * B), at(A, a), at(-A, a), at(B, b), at(-B, b), taps[2]]
    };
    let columns: [[f64; PLACES]; 3] = std::array::from_fn(|x| line([taps[x], taps[3 + x], taps[6 + x]]));
    let mut places = [0.0; AREA];
    for y in 0..PLACES {
        let row = line([columns[0][y], columns[1][y], columns[2][y]]);
        places[y * PLACES..][..PLACES].copy_from_slice(&row);
    }
    places
}

/// B^T d: six inputs at the points.
#[inline(always)]
fn inputs_at_points<S: Simd>(simd: S, d: [S::f32s; PLACES]) -> [S::f32s; PLACES] {
    let constant = |value: f64| simd.splat_f32s(value as f32);
    let fma = |x, y, z| simd.mul_add_e_f32s(x, y, z);
    let (sum, product) = (constant(-(A * A + B * B)), constant(A * A * B * B));
    let even_a = fma(constant(-B * B), d[2], d[4]);
    let odd_a = simd.mul_f32s(constant(A), fma(constant(-B * B), d[1], d[3]));
    let even_b = fma(constant(-A * A), d[2], d[4]);
    let odd_b = simd.mul_f32s(constant(B), fma(constant(-A * A), d[1], d[3]));
    [
        fma(product, d[0], fma(sum, d[2], d[4])),
        simd.add_f32s(even_a, odd_a),
        simd.sub_f32s(even_a, odd_a),
        simd.add_f32s(even_b, odd_b),
        simd.sub_f32s(even_b, odd_b),
        fma(product, d[1], fma(sum, d[3], d[5])),
    ]
}

/// A^T m: four outputs from six places.
#[inline(always)]
fn outputs_of_points<S: Simd>(simd: S, m: [S::f32s; PLACES]) -> [S::f32s; PATCH] {
    let constant = |value: f64| simd.splat_f32s(value as f32);
    let fma = |x, y, z| simd.mul_add_e_f32s(x, y, z);
    let (even_a, odd_a) = (simd.add_f32s(m[1], m[2]), simd.sub_f32s(m[1], m[2]));
    let (even_b, odd_b) = (simd.add_f32s(m[3], m[4]), simd.sub_f32s(m[3], m[4]));
    [
        simd.add_f32s(m[0], simd.add_f32s(even_a, even_b)),
        fma(constant(B), odd_b, simd.mul_f32s(constant(A), odd_a)),
        fma(constant(B * B), even_b, simd.mul_f32s(constant(A * A), even_a)),
        fma(constant(B * B * B), odd_b, fma(constant(A * A * A), odd_a, m[5])),
    ]
}

/// A block of outputs in the making: a row of patches.
struct Job<'a> {
    winograd: &'a Winograd,
    epilogue: &'a Epilogue,
    parts: &'a [Rows],
    block: Block<'a>,
    scratch: &'a mut Scratch,
}

impl WithSimd for Job<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Job { winograd, epilogue, parts, mut block, scratch } = self;
        winograd.grow(scratch);
        let mut others = [Others::default(); PATCH];
        for (row, others) in others.iter_mut().enumerate().take(block.height) {
            *others = Others::of_row(epilogue, parts, block.y + row);
        }
        let top = block.y as isize - block.above as isize;
        let patches = (block.to - block.from).div_ceil(PATCH);
        // Batches of nearly equal size.
        let batch = patches.div_ceil(patches.div_ceil(BATCH));
        for first in (0..patches).step_by(batch) {
            let count = batch.min(patches - first);
            let x = block.from + first * PATCH;
            winograd.transform_inputs(simd, parts, (x, top), count, scratch.inputs.get_mut());
            winograd.sum(simd, count, scratch.inputs.get(), scratch.sums.get_mut());
            let target = Target { epilogue, others: &others, block: &mut block, x, count };
            winograd.transform_outputs(simd, scratch.sums.get(), target);
        }
    }
}

/// Where a batch's outputs go.
struct Target<'a, 'b> {
    epilogue: &'a Epilogue,
    others: &'a [Others<'a>; PATCH],
    block: &'a mut Block<'b>,
    x: usize,
    count: usize,
}

impl Winograd {
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn transform_inputs<S: Simd>(
        &self,
        simd: S,
        parts: &[Rows],
        (x, y): (usize, isize),
        count: usize,
        values: &mut [f32],
    ) {
        let mut channel = 0;
        for segment in &self.sources {
            let part = &parts[segment.part];
            let stride = part.geometry.stride;
            let start = (part.geometry.left + x - 1) * stride + segment.first;
            let mut rows: [&[f32]; PLACES] = [&[]; PLACES];
            for (index, row) in rows.iter_mut().enumerate() {
                *row = &part.row(y + index as isize - 1)[start..];
            }
            for patch in 0..count {
                for vector in (0..segment.channels).step_by(S::F32_LANES) {
                    let at = patch * PATCH * stride + vector;
                    let mut places = [[simd.splat_f32s(0.0); PLACES]; PLACES];
                    for x in 0..PLACES {
                        let mut column = [simd.splat_f32s(0.0); PLACES];
                        for y in 0..PLACES {
                            column[y] = load::<S>(rows[y], at + x * stride);
                        }
                        let column = inputs_at_points(simd, column);
                        for y in 0..PLACES {
                            places[y][x] = column[y];
                        }
                    }
                    let to = patch * self.input_stride + channel + vector;
                    for y in 0..PLACES {
                        let line = inputs_at_points(simd, places[y]);
                        for x in 0..PLACES {
                            store::<S>(values, (y * PLACES + x) * plane(self.input_stride) + to, line[x]);
                        }
                    }
                }
            }
            channel += segment.channels;
        }
    }

    /// Sums the products over the input channels.
    #[inline(always)]
    fn sum<S: Simd>(&self, simd: S, count: usize, inputs: &[f32], sums: &mut [f32]) {
        let weights = self.weights.get().chunks_exact(self.inputs * self.output_stride);
        for (place, weights) in weights.take(AREA).enumerate() {
            let product = Product {
                inputs: &inputs[place * plane(self.input_stride)..][..BATCH * self.input_stride],
                stride: self.input_stride,
                depth: self.inputs,
                weights,
                blocks: &self.blocks,
                sums: &mut sums[place * plane(self.output_stride)..][..BATCH * self.output_stride],
                output_stride: self.output_stride,
                count,
            };
            product.run(simd);
        }
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn transform_outputs<S: Simd>(&self, simd: S, sums: &[f32], target: Target<'_, '_>) {
        let Target { epilogue, others, block, x: first, count } = target;
        let stride = block.stride;
        for patch in 0..count {
            let x = first + patch * PATCH;
            let width = PATCH.min(block.to - x);
            for channel in (0..self.output_stride).step_by(S::F32_LANES) {
                let bias = load::<S>(epilogue.bias.get(), channel);
                let from = patch * self.output_stride + channel;
                let mut lines = [[simd.splat_f32s(0.0); PLACES]; PATCH];
                for x in 0..PLACES {
                    let mut column = [simd.splat_f32s(0.0); PLACES];
                    for y in 0..PLACES {
                        column[y] = load::<S>(sums, (y * PLACES + x) * plane(self.output_stride) + from);
                    }
                    let column = outputs_of_points(simd, column);
                    for y in 0..PATCH {
                        lines[y][x] = column[y];
                    }
                }
                for y in 0..block.height {
                    let mut pixels = outputs_of_points(simd, lines[block.above + y]);
                    for pixel in &mut pixels {
                        *pixel = simd.add_f32s(*pixel, bias);
                    }
                    epilogue.run(simd, &mut pixels, &others[y], x, channel);
                    let (row, to) = (&mut *block.rows[y], (x - block.from) * stride + channel);
                    for x in 0..PATCH {
                        // The zeros beside the picture must stay zeros.
                        if x < width {
                            store::<S>(row, to + x * stride, pixels[x]);
                        }
                    }
                }
            }
        }
    }
}
