//! Shares work among the machine's threads. In a browser there is one.

use std::sync::{Mutex, PoisonError};

use super::{
    rows::Geometry,
    winograd::{PATCH, Scratch},
};

/// Blocks for each thread: with a few, one that is held up does not hold up the others.
const BLOCKS: usize = 4;

/// The fewest pixels that a block is wide, so that sharing costs little beside the work.
const NARROWEST: usize = 32;

/// How many threads there are.
pub(in crate::cpu) fn count() -> usize {
    #[cfg(not(target_arch = "wasm32"))]
    let count = rayon::current_num_threads();
    #[cfg(target_arch = "wasm32")]
    let count = 1;
    count
}

/// Some pixels of a few rows that are to be made.
pub(super) struct Block<'a> {
    /// The first row's number among those that are made.
    pub(super) y: usize,
    /// Rows of its unit that lie above the picture.
    pub(super) above: usize,
    /// The first pixel, and one behind the last.
    pub(super) from: usize,
    pub(super) to: usize,
    /// The pixels of each row; none where there are fewer rows.
    pub(super) rows: [&'a mut [f32]; PATCH],
    /// How many rows there are.
    pub(super) height: usize,
}

/// Cuts rows into blocks of `unit` rows, the first of `phase` unless that is 0, and where those are too few for the threads, into
/// columns of whole patches.
pub(super) fn blocks(rows: &mut [f32], geometry: Geometry, unit: usize, phase: usize) -> Vec<Block<'_>> {
    let Geometry { left, width, stride, row } = geometry;
    let units = rows.len().div_ceil(row * unit);
    let threads = count();
    let wanted = if threads == 1 { 1 } else { (BLOCKS * threads).div_ceil(units) };
    let columns = wanted.min(width / NARROWEST).max(1);
    let each = width.div_ceil(columns).next_multiple_of(PATCH);
    let mut blocks = Vec::with_capacity((units + 1) * columns);
    let (head, rest) = rows.split_at_mut((phase * row).min(rows.len()));
    let head = (!head.is_empty()).then_some((0, unit - phase, head));
    let whole = rest.chunks_mut(row * unit).enumerate().map(|(index, rows)| (phase + index * unit, 0, rows));
    for (y, above, rows) in head.into_iter().chain(whole) {
        let first = blocks.len();
        blocks.extend((0..width).step_by(each).map(|from| Block {
            y,
            above,
            from,
            to: (from + each).min(width),
            rows: Default::default(),
            height: rows.len() / row,
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

/// Memory for each thread.
#[derive(Default)]
pub(super) struct Scratches(Mutex<Vec<Scratch>>);

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
    pub(super) fn share(&self, blocks: Vec<Block<'_>>, work: impl Fn(Block<'_>, &mut Scratch) + Send + Sync) {
        each(blocks, |block| self.lend(|scratch| work(block, scratch)));
    }
}

/// Has the threads work on parts of `unit` bytes: `work` gets a part and its number.
pub(super) fn share_bytes(bytes: &mut [u8], unit: usize, work: impl Fn(usize, &mut [u8]) + Send + Sync) {
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
