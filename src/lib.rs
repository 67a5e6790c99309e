//! Lenslet enlarges pictures with a small super-resolution network.
//!
//! The same crate is a native library, the command `lenslet`, and (compiled to WebAssembly) the engine of a web page
//! where no picture ever leaves the machine. A picture goes one way through it:
//!
//! ```text
//! file bytes -> picture::decode -> Picture -> tile::Grid -> Backend::run, tile by tile
//!            -> rows of finished pixels -> picture::PictureFile -> file bytes
//! ```
//!
//! `picture` knows no network, `network` knows no backend, a backend knows no files; only [`Upscaler`] knows them all.
//!
//! ```no_run
//! # fn main() -> lenslet::Result<()> {
//! use lenslet::{BackendOptions, NoProgress, Size, Upscaler, models, picture};
//!
//! let network = models::built_in("fast-x4")?;
//! let upscaler = pollster::block_on(Upscaler::open(network, BackendOptions::default()))?;
//! let input = picture::decode(&std::fs::read("photo.jpg")?)?;
//! let size = upscaler.result_size(&input, Size::Model)?;
//! let output = std::fs::File::create("photo-4x.png")?;
//! let file = Box::new(picture::PngFile::new(output, size, input.kind, &input.metadata)?);
//! pollster::block_on(upscaler.upscale_to_file(&input, Size::Model, file, &mut NoProgress))?;
//! # Ok(())
//! # }
//! ```

#![cfg_attr(
    all(target_arch = "wasm32", feature = "conversion"),
    allow(dead_code, unused_imports, reason = "the page's second module enlarges nothing")
)]

pub mod cpu;
pub mod gpu;
pub mod models;
#[cfg_attr(
    all(target_arch = "wasm32", not(feature = "conversion")),
    allow(dead_code, reason = "the page's first module reads no files but safetensors")
)]
pub mod network;
pub mod picture;
pub mod resize;
pub mod tile;

mod backend;
#[cfg(any(not(target_arch = "wasm32"), feature = "conversion"))]
mod conversion;
mod error;
mod turn;
mod upscaler;
#[cfg(all(target_arch = "wasm32", not(feature = "conversion")))]
mod web;

pub use backend::{
    Backend, BackendChoice, BackendInfo, BackendKind, BackendOptions, Fallback, FeaturesRun, Precision, Run, Stream,
    TileInput, open::open_backend,
};
pub use error::{Error, Result};
pub use network::Network;
pub use picture::Picture;
pub use resize::Size;
pub use upscaler::{Doubt, FeatureMaps, FinishedTile, NoProgress, Observer, Upscaler, file_size};
