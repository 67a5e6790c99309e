//! 3x3 convolutions by Winograd's F(4x4, 3x3) (Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks").
//!
//! Each 4x4 patch of outputs follows from 6x6 inputs by 36 products instead of 144. Both are seen as values of a polynomial at the
//! points 0, A, -A, B, -B and infinity: what was a convolution is there a product, summed over the input channels by a matrix
//! multiplication for each of the 36 places. Patches lie on a grid that the picture's corner and the layer fix, so that each output
//! is rounded the same way however the picture is cut.

use pulp::{Simd, WithSimd};

use crate::{
    finish::{Finish, Others},
    gemm::{blocks, load, multiply, store},
    machine::{FEW, MANY, Machine, pixels},
    rows::{Rows, Segment, Values},
    threads::Block,
};

/// Edge of a patch of outputs.
pub const PATCH: usize = 4;
/// Edge of the inputs that it depends on, and places along an axis.
const PLACES: usize = PATCH + 2;
const AREA: usize = PLACES * PLACES;

/// The points. Measured to round less than the usual 1 and 2: see the test of the largest error.
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

/// Memory for a batch: the inputs and the sums, each as `[36][patch][channel]`.
#[derive(Default)]
pub struct Scratch {
    inputs: Values,
    sums: Values,
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
            let place = block_of(&blocks, output, lanes);
            for input in 0..inputs {
                let taps = std::array::from_fn(|tap| f64::from(weight(output, input, tap)));
                for (index, value) in weights_at_places(&taps).into_iter().enumerate() {
                    let at = index * inputs * output_stride
                        + place.first * inputs
                        + input * place.width
                        + (output - place.first);
                    weights.get_mut()[at] = value as f32;
                }
            }
        }
        // The last vector of each source may reach beyond its channels.
        let input_stride = (inputs + lanes - 1).next_multiple_of(lanes);
        Self { sources: sources.to_vec(), inputs, input_stride, output_stride, blocks, weights }
    }

    /// Makes a block of outputs of `parts`, which the sources are of.
    pub fn make(&self, machine: &Machine, finish: &Finish, parts: &[Rows], block: Block<'_>, scratch: &mut Scratch) {
        machine.run(Job { winograd: self, finish, parts, block, scratch });
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

/// Where the block of an output begins and how wide it is, in channels.
pub(crate) struct Place {
    pub first: usize,
    pub width: usize,
}

pub(crate) fn block_of(blocks: &[usize], output: usize, lanes: usize) -> Place {
    let mut first = 0;
    for block in blocks {
        let width = block * lanes;
        if output < first + width {
            return Place { first, width };
        }
        first += width;
    }
    Place { first, width: 0 }
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
    finish: &'a Finish,
    parts: &'a [Rows],
    block: Block<'a>,
    scratch: &'a mut Scratch,
}

impl WithSimd for Job<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Job { winograd, finish, parts, mut block, scratch } = self;
        winograd.grow(scratch);
        let mut others = [Others::default(); PATCH];
        for (row, others) in others.iter_mut().enumerate().take(block.height) {
            *others = Others::of_row(finish, parts, block.y + row);
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
            let target = Target { finish, others: &others, block: &mut block, x, count };
            winograd.transform_outputs(simd, scratch.sums.get(), target);
        }
    }
}

/// Where a batch's outputs go.
struct Target<'a, 'b> {
    finish: &'a Finish,
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
        for place in 0..AREA {
            let inputs = &inputs[place * plane(self.input_stride)..][..BATCH * self.input_stride];
            let sums = &mut sums[place * plane(self.output_stride)..][..BATCH * self.output_stride];
            let mut weights = &self.weights.get()[place * self.inputs * self.output_stride..];
            let mut first = 0;
            for &block in &self.blocks {
                let width = block * S::F32_LANES;
                let (these, rest) = weights.split_at(self.inputs * width);
                weights = rest;
                let sums = &mut sums[first..];
                let panel = Panel {
                    inputs,
                    stride: self.input_stride,
                    depth: self.inputs,
                    weights: these,
                    sums,
                    output_stride: self.output_stride,
                    count,
                };
                match (pixels(S::REGISTER_COUNT), block) {
                    (MANY, 3) => simd.vectorize(Sized::<MANY, 3>(panel)),
                    (MANY, 2) => simd.vectorize(Sized::<MANY, 2>(panel)),
                    (MANY, _) => simd.vectorize(Sized::<MANY, 1>(panel)),
                    (_, 2) => simd.vectorize(Sized::<FEW, 2>(panel)),
                    _ => simd.vectorize(Sized::<FEW, 1>(panel)),
                }
                first += width;
            }
        }
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn transform_outputs<S: Simd>(&self, simd: S, sums: &[f32], target: Target<'_, '_>) {
        let Target { finish, others, block, x: first, count } = target;
        let stride = block.stride;
        for patch in 0..count {
            let x = first + patch * PATCH;
            let width = PATCH.min(block.to - x);
            for channel in (0..self.output_stride).step_by(S::F32_LANES) {
                let bias = load::<S>(finish.bias.get(), channel);
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
                    finish.run(simd, &mut pixels, &others[y], x, channel);
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

/// Sums of products of a batch at one place for one block of outputs.
struct Panel<'a> {
    /// `[patch][stride]`, of which `depth` are inputs.
    inputs: &'a [f32],
    stride: usize,
    depth: usize,
    /// `[depth][outputs of the block]`.
    weights: &'a [f32],
    /// `[patch][output_stride]`.
    sums: &'a mut [f32],
    output_stride: usize,
    /// Patches. They are summed `R` at a time; those beyond are summed from whatever the memory holds, and never looked at.
    count: usize,
}

/// A panel in blocks of `R` patches and `V` vectors, as a function of its own: inside of a larger one compilers run out of registers.
struct Sized<'a, const R: usize, const V: usize>(Panel<'a>);

impl<const R: usize, const V: usize> WithSimd for Sized<'_, R, V> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.0.sum::<S, R, V>(simd);
    }
}

impl Panel<'_> {
    // Elsewhere the function that `vectorize` makes is the one of its own; its instructions need it to be inlined there.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn sum<S: Simd, const R: usize, const V: usize>(self, simd: S) {
        let Self { inputs, stride, depth, weights, sums, output_stride, count } = self;
        let weights = blocks::<S, V>(weights);
        for patch in (0..count).step_by(R) {
            let mut pixels: [&[f32]; R] = [&[]; R];
            for (pixel, values) in pixels.iter_mut().enumerate() {
                *values = &inputs[(patch + pixel) * stride..][..depth];
            }
            let mut block = [[simd.splat_f32s(0.0); V]; R];
            multiply::<S, R, V>(simd, pixels, weights, &mut block);
            for pixel in 0..R {
                for vector in 0..V {
                    let to = (patch + pixel) * output_stride + vector * S::F32_LANES;
                    store::<S>(sums, to, block[pixel][vector]);
                }
            }
        }
    }
}
