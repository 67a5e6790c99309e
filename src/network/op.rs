//! The steps that networks are made of.
//!
//! Feature maps hold values for each pixel of a grid; ops read channels of maps and write channels of others. A map may
//! be written by several ops, each its own channels, so that what other libraries concatenate is never copied.

/// Channels lie in blocks of this many; each part of a map that is written by itself begins a new block.
pub const BLOCK: usize = 4;

/// The size of a feature map in relation to the picture's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extent {
    /// `times / over` times the picture's width and height. The picture is padded to multiples of `over`.
    Scaled {
        /// Factor by which it is larger.
        times: u32,
        /// Factor by which it is smaller.
        over: u32,
    },
    /// One value for each place where a window of `kernel` pixels, moved by `stride`, fits into another map.
    Windows {
        /// Index of that map, which is scaled by 1 or itself of this kind.
        of: usize,
        /// Edge of the window.
        kernel: u32,
        /// Distance from one window to the next.
        stride: u32,
    },
}

impl Extent {
    /// The picture's own size.
    pub const PICTURE: Self = Self::Scaled { times: 1, over: 1 };

    /// The extent of a map `factor` times as large; None where there is none.
    #[must_use]
    pub fn enlarged(self, factor: u32) -> Option<Self> {
        match self {
            _ if factor == 1 => Some(self),
            Self::Scaled { times, over } if over % factor == 0 => Some(Self::Scaled { times, over: over / factor }),
            Self::Scaled { times, over: 1 } => Some(Self::Scaled { times: times.checked_mul(factor)?, over: 1 }),
            _ => None,
        }
    }
}

/// A feature map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Map {
    /// A multiple of [`BLOCK`].
    pub channels: usize,
    /// Its size.
    pub extent: Extent,
}

/// Some channels of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Index of the map. Map 0 is the picture: red, green and blue in 0..=1.
    pub map: usize,
    /// The first of the channels, a multiple of [`BLOCK`].
    pub first: usize,
    /// How many.
    pub channels: usize,
}

/// One step of a network.
#[derive(Clone, Debug)]
pub enum Op {
    /// See [`Conv`].
    Conv(Conv),
    /// See [`MaxPool`].
    MaxPool(MaxPool),
    /// See [`Resize`].
    Resize(Resize),
    /// See [`PixelUnshuffle`].
    PixelUnshuffle(PixelUnshuffle),
    /// See [`GroupNorm`].
    GroupNorm(GroupNorm),
    /// See [`LayerNorm`].
    LayerNorm(LayerNorm),
    /// See [`DySample`].
    DySample(DySample),
    /// See [`PixelShuffle`]. Always the last op, and only that.
    PixelShuffle(PixelShuffle),
}

/// A convolution of square kernels: `combine(activation(conv(source) + bias))`.
#[derive(Clone, Debug)]
pub struct Conv {
    /// What is convolved.
    pub source: Slice,
    /// Where the result goes.
    pub output: Slice,
    /// Edge of the kernel.
    pub kernel: usize,
    /// 1, or more for a map of [`Extent::Windows`].
    pub stride: usize,
    /// Zeros around the source: `kernel / 2`, or 0 for a map of [`Extent::Windows`].
    pub padding: usize,
    /// The source is first enlarged by nearest neighbour this many times.
    pub upsample: usize,
    /// `[output.channels][source.channels][kernel][kernel]`, as PyTorch has them.
    pub weight: Vec<f32>,
    /// One for each output channel.
    pub bias: Vec<f32>,
    /// What is done to each sum.
    pub activation: Activation,
    /// How it meets other values.
    pub combine: Combine,
}

/// A function of each value by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Activation {
    /// Values stay as they are.
    Identity,
    /// The slope below zero for each output channel (He et al. 2015, "Delving Deep into Rectifiers"). ReLU has slopes of
    /// zero, LeakyReLU one slope for all.
    Prelu(Vec<f32>),
    /// `x * sigmoid(x)` (Elfwing et al. 2018).
    Silu,
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// `x * tanh(ln(1 + exp(x)))` (Misra 2019).
    Mish,
}

