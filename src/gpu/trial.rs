//! Which blocking of 3x3 convolutions this GPU runs fastest, by running them all once, and what came of it the last time.

use web_time::Instant;

use super::{Blocking, Gpu, clock::Clock, device::Device, plan::Plan, remembered, run::Slot};
use crate::{
    Error, Network, Result, TileInput,
    network::Op,
    tile::{Rect, Window},
};

/// The inner edge of the trial's tile in LR pixels: enough threads to fill a GPU.
const TILE: u32 = 128;

/// Work that takes this long is measured well enough.
const ENOUGH_SECONDS: f64 = 0.01;

/// The most dispatches of one measurement.
const MAX_DISPATCHES: u32 = 1 << 10;

/// The fastest blocking for a network.
pub(super) async fn choose(device: &Device, network: &Network, half: bool) -> Result<Blocking> {
    if device.is_software {
        return Ok(Blocking::ON_SOFTWARE);
    }
    let Some(shape) = busiest_shape(network) else { return Ok(Blocking::ON_SOFTWARE) };
    let precision = if half { "f16" } else { "f32" };
    let key = format!("{} {} {precision} {shape}", env!("CARGO_PKG_VERSION"), device.identity);
    if let Some(known) = remembered::load(&key).await.and_then(|name| name.parse().ok()) {
        return Ok(known);
    }
    let (fastest, _) = measure(device, network, half).await?;
    remembered::store(&key, fastest.name()).await;
    Ok(fastest)
}

/// The channels of the convolution that the trial runs.
fn busiest_shape(network: &Network) -> Option<String> {
    let plan = Plan::new(network, Blocking::ON_SOFTWARE, true).busiest()?;
    match &network.ops()[plan.steps[0].op] {
        Op::Conv(conv) => Some(format!("{}-{}", conv.source.channels, conv.output.channels)),
        _ => None,
    }
}

/// The fastest blocking, and for each the seconds that the network's busiest 3x3 convolution took.
pub(super) async fn measure(
    device: &Device,
    network: &Network,
    half: bool,
) -> Result<(Blocking, Vec<(Blocking, f64)>)> {
    let mut times = Vec::new();
    for blocking in Blocking::ALL {
        if let Some(plan) = Plan::new(network, blocking, device.fuses()).busiest() {
            let gpu = Gpu::new(device.clone(), network, plan, half, Some(TILE)).await?;
            times.push((blocking, seconds(&gpu).await?));
        }
    }
    let fastest = times.iter().min_by(|(_, one), (_, other)| one.total_cmp(other));
    let (fastest, _) = *fastest.ok_or_else(|| Error::Gpu("there is no 3x3 convolution to try".into()))?;
    Ok((fastest, times))
}

/// How long one dispatch of the only step takes.
async fn seconds(gpu: &Gpu) -> Result<f64> {
    let edge = gpu.outer;
    let keep = Rect { x: 0, y: 0, width: TILE, height: TILE };
    let tile = TileInput { rgba: vec![128; (edge * edge * 4) as usize], window: Window::whole(edge, edge), keep };
    let slot = Slot::new(gpu);
    run(gpu, &slot, &tile, 1).await?;
    let mut count = 1;
    loop {
        let seconds = run(gpu, &slot, &tile, count).await?;
        if seconds >= ENOUGH_SECONDS || count >= MAX_DISPATCHES {
            return Ok(seconds / f64::from(count));
        }
        count *= 4;
    }
}

/// Runs the step so many times and tells how many seconds that took: by the GPU's own clock where it has one, because
/// Firefox tells only every 100 ms that something is done.
async fn run(gpu: &Gpu, slot: &Slot, tile: &TileInput, count: u32) -> Result<f64> {
    let Device { device, queue, .. } = &gpu.device;
    let extents = slot.upload(gpu, tile);
    let clock = Clock::new(&gpu.device, 1);
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("trial") });
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
        label: Some("trial"),
        timestamp_writes: clock.as_ref().map(|clock| clock.writes(0)),
    });
    for _ in 0..count {
        slot.dispatch(gpu, &mut pass, 0, &extents);
    }
    drop(pass);
    let started = Instant::now();
    let submission = queue.submit([encoder.finish()]);
    match clock {
        Some(clock) => Ok(clock.seconds(&gpu.device).await?.iter().sum()),
        None => {
            gpu.device.done(submission).await?;
            Ok(started.elapsed().as_secs_f64())
        }
    }
}
