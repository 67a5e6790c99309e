//! Convolutions of any kernel as they are written: the sum over all taps, for several pixels at once.

use pulp::{Simd, WithSimd};

use crate::{
    finish::{Finish, Others},
    gemm::{blocks, load, multiply, store},
    machine::{FEW, MANY, Machine, pixels},
    rows::{Geometry, Rows, Segment, Values},
    threads::Block,
    winograd::block_of,
};

/// A convolution's weights.
pub struct Direct {
    sources: Vec<Segment>,
    /// Input channels.
    inputs: usize,
    kernel: usize,
    upsample: usize,
    /// Widths in vectors of the blocks of outputs.
    blocks: Vec<usize>,
    /// `[block][row of the kernel][source][column of the kernel][channel of the source][outputs of the block]`.
    weights: Values,
}

impl Direct {
    /// `weight(output, input, tap)` is a weight; inputs are numbered through the sources.
    pub fn new(
        machine: &Machine,
        sources: &[Segment],
        outputs: usize,
        (kernel, upsample): (usize, usize),
        weight: impl Fn(usize, usize, usize) -> f32,
    ) -> Self {
        let lanes = machine.lanes;
        let inputs: usize = sources.iter().map(|segment| segment.channels).sum();
        let blocks = machine.blocks(outputs);
        let mut weights = Values::zeros(kernel * kernel * inputs * outputs.next_multiple_of(lanes));
        for output in 0..outputs {
            let place = block_of(&blocks, output, lanes);
            let mut at = place.first * kernel * kernel * inputs + (output - place.first);
            for row in 0..kernel {
                let mut first = 0;
                for source in sources {
                    for column in 0..kernel {
                        for input in first..first + source.channels {
                            weights.get_mut()[at] = weight(output, input, row * kernel + column);
                            at += place.width;
                        }
                    }
                    first += source.channels;
                }
            }
        }
        Self { sources: sources.to_vec(), inputs, kernel, upsample, blocks, weights }
    }

    /// Makes a block of outputs of `parts`, which the sources are of.
    pub fn make(&self, machine: &Machine, finish: &Finish, parts: &[Rows], block: Block<'_>) {
        machine.run(Job { direct: self, finish, parts, block });
    }
}

/// A block of outputs in the making.
struct Job<'a> {
    direct: &'a Direct,
    finish: &'a Finish,
    parts: &'a [Rows],
    block: Block<'a>,
}

impl WithSimd for Job<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Job { direct, finish, parts, block } = self;
        let Block { from, to, stride, .. } = block;
        for (index, output) in block.rows.into_iter().enumerate().take(block.height) {
            let mut row = Row { direct, finish, parts, output, stride, from, to, y: block.y + index };
            let mut weights = direct.weights.get();
            let mut first = 0;
            for &block in &direct.blocks {
                let width = block * S::F32_LANES;
                let (these, rest) = weights.split_at(direct.kernel * direct.kernel * direct.inputs * width);
                weights = rest;
                match (pixels(S::REGISTER_COUNT), block) {
                    (MANY, 3) => row.run::<S, MANY, 3>(simd, these, first),
                    (MANY, 2) => row.run::<S, MANY, 2>(simd, these, first),
                    (MANY, _) => row.run::<S, MANY, 1>(simd, these, first),
                    (_, 2) => row.run::<S, FEW, 2>(simd, these, first),
                    _ => row.run::<S, FEW, 1>(simd, these, first),
                }
                first += width;
            }
        }
    }
}

/// One row of outputs.
struct Row<'a> {
    direct: &'a Direct,
    finish: &'a Finish,
    parts: &'a [Rows],
    output: &'a mut [f32],
    stride: usize,
    from: usize,
    to: usize,
    y: usize,
}

impl Row<'_> {
    /// The channels from `first` on.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn run<S: Simd, const R: usize, const V: usize>(&mut self, simd: S, weights: &[f32], first: usize) {
        let Self { finish, stride, from, to, .. } = *self;
        let weights = blocks::<S, V>(weights);
        let others = Others::of_row(finish, self.parts, self.y);
        for x in (from..to).step_by(R) {
            let sums = self.sum::<S, R, V>(simd, weights, x);
            let width = R.min(to - x);
            for vector in 0..V {
                let channel = first + vector * S::F32_LANES;
                let bias = load::<S>(finish.bias.get(), channel);
                let mut pixels = [bias; R];
                for (pixel, vectors) in pixels.iter_mut().zip(&sums) {
                    *pixel = simd.add_f32s(*pixel, vectors[vector]);
                }
                finish.run(simd, &mut pixels, &others, x, channel);
                let at = (x - from) * stride + channel;
                for x in 0..R {
                    // The zeros beside the picture must stay zeros.
                    if x < width {
                        store::<S>(self.output, at + x * stride, pixels[x]);
                    }
                }
            }
        }
    }

    /// The sums of `R` pixels from `x` on.
    #[inline(always)]
    fn sum<S: Simd, const R: usize, const V: usize>(
        &self,
        simd: S,
        weights: &[[S::f32s; V]],
        x: usize,
    ) -> [[S::f32s; V]; R] {
        let Direct { sources, inputs, kernel, upsample, .. } = self.direct;
        let (kernel, upsample, padding) = (*kernel, *upsample, *kernel / 2);
        let mut sums = [[simd.splat_f32s(0.0); V]; R];
        for (row, mut weights) in weights.chunks_exact(kernel * inputs).enumerate() {
            // Above and below the picture everything is zero and adds nothing.
            let Some(y) = (self.y + row).checked_sub(padding).map(|y| y / upsample) else { continue };
            for segment in sources {
                let part = &self.parts[segment.part];
                if y >= part.height {
                    continue;
                }
                let values = part.row(y as isize);
                let Geometry { left, stride, .. } = part.geometry;
                for column in 0..kernel {
                    let (these, rest) = weights.split_at(segment.channels);
                    weights = rest;
                    let mut pixels: [&[f32]; R] = [&[]; R];
                    for (pixel, inputs) in pixels.iter_mut().enumerate() {
                        // The zeros on the left keep this above zero.
                        let x = (left * upsample + x + pixel + column - padding) / upsample;
                        *inputs = &values[x * stride + segment.first..][..segment.channels];
                    }
                    multiply::<S, R, V>(simd, pixels, these, &mut sums);
                }
            }
        }
        sums
    }
}
