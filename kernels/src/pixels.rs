//! Between the picture's bytes and feature maps.

use pulp::{Simd, WithSimd};

use crate::{
    Machine,
    rows::{Geometry, Rows, Segment},
};

/// The picture's rows that are still needed: RGBA, four bytes a pixel.
#[derive(Default)]
pub struct Picture {
    width: usize,
    first: usize,
    /// One behind the last row that was added.
    pub end: usize,
    bytes: Vec<u8>,
}

impl Picture {
    /// A picture that wide, of which no rows are there yet.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    /// Adds rows, and forgets those before `keep`.
    pub fn push(&mut self, keep: usize, rgba: &[u8]) {
        let row = self.width * 4;
        let keep = keep.clamp(self.first, self.end);
        self.bytes.drain(..(keep - self.first) * row);
        self.first = keep;
        self.bytes.extend_from_slice(rgba);
        self.end = self.first + self.bytes.len() / row;
    }

    fn row(&self, y: usize) -> &[[u8; 4]] {
        &self.bytes.as_chunks::<4>().0[(y - self.first) * self.width..][..self.width]
    }

    /// Bytes in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes.capacity()
    }
}

/// Writes a row of the picture's pixels, squares of `factor` x `factor` of them as channels of one.
pub fn unshuffle(picture: &Picture, factor: usize, y: usize, output: &mut [f32], geometry: Geometry) {
    let first = geometry.left * geometry.stride;
    for dy in 0..factor {
        let squares = picture.row(y * factor + dy).chunks_exact(factor);
        for (channels, square) in output[first..].chunks_exact_mut(geometry.stride).zip(squares) {
            for (dx, pixel) in square.iter().enumerate() {
                for colour in 0..3 {
                    channels[(colour * factor + dy) * factor + dx] = f32::from(pixel[colour]) / 255.0;
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
        // Each scale as a constant, so that its loops are unrolled.
        match self.scale {
            2 => self.run(2),
            3 => self.run(3),
            4 => self.run(4),
            scale => self.run(scale),
        }
    }
}

impl Shuffle<'_> {
    #[inline(always)]
    fn run(&mut self, scale: usize) {
        let Self { source, picture, rows, y, .. } = *self;
        let geometry = rows.geometry;
        let row = geometry.width * scale * 4;
        for (index, output) in self.output.chunks_exact_mut(row).enumerate() {
            let (y, dy) = (y + index / scale, index % scale);
            let values = &rows.row(y as isize)[geometry.left * geometry.stride + source.first..];
            let below = picture.map(|picture| picture.row(y));
            for (x, pixels) in output.as_chunks_mut::<4>().0.chunks_exact_mut(scale).enumerate() {
                let channels = &values[x * geometry.stride..][..3 * scale * scale];
                let mut added = [0.0; 3];
                if let Some(below) = below {
                    for colour in 0..3 {
                        added[colour] = f32::from(below[x][colour]) / 255.0;
                    }
                }
                for dx in 0..scale {
                    let mut pixel = [255; 4];
                    for colour in 0..3 {
                        let value = channels[(colour * scale + dy) * scale + dx] + added[colour];
                        pixel[colour] = (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
                        pixel[3] &= if value.is_finite() { 255 } else { 0 };
                    }
                    pixels[dx] = pixel;
                }
            }
        }
    }
}
