//! Convolutions of any kernel as they are written: the inputs of a few pixels are gathered side by side, for all taps of the
//! kernel, and multiplied with the weights as a matrix.

use pulp::{Simd, WithSimd};

use crate::{
    block::Block,
    epilogue::{Epilogue, Others},
    gemm::{Product, block_of, load, store},
    machine::Machine,
    rows::{Geometry, Rows, Segment, Values},
    threads::Scratch,
};

/// Pixels whose inputs are gathered: a multiple of those that are summed at once.
const BATCH: usize = 16;

/// A convolution's weights.
pub struct Direct {
    sources: Vec<Segment>,
    /// Inputs of a pixel: all taps of all channels.
    depth: usize,
    kernel: usize,
    upsample: usize,
    /// Widths in vectors of the blocks of outputs.
    blocks: Vec<usize>,
    /// Values of a pixel's outputs.
    output_stride: usize,
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
        let (depth, output_stride) = (kernel * kernel * inputs, outputs.next_multiple_of(lanes));
        let mut weights = Values::zeros(depth * output_stride);
        for output in 0..outputs {
            let block = block_of(&blocks, output, lanes);
            let mut at = block.first * depth + (output - block.first);
            for row in 0..kernel {
                let mut first = 0;
                for source in sources {
                    for column in 0..kernel {
                        for input in first..first + source.channels {
                            weights.get_mut()[at] = weight(output, input, row * kernel + column);
                            at += block.width;
                        }
                    }
                    first += source.channels;
                }
            }
        }
        Self { sources: sources.to_vec(), depth, kernel, upsample, blocks, output_stride, weights }
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
        scratch.inputs.grow(BATCH * self.depth);
        scratch.sums.grow(BATCH * self.output_stride);
        machine.run(Job { direct: self, epilogue, parts, block, scratch });
    }

    /// Puts the inputs of `count` pixels of row `y` from `x` on side by side.
    fn gather(&self, parts: &[Rows], (x, y): (usize, usize), count: usize, inputs: &mut [f32]) {
        let (kernel, upsample, padding) = (self.kernel, self.upsample, self.kernel / 2);
        let mut to = 0;
        for row in 0..kernel {
            // Above the picture there is no row, and none of that number below it: both are zeros.
            let y = (y + row).checked_sub(padding).map_or(-1, |y| (y / upsample) as isize);
            for segment in &self.sources {
                let part = &parts[segment.part];
                let values = part.row(y);
                let Geometry { left, stride, .. } = part.geometry;
                // Where pixels follow each other without a gap, so do all columns of a row.
                let is_dense = stride == segment.channels && upsample == 1;
                let (runs, length) = if is_dense { (1, kernel * stride) } else { (kernel, segment.channels) };
                for run in 0..runs {
                    for (pixel, inputs) in inputs.chunks_exact_mut(self.depth).enumerate().take(count) {
                        // The zeros on the left keep this above zero.
                        let x = (left * upsample + x + pixel + run - padding) / upsample;
                        inputs[to..to + length].copy_from_slice(&values[x * stride + segment.first..][..length]);
                    }
                    to += length;
                }
            }
        }
    }
}

/// A block of outputs in the making.
struct Job<'a> {
    direct: &'a Direct,
    epilogue: &'a Epilogue,
    parts: &'a [Rows],
    block: Block<'a>,
    scratch: &'a mut Scratch,
}

impl WithSimd for Job<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Job { direct, epilogue, parts, block, scratch } = self;
        let Block { y, from, to, stride, .. } = block;
        let Scratch { inputs, sums } = scratch;
        for (index, output) in block.rows.into_iter().enumerate().take(block.height) {
            let y = y + index;
            let others = Others::of_row(epilogue, parts, y);
            for x in (from..to).step_by(BATCH) {
                let count = BATCH.min(to - x);
                direct.gather(parts, (x, y), count, inputs.get_mut());
                let product = Product {
                    inputs: inputs.get(),
                    stride: direct.depth,
                    depth: direct.depth,
                    weights: direct.weights.get(),
                    blocks: &direct.blocks,
                    sums: sums.get_mut(),
                    output_stride: direct.output_stride,
                    count,
                };
                product.run(simd);
                let output = &mut output[(x - from) * stride..];
                direct.finish(simd, epilogue, &others, (x, count), sums.get(), output);
            }
        }
    }
}

/// Pixels that are finished at once.
const FINISHED: usize = 4;

impl Direct {
    /// Finishes the sums of `count` pixels from `x` on.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn finish<S: Simd>(
        &self,
        simd: S,
        epilogue: &Epilogue,
        others: &Others<'_>,
        (x, count): (usize, usize),
        sums: &[f32],
        output: &mut [f32],
    ) {
        let stride = self.output_stride;
        for channel in (0..stride).step_by(S::F32_LANES) {
            let bias = load::<S>(epilogue.bias.get(), channel);
            for first in (0..count).step_by(FINISHED) {
                let mut pixels = [bias; FINISHED];
                for index in 0..FINISHED {
                    let sum = load::<S>(sums, (first + index) * stride + channel);
                    pixels[index] = simd.add_f32s(pixels[index], sum);
                }
                epilogue.run(simd, &mut pixels, others, x + first, channel);
                for index in 0..FINISHED {
                    // The zeros beside the picture must stay zeros.
                    if first + index < count {
                        store::<S>(output, (first + index) * stride + channel, pixels[index]);
                    }
                }
            }
        }
    }
}
