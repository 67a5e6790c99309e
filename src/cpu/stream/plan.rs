//! From a network's ops to steps over rows.

use std::ops::Range;

use lenslet_kernels::{self as kernels, Direct, Epilogue, Machine, PATCH, Segment, Winograd};

use crate::{
    Network,
    network::{Activation, Combine, Conv, Extent, Op, Slice},
    tile::Reach,
};

/// From how many input and output channels on Winograd's way is faster than the direct one.
const WINOGRAD_CHANNELS: usize = 12;

/// Channels that one op makes: what is kept in memory together.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// The map and the channels of it.
    slice: Slice,
    /// `times / over` of the picture's width and height.
    pub(super) times: usize,
    pub(super) over: usize,
    /// Values from one pixel to the next.
    pub(super) stride: usize,
    /// Pixels of zeros that readers expect beside the picture.
    pub(super) left: usize,
    pub(super) right: usize,
    /// The step that makes it.
    pub(super) maker: usize,
    /// The steps that read it.
    pub(super) readers: Vec<usize>,
}

impl Part {
    /// A length of the picture in pixels of this part.
    pub(super) fn scaled(&self, length: usize) -> usize {
        length / self.over * self.times
    }
}

/// One op.
pub(super) enum RowStep {
    Unshuffle { output: usize, factor: usize },
    Conv(Box<ConvStep>),
    Shuffle { source: Segment, scale: usize, adds_picture: bool },
}

/// A convolution of stride 1 with zeros around its source.
pub(super) struct ConvStep {
    /// None in a plan that is packed for other steps.
    pub(super) kernel: Option<Kernel>,
    pub(super) epilogue: Epilogue,
    /// Parts that are convolved.
    pub(super) sources: Vec<usize>,
    pub(super) output: usize,
    pub(super) padding: usize,
    pub(super) upsample: usize,
    /// Rows of outputs are made by `unit` at a time, counted from the phase.
    pub(super) unit: usize,
    /// Rows of outputs before the first whole unit, fewer than a unit. See [`phase`].
    pub(super) phase: usize,
}

pub(super) enum Kernel {
    Winograd(Winograd),
    Direct(Direct),
}

/// The rows of outputs before the first whole patch, for a Winograd step that is `lag` rows behind.
///
/// A step cannot make a row before the rows below it have come that it convolves, so a part is behind the picture by
///
/// ```text
/// lag(output) = max( lag(source) * upsample + padding   for each part that is convolved,
///                    lag(other)                         for each part that is combined with it )
/// ```
///
/// rows of its own. Strips of whole patches bring it `n * PATCH` rows, of which it can make those before `n * PATCH - lag`. Patches that
/// begin at `phase = -lag mod PATCH` end just there, since `n * PATCH - lag - phase` is a multiple of `PATCH`: every step makes all it
/// could make row by row, and none lags behind the one before it by a patch instead of its padding.
fn phase(lag: usize) -> usize {
    lag.wrapping_neg() % PATCH
}

impl ConvStep {
    /// Exclusive end of the rows that can be made of `end` of `height` rows of the source.
    pub(super) fn ready(&self, end: usize, height: usize) -> usize {
        let rows = end * self.upsample;
        if end == height { rows } else { self.whole(rows.saturating_sub(self.padding)) }
    }

    /// Exclusive end of the whole units among `rows` rows of outputs.
    pub(super) fn whole(&self, rows: usize) -> usize {
        rows.checked_sub(self.phase).map_or(0, |rows| self.phase + rows / self.unit * self.unit)
    }

    /// The first row of the source that output rows from `next` on depend on.
    pub(super) fn first_needed(&self, next: usize) -> usize {
        next.saturating_sub(self.padding) / self.upsample
    }
}

/// A network for rows: what [`super::stage::RowStage`] runs.
pub(crate) struct RowPlan {
    pub(super) machine: Machine,
    pub(super) parts: Vec<Part>,
    pub(super) steps: Vec<RowStep>,
    /// For each step, how many rows of the picture it is behind after strips of whole patches.
    behind: Vec<usize>,
    pub(super) scale: usize,
    /// Streams that begin at multiples of this many rows of the picture have their patches where the whole picture has them.
    pub(super) align: usize,
    /// How far an output pixel's rounding depends on the picture, in its pixels, patches taken as wholes.
    pub(super) reach: usize,
}

impl RowPlan {
    /// None for a network with ops that do not go row by row.
    pub(in crate::cpu) fn new(network: &Network) -> Option<Self> {
        Self::on(Machine::detect(), network, 0..network.ops().len())
    }

    /// A plan whose weights are packed for these steps alone; the others are there to be reckoned with, and cannot run.
    pub(crate) fn for_steps(network: &Network, packed: Range<usize>) -> Option<Self> {
        Self::on(Machine::detect(), network, packed)
    }

