//! What the samples of a TIFF file's pixels mean.

use super::{super::cmyk::Cmyk, layout::Layout};

/// How the colours are stored.
pub(super) enum Colours {
    Grey {
        white_is_zero: bool,
    },
    Rgb,
    /// Red, green and blue, 0 to 1, of each number.
    Palette(Vec<[f32; 3]>),
    Cmyk,
    YCbCr(YCbCr),
}

/// Luma and chroma.
pub(super) struct YCbCr {
    /// How much red, green and blue there are in luma.
    weights: [f32; 3],
    /// How many pixels across and down share chroma.
    pub(super) units: [usize; 2],
}

/// What follows the colours of a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alpha {
    Straight,
    /// The colours were multiplied by it.
    Premultiplied,
}

/// What is black and what is white.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) low: f32,
    pub(super) high: f32,
}

impl Default for Range {
    fn default() -> Self {
        Self { low: 0.0, high: 1.0 }
    }
}

impl Range {
    pub(super) fn with(self, value: f32) -> Self {
        Self { low: self.low.min(value), high: self.high.max(value) }
    }

    fn scale(self, value: f32) -> f32 {
        (value - self.low) / (self.high - self.low)
    }
}

impl Colours {
    /// Of the reds of all numbers, then the greens, then the blues.
    pub(super) fn palette(map: &[u64], bits: usize) -> Option<Self> {
        let count = 1 << bits;
        let values = map.get(..3 * count)?;
        // Some programs write 8 bits in the place of 16.
        let most = if values.iter().all(|&value| value < 256) { 255.0 } else { 65_535.0 };
        let colour = |number| [0, 1, 2].map(|channel: usize| values[channel * count + number] as f32 / most);
        Some(Self::Palette((0..count).map(colour).collect()))
    }

    /// How many samples of a pixel they take.
    pub(super) fn channels(&self) -> usize {
        match self {
            Self::Grey { .. } | Self::Palette(_) => 1,
            Self::Rgb | Self::YCbCr(_) => 3,
            Self::Cmyk => 4,
        }
    }

    pub(super) fn is_grey(&self) -> bool {
        matches!(self, Self::Grey { .. })
    }

    pub(super) fn is_rgb(&self) -> bool {
        matches!(self, Self::Rgb)
    }

    pub(super) fn is_cmyk(&self) -> bool {
        matches!(self, Self::Cmyk)
    }
}

impl YCbCr {
    /// As ITU-R BT.601 has it unless the file says otherwise.
    pub(super) fn new(weights: Option<&[f32]>, units: [usize; 2]) -> Self {
        let weights = match weights {
            Some(&[red, green, blue]) if green > 0.0 => [red, green, blue],
            _ => [0.299, 0.587, 0.114],
        };
        Self { weights, units }
    }

    fn rgb(&self, [luma, blue, red]: [f32; 3]) -> [f32; 3] {
        let neutral = 128.0 / 255.0;
        let [red_weight, green_weight, blue_weight] = self.weights;
        let r = luma + (red - neutral) * (2.0 - 2.0 * red_weight);
        let b = luma + (blue - neutral) * (2.0 - 2.0 * blue_weight);
        [r, (luma - red_weight * r - blue_weight * b) / green_weight, b]
    }
}

impl Layout {
    /// Grey, or red, green and blue, of each pixel of a row, and alpha where there is one, from 0 to 1.
    pub(super) fn pixels(&self, row: &[f32], range: Range, inks: Option<&Cmyk>) -> impl Iterator<Item = f32> {
        let channels = self.colours.channels();
        let mut values = Vec::with_capacity(row.len().max(row.len() / self.samples * 4));
        for pixel in row.chunks_exact(self.samples) {
            let alpha = self.alpha.map(|kind| (kind, pixel[channels].clamp(0.0, 1.0)));
            let start = values.len();
            let scaled = |channel: usize| range.scale(pixel[channel]);
            match &self.colours {
                Colours::Grey { white_is_zero: false } => values.push(scaled(0)),
                Colours::Grey { white_is_zero: true } => values.push(1.0 - scaled(0)),
                Colours::Rgb => values.extend([0, 1, 2].map(scaled)),
                Colours::Palette(colours) => values.extend(colours.get(pixel[0] as usize).copied().unwrap_or_default()),
                Colours::Cmyk => values.extend(rgb_of_inks([0, 1, 2, 3].map(scaled), inks)),
                Colours::YCbCr(colours) => values.extend(colours.rgb([0, 1, 2].map(scaled))),
            }
            if let Some((kind, alpha)) = alpha {
                if kind == Alpha::Premultiplied && alpha > 0.0 {
                    values[start..].iter_mut().for_each(|value| *value /= alpha);
                }
                values.push(alpha);
            }
        }
        values.into_iter()
    }
}

/// By their profile, or, where there is none, as if they were perfect.
fn rgb_of_inks(inks: [f32; 4], profile: Option<&Cmyk>) -> [f32; 3] {
    match profile {
        Some(profile) => {
            profile.to_rgb(inks.map(|ink| (ink * 255.0 + 0.5) as u8)).map(|value| f32::from(value) / 255.0)
        }
        None => [inks[0], inks[1], inks[2]].map(|ink| (1.0 - ink) * (1.0 - inks[3])),
    }
}
