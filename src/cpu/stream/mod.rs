//! Runs networks fast on a CPU: vectors, Winograd's convolutions, and rows that stream through the layers. What each of these
//! gains is measured in `src/cpu/README.md`.
#![allow(
    clippy::needless_range_loop,
    reason = "closures and iterators over arrays of vectors are not always inlined into vector code, where they must be"
)]

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

pub(super) use picture::{Stream, bytes};
pub(super) use plan::Plan;
pub(super) use threads::count as threads;
