//! Runs networks fast on a CPU: vectors, Winograd's convolutions, and rows that stream through the layers.
#![allow(
    clippy::needless_range_loop,
    reason = "closures and iterators over arrays of vectors are not always inlined into vector code, where they must be"
)]

#[cfg(any(test, target_arch = "wasm32"))]
mod cut;
mod direct;
mod finish;
mod gemm;
mod machine;
mod picture;
mod pixels;
mod plan;
mod rows;
mod stage;
#[cfg(test)]
mod tests;
mod threads;
mod winograd;

#[cfg(target_arch = "wasm32")]
pub(crate) use picture::step;
pub(super) use picture::{Stream, bytes};
pub(crate) use plan::Plan;
#[cfg(target_arch = "wasm32")]
pub(crate) use stage::{Batch, Stage};
pub(super) use threads::count as threads;
