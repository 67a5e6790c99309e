//! Products of matrices, the innermost loops of every convolution: sums that stay in registers.

use pulp::{Simd, WithSimd};

use crate::machine::{FEW, MANY, pixels};

/// Sums for a few pixels and all outputs: over the inputs, each times a weight.
pub(crate) struct Product<'a> {
    /// `[pixel][stride]`, of which `depth` are inputs.
    pub(crate) inputs: &'a [f32],
    pub(crate) stride: usize,
    pub(crate) depth: usize,
    /// `[block][depth][outputs of the block]`.
    pub(crate) weights: &'a [f32],
    /// Widths in vectors of the blocks of outputs.
    pub(crate) blocks: &'a [usize],
    /// `[pixel][output_stride]`.
    pub(crate) sums: &'a mut [f32],
    pub(crate) output_stride: usize,
    /// Pixels. They are summed a few at a time; those beyond are summed from whatever the memory holds, and never looked at.
    pub(crate) count: usize,
}

impl Product<'_> {
    #[inline(always)]
    pub(crate) fn run<S: Simd>(self, simd: S) {
        let Self { inputs, stride, depth, mut weights, blocks, sums, output_stride, count } = self;
        let mut first = 0;
        for &block in blocks {
            let width = block * S::F32_LANES;
            let (these, rest) = weights.split_at(depth * width);
            weights = rest;
            let panel = Panel { inputs, stride, depth, weights: these, sums: &mut sums[first..], output_stride, count };
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

/// The product for one block of outputs.
struct Panel<'a> {
    inputs: &'a [f32],
    stride: usize,
    depth: usize,
    weights: &'a [f32],
    sums: &'a mut [f32],
    output_stride: usize,
    count: usize,
}

/// A panel in blocks of `R` pixels and `V` vectors, as a function of its own: inside of a larger one compilers run out of registers.
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
        let weights = &pulp::as_arrays::<V, _>(S::as_simd_f32s(weights).0).0[..depth];
        for pixel in (0..count).step_by(R) {
            let mut pixels: [&[f32]; R] = [&[]; R];
            for (index, values) in pixels.iter_mut().enumerate() {
                *values = &inputs[(pixel + index) * stride..][..depth];
            }
            let mut block = [[simd.splat_f32s(0.0); V]; R];
            for input in 0..depth {
                let weights = weights[input];
                for index in 0..R {
                    let value = simd.splat_f32s(pixels[index][input]);
                    for vector in 0..V {
                        block[index][vector] = simd.mul_add_e_f32s(value, weights[vector], block[index][vector]);
                    }
                }
            }
            for index in 0..R {
                for vector in 0..V {
                    let to = (pixel + index) * output_stride + vector * S::F32_LANES;
                    store::<S>(sums, to, block[index][vector]);
                }
            }
        }
    }
}

/// The block that an output is in: where it begins and how wide it is, in channels.
pub(crate) struct OutputBlock {
    pub first: usize,
    pub width: usize,
}

pub(crate) fn block_of(blocks: &[usize], output: usize, lanes: usize) -> OutputBlock {
    let mut first = 0;
    for block in blocks {
        let width = block * lanes;
        if output < first + width {
            return OutputBlock { first, width };
        }
        first += width;
    }
    OutputBlock { first, width: 0 }
}

/// The vector that begins at a place.
#[inline(always)]
pub(crate) fn load<S: Simd>(values: &[f32], at: usize) -> S::f32s {
    S::as_simd_f32s(&values[at..at + S::F32_LANES]).0[0]
}

/// Puts a vector at a place.
#[inline(always)]
pub(crate) fn store<S: Simd>(values: &mut [f32], at: usize, vector: S::f32s) {
    S::as_mut_simd_f32s(&mut values[at..at + S::F32_LANES]).0[0] = vector;
}
