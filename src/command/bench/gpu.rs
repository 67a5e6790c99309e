//! What only a GPU can be asked: its peak, and how long each step of a network takes.

use lenslet::{
    Error, Picture, Precision, Result, TileInput, Upscaler,
    gpu::{Gpu, LayerTime, Peak},
    tile::{Rect, Window},
};
use serde_json::{Value, json};

use super::Options;

/// Fails where no GPU does the work.
pub(super) fn demand(upscaler: &Upscaler) -> Result<()> {
    if upscaler.info().name == "gpu" {
        return Ok(());
    }
    Err(Error::InvalidOption("The options peak and layers measure a GPU, so they need --backend gpu.".into()))
}

pub(super) fn peak() -> Result<Peak> {
    pollster::block_on(Peak::measure(true))
}

/// The steps over the first tile of a picture, in the precision that the upscaler runs in. None where the adapter has no
/// timestamp queries.
pub(super) fn layers(
    options: &Options,
    model: &str,
    upscaler: &Upscaler,
    picture: &Picture,
) -> Result<Option<Vec<LayerTime>>> {
    let (_, network) = options.engine.network(model, None, None)?;
    let precision = if upscaler.info().precision == "f16" { Precision::F16 } else { Precision::F32 };
    let gpu = pollster::block_on(Gpu::open(&network, options.engine.gpu_options(precision)))?;
    pollster::block_on(gpu.time_layers(&tile(&gpu, &network.tiling(), picture), options.runs))
}

/// The upper left corner of a picture, as large as a tile may be, and all of it to be answered for.
fn tile(gpu: &Gpu, tiling: &lenslet::tile::Tiling, picture: &Picture) -> TileInput {
    use lenslet::Backend;

    let edge = |length: u32| length.min(gpu.tile());
    let (width, height) = (edge(picture.width), edge(picture.height));
    let (outer_width, outer_height) = (tiling.padded(width), tiling.padded(height));
    let part = Rect { x: 0, y: 0, width: outer_width.min(picture.width), height: outer_height.min(picture.height) };
    let mut rgba = vec![0; outer_width as usize * outer_height as usize * 4];
    for (row, pixels) in picture.crop(part).chunks_exact(part.width as usize * 4).enumerate() {
        rgba[row * outer_width as usize * 4..][..pixels.len()].copy_from_slice(pixels);
    }
    let keep = Rect { x: 0, y: 0, width, height };
    TileInput { rgba, depth: picture.kind.depth, window: Window::whole(outer_width, outer_height), keep }
}

pub(super) fn peak_json(peak: &Peak) -> Value {
    json!({"driver": peak.driver, "f32_gflops": peak.f32_flops / 1e9, "f16_gflops": peak.f16_flops.map(|flops| flops / 1e9),
        "copy_gigabytes_per_second": peak.copy_bytes / 1e9})
}

/// An array; null where the adapter has no timestamp queries.
pub(super) fn layers_json(layers: Option<&[LayerTime]>, peak: &Peak) -> Value {
    let layer = |layer: &LayerTime| {
        json!({"step": layer.step, "kernel": layer.kernel, "channels": layer.channels, "size": layer.size,
            "gflop": layer.flops / 1e9, "milliseconds": layer.seconds * 1e3, "gflops": speed(layer) / 1e9,
            "share_of_peak": speed(layer) / peak.f32_flops})
    };
    layers.map_or(Value::Null, |layers| layers.iter().map(layer).collect())
}

/// Floating-point operations a second.
fn speed(layer: &LayerTime) -> f64 {
    layer.flops / layer.seconds
}

pub(super) fn print_peak(peak: &Peak) {
    let half = peak.f16_flops.map_or_else(|| "no f16".into(), |flops| format!("{:.0} in f16", flops / 1e9));
    println!("peak    {:.0} GFLOP/s in f32, {half}", peak.f32_flops / 1e9);
    println!("copy    {:.1} GB/s, read and written", peak.copy_bytes / 1e9);
}

pub(super) fn print_layers(layers: Option<&[LayerTime]>, peak: &Peak) {
    let Some(layers) = layers else {
        println!("layers  this GPU has no timestamp queries, so single steps cannot be timed");
        return;
    };
    println!("\nstep              channels    pixels      GFLOP         ms   GFLOP/s   of peak (f32)");
    for layer in layers {
        let kernel = layer.kernel.map_or_else(String::new, |kernel| format!(" {kernel}x{kernel}"));
        let (step, [from, to], [width, height]) = (format!("{}{kernel}", layer.step), layer.channels, layer.size);
        let (channels, size) = (format!("{from} > {to}"), format!("{width}x{height}"));
        let (milliseconds, gflop) = (layer.seconds * 1e3, layer.flops / 1e9);
        print!("{step:<16}{channels:>10}{size:>10}");
        if layer.flops > 0.0 {
            let (gflops, share) = (speed(layer) / 1e9, 100.0 * speed(layer) / peak.f32_flops);
            println!("{gflop:>11.3}{milliseconds:>11.3}{gflops:>10.1}{share:>8.1} %");
        } else {
            println!("{:>11}{milliseconds:>11.3}", "");
        }
    }
    let (flops, seconds) =
        layers.iter().fold((0.0, 0.0), |(flops, seconds), layer| (flops + layer.flops, seconds + layer.seconds));
    let (gflop, milliseconds, gflops) = (flops / 1e9, seconds * 1e3, flops / seconds / 1e9);
    println!(
        "{:<36}{gflop:>11.3}{milliseconds:>11.3}{gflops:>10.1}{:>8.1} %",
        "all",
        100.0 * flops / seconds / peak.f32_flops
    );
}
