//! Between the picture's bytes and feature maps.

use pulp::{Simd, WithSimd};

use crate::{
    Machine,
    rows::{Geometry, Rows, Segment},
};

/// How a channel of a pixel is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sample {
    /// As a byte.
    #[default]
    U8,
    /// As 16 bits in the machine's own order of bytes.
    U16,
}

impl Sample {
    /// Bytes of a pixel, RGBA.
    #[must_use]
    pub fn pixel_bytes(self) -> usize {
        match self {
            Self::U8 => 4,
            Self::U16 => 8,
        }
    }
}

/// The value of a sample, from 0 to 1.
#[inline(always)]
fn value<const BYTES: usize>(sample: [u8; BYTES]) -> f32 {
    if BYTES == 1 {
        f32::from(sample[0]) / 255.0
    } else {
        f32::from(u16::from_ne_bytes([sample[0], sample[BYTES - 1]])) / 65535.0
    }
}

/// The nearest sample of a value.
#[inline(always)]
fn sample<const BYTES: usize>(value: f32) -> [u8; BYTES] {
    let value = value.clamp(0.0, 1.0);
    let mut sample = [0; BYTES];
    if BYTES == 1 {
        sample[0] = (value * 255.0 + 0.5) as u8;
    } else {
        sample.copy_from_slice(&((value * 65535.0 + 0.5) as u16).to_ne_bytes());
    }
    sample
}

/// The picture's rows that are still needed, RGBA.
#[derive(Default)]
pub struct Picture {
    width: usize,
    sample: Sample,
    first: usize,
    /// The exclusive end of the rows that were added.
    pub end: usize,
    bytes: Vec<u8>,
}

impl Picture {
    /// A picture that wide, of which no rows are there yet.
    #[must_use]
    pub fn new(width: usize, sample: Sample) -> Self {
        Self { width, sample, ..Self::default() }
    }

    /// Adds rows, and forgets those before `keep`.
    pub fn push(&mut self, keep: usize, rgba: &[u8]) {
        let row = self.width * self.sample.pixel_bytes();
        let keep = keep.clamp(self.first, self.end);
        self.bytes.drain(..(keep - self.first) * row);
        self.first = keep;
        self.bytes.extend_from_slice(rgba);
        self.end = self.first + self.bytes.len() / row;
    }

    /// Pixels of four samples of `BYTES` bytes.
    fn row<const BYTES: usize>(&self, y: usize) -> &[[[u8; BYTES]; 4]] {
        let pixels = self.bytes.as_chunks::<BYTES>().0.as_chunks::<4>().0;
        &pixels[(y - self.first) * self.width..][..self.width]
    }

    /// Bytes in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes.capacity()
    }
}

/// Writes a row of the picture's pixels, squares of `factor` x `factor` of them as channels of one.
pub fn unshuffle(picture: &Picture, factor: usize, y: usize, output: &mut [f32], geometry: Geometry) {
    match picture.sample {
        Sample::U8 => unshuffle_samples::<1>(picture, factor, y, output, geometry),
        Sample::U16 => unshuffle_samples::<2>(picture, factor, y, output, geometry),
    }
}

fn unshuffle_samples<const BYTES: usize>(
    picture: &Picture,
    factor: usize,
    y: usize,
    output: &mut [f32],
    geometry: Geometry,
) {
    let first = geometry.left * geometry.stride;
    for dy in 0..factor {
        let squares = picture.row::<BYTES>(y * factor + dy).chunks_exact(factor);
        for (channels, square) in output[first..].chunks_exact_mut(geometry.stride).zip(squares) {
            for (dx, pixel) in square.iter().enumerate() {
                for colour in 0..3 {
                    channels[(colour * factor + dy) * factor + dx] = value(pixel[colour]);
                }
            }
        }
    }
}

/// Makes rows of pixels, RGBA with alpha 255, or 0 where a colour is not finite, of rows of `3 * scale * scale` channels; the
/// picture's pixels are added where it is given.
pub struct Shuffle<'a> {
    /// The channels.
    pub source: Segment,
    /// How many times as wide and high the enlarged picture is.
    pub scale: usize,
    /// What is added.
    pub picture: Option<&'a Picture>,
    /// The rows of the channels.
    pub rows: &'a Rows,
    /// The first row's number.
    pub y: usize,
    /// How pixels are stored.
    pub sample: Sample,
    /// `scale` rows of pixels for each row.
    pub output: &'a mut [u8],
}

impl Shuffle<'_> {
    /// Makes the rows.
    pub fn make(self, machine: &Machine) {
        machine.run(self);
    }
}

impl WithSimd for Shuffle<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) {
        // Each common scale as a constant, so that its loops are unrolled.
        match (self.sample, self.scale) {
            (Sample::U8, 2) => self.run::<1>(2),
            (Sample::U8, 3) => self.run::<1>(3),
            (Sample::U8, 4) => self.run::<1>(4),
            (Sample::U8, scale) => self.run::<1>(scale),
            (Sample::U16, scale) => self.run::<2>(scale),
        }
    }
}

impl Shuffle<'_> {
    #[inline(always)]
    fn run<const BYTES: usize>(&mut self, scale: usize) {
        let Self { source, picture, rows, y, .. } = *self;
        let geometry = rows.geometry;
        let row = geometry.width * scale * 4 * BYTES;
        for (index, output) in self.output.chunks_exact_mut(row).enumerate() {
            let (y, dy) = (y + index / scale, index % scale);
            let values = &rows.row(y as isize)[geometry.left * geometry.stride + source.first..];
            let below = picture.map(|picture| picture.row::<BYTES>(y));
            let pixels = output.as_chunks_mut::<BYTES>().0.as_chunks_mut::<4>().0;
            for (x, pixels) in pixels.chunks_exact_mut(scale).enumerate() {
                let channels = &values[x * geometry.stride..][..3 * scale * scale];
                let mut added = [0.0; 3];
                if let Some(below) = below {
                    for colour in 0..3 {
                        added[colour] = value(below[x][colour]);
                    }
                }
                for dx in 0..scale {
                    let mut pixel = [[255; BYTES]; 4];
                    for colour in 0..3 {
                        let value = channels[(colour * scale + dy) * scale + dx] + added[colour];
                        pixel[colour] = sample(value);
                        if !value.is_finite() {
                            pixel[3] = [0; BYTES];
                        }
                    }
                    pixels[dx] = pixel;
                }
            }
        }
    }
}
