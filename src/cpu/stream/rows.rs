//! The rows of a feature map that are still needed, and aligned memory.

use bytemuck::{Pod, Zeroable};

/// A cache line: vectors that begin with one never lie across two.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct Line([f32; LINE]);

/// Values in a cache line.
const LINE: usize = 16;

/// Values in memory that begins with a cache line.
#[derive(Clone, Default)]
pub(super) struct Values(Vec<Line>);

impl Values {
    /// At least that many zeros. Memory that is never written is never claimed.
    pub(super) fn zeros(count: usize) -> Self {
        Self(bytemuck::zeroed_vec(count.div_ceil(LINE)))
    }

    /// Adds zeros until there are at least that many values.
    pub(super) fn grow(&mut self, count: usize) {
        if self.0.len() * LINE < count {
            self.0.resize(count.div_ceil(LINE), Line::zeroed());
        }
    }

    pub(super) fn get(&self) -> &[f32] {
        bytemuck::cast_slice(&self.0)
    }

    pub(super) fn get_mut(&mut self) -> &mut [f32] {
        bytemuck::cast_slice_mut(&mut self.0)
    }
}

/// How the values of a row lie: pixels side by side, all channels of one together, with zeros before and behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Geometry {
    /// Pixels of zeros before the first.
    pub(super) left: usize,
    /// Pixels.
    pub(super) width: usize,
    /// Values from one pixel to the next.
    pub(super) stride: usize,
    /// Values from one row to the next, a multiple of a cache line.
    pub(super) row: usize,
}

impl Geometry {
    /// `right` pixels of zeros follow the last, and then at least `slack` values, so that whole vectors may be read there.
    pub(super) fn new(left: usize, width: usize, right: usize, stride: usize, slack: usize) -> Self {
        let row = ((left + width + right) * stride + slack).next_multiple_of(LINE);
        Self { left, width, stride, row }
    }
}

/// The rows of a map from the first that is still needed to the last that is made.
#[derive(Clone, Default)]
pub(super) struct Rows {
    pub(super) geometry: Geometry,
    /// Number of rows that the map has from the picture's top to its bottom.
    pub(super) height: usize,
    /// The first row in memory.
    first: usize,
    /// One behind the last row that is made.
    pub(super) end: usize,
    /// A row of zeros and then the rows; what lies around the pixels of a row is never written.
    values: Values,
}

impl Rows {
    /// Memory for `capacity` rows at once.
    pub(super) fn new(geometry: Geometry, height: usize, capacity: usize) -> Self {
        Self { geometry, height, first: 0, end: 0, values: Values::zeros(geometry.row * (1 + capacity)) }
    }

    /// A row with what lies around its pixels; above and below the picture all is zero.
    pub(super) fn row(&self, y: isize) -> &[f32] {
        let row = self.geometry.row;
        let slot = match usize::try_from(y) {
            Ok(y) if y < self.height => {
                assert!((self.first..self.end).contains(&y), "row {y} is not in memory");
                1 + y - self.first
            }
            _ => 0,
        };
        &self.values.get()[slot * row..][..row]
    }

    /// Makes room for rows up to `end` and gives those that are new. Rows before `keep` are forgotten.
    pub(super) fn extend(&mut self, keep: usize, end: usize) -> &mut [f32] {
        let row = self.geometry.row;
        let keep = keep.clamp(self.first, self.end);
        if keep > self.first {
            let (from, to) = ((1 + keep - self.first) * row, (1 + self.end - self.first) * row);
            self.values.get_mut().copy_within(from..to, row);
            self.first = keep;
        }
        let start = (1 + self.end - self.first) * row;
        let stop = start + (end - self.end) * row;
        self.values.grow(stop);
        self.end = end;
        &mut self.values.get_mut()[start..stop]
    }

    /// Bytes in memory.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.values.get())
    }
}
