//! Runs networks fast on a CPU: vectors, Winograd's convolutions, and rows that stream through the layers.
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
