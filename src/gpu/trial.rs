//! Which blocking of 3x3 convolutions this GPU runs fastest, by running them all once, and what came of it the last time.

use web_time::Instant;

use super::{Blocking, Gpu, clock::Clock, device::Device, plan::DispatchPlan, remembered, run::Slot};
use crate::{
    Error, Network, Result, TileInput,
    network::Op,
    picture::Depth,
    tile::{Rect, Window},
};

/// The inner edge of the trial's tile in LR pixels: enough threads to fill a GPU.
const TILE: u32 = 128;

/// Work that takes this long is measured well enough.
const ENOUGH_SECONDS: f64 = 0.01;

/// The most dispatches of one measurement.
const MAX_DISPATCHES: u32 = 1 << 10;

/// The fastest blocking for a network, from an earlier trial if there was one. Simulated GPUs have one that is known.
pub(super) async fn remembered_or_run(device: &Device, network: &Network, half: bool) -> Result<Blocking> {
    let Some(key) = key(device, network, half) else { return Ok(Blocking::ON_SOFTWARE) };
    match remembered::load(&key).await.and_then(|name| name.parse().ok()) {
        Some(known) => Ok(known),
        None if device.is_software => Ok(Blocking::ON_SOFTWARE),
        None => run(device, network, half).await,
    }
}

/// The fastest blocking for a network; remembers it.
pub(super) async fn run(device: &Device, network: &Network, half: bool) -> Result<Blocking> {
    let Some(key) = key(device, network, half) else { return Ok(Blocking::ON_SOFTWARE) };
    let (fastest, _) = measure(device, network, half).await?;
    remembered::store(&key, fastest.name()).await;
    Ok(fastest)
}

/// All that may change the answer: engine, GPU and driver, precision, and the channels of the convolution that is tried;
/// None where the network has no 3x3 convolution.
fn key(device: &Device, network: &Network, half: bool) -> Option<String> {
    let plan = DispatchPlan::new(network, Blocking::ON_SOFTWARE, true).busiest()?;
    let Op::Conv(conv) = &network.ops()[plan.steps[0].op] else { return None };
    let precision = if half { "f16" } else { "f32" };
    let (version, inputs, outputs) = (env!("CARGO_PKG_VERSION"), conv.source.channels, conv.output.channels);
    Some(format!("{version}, {}, {precision}, {inputs} to {outputs} channels", device.identity))
}

/// The fastest blocking, and for each the seconds that the network's busiest 3x3 convolution took. What a driver refuses to
/// compile is left out.
pub(super) async fn measure(
    device: &Device,
    network: &Network,
    half: bool,
) -> Result<(Blocking, Vec<(Blocking, f64)>)> {
    let mut times = Vec::new();
    for blocking in Blocking::ALL {
        if let Some(plan) = DispatchPlan::new(network, blocking, device.fuses()).busiest() {
            let tile = TILE.min(plan.largest_tile(device, network, half));
            match Gpu::new(device.clone(), network, plan, half, Some(tile)).await {
                Ok(gpu) => times.push((blocking, seconds(&gpu).await?)),
                Err(Error::Gpu(_) | Error::OutOfMemory(_)) => {}
                Err(other) => return Err(other),
            }
        }
    }
    let fastest = times.iter().min_by(|(_, one), (_, other)| one.total_cmp(other));
    let (fastest, _) = *fastest.ok_or_else(|| Error::Gpu("it compiles none of the shaders for convolutions".into()))?;
    Ok((fastest, times))
}

/// How long one dispatch of the only step takes.
async fn seconds(gpu: &Gpu) -> Result<f64> {
    let edge = gpu.outer;
    let keep = Rect { x: 0, y: 0, width: gpu.tile, height: gpu.tile };
    let rgba = vec![128; (edge * edge * 4) as usize];
    let tile = TileInput { rgba, depth: Depth::Eight, window: Window::whole(edge, edge), keep };
    let slot = Slot::new(gpu);
    time(gpu, &slot, &tile, 1).await?;
    let mut count = 1;
    loop {
        let seconds = time(gpu, &slot, &tile, count).await?;
        if seconds >= ENOUGH_SECONDS || count >= MAX_DISPATCHES {
            return Ok(seconds / f64::from(count));
        }
        count *= 4;
    }
}

/// Runs the step `count` times and tells how many seconds that took: by the GPU's own clock where it has one, because
/// Firefox tells only every 100 ms that something is done.
async fn time(gpu: &Gpu, slot: &Slot, tile: &TileInput, count: u32) -> Result<f64> {
    let Device { device, queue, .. } = &gpu.device;
    let params = slot.upload(gpu, tile);
    let clock = Clock::new(&gpu.device, 1);
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("trial") });
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
        label: Some("trial"),
        timestamp_writes: clock.as_ref().map(|clock| clock.writes(0)),
    });
    for _ in 0..count {
        slot.dispatch(gpu, &mut pass, 0, &params);
    }
    drop(pass);
    let started = Instant::now();
    let submission = queue.submit([encoder.finish()]);
    gpu.device.done(submission).await?;
    let elapsed = started.elapsed().as_secs_f64();
    let by_clock = match clock {
        Some(clock) => clock.seconds(&gpu.device).await?.iter().sum(),
        None => 0.0,
    };
    // Browsers round these clocks, some to nothing.
    Ok(if by_clock > 0.0 { by_clock } else { elapsed })
}
