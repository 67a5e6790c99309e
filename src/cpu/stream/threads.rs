//! Shares rows among the machine's threads, each with memory of its own. In a browser there is one.

use super::winograd::{Scratch, Winograd};

/// Memory for each thread.
pub(super) struct Scratches(Vec<Scratch>);

impl Default for Scratches {
    fn default() -> Self {
        Self((0..count()).map(|_| Scratch::default()).collect())
    }
}

impl Scratches {
    /// Makes room for a convolution.
    pub(super) fn grow(&mut self, winograd: &Winograd) {
        self.0.iter_mut().for_each(|scratch| winograd.grow(scratch));
    }
}

/// How many threads there are.
pub(in crate::cpu) fn count() -> usize {
    #[cfg(not(target_arch = "wasm32"))]
    let count = rayon::current_num_threads();
    #[cfg(target_arch = "wasm32")]
    let count = 1;
    count
}

/// Cuts values into parts of whole units, one for each thread at most, and has the threads work on them: `work` gets the
/// number of the first unit, its part and its memory.
pub(super) fn share<T: Send>(
    values: &mut [T],
    unit: usize,
    scratches: &mut Scratches,
    work: impl Fn(usize, &mut [T], &mut Scratch) + Sync,
) {
    let units = values.len().div_ceil(unit);
    let each = units.div_ceil(scratches.0.len());
    #[cfg(not(target_arch = "wasm32"))]
    {
        use rayon::prelude::*;
        let parts = values.par_chunks_mut(each * unit).zip(&mut scratches.0).enumerate();
        parts.for_each(|(index, (values, scratch))| work(index * each, values, scratch));
    }
    #[cfg(target_arch = "wasm32")]
    for (index, (values, scratch)) in values.chunks_mut(each * unit).zip(&mut scratches.0).enumerate() {
        work(index * each, values, scratch);
    }
}
