//! Between the picture's bytes and feature maps.

use super::{
    plan::Segment,
    rows::{Geometry, Rows},
};

/// The picture's rows that are still needed: RGBA, four bytes a pixel.
#[derive(Default)]
pub(super) struct Picture {
    width: usize,
    first: usize,
    pub(super) end: usize,
    bytes: Vec<u8>,
}

impl Picture {
    pub(super) fn new(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    /// Adds rows, and forgets those before `keep`.
    pub(super) fn push(&mut self, keep: usize, rgba: &[u8]) {
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

    pub(super) fn bytes(&self) -> usize {
        self.bytes.capacity()
    }
}

/// Writes a row of the picture's pixels, squares of `factor` x `factor` of them as channels of one.
pub(super) fn unshuffle(picture: &Picture, factor: usize, y: usize, output: &mut [f32], geometry: Geometry) {
    let pixels = output[geometry.left * geometry.stride..].chunks_exact_mut(geometry.stride).take(geometry.width);
    for (x, channels) in pixels.enumerate() {
        for (channel, value) in channels.iter_mut().take(3 * factor * factor).enumerate() {
            let (colour, dy, dx) = (channel / (factor * factor), channel / factor % factor, channel % factor);
            *value = f32::from(picture.row(y * factor + dy)[x * factor + dx][colour]) / 255.0;
        }
    }
}

/// Writes the `scale` rows of pixels, RGBA, that one row of `3 * scale * scale` channels makes; the picture's pixels are
/// added where it is given.
pub(super) fn shuffle(
    source: Segment,
    scale: usize,
    picture: Option<&Picture>,
    y: usize,
    rows: &Rows,
    output: &mut [u8],
) {
    let geometry = rows.geometry;
    let values = &rows.row(y as isize)[geometry.left * geometry.stride + source.first..];
    let row = geometry.width * scale * 4;
    for (dy, output) in output.chunks_exact_mut(row).enumerate() {
        for (x, pixels) in output.as_chunks_mut::<4>().0.chunks_exact_mut(scale).enumerate() {
            let channels = &values[x * geometry.stride..][..source.channels];
            let below =
                picture.map(|picture| picture.row(y)[x].map(|byte| f32::from(byte) / 255.0)).unwrap_or_default();
            for (dx, pixel) in pixels.iter_mut().enumerate() {
                let colour = |colour: usize| {
                    let value = channels[(colour * scale + dy) * scale + dx] + below[colour];
                    (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
                };
                *pixel = [colour(0), colour(1), colour(2), 255];
            }
        }
    }
}
