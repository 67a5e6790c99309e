//! What happens to a convolution's sums: bias, activation, and what they are combined with.

use pulp::Simd;

use crate::{
    gemm::load,
    rows::{Rows, Segment, Values},
};

/// The end of a convolution. Values for each output channel are padded with zeros to whole vectors.
pub struct Epilogue {
    pub(crate) bias: Values,
    activation: Activation,
    slopes: Values,
    combine: Combine,
}

/// A function of each value by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// Values stay as they are.
    Identity,
    /// Values below zero times a slope for each output channel.
    Prelu,
    /// `x * sigmoid(x)`.
    Silu,
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// `x * tanh(ln(1 + exp(x)))`.
    Mish,
}

/// What becomes of a value after its activation; the others are channels of maps of the output's size.
pub enum Combine {
    /// Nothing.
    Nothing,
    /// Others times a share are added, two at most.
    Add(Vec<(Segment, f32)>),
    /// It is multiplied by another.
    Multiply(Segment),
    /// `(a + other) * (sigmoid(a) - 0.5)`.
    Attend(Segment),
}

impl Combine {
    /// The other values.
    pub fn others(&self) -> impl Iterator<Item = Segment> {
        let (pairs, one) = match self {
            Self::Nothing => (&[][..], None),
            Self::Add(pairs) => (&pairs[..], None),
            Self::Multiply(other) | Self::Attend(other) => (&[][..], Some(*other)),
        };
        pairs.iter().map(|(segment, _)| *segment).chain(one)
    }
}

/// The other values of one row: where each lies, and the values from one pixel to the next.
#[derive(Clone, Copy, Default)]
pub(crate) struct Others<'a>([Option<Other<'a>>; 2]);

#[derive(Clone, Copy)]
struct Other<'a> {
    /// From the first channel of the first pixel.
    values: &'a [f32],
    stride: usize,
}

impl<'a> Others<'a> {
    /// Row `y` of each.
    pub(crate) fn of_row(epilogue: &Epilogue, parts: &'a [Rows], y: usize) -> Self {
        let mut others = Self::default();
        for (other, segment) in others.0.iter_mut().zip(epilogue.others()) {
            let rows = &parts[segment.part];
            let start = rows.geometry.left * rows.geometry.stride + segment.first;
            *other = Some(Other { values: &rows.row(y as isize)[start..], stride: rows.geometry.stride });
        }
        others
    }

    /// The channels from `channel` on of pixel `x` of other number `index`.
    #[inline(always)]
    fn load<S: Simd>(&self, simd: S, index: usize, x: usize, channel: usize) -> S::f32s {
        match self.0[index] {
            Some(other) => load::<S>(other.values, x * other.stride + channel),
            None => simd.splat_f32s(0.0),
        }
    }
}

impl Epilogue {
    /// `slopes` are those of PReLU, and none for other activations; a vector has `lanes` values.
    #[must_use]
    pub fn new(bias: &[f32], activation: Activation, slopes: &[f32], combine: Combine, lanes: usize) -> Self {
        let padded = |values: &[f32]| {
            let mut padded = Values::zeros(values.len().next_multiple_of(lanes));
            padded.get_mut()[..values.len()].copy_from_slice(values);
            padded
        };
        Self { bias: padded(bias), activation, slopes: padded(slopes), combine }
    }

    /// The other values.
    pub fn others(&self) -> impl Iterator<Item = Segment> {
        self.combine.others()
    }

    /// Finishes the sums, bias included, of pixels side by side from `x` on, for a vector of channels from `channel` on. They
    /// may reach beyond the picture, where others are zero.
    #[inline(always)]
    pub(crate) fn run<S: Simd>(&self, simd: S, sums: &mut [S::f32s], others: &Others<'_>, x: usize, channel: usize) {
        if let Combine::Attend(_) = &self.combine {
            for (offset, sum) in sums.iter_mut().enumerate() {
                let other = others.load(simd, 0, x + offset, channel);
                let gate = simd.sub_f32s(sigmoid(simd, *sum), simd.splat_f32s(0.5));
                *sum = simd.mul_f32s(simd.add_f32s(*sum, other), gate);
            }
            return;
        }
        match self.activation {
            Activation::Identity => {}
            Activation::Prelu => {
                let slopes = load::<S>(self.slopes.get(), channel);
                let zero = simd.splat_f32s(0.0);
                for sum in sums.iter_mut() {
                    let negative = simd.less_than_f32s(*sum, zero);
                    *sum = simd.select_f32s(negative, simd.mul_f32s(*sum, slopes), *sum);
                }
            }
            Activation::Silu => {
                for sum in sums.iter_mut() {
                    *sum = simd.mul_f32s(*sum, sigmoid(simd, *sum));
                }
            }
            Activation::Sigmoid => {
                for sum in sums.iter_mut() {
                    *sum = sigmoid(simd, *sum);
                }
            }
            Activation::Mish => {
                for sum in sums.iter_mut() {
                    *sum = mish(simd, *sum);
                }
            }
        }
        match &self.combine {
            Combine::Nothing | Combine::Attend(_) => {}
            Combine::Add(pairs) => {
                for (index, (_, share)) in pairs.iter().enumerate() {
                    let share = simd.splat_f32s(*share);
                    for (offset, sum) in sums.iter_mut().enumerate() {
                        *sum = simd.mul_add_e_f32s(share, others.load(simd, index, x + offset, channel), *sum);
                    }
                }
            }
            Combine::Multiply(_) => {
                for (offset, sum) in sums.iter_mut().enumerate() {
                    *sum = simd.mul_f32s(*sum, others.load(simd, 0, x + offset, channel));
                }
            }
        }
    }
}

#[inline(always)]
fn sigmoid<S: Simd>(simd: S, value: S::f32s) -> S::f32s {
    let one = simd.splat_f32s(1.0);
    simd.div_f32s(one, simd.add_f32s(one, exp(simd, simd.neg_f32s(value))))
}

/// `x * tanh(ln(1 + e^x))`; with n = e^x (e^x + 2) the tangent is n / (n + 2).
#[inline(always)]
fn mish<S: Simd>(simd: S, value: S::f32s) -> S::f32s {
    let two = simd.splat_f32s(2.0);
    let exponential = exp(simd, value);
    let n = simd.mul_f32s(exponential, simd.add_f32s(exponential, two));
    simd.div_f32s(simd.mul_f32s(value, n), simd.add_f32s(n, two))
}

/// `e^x` for the activations above, which are flat in f32 beyond -20 and 20: a Taylor series for a 32nd of x, squared five times.
/// Off by less than 3e-6 of itself up to 8, and by 3e-4 at 20, where it no longer shows in a sigmoid.
#[inline(always)]
fn exp<S: Simd>(simd: S, value: S::f32s) -> S::f32s {
    const LIMIT: f32 = 20.0;
    const SQUARINGS: i32 = 5;
    const SERIES: [f32; 6] = [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
    let value = simd.min_f32s(simd.max_f32s(value, simd.splat_f32s(-LIMIT)), simd.splat_f32s(LIMIT));
    let small = simd.mul_f32s(value, simd.splat_f32s(1.0 / (1 << SQUARINGS) as f32));
    let mut power = simd.splat_f32s(1.0 / 720.0);
    for factor in SERIES {
        power = simd.mul_add_e_f32s(power, small, simd.splat_f32s(factor));
    }
    for _ in 0..SQUARINGS {
        power = simd.mul_f32s(power, power);
    }
    power
}
