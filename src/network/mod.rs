//! What a model is, whoever runs it: a list of ops with their weights, a scale and a receptive field.
//!
//! Values are feature maps at the input's (LR) resolution, made once and named by the op that makes them: the picture
//! itself is [`Value::PICTURE`] with 3 channels, and op number `i` makes `Value(i + 1)`. The last op makes the enlarged
//! picture. Backends run the ops; none of them knows which architecture they came from.

mod compact;
mod pickle;
mod torch;
mod view;
mod weights;

pub use weights::{Tensor, Weights};

use crate::{Error, Result};

/// A feature map, named by the op that makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value(pub usize);

impl Value {
    /// The input picture: red, green and blue in 0..=1.
    pub const PICTURE: Self = Self(0);
}

/// A 3x3 convolution, stride 1, zero padding 1: `activation(conv(source) + bias) + residual`.
#[derive(Clone, Debug)]
pub struct Conv3x3 {
    /// What is convolved.
    pub source: Value,
    /// Number of input channels.
    pub inputs: usize,
    /// Number of output channels.
    pub outputs: usize,
    /// `[outputs][inputs][3][3]`, as PyTorch has them.
    pub weight: Vec<f32>,
    /// One for each output channel.
    pub bias: Vec<f32>,
    /// PReLU: the slope below zero for each output channel. None leaves values as they are.
    /// (He et al. 2015, "Delving Deep into Rectifiers".)
    pub slopes: Option<Vec<f32>>,
    /// A feature map (not the picture) of as many channels that is added at the end.
    pub residual: Option<Value>,
}

/// Moves `3 * scale * scale` channels to the 3 channels of `scale` x `scale` pixels, as PyTorch's `pixel_shuffle` does
/// (Shi et al. 2016, "Real-Time Single Image and Video Super-Resolution"), and adds the picture enlarged by nearest
/// neighbour.
#[derive(Clone, Copy, Debug)]
pub struct PixelShuffle {
    /// What is rearranged.
    pub source: Value,
}

/// One step of a network.
#[derive(Clone, Debug)]
pub enum Op {
    /// See [`Conv3x3`].
    Conv3x3(Conv3x3),
    /// See [`PixelShuffle`]. Always the last op, and only that.
    PixelShuffle(PixelShuffle),
}

/// A model: what to compute, and how much larger the result is.
#[derive(Clone, Debug)]
pub struct Network {
    architecture: &'static str,
    scale: u32,
    ops: Vec<Op>,
    radius: u32,
}

/// Recognises one architecture: None when the tensors are of another, an error when they are of this one but damaged.
type Recognise = fn(&Weights) -> Option<Result<Network>>;

/// Every architecture that is known, by the name that people use.
const ARCHITECTURES: &[(&str, Recognise)] = &[(compact::NAME, compact::recognise)];

impl Network {
    /// Reads a weight file (see [`Weights::parse`]) and recognises its architecture from the tensors' names and shapes.
    ///
    /// # Errors
    /// [`Error::DamagedModel`] when the file or a tensor in it is not sound, [`Error::RefusedModel`] when it is of a
    /// kind that is not accepted, [`Error::UnsupportedModel`] when no known
    /// architecture has such tensors.
    pub fn load(file: &[u8]) -> Result<Self> {
        let weights = Weights::parse(file)?;
        ARCHITECTURES.iter().find_map(|(_, recognise)| recognise(&weights)).unwrap_or_else(|| {
            Err(Error::UnsupportedModel {
                seen: weights.describe(),
                supported: ARCHITECTURES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "),
            })
        })
    }

    /// Puts a network together and checks that its ops fit each other.
    ///
    /// # Errors
    /// [`Error::DamagedModel`] when an op reads a value that is not there yet, when channels do not match, or when the
    /// op list does not end in a convolution of features and a pixel shuffle of its `3 * scale * scale` channels.
    pub fn new(architecture: &'static str, scale: u32, ops: Vec<Op>) -> Result<Self> {
        let radius = check(scale, &ops).map_err(|reason| Error::DamagedModel { reason })?;
        Ok(Self { architecture, scale, ops, radius })
    }

    /// Name of the architecture, for people.
    #[must_use]
    pub fn architecture(&self) -> &'static str {
        self.architecture
    }

    /// How many times wider and higher the output is, 1 to 4.
    #[must_use]
    pub fn scale(&self) -> u32 {
        self.scale
    }

    /// The ops in the order in which they run.
    #[must_use]
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// Receptive-field radius in LR pixels: an output pixel depends on input pixels at most this far from its own.
    #[must_use]
    pub fn radius(&self) -> u32 {
        self.radius
    }

    /// Number of trained values.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.convolutions()
            .map(|conv| conv.weight.len() + conv.bias.len() + conv.slopes.as_ref().map_or(0, Vec::len))
            .sum()
    }

    /// Floating-point operations for each LR pixel, counting a multiply-add as two.
    #[must_use]
    pub fn flops_per_pixel(&self) -> usize {
        self.convolutions().map(|conv| 2 * conv.weight.len()).sum()
    }

    /// Whether every weight is in the range of f16 numbers.
    #[must_use]
    pub fn fits_f16(&self) -> bool {
        let max = half::f16::MAX.to_f32();
        self.convolutions().all(|conv| conv.weight.iter().all(|weight| weight.abs() <= max))
    }

    fn convolutions(&self) -> impl Iterator<Item = &Conv3x3> {
        self.ops.iter().filter_map(|op| match op {
            Op::Conv3x3(conv) => Some(conv),
            Op::PixelShuffle(_) => None,
        })
    }
}

