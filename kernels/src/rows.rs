//! The rows of a feature map that are still needed, and aligned memory.

use bytemuck::{Pod, Zeroable};

/// Some channels of a map, one of several whose rows lie in a list.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    /// The map's number in the list.
    pub part: usize,
    /// The first channel.
    pub first: usize,
    /// How many channels there are.
    pub channels: usize,
}

/// A cache line: vectors that begin with one never lie across two.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct Line([f32; LINE]);

/// Values in a cache line.
const LINE: usize = 16;

/// Values in memory that begins with a cache line.
#[derive(Clone, Default)]
pub(crate) struct Values(Vec<Line>);

impl Values {
    /// At least that many zeros. Memory that is never written is never claimed.
    pub(crate) fn zeros(count: usize) -> Self {
        Self(bytemuck::zeroed_vec(count.div_ceil(LINE)))
    }

    /// Adds zeros until there are at least that many values.
    pub(crate) fn grow(&mut self, count: usize) {
        if self.0.len() * LINE < count {
            self.0.resize(count.div_ceil(LINE), Line::zeroed());
        }
    }

    pub(crate) fn get(&self) -> &[f32] {
        bytemuck::cast_slice(&self.0)
    }

    pub(crate) fn get_mut(&mut self) -> &mut [f32] {
        bytemuck::cast_slice_mut(&mut self.0)
    }
}

/// How the values of a row lie: pixels side by side, all channels of one together, with zeros before and behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Geometry {
    /// Pixels of zeros before the first.
    pub left: usize,
    /// Pixels.
    pub width: usize,
    /// Values from one pixel to the next.
    pub stride: usize,
    /// Values from one row to the next, a multiple of a cache line.
    pub row: usize,
}

impl Geometry {
    /// `right` pixels of zeros follow the last, and then at least `slack` values, so that whole vectors may be read there.
    #[must_use]
    pub fn new(left: usize, width: usize, right: usize, stride: usize, slack: usize) -> Self {
        let row = ((left + width + right) * stride + slack).next_multiple_of(LINE);
        Self { left, width, stride, row }
    }
}

/// The rows of a map from the first that is still needed to the last that is made.
#[derive(Clone, Default)]
pub struct Rows {
    /// How the values of a row lie.
    pub geometry: Geometry,
    /// Number of rows that the map has from the picture's top to its bottom.
    pub height: usize,
    /// The first row in memory.
    first: usize,
    /// The exclusive end of the rows that are made.
    pub end: usize,
    /// A row of zeros and then the rows; what lies around the pixels of a row is never written.
    values: Values,
}

impl Rows {
    /// Memory for `capacity` rows at once.
    #[must_use]
    pub fn new(geometry: Geometry, height: usize, capacity: usize) -> Self {
        Self { geometry, height, first: 0, end: 0, values: Values::zeros(geometry.row * (1 + capacity)) }
    }

    /// A row with what lies around its pixels; above and below the picture all is zero.
    ///
    /// # Panics
    /// Where the row is not in memory.
    #[must_use]
    pub fn row(&self, y: isize) -> &[f32] {
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
    pub fn extend(&mut self, keep: usize, end: usize) -> &mut [f32] {
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
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of_val(self.values.get())
    }
}
