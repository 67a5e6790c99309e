//! Runs networks fast on a CPU: rows stream through the layers, and `lenslet-kernels` makes them.

#[cfg(any(test, target_arch = "wasm32"))]
mod cut;
mod picture;
mod plan;
mod stage;
#[cfg(test)]
mod tests;

pub(super) use lenslet_kernels::threads;
#[cfg(target_arch = "wasm32")]
pub(crate) use picture::step;
pub(super) use picture::{Stream, bytes};
pub(crate) use plan::Plan;
#[cfg(target_arch = "wasm32")]
pub(crate) use stage::{Batch, Stage};
