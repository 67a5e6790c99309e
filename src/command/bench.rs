//! `lenslet bench`: how fast a model runs on this machine.

use std::time::Instant;

use clap::Args;
use lenslet::{
    NoProgress, Picture, Result,
    picture::{ContentKind, Kind},
};
use serde_json::json;

use super::engine::{Engine, Opened};

#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    engine: Engine,
    /// Edge of the square test picture in pixels.
    #[arg(long, value_name = "PX", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=4096))]
    size: u32,
    /// How many times to run, after one run to warm up.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &Options) -> Result<()> {
    options.engine.check(None)?;
    let model = match options.engine.model() {
        Some(model) => model.to_owned(),
        None => Engine::model_for(ContentKind::Photo, None)?,
    };
    let Opened { model, upscaler, flops_per_pixel } = options.engine.open(&model, None)?;
    let picture = test_picture(options.size);
    let mut times = Vec::new();
    for run in 0..=options.runs {
        let started = Instant::now();
        pollster::block_on(upscaler.upscale(&picture, &mut |_| Ok(()), &mut NoProgress))?;
        if run > 0 {
            times.push(started.elapsed().as_secs_f64());
        }
    }
    times.sort_by(f64::total_cmp);
    let (least, median, most) = (times[0], times[times.len() / 2], times[times.len() - 1]);
    let pixels = f64::from(options.size).powi(2);
    let megapixels_per_second = pixels / median / 1e6;
    let gflops = flops_per_pixel.map(|flops| pixels * flops / median / 1e9);
    let info = upscaler.info();
    if options.json {
        let value = json!({"model": model, "backend": info.name, "adapter": info.adapter, "precision": info.precision,
            "size": options.size, "runs": options.runs, "milliseconds": {"min": least * 1e3, "median": median * 1e3,
            "max": most * 1e3}, "input_megapixels_per_second": megapixels_per_second, "gflops": gflops});
        println!("{value}");
        return Ok(());
    }
    println!("{model} on {} ({}, {})", info.name, info.adapter, info.precision);
    println!("{0} x {0} pixels, {1} runs", options.size, options.runs);
    println!("time    {:.1} ms (from {:.1} to {:.1})", median * 1e3, least * 1e3, most * 1e3);
    println!("speed   {megapixels_per_second:.3} megapixels of input a second");
    if let Some(gflops) = gflops {
        println!("work    {gflops:.2} GFLOP/s, the halo's not counted");
    }
    Ok(())
}

/// A picture of fixed noise: no pixel is like its neighbours, so nothing can take a short cut.
fn test_picture(size: u32) -> Picture {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let rgba = (0..size * size).flat_map(|_| [next(), next(), next(), 255]).collect();
    Picture { width: size, height: size, rgba, kind: Kind { grey: false, alpha: false }, icc_profile: None }
}
