//! Shares work among the machine's threads. In a browser there is one.

use std::sync::{Mutex, PoisonError};

use crate::{
    rows::{Geometry, Values},
    winograd::PATCH,
};

/// Blocks for each thread: with a few, one that is held up does not hold up the others.
const BLOCKS: usize = 4;

/// The fewest pixels that a block is wide, so that sharing costs little beside the work.
const NARROWEST: usize = 32;

/// How many threads there are.
#[must_use]
pub fn count() -> usize {
    #[cfg(not(target_arch = "wasm32"))]
    let count = rayon::current_num_threads();
    #[cfg(target_arch = "wasm32")]
    let count = 1;
    count
}

/// Some pixels of a few rows that are to be made.
pub struct Block<'a> {
    /// The first row's number.
    pub(crate) y: usize,
    /// Rows of its unit that lie above the picture.
    pub(crate) above: usize,
    /// The first pixel, and one behind the last.
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
    let threads = count();
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

/// Memory for a batch of pixels or patches: the inputs and the sums of a product.
#[derive(Default)]
pub struct Scratch {
    pub(crate) inputs: Values,
    pub(crate) sums: Values,
}

/// Memory for each thread.
#[derive(Default)]
pub struct Scratches(Mutex<Vec<Scratch>>);

impl Scratches {
    /// Lends memory to some work.
    fn lend(&self, work: impl FnOnce(&mut Scratch)) {
        // Whoever panicked left memory of no meaning behind, as everybody does.
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scratch = lock().pop().unwrap_or_default();
        work(&mut scratch);
        lock().push(scratch);
    }

    /// Has the threads work on blocks.
    pub fn share(&self, blocks: Vec<Block<'_>>, work: impl Fn(Block<'_>, &mut Scratch) + Send + Sync) {
        each(blocks, |block| self.lend(|scratch| work(block, scratch)));
    }
}

/// Has the threads work on parts of `unit` bytes: `work` gets a part and its number.
pub fn share_bytes(bytes: &mut [u8], unit: usize, work: impl Fn(usize, &mut [u8]) + Send + Sync) {
    each(bytes.chunks_mut(unit).enumerate().collect(), |(index, part)| work(index, part));
}

#[cfg(not(target_arch = "wasm32"))]
fn each<T: Send>(items: Vec<T>, work: impl Fn(T) + Send + Sync) {
    use rayon::prelude::*;
    items.into_par_iter().for_each(work);
}

#[cfg(target_arch = "wasm32")]
fn each<T>(items: Vec<T>, work: impl Fn(T)) {
    items.into_iter().for_each(work);
}
