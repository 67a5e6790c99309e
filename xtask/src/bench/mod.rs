//! `cargo xtask bench`: this engine beside its peers, with the same weights and the same pictures.

mod against;
mod commit;
mod native;
mod section;
mod statistics;
mod web;

use anyhow::Result;
use clap::Subcommand;

/// Where to measure.
#[derive(Subcommand)]
pub enum Bench {
    /// Time the page's engine beside onnxruntime-web in Chromium, and how fast the page starts
    Web(web::Options),
    /// Time the command beside ncnn, PyTorch and onnxruntime-web on Dawn
    Native(native::Options),
}

/// Measures, and prints what came out.
pub fn bench(bench: &Bench) -> Result<()> {
    match bench {
        Bench::Web(options) => web::bench(options),
        Bench::Native(options) => native::bench(options),
    }
}