    /// As [`RowPlan::for_steps`], for a machine.
    pub(super) fn on(machine: Machine, network: &Network, packed: Range<usize>) -> Option<Self> {
        let mut draft = Draft { network, machine, packed, parts: Vec::new(), reaches: Vec::new(), lags: Vec::new() };
        let steps = network.ops().iter().enumerate();
        let steps = steps.map(|(index, op)| draft.step(index, op)).collect::<Option<Vec<_>>>()?;
        let Draft { parts, reaches, lags, .. } = draft;
        Some(Self {
            machine,
            align: PATCH * network.tiling().multiple as usize,
            reach: reaches.into_iter().max()?,
            behind: behind(&parts, &steps, &lags),
            parts,
            steps,
            scale: network.scale() as usize,
        })
    }
}

impl RowPlan {
    /// Bytes of the rows in memory for a picture of that width, while `step` rows of it go through at once.
    pub(super) fn bytes(&self, width: usize, step: usize) -> usize {
        let bytes = |part: &Part| self.rows(part, step) * part.scaled(width) * part.stride * size_of::<f32>();
        self.parts.iter().map(bytes).sum()
    }

    /// How a part of a picture can be enlarged as a picture of its own.
    pub(crate) fn reach(&self) -> Reach {
        Reach { radius: self.reach as u32, align: self.align as u32 }
    }

    /// Where a stream must begin so that its rows from `row` on are those of the whole picture.
    pub(crate) fn lead(&self, row: usize) -> usize {
        row.saturating_sub(self.reach) / self.align * self.align
    }

    /// The most rows of a part that are in memory at once, while `step` rows of the picture go through at once.
    pub(super) fn rows(&self, part: &Part, step: usize) -> usize {
        let last = part.readers.iter().map(|&reader| self.behind[reader]).max().unwrap_or(0);
        let lag = last - self.behind[part.maker] + step;
        // What is in the making, rounded up to whole patches.
        lag.div_ceil(part.over) * part.times + PATCH
    }
}

/// How many rows of the picture each step is behind those that it has been given.
fn behind(parts: &[Part], steps: &[RowStep], lags: &[usize]) -> Vec<usize> {
    let of = |part: usize| lags[part].div_ceil(parts[part].times) * parts[part].over;
    let of = |step: &RowStep| match step {
        RowStep::Unshuffle { output, factor } => of(*output) + factor - 1,
        RowStep::Conv(conv) => of(conv.output),
        RowStep::Shuffle { source, .. } => of(source.part),
    };
    steps.iter().map(of).collect()
}

fn activation(activation: &Activation) -> (kernels::Activation, &[f32]) {
    match activation {
        Activation::Identity => (kernels::Activation::Identity, &[]),
        Activation::Prelu(slopes) => (kernels::Activation::Prelu, slopes),
        Activation::Silu => (kernels::Activation::Silu, &[]),
        Activation::Sigmoid => (kernels::Activation::Sigmoid, &[]),
        Activation::Mish => (kernels::Activation::Mish, &[]),
    }
}

struct Draft<'a> {
    network: &'a Network,
    machine: Machine,
    /// The steps to pack weights for.
    packed: Range<usize>,
    parts: Vec<Part>,
    /// For each part, how far it depends on the picture.
    reaches: Vec<usize>,
    /// For each part, how many of its rows it is behind those that strips of whole patches would make without padding; see [`phase`].
    lags: Vec<usize>,
}

