//! `lenslet bench`: how fast a model runs on this machine.

mod gpu;
mod turns;

use std::{
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
    time::Instant,
};

use clap::Args;
use lenslet::{
    NoProgress, Picture, Result, Size, Upscaler,
    picture::{self, ContentKind, Metadata, PngFile},
};
use serde_json::json;

use super::{
    at,
    engine::{Engine, Opened},
    read,
};

#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    engine: Engine,
    /// Edge of the square test picture in pixels.
    #[arg(long, value_name = "PX", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=4096))]
    size: u32,
    /// A picture to enlarge in place of the test picture.
    #[arg(long, value_name = "FILE", conflicts_with = "size")]
    picture: Option<PathBuf>,
    /// Write the enlarged picture as PNG.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How many times to run, after one run to warm up.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Also measure how fast the GPU multiplies, adds and copies at most.
    #[arg(long)]
    peak: bool,
    /// Also time each step of the network over one tile by the GPU's own clock, and measure the peak it is held against.
    #[arg(long)]
    layers: bool,
    /// Run once for each line on standard input, so that several programs can take turns. After one run to warm up and
    /// after each of the others, print one line of JSON.
    #[arg(long, conflicts_with_all = ["runs", "peak", "layers", "json"])]
    turns: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &Options) -> Result<()> {
    options.engine.check()?;
    let model = match options.engine.model() {
        Some(model) => model.to_owned(),
        None => Engine::model_for(ContentKind::Photo, None)?,
    };
    let Opened { model: name, upscaler, flops_per_pixel } = options.engine.open(&model, None, None)?;
    if options.peak || options.layers {
        gpu::demand(&upscaler)?;
    }
    let picture = match &options.picture {
        Some(file) => picture::decode(&read(file)?)?,
        None => test_picture(options.size),
    };
    time(&upscaler, &picture)?;
    if let Some(file) = &options.output {
        write(&upscaler, &picture, file)?;
    }
    if options.turns {
        return turns::run(&name, &upscaler, &picture);
    }
    let mut times = (0..options.runs).map(|_| time(&upscaler, &picture)).collect::<Result<Vec<_>>>()?;
    times.sort_by(f64::total_cmp);
    let (least, median, most) = (times[0], times[times.len() / 2], times[times.len() - 1]);
    let pixels = f64::from(picture.width) * f64::from(picture.height);
    let megapixels_per_second = pixels / median / 1e6;
    let gflops = flops_per_pixel.map(|flops| pixels * flops / median / 1e9);
    let peak = if options.peak || options.layers { Some(gpu::peak()?) } else { None };
    let layers = if options.layers { gpu::layers(options, &model, &upscaler, &picture)? } else { None };
    let info = upscaler.info();
    if options.json {
        let mut value = json!({"model": name, "backend": info.name, "adapter": info.adapter,
            "precision": info.precision, "size": [picture.width, picture.height], "runs": options.runs,
            "milliseconds": {"min": least * 1e3, "median": median * 1e3, "max": most * 1e3},
            "input_megapixels_per_second": megapixels_per_second, "gflops": gflops});
        if let Some(peak) = &peak {
            value["peak"] = gpu::peak_json(peak);
        }
        if let Some(peak) = peak.as_ref().filter(|_| options.layers) {
            value["layers"] = gpu::layers_json(layers.as_deref(), peak);
        }
        println!("{value}");
        return Ok(());
    }
    println!("{name} on {} ({}, {})", info.name, info.adapter, info.precision);
    println!("{} x {} pixels, {} runs", picture.width, picture.height, options.runs);
    println!("time    {:.1} ms (from {:.1} to {:.1})", median * 1e3, least * 1e3, most * 1e3);
    println!("speed   {megapixels_per_second:.3} megapixels of input a second");
    if let Some(gflops) = gflops {
        println!("work    {gflops:.2} GFLOP/s, the halo's not counted");
    }
    if let Some(peak) = &peak {
        gpu::print_peak(peak);
    }
    if let Some(peak) = peak.as_ref().filter(|_| options.layers) {
        gpu::print_layers(layers.as_deref(), peak);
    }
    Ok(())
}

/// Seconds of one run.
fn time(upscaler: &Upscaler, picture: &Picture) -> Result<f64> {
    let started = Instant::now();
    pollster::block_on(upscaler.upscale(picture, Size::Model, &mut |_| Ok(()), &mut NoProgress))?;
    Ok(started.elapsed().as_secs_f64())
}

fn write(upscaler: &Upscaler, picture: &Picture, file: &Path) -> Result<()> {
    let output = File::create(file).map_err(|error| at(file, &error))?;
    let size = upscaler.result_size(picture, Size::Model)?;
    let png = PngFile::new(BufWriter::new(output), size, picture.kind, &Metadata::default())?;
    pollster::block_on(upscaler.upscale_to_file(picture, Size::Model, Box::new(png), &mut NoProgress))
}

/// A picture of fixed noise: no pixel is like its neighbours, so nothing can take a short cut.
fn test_picture(size: u32) -> Picture {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let rgba = (0..size * size).flat_map(|_| [next(), next(), next(), 255]).collect();
    Picture { width: size, height: size, rgba, ..Picture::default() }
}
