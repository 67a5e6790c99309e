//! Ops to dispatches: which entry point runs each op, and which buffer holds each feature map.

use crate::{
    Network,
    network::{Activation, BLOCK, Combine, Conv, Op, PixelShuffle, ResizeFilter, Slice},
};

/// The entry points of all shaders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Entry {
    /// A 3x3 convolution.
    Body,
    /// A 3x3 convolution and the pixel shuffle after it.
    Tail,
    /// Any other convolution.
    Direct,
    MaxPool,
    Resize,
    PixelUnshuffle,
    PixelShuffle,
    /// The first half of a group normalisation.
    Statistics,
    /// The second half.
    NormalizeGroup,
    LayerNorm,
    DySample,
}

/// What the buffers of a step are bound to; the shaders' own numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    Extent = 0,
    Weights = 1,
    Epilogue = 2,
    Source = 3,
    Other = 4,
    Output = 5,
    Picture = 6,
    Enlarged = 7,
    Second = 8,
    Statistics = 9,
}

impl Entry {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Tail => "tail",
            Self::Direct => "direct",
            Self::MaxPool => "max_pool",
            Self::Resize => "resize",
            Self::PixelUnshuffle => "pixel_unshuffle",
            Self::PixelShuffle => "pixel_shuffle",
            Self::Statistics => "statistics",
            Self::NormalizeGroup => "normalize_group",
            Self::LayerNorm => "layer_norm",
            Self::DySample => "dy_sample",
        }
    }

    /// Everything that it reads or writes.
    pub(super) fn bindings(self) -> &'static [Binding] {
        use Binding::{Enlarged, Epilogue, Extent, Other, Output, Picture, Second, Source, Statistics, Weights};
        match self {
            Self::Body | Self::Direct => &[Extent, Weights, Epilogue, Source, Other, Output, Second],
            Self::Tail => &[Extent, Weights, Epilogue, Source, Output, Picture, Enlarged],
            Self::MaxPool | Self::Resize => &[Extent, Source, Output],
            Self::PixelUnshuffle => &[Extent, Output, Picture],
            Self::PixelShuffle => &[Extent, Source, Picture, Enlarged],
            Self::Statistics => &[Extent, Source, Statistics],
            Self::NormalizeGroup => &[Extent, Epilogue, Source, Other, Output, Statistics],
            Self::LayerNorm => &[Extent, Epilogue, Source, Output],
            Self::DySample => &[Extent, Source, Other, Output],
        }
    }
}

/// What a dispatch counts its workgroups by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Area {
    /// The output map of the tile.
    Output,
    /// The part of the source that goes out as pixels, each as a square of so many.
    Kept(u32),
    /// So many workgroups.
    Groups(u32),
}

/// One dispatch.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) entry: Entry,
    /// Index of its op.
    pub(super) op: usize,
    /// Override constants of the shader.
    pub(super) constants: Vec<(&'static str, f64)>,
    /// Maps that it reads and writes; the last is the source again where pixels go out.
    pub(super) maps: [usize; 2],
    /// Indices of feature buffers; None where the picture or nothing takes that place.
    pub(super) source: Option<usize>,
    pub(super) other: Option<usize>,
    pub(super) second: Option<usize>,
    pub(super) output: Option<usize>,
    pub(super) area: Area,
    /// Pixels of the area that a workgroup makes, and layers of workgroups.
    pub(super) group: [u32; 2],
    pub(super) layers: u32,
    /// Floating-point operations for each LR pixel.
    pub(super) flops: f64,
}

impl Step {
    /// Blocks of 4 channels that it reads and makes, for convolutions.
    pub(super) fn blocks(&self) -> [u32; 2] {
        ["SOURCE_BLOCKS", "OUTPUT_BLOCKS"].map(|name| {
            let constant = self.constants.iter().find(|(constant, _)| *constant == name);
            constant.map_or(0, |(_, value)| *value as u32)
        })
    }
}

/// All dispatches of a tile, and the sizes of the feature buffers they share.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    /// For each feature buffer, the most blocks of 4 channels that it must hold for each LR pixel.
    pub(super) buffers: Vec<f64>,
    /// The most groups of any group normalisation.
    pub(super) groups: usize,
}

