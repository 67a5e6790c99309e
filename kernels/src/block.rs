//! Blocks of outputs, and how rows are cut into them.

use crate::{rows::Geometry, threads};

/// Edge of a patch of outputs, which is made as one; a block is at most as many rows high.
pub const PATCH: usize = 4;

/// Blocks for each thread: with a few, one that is held up does not hold up the others.
const BLOCKS: usize = 4;

/// The fewest pixels that a block is wide, so that sharing costs little beside the work.
const NARROWEST: usize = 32;

/// Some pixels of a few rows that are to be made.
pub struct Block<'a> {
    /// The first row's number.
    pub(crate) y: usize,
    /// Rows of its unit that lie above the picture.
    pub(crate) above: usize,
    /// The first pixel, and the exclusive end.
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// The pixels of each row; none where there are fewer rows.
    pub(crate) rows: [&'a mut [f32]; PATCH],
    /// How many rows there are.
    pub(crate) height: usize,
    /// Values from one pixel to the next.
    pub(crate) stride: usize,
}

/// Cuts rows from `start` on into blocks of `unit` rows, and where those are too few for the threads, into columns of whole patches.
/// Units begin at the row `phase`, which is less than a unit, and the first has as many rows before that.
pub fn blocks(rows: &mut [f32], geometry: Geometry, start: usize, unit: usize, phase: usize) -> Vec<Block<'_>> {
    let Geometry { left, width, stride, row } = geometry;
    let units = rows.len().div_ceil(row * unit);
    let threads = threads::count();
    let wanted = if threads == 1 { 1 } else { (BLOCKS * threads).div_ceil(units) };
    let columns = wanted.min(width / NARROWEST).max(1);
    let each = width.div_ceil(columns).next_multiple_of(PATCH);
    let mut blocks = Vec::with_capacity((units + 1) * columns);
    let first_whole = start.max(phase);
    let (head, rest) = rows.split_at_mut(((first_whole - start) * row).min(rows.len()));
    let head = (!head.is_empty()).then_some((0, unit - phase, head));
    let whole = rest.chunks_mut(row * unit).enumerate().map(|(index, rows)| (first_whole + index * unit, 0, rows));
    for (y, above, rows) in head.into_iter().chain(whole) {
        let first = blocks.len();
        blocks.extend((0..width).step_by(each).map(|from| Block {
            y,
            above,
            from,
            to: (from + each).min(width),
            rows: Default::default(),
            height: rows.len() / row,
            stride,
        }));
        for (y, row) in rows.chunks_exact_mut(row).enumerate() {
            let pixels = row[left * stride..][..width * stride].chunks_mut(each * stride);
            for (block, pixels) in blocks[first..].iter_mut().zip(pixels) {
                block.rows[y] = pixels;
            }
        }
    }
    blocks
}
