//! Ops to dispatches: which entry point runs each op, and which buffer holds each feature map.

use super::{blocking::Blocking, buffers::Buffers, entry::Entry};
use crate::{
    Network,
    network::{Activation, BLOCK, Combine, Conv, Op, PixelShuffle, PixelUnshuffle, ResizeFilter, Slice},
};

/// What a dispatch counts its workgroups by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Area {
    /// The output map of the tile.
    Output,
    /// The part of the output map that later steps look at.
    Needed,
    /// The part of the source that goes out as pixels, each as a square of N x N.
    Kept(u32),
    /// N workgroups.
    Groups(u32),
}

/// Where a step reads and writes: what differs between steps that share a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Access {
    /// Maps that it reads and writes; the last is the source again where pixels go out.
    pub(super) maps: [usize; 2],
    /// Blocks of 4 channels before those of the source, the output, and one or two others in their maps.
    pub(super) firsts: [u32; 4],
}

/// One dispatch.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DispatchStep {
    pub(super) entry: Entry,
    /// Index of its op.
    pub(super) op: usize,
    /// Override constants of the shader.
    pub(super) constants: Vec<(&'static str, f64)>,
    pub(super) access: Access,
    /// Index of the access among those of the plan.
    pub(super) access_index: usize,
    /// Indices of feature buffers; None where the picture or nothing takes that place.
    pub(super) source: Option<usize>,
    pub(super) other: Option<usize>,
    pub(super) second: Option<usize>,
    pub(super) output: Option<usize>,
    pub(super) area: Area,
    /// Layers of workgroups.
    pub(super) layers: u32,
    /// Blocks of 4 channels that it reads and makes.
    pub(super) blocks: [u32; 2],
    /// Whether it does the pixel shuffle after a convolution in passing.
    pub(super) is_tail: bool,
    /// Floating-point operations for each LR pixel.
    pub(super) flops: f64,
}

/// All dispatches of a tile, and the feature buffers they share.
#[derive(Debug)]
pub(super) struct DispatchPlan {
    pub(super) blocking: Blocking,
    pub(super) steps: Vec<DispatchStep>,
    /// Where steps read and write, each distinct one once: sizes follow from it.
    pub(super) accesses: Vec<Access>,
    pub(super) buffers: Buffers,
    /// The most groups of any group normalisation.
    pub(super) groups: usize,
}

impl DispatchPlan {
    /// `fused` says whether shaders write multiplications and additions as fused ones.
    pub(super) fn new(network: &Network, blocking: Blocking, fused: bool) -> Self {
        let is_picture = picture_maps(network);
        let buffers = Buffers::new(network, |map| !is_picture[map]);
        let buffer_of = &buffers.of_map;
        let mut planner = Planner { network, buffer_of, is_picture, blocking, fused, steps: Vec::new(), groups: 0 };
        let ops = network.ops();
        let mut index = 0;
        while index < ops.len() {
            index += planner.op(index, &ops[index], ops.get(index + 1));
        }
        let (mut steps, groups) = (planner.steps, planner.groups);
        let mut accesses = Vec::new();
        for step in &mut steps {
            step.access_index = accesses.iter().position(|access| *access == step.access).unwrap_or(accesses.len());
            if step.access_index == accesses.len() {
                accesses.push(step.access);
            }
        }
        Self { blocking, steps, accesses, buffers, groups }
    }

    /// The plan of nothing but the 3x3 convolution that takes longest; None where there is none.
    pub(super) fn busiest(mut self) -> Option<Self> {
        let convolutions = self.steps.iter().filter(|step| step.entry.is_blocked() && !step.is_tail);
        let busiest = convolutions.max_by(|one, other| one.flops.total_cmp(&other.flops))?.clone();
        self.steps = vec![busiest];
        Some(self)
    }

    /// Floating-point operations for each LR pixel.
    pub(super) fn flops(&self) -> f64 {
        self.steps.iter().map(|step| step.flops).sum()
    }
}

struct Planner<'a> {
    network: &'a Network,
    buffer_of: &'a [Option<usize>],
    /// For each map whether convolutions read the picture's bytes in its place.
    is_picture: Vec<bool>,
    blocking: Blocking,
    fused: bool,
    steps: Vec<DispatchStep>,
    groups: usize,
}