impl Plan {
    pub(super) fn new(network: &Network) -> Self {
        let (buffer_of, buffers) = place_maps(network);
        let mut planner = Planner { network, buffer_of, steps: Vec::new(), groups: 0 };
        let ops = network.ops();
        let mut index = 0;
        while index < ops.len() {
            index += planner.op(index, &ops[index], ops.get(index + 1));
        }
        Self { steps: planner.steps, buffers, groups: planner.groups }
    }

    /// The largest inner edge of tiles for which every buffer stays below `max_bytes` and all together below
    /// `max_total_bytes`; 0 when there is none. `stored_bytes` is the size of one stored value.
    pub(super) fn largest_tile(
        &self,
        halo: u32,
        scale: u32,
        stored_bytes: u64,
        max_bytes: u64,
        max_total_bytes: u64,
    ) -> u32 {
        let block_bytes = (BLOCK as u64 * stored_bytes) as f64;
        let most = self.buffers.iter().copied().fold(1.0, f64::max);
        let all = self.buffers.iter().sum::<f64>().max(1.0);
        let outer_area = (max_bytes as f64 / most).min(max_total_bytes as f64 / all) / block_bytes;
        let enlarged_edge = (max_bytes / 4).isqrt() / u64::from(scale);
        let largest = (outer_area.sqrt() as u64).saturating_sub(2 * u64::from(halo)).min(enlarged_edge);
        u32::try_from(largest).unwrap_or(u32::MAX)
    }

    /// Bytes of each feature buffer for tiles with an outer edge of `outer` pixels.
    pub(super) fn buffer_bytes(&self, outer: u32, stored_bytes: u64) -> Vec<u64> {
        let block_bytes = BLOCK as u64 * stored_bytes;
        let bytes = |&blocks: &f64| (blocks * f64::from(outer).powi(2)).ceil() as u64 * block_bytes;
        self.buffers.iter().map(bytes).collect()
    }
}

/// For each map its buffer, and the size of each buffer in blocks for each LR pixel. A buffer is used again by later maps
/// as soon as nothing reads the earlier one any more.
fn place_maps(network: &Network) -> (Vec<Option<usize>>, Vec<f64>) {
    let lifetimes = network.lifetimes();
    let mut buffer_of = vec![None; network.maps().len()];
    let mut buffers: Vec<f64> = Vec::new();
    let mut free: Vec<usize> = Vec::new();
    for op in 0..network.ops().len() {
        for (map, lifetime) in lifetimes.iter().enumerate().skip(1) {
            if *lifetime.start() == op {
                let blocks = network.maps()[map].channels as f64 / BLOCK as f64 * network.density(map);
                let buffer = take_buffer(&mut free, &mut buffers, blocks);
                buffer_of[map] = Some(buffer);
            }
        }
        for (map, lifetime) in lifetimes.iter().enumerate().skip(1) {
            if *lifetime.end() == op {
                free.extend(buffer_of[map]);
            }
        }
    }
    (buffer_of, buffers)
}

/// The free buffer that fits best; if none is large enough the largest grows, and if none is free there is a new one.
fn take_buffer(free: &mut Vec<usize>, buffers: &mut Vec<f64>, blocks: f64) -> usize {
    let waste = |&place: &usize| {
        let size = buffers[free[place]];
        if size >= blocks { (0, size - blocks) } else { (1, blocks - size) }
    };
    let best =
        (0..free.len()).min_by(|one, other| waste(one).partial_cmp(&waste(other)).unwrap_or(std::cmp::Ordering::Equal));
    let buffer = match best {
        Some(place) => free.swap_remove(place),
        None => {
            buffers.push(0.0);
            buffers.len() - 1
        }
    };
    buffers[buffer] = buffers[buffer].max(blocks);
    buffer
}

struct Planner<'a> {
    network: &'a Network,
    buffer_of: Vec<Option<usize>>,
    steps: Vec<Step>,
    groups: usize,
}

/// Edge of the square of pixels that a workgroup of a 3x3 convolution makes.
const STAGED_EDGE: u32 = 16;

/// Pixels that a workgroup of any other shader makes: one for each thread, and four in a row in `direct`.
const THREAD_EDGE: u32 = 8;
const DIRECT_WIDTH: u32 = 32;