/// Checks an op list and returns its receptive-field radius; the error says what does not fit.
fn check(scale: u32, ops: &[Op]) -> Result<u32, String> {
    if !(1..=4).contains(&scale) {
        return Err(format!("its scale would be {scale}, and only 1 to 4 are supported"));
    }
    let mut channels = vec![3];
    let mut radii = vec![0];
    for (index, op) in ops.iter().enumerate() {
        let known = |value: Value| {
            channels
                .get(value.0)
                .copied()
                .ok_or_else(|| format!("op {index} reads value {} before it is made", value.0))
        };
        match op {
            Op::Conv3x3(conv) => {
                check_conv(index, conv, known(conv.source)?)?;
                let mut radius = radii[conv.source.0] + 1;
                if let Some(residual) = conv.residual {
                    let (have, want) = (known(residual)?, conv.outputs);
                    if have != want || residual == Value::PICTURE {
                        return Err(format!(
                            "op {index} adds value {} ({have} channels) to {want} channels",
                            residual.0
                        ));
                    }
                    radius = radius.max(radii[residual.0]);
                }
                channels.push(conv.outputs);
                radii.push(radius);
            }
            Op::PixelShuffle(shuffle) => {
                let (have, want) = (known(shuffle.source)?, 3 * (scale * scale) as usize);
                if have != want {
                    return Err(format!("the last layer has {have} channels, and scale {scale} needs {want}"));
                }
                let follows_plain_conv = shuffle.source == Value(index)
                    && matches!(&ops[index - 1], Op::Conv3x3(conv) if conv.residual.is_none() && conv.source != Value::PICTURE);
                if index + 1 != ops.len() || !follows_plain_conv {
                    return Err(
                        "the pixel shuffle must be last, on a convolution of features without a residual".into()
                    );
                }
                return Ok(radii[index]);
            }
        }
    }
    Err("it does not end in a pixel shuffle".into())
}

fn check_conv(index: usize, conv: &Conv3x3, source_channels: usize) -> Result<(), String> {
    let Conv3x3 { inputs, outputs, .. } = *conv;
    let slopes = conv.slopes.as_ref().map_or(outputs, Vec::len);
    if inputs != source_channels {
        return Err(format!("op {index} expects {inputs} channels and gets {source_channels}"));
    }
    if inputs == 0
        || outputs == 0
        || conv.weight.len() != outputs * inputs * 9
        || conv.bias.len() != outputs
        || slopes != outputs
    {
        return Err(format!("op {index} ({inputs} to {outputs} channels) has weights of another size"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conv(source: usize, inputs: usize, outputs: usize) -> Conv3x3 {
        let (weight, bias) = (vec![0.0; outputs * inputs * 9], vec![0.0; outputs]);
        Conv3x3 { source: Value(source), inputs, outputs, weight, bias, slopes: None, residual: None }
    }

    #[test]
    fn radius_is_the_longest_way_through_the_ops() {
        let skip = Conv3x3 { residual: Some(Value(1)), ..conv(3, 8, 8) };
        let ops = vec![
            Op::Conv3x3(conv(0, 3, 8)),
            Op::Conv3x3(conv(1, 8, 8)),
            Op::Conv3x3(conv(2, 8, 8)),
            Op::Conv3x3(skip),
            Op::Conv3x3(conv(4, 8, 12)),
            Op::PixelShuffle(PixelShuffle { source: Value(5) }),
        ];
        let network = Network::new("test", 2, ops).expect("sound");
        assert_eq!(network.radius(), 5);
        assert_eq!(network.parameters(), 3 * 8 * 9 + 8 + 3 * (8 * 8 * 9 + 8) + 8 * 12 * 9 + 12);
    }

    #[test]
    fn ops_that_do_not_fit_are_refused() {
        let shuffle = |source| Op::PixelShuffle(PixelShuffle { source: Value(source) });
        let cases = [
            (2, vec![Op::Conv3x3(conv(0, 3, 8)), Op::Conv3x3(conv(1, 4, 12)), shuffle(2)], "expects 4 channels"),
            (2, vec![Op::Conv3x3(conv(0, 3, 8)), Op::Conv3x3(conv(2, 8, 12)), shuffle(2)], "before it is made"),
            (3, vec![Op::Conv3x3(conv(0, 3, 8)), Op::Conv3x3(conv(1, 8, 12)), shuffle(2)], "scale 3 needs 27"),
            (5, vec![Op::Conv3x3(conv(0, 3, 8)), Op::Conv3x3(conv(1, 8, 75)), shuffle(2)], "only 1 to 4"),
            (2, vec![Op::Conv3x3(conv(0, 3, 12)), shuffle(1)], "must be last"),
            (2, vec![Op::Conv3x3(conv(0, 3, 12))], "does not end"),
        ];
        for (scale, ops, expected) in cases {
            let message = Network::new("test", scale, ops).expect_err(expected).to_string();
            assert!(message.contains(expected), "{message}");
        }
    }
}
