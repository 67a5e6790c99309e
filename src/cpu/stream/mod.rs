//! Runs networks fast on a CPU: rows stream through the layers, and `lenslet-kernels` makes them.

#[cfg(any(test, target_arch = "wasm32"))]
mod partition;
mod picture;
mod plan;
mod stage;
#[cfg(test)]
mod tests;

pub(super) use lenslet_kernels::threads;
pub(super) use picture::{Stream, bytes, features};
#[cfg(target_arch = "wasm32")]
pub(crate) use picture::{sample, step};
pub(crate) use plan::RowPlan;
#[cfg(target_arch = "wasm32")]
pub(crate) use stage::{Batch, RowStage};
