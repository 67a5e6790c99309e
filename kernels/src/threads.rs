//! Shares work among the machine's threads. In a browser there is one.

use std::sync::{Mutex, PoisonError};

use crate::rows::Values;

/// How many threads there are.
#[must_use]
pub fn count() -> usize {
    #[cfg(not(target_arch = "wasm32"))]
    let count = rayon::current_num_threads();
    #[cfg(target_arch = "wasm32")]
    let count = 1;
    count
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

    /// Has the threads work on items.
    pub fn share<T: Send>(&self, items: Vec<T>, work: impl Fn(T, &mut Scratch) + Send + Sync) {
        each(items, |item| self.lend(|scratch| work(item, scratch)));
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
