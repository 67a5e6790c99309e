//! How many bits a channel of a pixel has, and the way between such samples and numbers.

use std::borrow::Cow;

/// The bits of each channel of a pixel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Depth {
    /// Bytes, 0 to 255.
    #[default]
    Eight,
    /// Numbers from 0 to 65535, two bytes each in the machine's own order.
    Sixteen,
}

impl Depth {
    /// Bytes of an RGBA pixel: 4 or 8.
    #[must_use]
    pub const fn pixel_bytes(self) -> usize {
        match self {
            Self::Eight => 4,
            Self::Sixteen => 8,
        }
    }

    /// The largest value of a channel.
    #[must_use]
    pub const fn max(self) -> u16 {
        match self {
            Self::Eight => u8::MAX as u16,
            Self::Sixteen => u16::MAX,
        }
    }

    /// The values of samples, 0 to [`Depth::max`].
    pub fn values(self, samples: &[u8]) -> impl Iterator<Item = u16> {
        let size = self.pixel_bytes() / 4;
        samples.chunks_exact(size).map(|sample| match *sample {
            [high, low] => u16::from_ne_bytes([high, low]),
            ref eight => u16::from(eight[0]),
        })
    }

    /// The samples of values, which are rounded and clamped to 0 to [`Depth::max`].
    #[must_use]
    pub fn samples(self, values: impl Iterator<Item = f32>) -> Vec<u8> {
        match self {
            // A cast to an integer saturates.
            Self::Eight => values.map(|value| (value + 0.5) as u8).collect(),
            Self::Sixteen => values.flat_map(|value| ((value + 0.5) as u16).to_ne_bytes()).collect(),
        }
    }

    /// The same samples with sixteen bits.
    #[must_use]
    pub fn to_sixteen(self, samples: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::Eight => samples.iter().flat_map(|&value| (u16::from(value) * 257).to_ne_bytes()).collect(),
            Self::Sixteen => samples.into(),
        }
    }

    /// The same samples with eight bits.
    #[must_use]
    pub fn to_eight(self, samples: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::Eight => samples.into(),
            Self::Sixteen => self.values(samples).map(|value| ((u32::from(value) + 128) / 257) as u8).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_what_their_values_say() {
        for depth in [Depth::Eight, Depth::Sixteen] {
            let values: Vec<u16> = [0, 1, 77, 254, 255, 256, 40_000, 65_534, 65_535]
                .into_iter()
                .filter(|&value| value <= depth.max())
                .collect();
            let samples = depth.samples(values.iter().map(|&value| f32::from(value)));
            assert_eq!(samples.len(), values.len() * depth.pixel_bytes() / 4);
            assert_eq!(depth.values(&samples).collect::<Vec<_>>(), values);
            assert_eq!(depth.samples([-3.0, 1e9, 7.4, 7.5].into_iter()), {
                depth.samples([0.0, f32::from(depth.max()), 7.0, 8.0].into_iter())
            });
        }
    }

    #[test]
    fn sixteen_bits_become_the_nearest_eight() {
        for eight in 0..=255_u8 {
            let eight = [eight];
            let sixteen = Depth::Eight.to_sixteen(&eight);
            assert_eq!(*Depth::Sixteen.to_eight(&sixteen), eight);
        }
        let near = [128_u16, 129, 65_406, 65_407].map(u16::to_ne_bytes).concat();
        assert_eq!(*Depth::Sixteen.to_eight(&near), [0, 1, 254, 255]);
    }
}
