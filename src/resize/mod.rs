//! Getting to the exact pixel: how large the result shall be, classical filters, and a picture that comes row by row brought to a size.

mod filter;
mod resampler;
mod size;

use std::borrow::Cow;

pub(crate) use filter::Pixels;
pub use filter::{Filter, TITLE};
pub use resampler::{NetworkOptions, Resampler};
pub(crate) use size::passes;
pub use size::{MAX_SCALE, Size};

use crate::picture::Kind;

/// Rows of the result that are made at once. Always the same ones, so that the result does not depend on how many rows come at once.
const STRIP: u32 = 64;

/// How far the widest filter looks, in pixels of the larger of the two sizes.
const RADIUS: f64 = 3.0;

/// Takes the rows of a picture, RGBA, and gives those of the resized one.
pub(crate) struct Resize {
    filter: Filter,
    kind: Kind,
    from: [u32; 2],
    to: [u32; 2],
    /// The picture's rows from `first` on.
    rows: Vec<u8>,
    first: u32,
    /// Rows of the result that are made.
    done: u32,
}

impl Resize {
    /// From one width and height to another.
    pub(crate) fn new(filter: Filter, kind: Kind, from: [u32; 2], to: [u32; 2]) -> Self {
        Self { filter, kind, from, to, rows: Vec::new(), first: 0, done: 0 }
    }

    /// Adds the next whole rows, and gives the rows of the result that can be made with them.
    pub(crate) fn push<'a>(&mut self, rgba: &'a [u8]) -> Cow<'a, [u8]> {
        if self.from == self.to {
            return rgba.into();
        }
        let mut made = Vec::new();
        self.rows.extend_from_slice(rgba);
        let depth = self.kind.depth;
        let row = self.from[0] as usize * depth.pixel_bytes();
        let end = self.first + (self.rows.len() / row) as u32;
        while self.done < self.to[1] {
            let height = STRIP.min(self.to[1] - self.done);
            let [start, stop] = self.needed(self.done, height);
            if stop > end {
                break;
            }
            self.rows.drain(..(start - self.first) as usize * row);
            self.first = start;
            let rows = &self.rows[..(stop - start) as usize * row];
            let pixels = Pixels::new(rows, depth, [self.from[0], stop - start]);
            let factor = self.factor();
            let top = f64::from(self.done) * factor - f64::from(start);
            // No further than there are rows, which rounding may ask for.
            let crop_height = (f64::from(height) * factor).min(f64::from(stop - start) - top);
            let crop = [0.0, top, f64::from(self.from[0]), crop_height];
            let size = [self.to[0], height];
            let mut rgba = pixels.resampled(self.filter, crop, size);
            if self.kind.alpha && self.filter.rings() {
                // What is opaque or transparent stays exactly so.
                let sample = depth.pixel_bytes() / 4;
                let smooth = pixels.resampled(Filter::Bilinear, crop, size);
                for (pixel, smooth) in rgba.chunks_exact_mut(4 * sample).zip(smooth.chunks_exact(4 * sample)) {
                    pixel[3 * sample..].copy_from_slice(&smooth[3 * sample..]);
                }
            }
            made.append(&mut rgba);
            self.done += height;
        }
        made.into()
    }

    /// The height of the picture for each row of the result.
    fn factor(&self) -> f64 {
        f64::from(self.from[1]) / f64::from(self.to[1])
    }

    /// The first row that some rows of the result are made of, and the exclusive end.
    fn needed(&self, first: u32, height: u32) -> [u32; 2] {
        let factor = self.factor();
        let radius = RADIUS * factor.max(1.0) + 1.0;
        let start = (f64::from(first) * factor - radius).floor().max(0.0);
        let stop = (f64::from(first + height) * factor + radius).ceil().min(f64::from(self.from[1]));
        [start as u32, stop as u32]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Depth;

    fn noise(width: u32, height: u32, depth: Depth) -> Vec<u8> {
        let mut state = 7_u32;
        let bytes = width as usize * height as usize * depth.pixel_bytes();
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        std::iter::repeat_with(next).take(bytes).collect()
    }

    fn resized(rgba: &[u8], filter: Filter, depth: Depth, sizes: [[u32; 2]; 2], rows_at_once: usize) -> Vec<u8> {
        let mut resize = Resize::new(filter, Kind { depth, ..Kind::default() }, sizes[0], sizes[1]);
        let rows = rgba.chunks(rows_at_once * sizes[0][0] as usize * depth.pixel_bytes());
        rows.flat_map(|rows| resize.push(rows).into_owned()).collect()
    }

    /// Whatever the number of rows that come at once, the result is that of the whole picture at once.
    #[test]
    fn row_by_row_equals_the_whole() {
        for depth in [Depth::Eight, Depth::Sixteen] {
            for (from, to) in [([40, 300], [33, 211]), ([7, 150], [19, 401]), ([3, 1], [5, 2]), ([64, 400], [16, 100])]
            {
                let rgba = noise(from[0], from[1], depth);
                let pixels = Pixels::new(&rgba, depth, from);
                for filter in Filter::ALL {
                    let result = resized(&rgba, filter, depth, [from, to], 1000);
                    assert_eq!(result.len(), to[0] as usize * to[1] as usize * depth.pixel_bytes());
                    for rows_at_once in [1, 17, 64] {
                        assert!(resized(&rgba, filter, depth, [from, to], rows_at_once) == result);
                    }
                    let whole = pixels.resampled(filter, [0.0, 0.0, from[0].into(), from[1].into()], to);
                    let values = depth.values(&result).zip(depth.values(&whole));
                    let difference = values.map(|(one, other)| one.abs_diff(other)).max();
                    // Places in a strip and in the whole differ by the rounding of f64; half-way between two pixels the nearest may
                    // be either.
                    let is_near = difference <= Some(1) || filter == Filter::Nearest;
                    assert!(is_near, "{filter:?} {from:?} {to:?}: {difference:?}");
                }
            }
        }
    }

    #[test]
    fn flat_colours_stay() {
        for value in [0, 1, 128, 254, 255] {
            let rgba = vec![value; 50 * 40 * 4];
            let result = resized(&rgba, Filter::Lanczos, Depth::Eight, [[50, 40], [31, 29]], 40);
            assert!(result.iter().all(|&got| got == value));
        }
    }
}
