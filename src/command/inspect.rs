//! `lenslet inspect`: what a weight file holds.

use std::path::PathBuf;

use clap::Args;
use lenslet::{Network, Result};
use serde_json::json;

use super::read;

#[derive(Args)]
pub(super) struct Options {
    /// The weight file (.safetensors, .pth).
    file: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &Options) -> Result<()> {
    let network = Network::load(&read(&options.file)?)?;
    let (architecture, scale, parameters) = (network.architecture(), network.scale(), network.parameters());
    let (radius, halo, flops) = (network.radius(), network.cut().halo, network.flops_per_pixel());
    if options.json {
        let value = json!({"architecture": architecture, "scale": scale, "parameters": parameters,
                           "receptive_field_radius": radius, "halo": halo, "flops_per_input_pixel": flops});
        println!("{value}");
        return Ok(());
    }
    println!("architecture      {architecture}");
    println!("scale             {scale}x");
    println!("parameters        {parameters}");
    match radius {
        Some(radius) => println!("receptive field   {radius} pixels to each side"),
        None => println!("receptive field   the whole picture"),
    }
    let is_capped = radius.is_none_or(|radius| radius > halo);
    println!("halo of tiles     {halo} pixels{}", if is_capped { ", less than the receptive field" } else { "" });
    println!("work              {:.1} kFLOP for each input pixel", flops / 1000.0);
    Ok(())
}
