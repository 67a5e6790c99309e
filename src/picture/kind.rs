//! Which channels a picture stores, and how they are taken out of RGBA.

use super::Depth;

/// Which channels a picture file stores, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kind {
    /// One channel of grey in place of three of colour.
    pub grey: bool,
    /// A channel of alpha.
    pub alpha: bool,
    /// The bits of each channel.
    pub depth: Depth,
}

impl Kind {
    /// How many channels are stored.
    #[must_use]
    pub fn channels(self) -> usize {
        (if self.grey { 1 } else { 3 }) + usize::from(self.alpha)
    }

    /// The stored channels of RGBA pixels, in samples of the same depth.
    #[must_use]
    pub fn stored(self, rgba: &[u8]) -> Vec<u8> {
        match self.depth {
            Depth::Eight => self.select::<1>(rgba, |[value]| value.into(), |value| [value as u8]),
            Depth::Sixteen => {
                self.select::<2>(rgba, |value| u16::from_ne_bytes(value).into(), |value| (value as u16).to_ne_bytes())
            }
        }
    }

    /// As [`Kind::stored`], for samples of `SIZE` bytes.
    fn select<const SIZE: usize>(
        self,
        rgba: &[u8],
        value: fn([u8; SIZE]) -> u32,
        sample: fn(u32) -> [u8; SIZE],
    ) -> Vec<u8> {
        let pixels = rgba.as_chunks::<SIZE>().0.as_chunks::<4>().0;
        // A network may tint what came in grey by a step or so; the mean of the three takes that out again.
        let grey = |pixel: &[[u8; SIZE]; 4]| sample((value(pixel[0]) + value(pixel[1]) + value(pixel[2]) + 1) / 3);
        let mut stored = vec![0; pixels.len() * self.channels() * SIZE];
        let samples = stored.as_chunks_mut::<SIZE>().0;
        match (self.grey, self.alpha) {
            (true, false) => samples.iter_mut().zip(pixels).for_each(|(sample, pixel)| *sample = grey(pixel)),
            (true, true) => {
                for (samples, pixel) in samples.as_chunks_mut().0.iter_mut().zip(pixels) {
                    *samples = [grey(pixel), pixel[3]];
                }
            }
            (false, false) => {
                for (samples, &[red, green, blue, _]) in samples.as_chunks_mut().0.iter_mut().zip(pixels) {
                    *samples = [red, green, blue];
                }
            }
            (false, true) => samples.as_flattened_mut().copy_from_slice(rgba),
        }
        stored
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_taken_in_either_depth() {
        let pixels: [[u16; 4]; 2] = [[10, 20, 30, 40], [1, 1, 3, 255]];
        let eight: Vec<u8> = pixels.as_flattened().iter().map(|&value| value as u8).collect();
        let sixteen: Vec<u8> = pixels.as_flattened().iter().flat_map(|&value| (value * 200).to_ne_bytes()).collect();
        let cases: [(bool, bool, &[u16]); 4] = [
            (true, false, &[20, 2]),
            (true, true, &[20, 40, 2, 255]),
            (false, false, &[10, 20, 30, 1, 1, 3]),
            (false, true, pixels.as_flattened()),
        ];
        for (grey, alpha, expected) in cases {
            let kind = |depth| Kind { grey, alpha, depth };
            let of_eight = kind(Depth::Eight).stored(&eight);
            assert_eq!(Depth::Eight.values(&of_eight).collect::<Vec<_>>(), expected);
            let of_sixteen = kind(Depth::Sixteen).stored(&sixteen);
            // The mean of 200, 200 and 600 is 333 and a third.
            let scaled = expected.iter().map(|&value| if grey && value == 2 { 333 } else { value * 200 });
            assert_eq!(Depth::Sixteen.values(&of_sixteen).collect::<Vec<_>>(), scaled.collect::<Vec<_>>());
        }
    }
}