impl Planner<'_> {
    /// Adds the steps of an op and tells how many ops they stand for.
    fn op(&mut self, index: usize, op: &Op, next: Option<&Op>) -> usize {
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
                let constants = vec![("KERNEL", pool.kernel as f64), ("STRIDE", pool.stride as f64)];
                self.steps.push(self.step(Entry::MaxPool, index, constants, pool.source, pool.output));
            }
            Op::Resize(resize) => {
                let is_bicubic = f64::from(u8::from(resize.filter == ResizeFilter::Bicubic));
                let constants = vec![("BICUBIC", is_bicubic)];
                self.steps.push(self.step(Entry::Resize, index, constants, resize.source, resize.output));
            }
            Op::PixelUnshuffle(unshuffle) if self.is_picture[unshuffle.output.map] => {}
            Op::PixelUnshuffle(unshuffle) => {
                let picture = Slice { map: 0, first: 0, channels: 3 };
                let constants = vec![("FACTOR", unshuffle.factor as f64)];
                self.steps.push(self.step(Entry::PixelUnshuffle, index, constants, picture, unshuffle.output));
            }
            Op::GroupNorm(norm) => {
                self.groups = self.groups.max(norm.groups);
                let channels = norm.source.channels;
                let constants = vec![("GROUP_CHANNELS", (channels / norm.groups) as f64)];
                let mut step = self.step(Entry::Statistics, index, constants.clone(), norm.source, norm.output);
                (step.area, step.layers) = (Area::Groups(norm.groups as u32), 1);
                // The op's work is that of both halves.
                step.flops /= 2.0;
                self.steps.push(step);
                let mut step = self.step(Entry::NormalizeGroup, index, constants, norm.source, norm.output);
                step.flops /= 2.0;
                step.other = self.buffer_of[norm.residual.map];
                step.access.firsts[2] = first_block(norm.residual);
                step.constants.push(("CHANNELS", channels as f64));
                self.steps.push(step);
            }
            Op::LayerNorm(norm) => {
                let constants = vec![("CHANNELS", norm.source.channels as f64)];
                let mut step = self.step(Entry::LayerNorm, index, constants, norm.source, norm.output);
                step.layers = 1;
                self.steps.push(step);
            }
            Op::DySample(sample) => {
                let constants = vec![
                    ("SCALE", sample.scale as f64),
                    ("GROUPS", sample.groups as f64),
                    ("CHANNELS", sample.source.channels as f64),
                ];
                let mut step = self.step(Entry::DySample, index, constants, sample.source, sample.output);
                step.other = self.buffer_of[sample.offsets.map];
                step.access.firsts[2] = first_block(sample.offsets);
                self.steps.push(step);
            }
            Op::PixelShuffle(shuffle) => {
                let mut step = self.step(Entry::PixelShuffle, index, Vec::new(), shuffle.source, shuffle.source);
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
        constants: Vec<(&'static str, f64)>,
        source: Slice,
        output: Slice,
    ) -> DispatchStep {
        DispatchStep {
            entry,
            op,
            constants,
            access: Access { maps: [source.map, output.map], firsts: [first_block(source), first_block(output), 0, 0] },
            // Known when all steps are.
            access_index: 0,
            source: self.buffer_of[source.map],
            other: None,
            second: None,
            output: self.buffer_of[output.map],
            area: Area::Output,
            layers: blocks(output.channels),
            blocks: [blocks(source.channels), blocks(output.channels)],
            is_tail: false,
            flops: self.network.ops()[op].flops() * self.network.density(output.map),
        }
    }

    fn conv(&self, index: usize, conv: &Conv) -> DispatchStep {
        let mut step = self.convolution(index, conv, conv.output, blocks(conv.output.channels));
        step.area = Area::Needed;
        let others: Vec<_> = conv.combine.others().collect();
        let (kind, shares) = match &conv.combine {
            Combine::Nothing => (0, Vec::new()),
            Combine::Add(others) => (others.len(), others.iter().map(|(_, share)| *share).collect()),
            Combine::Multiply(_) => (3, vec![1.0]),
            Combine::Attend(_) => (4, vec![1.0]),
        };
        step.constants.push(("COMBINE", kind as f64));
        let names = [["OTHER_SHARE", "OTHER_IN_OUTPUT"], ["SECOND_SHARE", "SECOND_IN_OUTPUT"]];
        for (index, ((slice, share), [share_name, in_output])) in others.iter().zip(shares).zip(names).enumerate() {
            step.access.firsts[2 + index] = first_block(*slice);
            step.constants.extend([
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

    fn tail(&self, index: usize, conv: &Conv, shuffle: &PixelShuffle) -> DispatchStep {
        let mut step = self.convolution(index, conv, conv.source, shuffle.scale.pow(2) as u32);
        self.make_pixels(&mut step, shuffle);
        step.constants.push(("TAIL", 1.0));
        step.is_tail = true;
        step.area = Area::Kept(1);
        step
    }

    /// What all convolutions have; `output` is the map that their extent is of.
    fn convolution(&self, index: usize, conv: &Conv, output: Slice, output_blocks: u32) -> DispatchStep {
        let is_blocked = (conv.kernel, conv.stride, conv.padding) == (3, 1, 1);
        let entry = match self.blocking {
            _ if !is_blocked => Entry::AnyKernel,
            Blocking::Square1 | Blocking::Square2 => Entry::Square,
            Blocking::StagedSquare1 | Blocking::StagedSquare2 => Entry::StagedSquare,
            Blocking::StagedPair => Entry::StagedPair,
        };
        let mut step = self.step(entry, index, Vec::new(), conv.source, output);
        step.blocks[1] = output_blocks;
        let is_picture = self.is_picture[conv.source.map];
        let in_output = conv.source.map == conv.output.map;
        let activation = match conv.activation {
            Activation::Identity | Activation::Prelu(_) => 0,
            Activation::Silu => 1,
            Activation::Sigmoid => 2,
            Activation::Mish => 3,
        };
        step.constants.extend([
            ("SOURCE_BLOCKS", f64::from(step.blocks[0])),
            ("OUTPUT_BLOCKS", f64::from(output_blocks)),
            ("UPSAMPLE", conv.upsample as f64),
            ("ACTIVATION", f64::from(activation)),
            ("SOURCE_IN_OUTPUT", f64::from(u8::from(in_output))),
            ("SOURCE_IS_PICTURE", f64::from(u8::from(is_picture))),
            ("FUSED", f64::from(u8::from(self.fused))),
        ]);
        if is_blocked {
            step.constants.push(("BLOCKS", f64::from(self.blocking.blocks())));
            step.layers = output_blocks.div_ceil(self.blocking.blocks());
        } else {
            step.constants.extend([
                ("KERNEL", conv.kernel as f64),
                ("STRIDE", conv.stride as f64),
                ("PADDING", conv.padding as f64),
            ]);
            step.layers = output_blocks;
        }
        if in_output || is_picture {
            step.source = None;
        }
        // Of the convolution's own map, where the step is a tail.
        step.flops = self.network.ops()[index].flops() * self.network.density(conv.output.map);
        step
    }

    /// Where pixels go out in place of features.
    fn make_pixels(&self, step: &mut DispatchStep, shuffle: &PixelShuffle) {
        step.output = None;
        step.constants
            .extend([("SCALE", shuffle.scale as f64), ("ADDS_PICTURE", f64::from(u8::from(shuffle.adds_picture)))]);
    }
}

/// For each map whether it is the picture itself and only convolutions read it: then it need not exist.
fn picture_maps(network: &Network) -> Vec<bool> {
    let is_copy = |map: usize| {
        network
            .ops()
            .iter()
            .any(|op| matches!(op, Op::PixelUnshuffle(PixelUnshuffle { output, factor: 1 }) if output.map == map))
    };
    let is_only_convolved = |map: usize| {
        network.ops().iter().all(|op| match op {
            Op::Conv(conv) => conv.combine.others().all(|other| other.map != map),
            _ => op.reads().iter().all(|slice| slice.map != map),
        })
    };
    (0..network.maps().len()).map(|map| is_copy(map) && is_only_convolved(map)).collect()
}

/// Whether a convolution and the pixel shuffle after it can be one dispatch.
fn is_tail(conv: &Conv, shuffle: &PixelShuffle) -> bool {
    (conv.stride, conv.padding, conv.upsample) == (1, conv.kernel / 2, 1)
        && conv.combine == Combine::Nothing
        && conv.output == shuffle.source
        && conv.source.map != conv.output.map
        && matches!(conv.activation, Activation::Identity | Activation::Prelu(_))
}

/// Blocks of 4 channels before those of a slice.
fn first_block(slice: Slice) -> u32 {
    (slice.first / BLOCK) as u32
}

fn blocks(channels: usize) -> u32 {
    channels.div_ceil(BLOCK) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Extent, Map, PixelUnshuffle};

    /// A network in the making; weights are zero.
    struct Draft {
        maps: Vec<Map>,
        ops: Vec<Op>,
    }

    impl Draft {
        fn new() -> Self {
            let picture = Map { channels: BLOCK, extent: Extent::PICTURE };
            let mut draft = Self { maps: vec![picture], ops: Vec::new() };
            let output = draft.map(3, 1);
            draft.ops.push(Op::PixelUnshuffle(PixelUnshuffle { output, factor: 1 }));
            draft
        }

        fn map(&mut self, channels: usize, times: u32) -> Slice {
            let extent = Extent::Scaled { times, over: 1 };
            self.maps.push(Map { channels: channels.next_multiple_of(BLOCK), extent });
            Slice { map: self.maps.len() - 1, first: 0, channels }
        }

        fn conv(&mut self, source: Slice, output: Slice, combine: Combine) {
            let times = |slice: Slice| match self.maps[slice.map].extent {
                Extent::Scaled { times, .. } => times as usize,
                Extent::Windows { .. } => 1,
            };
            self.ops.push(Op::Conv(Conv {
                source,
                output,
                kernel: 3,
                stride: 1,
                padding: 1,
                upsample: times(output) / times(source),
                weight: vec![0.0; source.channels * output.channels * 9],
                bias: vec![0.0; output.channels],
                activation: Activation::Identity,
                combine,
            }));
        }

        fn plan(mut self, last: Slice, scale: usize) -> DispatchPlan {
            self.ops.push(Op::PixelShuffle(PixelShuffle { source: last, scale, adds_picture: false }));
            DispatchPlan::new(&Network::new("test", self.maps, self.ops, 0).expect("sound"), Blocking::Square2, true)
        }
    }

    const PICTURE: Slice = Slice { map: 1, first: 0, channels: 3 };

    #[test]
    fn a_chain_takes_two_buffers_and_ends_in_a_tail() {
        let mut draft = Draft::new();
        let mut value = PICTURE;
        for _ in 0..6 {
            let next = draft.map(10, 1);
            draft.conv(value, next, Combine::Nothing);
            value = next;
        }
        let last = draft.map(27, 1);
        draft.conv(value, last, Combine::Nothing);
        let plan = draft.plan(last, 3);
        // The tail's own map counts although nothing is stored in it.
        assert_eq!(plan.buffers.blocks.len(), 2);
        assert_eq!(plan.steps.len(), 7, "the first convolution reads the picture itself");
        assert_eq!((plan.steps[0].source, plan.steps[0].output.is_some()), (None, true));
        assert!(plan.steps[..6].iter().all(|step| step.entry == Entry::Square && step.source != step.output));
        let tail = plan.steps.last().expect("steps");
        assert!(tail.is_tail);
        assert_eq!((tail.blocks, tail.output), ([3, 9], None));
    }

    #[test]
    fn a_dense_block_stays_in_its_map() {
        let mut draft = Draft::new();
        let dense = draft.map(64, 1);
        let part = |first: usize, channels: usize| Slice { first, channels, ..dense };
        draft.conv(PICTURE, part(0, 32), Combine::Nothing);
        draft.conv(part(0, 32), part(32, 16), Combine::Nothing);
        draft.conv(part(0, 48), part(48, 16), Combine::Nothing);
        let next = draft.map(32, 1);
        draft.conv(part(0, 64), next, Combine::Add(vec![(part(0, 32), 0.2)]));
        let last = draft.map(3, 1);
        draft.conv(next, last, Combine::Nothing);
        let plan = draft.plan(last, 1);
        let inside = &plan.steps[1..3];
        for (step, first) in inside.iter().zip([8, 12]) {
            assert_eq!((step.source, step.output), (None, plan.steps[0].output));
            assert!(step.constants.contains(&("SOURCE_IN_OUTPUT", 1.0)) && step.access.firsts[1] == first);
        }
        assert_eq!((plan.steps[3].source, plan.steps[3].other), (plan.steps[0].output, plan.steps[0].output));
        assert_eq!(
            plan.buffers.blocks.iter().filter(|&&blocks| blocks >= 16.0).count(),
            1,
            "{:?}",
            plan.buffers.blocks
        );
    }

    #[test]
    fn a_value_that_is_added_later_keeps_its_buffer() {
        let mut draft = Draft::new();
        let kept = draft.map(8, 1);
        draft.conv(PICTURE, kept, Combine::Nothing);
        let mut value = kept;
        for _ in 0..3 {
            let next = draft.map(8, 1);
            draft.conv(value, next, Combine::Nothing);
            value = next;
        }
        let sum = draft.map(8, 1);
        draft.conv(value, sum, Combine::Add(vec![(kept, 1.0)]));
        let last = draft.map(12, 1);
        draft.conv(sum, last, Combine::Nothing);
        let plan = draft.plan(last, 2);
        let kept = plan.steps[0].output;
        assert!(plan.steps[1..5].iter().all(|step| step.output != kept));
        assert_eq!(plan.steps[4].other, kept);
    }

    /// A step that looked its access up and missed it would run over another's sizes.
    #[test]
    fn every_step_knows_its_access() {
        let mut draft = Draft::new();
        let (one, other) = (draft.map(8, 1), draft.map(8, 1));
        draft.conv(PICTURE, one, Combine::Nothing);
        draft.conv(one, other, Combine::Nothing);
        let sum = draft.map(8, 1);
        draft.conv(other, sum, Combine::Add(vec![(one, 1.0)]));
        let last = draft.map(12, 1);
        draft.conv(sum, last, Combine::Nothing);
        let plan = draft.plan(last, 2);
        let knows = |plan: &DispatchPlan| plan.steps.iter().all(|step| plan.accesses[step.access_index] == step.access);
        assert!(knows(&plan) && plan.steps.iter().any(|step| step.access_index > 0));
        assert!(knows(&plan.busiest().expect("a convolution")));
    }
}
