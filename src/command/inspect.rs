//! `lenslet inspect`: what a weight file holds, what its layers answer, and what its tiles cost in quality; or what a picture is taken for.

use std::path::PathBuf;

use clap::Args;
use lenslet::{Backend, Network, NoProgress, Picture, Result, Size, Upscaler, cpu::Cpu, models::SliderValues, picture};
use serde_json::json;

use super::{content, look::LookOptions, read, source::Source};

#[derive(Args)]
pub(super) struct Options {
    /// The weight file (.safetensors, .pth, .onnx, or ncnn's .param with its .bin beside it), or a built-in model's name.
    #[arg(required_unless_present = "content")]
    file: Option<String>,
    /// Tell of each of these pictures whether `--model auto` takes it for a photo or a graphic, and why.
    #[arg(long, value_name = "PICTURE", num_args = 1.., conflicts_with_all = ["file", "seam"])]
    content: Vec<PathBuf>,
    /// Enlarge this picture in tiles and as a whole, and tell how far the results are apart. Takes a while.
    #[arg(long, value_name = "PICTURE")]
    seam: Option<PathBuf>,
    /// Inner edge of the tiles for --seam in pixels of the input [default: the CPU backend's own].
    #[arg(long, value_name = "PX", requires = "seam", value_parser = clap::value_parser!(u32).range(1..))]
    tile: Option<u32>,
    #[command(flatten)]
    look: LookOptions,
    /// Print one JSON object, or one for each layer.
    #[arg(long)]
    json: bool,
}

/// How far a picture from tiles is from the same as a whole, over all channels of all pixels, of 255.
struct Seam {
    tile: u32,
    largest: u8,
    mean: f64,
}

pub(super) fn run(options: &Options) -> Result<()> {
    let Some(file) = &options.file else { return content::run(&options.content, options.json) };
    let source = Source::find(file, None)?;
    if options.look.answer(&source, options.json)? {
        return Ok(());
    }
    let network = Network::from_weights(&source.weights(None, &SliderValues::default())?)?;
    let seam = match &options.seam {
        Some(path) => Some(measure_seam(&network, &picture::decode(&read(path)?)?, options.tile)?),
        None => None,
    };
    let (architecture, scale, parameters) = (network.architecture(), network.scale(), network.parameters());
    let (radius, halo, flops) = (network.radius(), network.tiling().halo, network.flops_per_pixel());
    if options.json {
        let seam = seam.map(|seam| json!({"tile": seam.tile, "largest": seam.largest, "mean": seam.mean}));
        let value = json!({"architecture": architecture, "scale": scale, "parameters": parameters,
                           "receptive_field_radius": radius, "halo": halo, "flops_per_input_pixel": flops,
                           "seam": seam});
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
    if let Some(Seam { tile, largest, mean }) = seam {
        println!("seam              at most {largest} of 255, {mean:.5} on average, in tiles of {tile} pixels");
    }
    Ok(())
}

fn measure_seam(network: &Network, picture: &Picture, tile: Option<u32>) -> Result<Seam> {
    let enlarge = |tile: Option<u32>| -> Result<(u32, Vec<u8>)> {
        let backend = Cpu::new(network, tile, Vec::new());
        let tile = backend.tile();
        let mut pixels = Vec::new();
        let mut rows = |rgba: &[u8]| {
            pixels.extend_from_slice(rgba);
            Ok(())
        };
        pollster::block_on(Upscaler::new(Box::new(backend)).upscale(picture, Size::Model, &mut rows, &mut NoProgress))?;
        Ok((tile, pixels))
    };
    let (tile, tiled) = enlarge(tile)?;
    let (_, whole) = enlarge(Some(picture.width.max(picture.height)))?;
    // Alpha is enlarged apart and has no seams.
    let colours =
        |rgba: &[u8]| rgba.iter().enumerate().filter(|(at, _)| at % 4 != 3).map(|(_, v)| *v).collect::<Vec<_>>();
    let differences: Vec<_> =
        colours(&tiled).iter().zip(colours(&whole)).map(|(one, other)| one.abs_diff(other)).collect();
    let sum: u64 = differences.iter().map(|&difference| u64::from(difference)).sum();
    let largest = differences.iter().copied().max().unwrap_or(0);
    Ok(Seam { tile, largest, mean: sum as f64 / differences.len() as f64 })
}