/// What becomes of a convolution's activated sums `a`; the other values lie in maps of the output's size.
#[derive(Clone, Debug, PartialEq)]
pub enum Combine {
    /// `a`.
    Nothing,
    /// `a + share * other`, for one or two others.
    Add(Vec<(Slice, f32)>),
    /// `a * other`.
    Multiply(Slice),
    /// `(a + other) * (sigmoid(a) - 0.5)`, the parameter-free attention of Wan et al. 2023 ("Swift Parameter-free
    /// Attention Network for Efficient Super-Resolution"). Without an activation.
    Attend(Slice),
}

impl Combine {
    /// The other values.
    pub fn others(&self) -> impl Iterator<Item = Slice> {
        let (pairs, one) = match self {
            Self::Nothing => (&[][..], None),
            Self::Add(pairs) => (&pairs[..], None),
            Self::Multiply(other) | Self::Attend(other) => (&[][..], Some(*other)),
        };
        pairs.iter().map(|(slice, _)| *slice).chain(one)
    }
}

/// The largest value of each window, for a map of [`Extent::Windows`].
#[derive(Clone, Copy, Debug)]
pub struct MaxPool {
    /// What is pooled.
    pub source: Slice,
    /// Where the result goes: as many channels.
    pub output: Slice,
    /// Edge of a window.
    pub kernel: usize,
    /// Distance from one window to the next.
    pub stride: usize,
}

/// Which curve joins the values of a smaller map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResizeFilter {
    /// Straight lines; edges repeat. PyTorch's `interpolate` with `align_corners=False`, to any size.
    Bilinear,
    /// Keys' cubic with a = -0.5 (Keys 1981), mirrored at edges, as MATLAB's `imresize` has it; by whole factors.
    Bicubic,
}

/// Enlarges a map to the size of another.
#[derive(Clone, Copy, Debug)]
pub struct Resize {
    /// What is enlarged.
    pub source: Slice,
    /// Where the result goes: as many channels.
    pub output: Slice,
    /// How.
    pub filter: ResizeFilter,
}

/// Moves `factor` x `factor` pixels of the picture to channels of one, as PyTorch's `pixel_unshuffle` does. A factor of 1
/// makes the picture a feature map.
#[derive(Clone, Copy, Debug)]
pub struct PixelUnshuffle {
    /// Where the result goes: `3 * factor * factor` channels.
    pub output: Slice,
    /// Edge of the square of pixels.
    pub factor: usize,
}

/// Normalises groups of channels to mean 0 and variance 1 over all pixels, then scales and shifts each channel and adds
/// other values (Wu and He 2018, "Group Normalization").
#[derive(Clone, Debug)]
pub struct GroupNorm {
    /// What is normalised. Its channels lie without gaps.
    pub source: Slice,
    /// Where the result goes: as many channels.
    pub output: Slice,
    /// Number of groups; divides the channels.
    pub groups: usize,
    /// Factor for each channel.
    pub weight: Vec<f32>,
    /// What is added to each channel.
    pub bias: Vec<f32>,
    /// Values added at the end.
    pub residual: Slice,
}

/// What [`GroupNorm`] adds to a variance, so that it never divides by zero.
pub const GROUP_NORM_EPSILON: f32 = 1e-5;

/// Normalises the channels of each pixel to mean 0 and variance 1, then scales and shifts each (Ba et al. 2016, "Layer
/// Normalization").
#[derive(Clone, Debug)]
pub struct LayerNorm {
    /// What is normalised. Its channels lie without gaps.
    pub source: Slice,
    /// Where the result goes: as many channels.
    pub output: Slice,
    /// Factor for each channel.
    pub weight: Vec<f32>,
    /// What is added to each channel.
    pub bias: Vec<f32>,
}

/// What [`LayerNorm`] adds to a variance, so that it never divides by zero.
pub const LAYER_NORM_EPSILON: f32 = 1e-6;

