//! What is run: a Compact network with random weights, and a picture of noise.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use safetensors::tensor::{Dtype, TensorView};

/// How many times larger the networks make a picture.
pub const SCALE: usize = 4;

const CHANNELS: usize = 3;

/// Neither black nor white, so that nothing is cut off where a difference could show.
const LEAST: u8 = 64;
const MOST: u8 = 191;

/// Weights are multiples of this, which f16 holds exactly up to 1, so that every precision runs the same network.
const GRAIN: f32 = 1.0 / 2048.0;

/// What the last convolution makes is small beside the picture that it is added to, as in networks that were trained.
const LAST_SHARE: f32 = 0.05;

/// The sizes of a Compact network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    features: usize,
    /// Convolutions from features to features.
    convs: usize,
}

impl FromStr for Shape {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        let number = |text: &str| text.parse().ok().filter(|number| (1..=1024).contains(number));
        match name.split_once('x').map(|(features, convs)| (number(features), number(convs))) {
            Some((Some(features), Some(convs))) => Ok(Self { features, convs }),
            _ => bail!("a network is named by its features and its body convolutions, such as 64x16"),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}x{}", self.features, self.convs)
    }
}

impl Shape {
    /// Channels in and out of each convolution.
    fn layers(self) -> Vec<[usize; 2]> {
        let mut layers = vec![[CHANNELS, self.features]];
        layers.extend(vec![[self.features; 2]; self.convs]);
        layers.push([self.features, CHANNELS * SCALE * SCALE]);
        layers
    }

    /// Floating-point operations for each pixel, counting a multiply-add as two.
    pub fn flops_per_pixel(self) -> f64 {
        self.layers().iter().map(|[inputs, outputs]| 2.0 * (9 * inputs * outputs) as f64).sum()
    }

    /// A safetensors file with the network's weights: the same ones whenever it is made, and such that values keep
    /// about the same size from layer to layer (He et al. 2015).
    pub fn weights(self) -> Result<Vec<u8>> {
        let mut noise = Noise(1);
        let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
        let layers = self.layers();
        for (index, &[inputs, outputs]) in layers.iter().enumerate() {
            let is_last = index + 1 == layers.len();
            let bound = (6.0 / (9 * inputs) as f32).sqrt() * if is_last { LAST_SHARE } else { 1.0 };
            let name = format!("body.{}", 2 * index);
            let shape = vec![outputs, inputs, 3, 3];
            tensors.push((format!("{name}.weight"), shape, noise.values(outputs * inputs * 9, -bound, bound)));
            tensors.push((format!("{name}.bias"), vec![outputs], noise.values(outputs, -0.05, 0.05)));
            if !is_last {
                let slopes = noise.values(outputs, 0.1, 0.4);
                tensors.push((format!("body.{}.weight", 2 * index + 1), vec![outputs], slopes));
            }
        }
        let views = tensors
            .iter()
            .map(|(name, shape, data)| Ok((name, TensorView::new(Dtype::F32, shape.clone(), data)?)))
            .collect::<Result<Vec<_>>>()?;
        safetensors::serialize(views, None).context("the random weights cannot be stored")
    }
}

/// A square picture of noise as binary PPM.
pub fn picture(size: u32) -> Vec<u8> {
    let mut noise = Noise(2);
    let mut file = format!("P6\n{size} {size}\n255\n").into_bytes();
    let bytes = size as usize * size as usize * CHANNELS;
    file.extend((0..bytes).map(|_| (f32::from(LEAST) + noise.next() * f32::from(MOST - LEAST)) as u8));
    file
}

/// Fixed noise in 0..1 (a linear congruential generator).
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / (1 << 24) as f32
    }

    /// Values as a tensor stores them.
    fn values(&mut self, count: usize, from: f32, to: f32) -> Vec<u8> {
        let mut value = || (((from + self.next() * (to - from)) / GRAIN).round() * GRAIN).to_le_bytes();
        (0..count).flat_map(|_| value()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::SafeTensors;

    fn shape(name: &str) -> Shape {
        name.parse().unwrap()
    }

    #[test]
    fn networks_are_named_by_features_and_convolutions() {
        assert_eq!(shape("64x16").to_string(), "64x16");
        for name in ["64", "x16", "0x4", "64x0", "64x16x2", "a64x16", "5000x1"] {
            assert!(name.parse::<Shape>().is_err(), "{name}");
        }
    }

    #[test]
    fn operations_are_counted() {
        let weights = 9 * (3 * 64 + 16 * 64 * 64 + 64 * 48);
        assert_eq!(shape("64x16").flops_per_pixel(), f64::from(2 * weights));
    }

    #[test]
    fn weights_are_those_of_compact_and_always_the_same() {
        let file = shape("8x2").weights().unwrap();
        assert_eq!(file, shape("8x2").weights().unwrap());
        let tensors = SafeTensors::deserialize(&file).unwrap();
        let sizes = |name: &str| tensors.tensor(name).unwrap().shape().to_vec();
        assert_eq!(tensors.len(), 11);
        assert_eq!(sizes("body.0.weight"), [8, 3, 3, 3]);
        assert_eq!(sizes("body.5.weight"), [8]);
        assert_eq!(sizes("body.6.weight"), [48, 8, 3, 3]);
        assert_eq!(sizes("body.6.bias"), [48]);
    }

    #[test]
    fn weights_are_exact_in_f16() {
        let file = shape("8x2").weights().unwrap();
        let tensors = SafeTensors::deserialize(&file).unwrap();
        for (name, tensor) in tensors.tensors() {
            for &bytes in tensor.data().as_chunks::<4>().0 {
                let value = f32::from_le_bytes(bytes);
                // f16 has 11 bits of precision.
                assert!(value.abs() <= 1.0 && (value * 2048.0).fract() == 0.0, "{name}: {value}");
            }
        }
    }

    #[test]
    fn pictures_are_noise_without_extremes() {
        let file = picture(16);
        let pixels = file.strip_prefix(b"P6\n16 16\n255\n").unwrap();
        assert_eq!(pixels.len(), 16 * 16 * 3);
        assert!(pixels.iter().all(|value| (LEAST..=MOST).contains(value)));
        assert!(pixels.iter().any(|&value| value < 80) && pixels.iter().any(|&value| value > 175));
    }
}
