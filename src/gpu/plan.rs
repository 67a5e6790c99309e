//! Ops to dispatches: which entry point runs each op, and which buffer holds each feature map.

use super::device::Device;
use crate::{
    Network,
    network::{Conv3x3, Op, Value},
};

/// The entry points of `shaders/conv3x3.wgsl`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Entry {
    /// The picture's pixels to features.
    Head,
    /// Features to features.
    Body,
    /// Features to the enlarged picture's pixels: a convolution and the pixel shuffle after it.
    Tail,
}

impl Entry {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Body => "body",
            Self::Tail => "tail",
        }
    }
}

/// One dispatch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) entry: Entry,
    /// Index of its convolution among the network's ops.
    pub(super) op: usize,
    /// Blocks of 4 channels that it reads.
    pub(super) source_blocks: u32,
    /// Blocks of 4 channels that it makes.
    pub(super) output_blocks: u32,
    /// Indices of feature buffers; None where the picture takes that place or nothing is added.
    pub(super) source: Option<usize>,
    pub(super) residual: Option<usize>,
    pub(super) output: Option<usize>,
}

/// All dispatches of a tile, and the sizes of the feature buffers they share.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    /// For each feature buffer, the most blocks of 4 channels that it must hold.
    pub(super) buffers: Vec<u32>,
}

impl Plan {
    pub(super) fn new(network: &Network) -> Self {
        let ops = network.ops();
        let mut last_use = vec![0; ops.len() + 1];
        for (index, conv) in convolutions(ops) {
            for value in [Some(conv.source), conv.residual].into_iter().flatten() {
                last_use[value.0] = index;
            }
        }
        let mut plan = Self { steps: Vec::new(), buffers: Vec::new() };
        let mut buffer_of: Vec<Option<usize>> = vec![None; ops.len() + 1];
        let mut free: Vec<usize> = Vec::new();
        for (op, conv) in convolutions(ops) {
            let is_tail = matches!(ops.get(op + 1), Some(Op::PixelShuffle(_)));
            let output_blocks = if is_tail { network.scale().pow(2) } else { blocks(conv.outputs) };
            let output = (!is_tail).then(|| {
                let buffer = free.pop().unwrap_or(plan.buffers.len());
                plan.buffers.resize(plan.buffers.len().max(buffer + 1), 0);
                plan.buffers[buffer] = plan.buffers[buffer].max(output_blocks);
                buffer
            });
            buffer_of[op + 1] = output;
            plan.steps.push(Step {
                entry: match conv.source {
                    Value::PICTURE => Entry::Head,
                    _ if is_tail => Entry::Tail,
                    _ => Entry::Body,
                },
                op,
                source_blocks: blocks(conv.inputs),
                output_blocks,
                source: buffer_of[conv.source.0],
                residual: conv.residual.and_then(|value| buffer_of[value.0]),
                output,
            });
            for value in 0..=op {
                if last_use[value] == op {
                    free.extend(buffer_of[value].take());
                }
            }
        }
        plan
    }

    /// The largest inner edge of tiles for which every buffer stays below `max_bytes`; 0 when there is none.
    /// `stored_bytes` is the size of one stored value.
    pub(super) fn largest_tile(&self, halo: u32, scale: u32, stored_bytes: u64, max_bytes: u64) -> u32 {
        let most_blocks = self.buffers.iter().copied().max().unwrap_or(1);
        let feature_edge = (max_bytes / (u64::from(most_blocks) * 4 * stored_bytes)).isqrt();
        let enlarged_edge = (max_bytes / 4).isqrt() / u64::from(scale);
        let largest = feature_edge.saturating_sub(2 * u64::from(halo)).min(enlarged_edge);
        u32::try_from(largest).unwrap_or(u32::MAX)
    }

    /// Feature buffers for tiles with an outer edge of `outer` pixels.
    pub(super) fn create_features(&self, device: &Device, outer: u32, half: bool) -> Vec<wgpu::Buffer> {
        let stored_bytes = if half { 2 } else { 4 };
        let create = |&blocks: &u32| {
            device.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("features"),
                size: u64::from(blocks) * 4 * stored_bytes * u64::from(outer).pow(2),
                // Copied from only by tests, which look at every layer.
                usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
                mapped_at_creation: false,
            })
        };
        self.buffers.iter().map(create).collect()
    }
}

fn convolutions(ops: &[Op]) -> impl Iterator<Item = (usize, &Conv3x3)> {
    ops.iter().enumerate().filter_map(|(index, op)| match op {
        Op::Conv3x3(conv) => Some((index, conv)),
        Op::PixelShuffle(_) => None,
    })
}

fn blocks(channels: usize) -> u32 {
    channels.div_ceil(4) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::PixelShuffle;

    fn conv(source: usize, inputs: usize, outputs: usize, residual: Option<usize>) -> Op {
        Op::Conv3x3(Conv3x3 {
            source: Value(source),
            inputs,
            outputs,
            weight: vec![0.0; outputs * inputs * 9],
            bias: vec![0.0; outputs],
            slopes: None,
            residual: residual.map(Value),
        })
    }

    #[test]
    fn a_chain_takes_two_buffers() {
        let mut ops = vec![conv(0, 3, 10, None)];
        ops.extend((1..6).map(|source| conv(source, 10, 10, None)));
        ops.push(conv(6, 10, 27, None));
        ops.push(Op::PixelShuffle(PixelShuffle { source: Value(7) }));
        let plan = Plan::new(&Network::new("test", 3, ops).expect("sound"));
        assert_eq!(plan.buffers, [3, 3]);
        assert_eq!(plan.steps[0].entry, Entry::Head);
        assert!(plan.steps[1..6].iter().all(|step| step.entry == Entry::Body && step.source != step.output));
        assert_eq!((plan.steps[6].entry, plan.steps[6].output_blocks), (Entry::Tail, 9));
    }

    #[test]
    fn a_value_that_is_added_later_keeps_its_buffer() {
        let ops = vec![
            conv(0, 3, 8, None),
            conv(1, 8, 8, None),
            conv(2, 8, 8, None),
            conv(3, 8, 8, Some(1)),
            conv(4, 8, 12, None),
            Op::PixelShuffle(PixelShuffle { source: Value(5) }),
        ];
        let plan = Plan::new(&Network::new("test", 2, ops).expect("sound"));
        let kept = plan.steps[0].output;
        assert_eq!(plan.steps[3].residual, kept);
        assert!(plan.steps[1..4].iter().all(|step| step.output != kept));
    }

    #[test]
    fn the_largest_tile_fits_and_one_more_does_not() {
        let plan = Plan { steps: Vec::new(), buffers: vec![16, 16] };
        let largest = plan.largest_tile(10, 4, 4, 128 << 20);
        let feature_bytes = |tile: u64| 16 * 4 * 4 * (tile + 20).pow(2);
        assert!(feature_bytes(u64::from(largest)) <= 128 << 20);
        assert!(feature_bytes(u64::from(largest) + 1) > 128 << 20);
        assert_eq!(plan.largest_tile(10, 4, 4, 100), 0);
    }
}