/// Enlarges a map by sampling it, bilinearly and with edges repeated, where offsets say (Liu et al. 2023, "Learning to
/// Upsample by Learning to Sample", static scope folded into the offsets).
#[derive(Clone, Copy, Debug)]
pub struct DySample {
    /// What is sampled; its channels lie without gaps.
    pub source: Slice,
    /// `2 * groups * scale * scale` channels: for x and then for y, for each group, for each of the `scale` x `scale`
    /// pixels, how far from its own place the sample is taken, in pixels of the source.
    pub offsets: Slice,
    /// Where the result goes: as many channels as the source, `scale` times its size.
    pub output: Slice,
    /// Groups of channels that share offsets; divides the source's channels.
    pub groups: usize,
    /// How many times wider and higher the output is.
    pub scale: usize,
}

/// Moves `3 * scale * scale` channels to the 3 channels of `scale` x `scale` pixels, as PyTorch's `pixel_shuffle` does
/// (Shi et al. 2016, "Real-Time Single Image and Video Super-Resolution"). The result is the enlarged picture.
#[derive(Clone, Copy, Debug)]
pub struct PixelShuffle {
    /// What is rearranged.
    pub source: Slice,
    /// How many times wider and higher the result is than the source.
    pub scale: usize,
    /// Whether the picture, enlarged by nearest neighbour, is added. The source is of the picture's size then.
    pub adds_picture: bool,
}

impl Op {
    /// The channels that it reads; the picture itself counts as map 0.
    #[must_use]
    pub fn reads(&self) -> Vec<Slice> {
        const PICTURE: Slice = Slice { map: 0, first: 0, channels: 3 };
        match self {
            Self::Conv(conv) => std::iter::once(conv.source).chain(conv.combine.others()).collect(),
            Self::MaxPool(pool) => vec![pool.source],
            Self::Resize(resize) => vec![resize.source],
            Self::PixelUnshuffle(_) => vec![PICTURE],
            Self::GroupNorm(norm) => vec![norm.source, norm.residual],
            Self::LayerNorm(norm) => vec![norm.source],
            Self::DySample(sample) => vec![sample.source, sample.offsets],
            Self::PixelShuffle(shuffle) if shuffle.adds_picture => vec![shuffle.source, PICTURE],
            Self::PixelShuffle(shuffle) => vec![shuffle.source],
        }
    }

    /// The channels that it makes; None for the last op, which makes the enlarged picture.
    #[must_use]
    pub fn writes(&self) -> Option<Slice> {
        match self {
            Self::Conv(conv) => Some(conv.output),
            Self::MaxPool(pool) => Some(pool.output),
            Self::Resize(resize) => Some(resize.output),
            Self::PixelUnshuffle(unshuffle) => Some(unshuffle.output),
            Self::GroupNorm(norm) => Some(norm.output),
            Self::LayerNorm(norm) => Some(norm.output),
            Self::DySample(sample) => Some(sample.output),
            Self::PixelShuffle(_) => None,
        }
    }

    /// Floating-point operations for each pixel of the map that it makes, or that a pixel shuffle reads, counting a multiply-add as
    /// two: exact for convolutions, else roughly.
    pub(crate) fn flops(&self) -> f64 {
        let values = |slice: Slice, each: usize| (slice.channels * each) as f64;
        match self {
            Self::Conv(conv) => 2.0 * conv.weight.len() as f64,
            Self::MaxPool(pool) => values(pool.output, pool.kernel * pool.kernel),
            Self::Resize(Resize { output, filter: ResizeFilter::Bilinear, .. }) => values(*output, 2 * 4),
            Self::Resize(Resize { output, filter: ResizeFilter::Bicubic, .. }) => values(*output, 2 * 16),
            // The sum and the sum of squares, the mean, two factors, a bias, and for groups an addition.
            Self::GroupNorm(norm) => values(norm.output, 8),
            Self::LayerNorm(norm) => values(norm.output, 7),
            Self::DySample(sample) => values(sample.output, 2 * 4),
            Self::PixelUnshuffle(unshuffle) => values(unshuffle.output, 1),
            Self::PixelShuffle(shuffle) => values(shuffle.source, 1),
        }
    }
}
