//! What Lenslet's CPU backend spends its time in: convolutions over a few rows of feature maps, in the best vectors that the
//! machine has. A crate of its own because it alone is compiled for speed where all else is compiled for size.
//!
//! Rows of a map lie one after the other, pixels side by side, all channels of a pixel together. Whoever calls keeps the rows, and
//! tells which are to be made; see `src/cpu/README.md` for how rows stream through a network, and what each part gains.
#![allow(
    clippy::needless_range_loop,
    reason = "closures and iterators over arrays of vectors are not always inlined into vector code, where they must be"
)]

mod block;
mod direct;
mod epilogue;
mod gemm;
mod machine;
mod pixels;
mod rows;
mod threads;
mod winograd;

pub use block::{Block, PATCH, blocks};
pub use direct::Direct;
pub use epilogue::{Activation, Combine, Epilogue};
pub use machine::Machine;
pub use pixels::{Picture, Sample, Shuffle, unshuffle};
pub use rows::{Geometry, Rows, Segment};
pub use threads::{Scratch, Scratches, count as threads, share_bytes};
pub use winograd::Winograd;