impl Planner<'_> {
    /// Adds the steps of an op and tells how many ops they stand for.
    fn op(&mut self, index: usize, op: &Op, next: Option<&Op>) -> usize {
        let first = |slice: Slice| (slice.first / BLOCK) as f64;
        match op {
            Op::Conv(conv) => {
                if let Some(Op::PixelShuffle(shuffle)) = next
                    && is_tail(conv, shuffle)
                {
                    self.steps.push(self.tail(index, conv, shuffle));
                    return 2;
                }
                self.steps.push(self.conv(index, conv));
            }
            Op::MaxPool(pool) => {
                let constants = vec![
                    ("KERNEL", pool.kernel as f64),
                    ("STRIDE", pool.stride as f64),
                    ("SOURCE_FIRST", first(pool.source)),
                ];
                self.steps.push(self.step(Entry::MaxPool, index, constants, pool.source, pool.output));
            }
            Op::Resize(resize) => {
                let is_bicubic = f64::from(u8::from(resize.filter == ResizeFilter::Bicubic));
                let constants = vec![("BICUBIC", is_bicubic), ("SOURCE_FIRST", first(resize.source))];
                self.steps.push(self.step(Entry::Resize, index, constants, resize.source, resize.output));
            }
            Op::PixelUnshuffle(unshuffle) => {
                let picture = Slice { map: 0, first: 0, channels: 3 };
                let constants = vec![("FACTOR", unshuffle.factor as f64)];
                self.steps.push(self.step(Entry::PixelUnshuffle, index, constants, picture, unshuffle.output));
            }
            Op::GroupNorm(norm) => {
                self.groups = self.groups.max(norm.groups);
                let channels = norm.source.channels;
                let constants =
                    vec![("SOURCE_FIRST", first(norm.source)), ("GROUP_CHANNELS", (channels / norm.groups) as f64)];
                let mut step = self.step(Entry::Statistics, index, constants.clone(), norm.source, norm.output);
                (step.area, step.layers) = (Area::Groups(norm.groups as u32), 1);
                self.steps.push(step);
                let mut step = self.step(Entry::NormalizeGroup, index, constants, norm.source, norm.output);
                step.other = self.buffer_of[norm.residual.map];
                step.constants.extend([("RESIDUAL_FIRST", first(norm.residual)), ("CHANNELS", channels as f64)]);
                self.steps.push(step);
            }
            Op::LayerNorm(norm) => {
                let constants = vec![("SOURCE_FIRST", first(norm.source)), ("CHANNELS", norm.source.channels as f64)];
                let mut step = self.step(Entry::LayerNorm, index, constants, norm.source, norm.output);
                step.layers = 1;
                self.steps.push(step);
            }
            Op::DySample(sample) => {
                let constants = vec![
                    ("SOURCE_FIRST", first(sample.source)),
                    ("OFFSETS_FIRST", first(sample.offsets)),
                    ("SCALE", sample.scale as f64),
                    ("GROUPS", sample.groups as f64),
                    ("CHANNELS", sample.source.channels as f64),
                ];
                let mut step = self.step(Entry::DySample, index, constants, sample.source, sample.output);
                step.other = self.buffer_of[sample.offsets.map];
                self.steps.push(step);
            }
            Op::PixelShuffle(shuffle) => {
                let constants = vec![("SOURCE_FIRST", first(shuffle.source))];
                let mut step = self.step(Entry::PixelShuffle, index, constants, shuffle.source, shuffle.source);
                self.make_pixels(&mut step, shuffle);
                (step.area, step.layers) = (Area::Kept(shuffle.scale as u32), 1);
                self.steps.push(step);
            }
        }
        1
    }

    /// A step that makes one pixel of one block of the output with each thread.
    fn step(
        &self,
        entry: Entry,
        op: usize,
        mut constants: Vec<(&'static str, f64)>,
        source: Slice,
        output: Slice,
    ) -> Step {
        constants.push(("OUTPUT_FIRST", (output.first / BLOCK) as f64));
        Step {
            entry,
            op,
            constants,
            maps: [source.map, output.map],
            source: self.buffer_of[source.map],
            other: None,
            second: None,
            output: self.buffer_of[output.map],
            area: Area::Output,
            group: [THREAD_EDGE; 2],
            layers: blocks(output.channels),
            flops: 0.0,
        }
    }

    fn conv(&self, index: usize, conv: &Conv) -> Step {
        let is_staged = (conv.kernel, conv.stride, conv.padding) == (3, 1, 1);
        let entry = if is_staged { Entry::Body } else { Entry::Direct };
        let mut step = self.step(entry, index, Vec::new(), conv.source, conv.output);
        self.convolve(&mut step, conv, blocks(conv.output.channels));
        if is_staged {
            (step.group, step.layers) = ([STAGED_EDGE; 2], step.layers.div_ceil(2));
        } else {
            step.group = [DIRECT_WIDTH, THREAD_EDGE];
            step.constants.extend([
                ("KERNEL", conv.kernel as f64),
                ("STRIDE", conv.stride as f64),
                ("PADDING", conv.padding as f64),
            ]);
        }
        let others: Vec<_> = conv.combine.others().collect();
        let (kind, shares) = match &conv.combine {
            Combine::Nothing => (0, Vec::new()),
            Combine::Add(others) => (others.len(), others.iter().map(|(_, share)| *share).collect()),
            Combine::Multiply(_) => (3, vec![1.0]),
            Combine::Attend(_) => (4, vec![1.0]),
        };
        step.constants.push(("COMBINE", kind as f64));
        let names =
            [["OTHER_FIRST", "OTHER_SHARE", "OTHER_IN_OUTPUT"], ["SECOND_FIRST", "SECOND_SHARE", "SECOND_IN_OUTPUT"]];
        for ((slice, share), [first, share_name, in_output]) in others.iter().zip(shares).zip(names) {
            step.constants.extend([
                (first, (slice.first / BLOCK) as f64),
                (share_name, f64::from(share)),
                (in_output, f64::from(u8::from(slice.map == conv.output.map))),
            ]);
        }
        let outside = |place: usize| {
            let slice = others.get(place).filter(|slice| slice.map != conv.output.map)?;
            self.buffer_of[slice.map]
        };
        (step.other, step.second) = (outside(0), outside(1));
        step
    }

    fn tail(&self, index: usize, conv: &Conv, shuffle: &PixelShuffle) -> Step {
        let mut step = self.step(Entry::Tail, index, Vec::new(), conv.source, conv.source);
        let output_blocks = shuffle.scale.pow(2) as u32;
        self.convolve(&mut step, conv, output_blocks);
        self.make_pixels(&mut step, shuffle);
        step.area = Area::Kept(1);
        (step.group, step.layers) = ([STAGED_EDGE; 2], output_blocks.div_ceil(2));
        step
    }

    /// What all convolutions have.
    fn convolve(&self, step: &mut Step, conv: &Conv, output_blocks: u32) {
        let in_output = step.output.is_some() && conv.source.map == conv.output.map;
        let activation = match conv.activation {
            Activation::Identity | Activation::Prelu(_) => 0,
            Activation::Silu => 1,
            Activation::Sigmoid => 2,
            Activation::Mish => 3,
        };
        step.constants.extend([
            ("SOURCE_BLOCKS", f64::from(blocks(conv.source.channels))),
            ("OUTPUT_BLOCKS", f64::from(output_blocks)),
            ("SOURCE_FIRST", (conv.source.first / BLOCK) as f64),
            ("UPSAMPLE", conv.upsample as f64),
            ("ACTIVATION", f64::from(activation)),
            ("SOURCE_IN_OUTPUT", f64::from(u8::from(in_output))),
        ]);
        if in_output {
            step.source = None;
        }
        step.flops = 2.0 * conv.weight.len() as f64 * self.network.density(conv.output.map);
    }

    /// Where pixels go out in place of features.
    fn make_pixels(&self, step: &mut Step, shuffle: &PixelShuffle) {
        step.output = None;
        step.constants.retain(|(name, _)| *name != "OUTPUT_FIRST");
        step.constants
            .extend([("SCALE", shuffle.scale as f64), ("ADDS_PICTURE", f64::from(u8::from(shuffle.adds_picture)))]);
    }
}

/// Whether a convolution and the pixel shuffle after it can be one dispatch.
fn is_tail(conv: &Conv, shuffle: &PixelShuffle) -> bool {
    (conv.kernel, conv.stride, conv.padding, conv.upsample) == (3, 1, 1, 1)
        && conv.combine == Combine::Nothing
        && conv.output == shuffle.source
        && conv.source.map != conv.output.map
        && matches!(conv.activation, Activation::Identity | Activation::Prelu(_))
}

fn blocks(channels: usize) -> u32 {
    channels.div_ceil(BLOCK) as u32
}