impl Draft<'_> {
    fn step(&mut self, index: usize, op: &Op) -> Option<RowStep> {
        match op {
            Op::PixelUnshuffle(unshuffle) => {
                let output = self.part(index, unshuffle.output, 1, 0, 0)?;
                Some(RowStep::Unshuffle { output, factor: unshuffle.factor })
            }
            Op::Conv(conv) => self.conv(index, conv).map(|conv| RowStep::Conv(Box::new(conv))),
            Op::PixelShuffle(shuffle) => {
                let source = self.read_one(index, shuffle.source)?;
                Some(RowStep::Shuffle { source, scale: shuffle.scale, adds_picture: shuffle.adds_picture })
            }
            Op::MaxPool(_) | Op::Resize(_) | Op::GroupNorm(_) | Op::LayerNorm(_) | Op::DySample(_) => None,
        }
    }

    fn conv(&mut self, index: usize, conv: &Conv) -> Option<ConvStep> {
        if conv.stride != 1 || conv.padding != conv.kernel / 2 || conv.kernel.is_multiple_of(2) {
            return None;
        }
        let sources = self.read(index, conv.source);
        let combine = self.combine(index, &conv.combine)?;
        let inputs: usize = sources.iter().map(|segment| segment.channels).sum();
        let is_winograd =
            conv.kernel == 3 && conv.upsample == 1 && inputs.min(conv.output.channels) >= WINOGRAD_CHANNELS;
        let kernel = self.packed.contains(&index).then(|| self.kernel(conv, &sources, is_winograd));
        let (left, right) = if is_winograd { (1, PATCH + 1) } else { (conv.padding, conv.padding) };
        for segment in &sources {
            let part = &mut self.parts[segment.part];
            part.left = part.left.max(left);
            part.right = part.right.max(right);
        }
        let before = || sources.iter().copied().chain(combine.others()).map(|segment| segment.part);
        let reach_before = before().map(|part| self.reaches[part]).max()?;
        let convolved = sources.iter().map(|segment| self.lags[segment.part] * conv.upsample + conv.padding);
        let lag = convolved.chain(combine.others().map(|other| self.lags[other.part])).max()?;
        let output = self.part(index, conv.output, self.machine.lanes, reach_before, lag)?;
        let Part { times, over, .. } = self.parts[output];
        let reach = if is_winograd { PATCH } else { conv.padding };
        self.reaches[output] += reach.div_ceil(times) * over;
        let (activation, slopes) = activation(&conv.activation);
        Some(ConvStep {
            kernel,
            epilogue: Epilogue::new(&conv.bias, activation, slopes, combine, self.machine.lanes),
            sources: sources.iter().map(|segment| segment.part).collect(),
            output,
            padding: conv.padding,
            upsample: conv.upsample,
            unit: if is_winograd { PATCH } else { 1 },
            phase: if is_winograd { phase(lag) } else { 0 },
        })
    }

    /// What the sums of a convolution are combined with.
    fn combine(&mut self, reader: usize, combine: &Combine) -> Option<kernels::Combine> {
        Some(match combine {
            Combine::Nothing => kernels::Combine::Nothing,
            Combine::Add(pairs) => {
                let pairs = pairs.iter().map(|(slice, share)| Some((self.read_one(reader, *slice)?, *share)));
                kernels::Combine::Add(pairs.collect::<Option<_>>()?)
            }
            Combine::Multiply(other) => kernels::Combine::Multiply(self.read_one(reader, *other)?),
            Combine::Attend(other) => kernels::Combine::Attend(self.read_one(reader, *other)?),
        })
    }

    /// The weights of a convolution in the order in which a kernel reads them.
    fn kernel(&self, conv: &Conv, sources: &[Segment], is_winograd: bool) -> Kernel {
        // What lies in the network's slices and in no part is a gap whose weights are zero.
        let places: Vec<usize> = sources.iter().flat_map(|segment| self.places(*segment, conv.source)).collect();
        let taps = conv.kernel * conv.kernel;
        let weight = |output: usize, input: usize, tap: usize| {
            conv.weight[(output * conv.source.channels + places[input]) * taps + tap]
        };
        let outputs = conv.output.channels;
        if is_winograd {
            Kernel::Winograd(Winograd::new(&self.machine, sources, outputs, weight))
        } else {
            Kernel::Direct(Direct::new(&self.machine, sources, outputs, (conv.kernel, conv.upsample), weight))
        }
    }

    /// A new part, whose pixels are padded to multiples of `lanes` channels.
    fn part(&mut self, maker: usize, slice: Slice, lanes: usize, reach: usize, lag: usize) -> Option<usize> {
        let Extent::Scaled { times, over } = self.network.maps()[slice.map].extent else { return None };
        self.parts.push(Part {
            slice,
            times: times as usize,
            over: over as usize,
            stride: slice.channels.next_multiple_of(lanes),
            left: 0,
            // Convolutions make several pixels at once, and read what they are combined with beyond the picture too.
            right: PATCH,
            maker,
            readers: Vec::new(),
        });
        self.reaches.push(reach + over as usize - 1);
        self.lags.push(lag);
        Some(self.parts.len() - 1)
    }

    /// The parts that hold a slice's channels; notes that a step reads them.
    fn read(&mut self, reader: usize, slice: Slice) -> Vec<Segment> {
        let mut segments = Vec::new();
        for (index, part) in self.parts.iter_mut().enumerate().filter(|(_, part)| part.slice.map == slice.map) {
            let first = slice.first.max(part.slice.first);
            let end = (slice.first + slice.channels).min(part.slice.first + part.slice.channels);
            if first < end {
                part.readers.push(reader);
                segments.push(Segment { part: index, first: first - part.slice.first, channels: end - first });
            }
        }
        segments
    }

    /// The one part that holds all channels of a slice.
    fn read_one(&mut self, reader: usize, slice: Slice) -> Option<Segment> {
        let segments = self.read(reader, slice);
        segments.first().copied().filter(|segment| segment.channels == slice.channels)
    }

    /// The segment's channels, counted in a slice of the same map.
    fn places(&self, segment: Segment, slice: Slice) -> std::ops::Range<usize> {
        let first = self.parts[segment.part].slice.first + segment.first - slice.first;
        first..first + segment.channels
    }
}
