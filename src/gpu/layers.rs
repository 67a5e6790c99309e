//! How long each step of a network takes on the GPU's own clock.

use super::{Gpu, clock::Clock, plan::DispatchStep, run::Slot};
use crate::{
    Result, TileInput,
    network::{Conv, Op, Slice},
};

/// One step of a network and how long it took.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerTime {
    /// The shader's entry point.
    pub step: &'static str,
    /// Edge of the kernel; None where it does not convolve.
    pub kernel: Option<usize>,
    /// Channels that it reads and makes.
    pub channels: [usize; 2],
    /// Width and height of the map that it makes. A tail makes one of LR pixels, and enlarges it in passing.
    pub size: [u32; 2],
    /// Floating-point operations, counting a multiply-add as two.
    pub flops: f64,
    /// The median of all runs.
    pub seconds: f64,
}

impl Gpu {
    /// Runs a tile `runs` times, at least once, after one run to warm up, and tells how long each step took. None where
    /// the adapter has no timestamp queries.
    ///
    /// Each step is a pass of its own here, so that its beginning and end can be told; in earnest they share one.
    ///
    /// # Errors
    /// [`Error::Gpu`](crate::Error::Gpu) and [`Error::DeviceLost`](crate::Error::DeviceLost) when the GPU fails.
    pub async fn time_layers(&self, tile: &TileInput, runs: u32) -> Result<Option<Vec<LayerTime>>> {
        let Some(clock) = Clock::new(&self.device, self.plan.steps.len()) else { return Ok(None) };
        let slot = Slot::new(self);
        let mut times = vec![Vec::new(); self.plan.steps.len()];
        for run in 0..=runs.max(1) {
            let seconds = self.time_once(&clock, &slot, tile).await?;
            if run > 0 {
                times.iter_mut().zip(seconds).for_each(|(times, seconds)| times.push(seconds));
            }
        }
        let windows = self.network.windows(tile.window);
        let pixels = tile.window.part.area() as f64;
        let layer = |(step, mut times): (&DispatchStep, Vec<f64>)| {
            times.sort_by(f64::total_cmp);
            let op = &self.network.ops()[step.op];
            let made = windows[step.access.maps[1]].part;
            LayerTime {
                step: step.entry.name(),
                kernel: if let Op::Conv(Conv { kernel, .. }) = op { Some(*kernel) } else { None },
                channels: [op.reads().first().map_or(3, channels), op.writes().as_ref().map_or(3, channels)],
                size: [made.width, made.height],
                flops: step.flops * pixels,
                seconds: times[times.len() / 2],
            }
        };
        Ok(Some(self.plan.steps.iter().zip(times).map(layer).collect()))
    }

    /// Runs a tile once; the seconds of each step.
    async fn time_once(&self, clock: &Clock, slot: &Slot, tile: &TileInput) -> Result<Vec<f64>> {
        let params = slot.upload(self, tile);
        for index in 0..self.plan.steps.len() {
            let descriptor = wgpu::CommandEncoderDescriptor { label: Some("timed") };
            let mut encoder = self.device.device.create_command_encoder(&descriptor);
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
                label: None,
                timestamp_writes: Some(clock.writes(index)),
            });
            slot.dispatch(self, &mut pass, index, &params);
            drop(pass);
            // A submit for each step keeps every one short enough for the system's watchdog.
            self.device.queue.submit([encoder.finish()]);
        }
        clock.seconds(&self.device).await
    }
}

fn channels(slice: &Slice) -> usize {
    slice.channels
}
