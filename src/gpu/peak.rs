//! What a GPU can do at most: multiply-adds and copies, measured with a shader and with buffers that do nothing else.

use std::time::Instant;

use wgpu::util::DeviceExt;

use super::{
    device::Device,
    source::{PEAK, variant},
};
use crate::{Error, Precision, Result};

/// As in `shaders/peak.wgsl`: a test computes with these what the shader computes with its own.
const STEPS: f64 = 1024.0;
const CHAINS: f64 = 3.0;
const GROUP: u32 = 256;

/// Floating-point operations of one workgroup: each step of a chain multiplies and adds four values.
const GROUP_FLOPS: f64 = GROUP as f64 * STEPS * CHAINS * 4.0 * 2.0;

/// The most workgroups of one dispatch that every GPU takes.
const MAX_GROUPS: u32 = 65_535;

/// A factor near 1 and a small addend keep every sum at about 1, in f16 too.
const NUMBERS: [f32; 4] = [0.999, 0.001, 0.0, 0.0];

/// Several times the caches of any GPU.
const COPY_BYTES: u64 = 256 << 20;

/// Work that takes this long makes the way to the GPU and back not count, and no watchdog bark.
const ENOUGH_SECONDS: f64 = 0.1;

/// How often enough work is measured. The best one counts: nothing runs faster than it can.
const TRIALS: u32 = 5;

/// What an adapter can do at most.
#[derive(Clone, Debug, PartialEq)]
pub struct Peak {
    /// The adapter's name.
    pub adapter: String,
    /// What drives it, and in which version; empty where the system does not tell.
    pub driver: String,
    /// Floating-point operations a second in f32, counting a multiply-add as two.
    pub f32_flops: f64,
    /// The same in f16; None where shaders have no f16.
    pub f16_flops: Option<f64>,
    /// Bytes a second that a copy from buffer to buffer reads and writes, both counted.
    pub copy_bytes: f64,
}

impl Peak {
    /// Measures the fastest adapter, which takes about two seconds. With `allow_software` one that simulates a GPU on the
    /// CPU will do.
    ///
    /// # Errors
    /// [`Error::NoGpu`] when there is no adapter that will do, [`Error::Gpu`] when it refuses the work.
    pub async fn measure(allow_software: bool) -> Result<Self> {
        let device = Device::open(Precision::Auto, allow_software).await?;
        let f32_flops = multiply_adds(&device, false).await?;
        let f16_flops = if device.half { Some(multiply_adds(&device, true).await?) } else { None };
        let copy_bytes = copies(&device).await?;
        Ok(Self { adapter: device.name, driver: device.driver, f32_flops, f16_flops, copy_bytes })
    }
}

/// Floating-point operations a second.
async fn multiply_adds(device: &Device, half: bool) -> Result<f64> {
    let Prepared { pipeline, bind_group, .. } = device.checked(|| prepare(&device.device, half)).await?;
    let rate = rate(device, |encoder, mut groups| {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &bind_group, &[]);
        while groups > 0 {
            let now = groups.min(MAX_GROUPS);
            pass.dispatch_workgroups(now, 1, 1);
            groups -= now;
        }
    })?;
    Ok(rate * GROUP_FLOPS)
}

/// The shader, ready to run.
struct Prepared {
    pipeline: wgpu::ComputePipeline,
    bind_group: wgpu::BindGroup,
    /// What it writes.
    #[cfg_attr(not(test), expect(dead_code, reason = "only a test looks at it"))]
    sums: wgpu::Buffer,
}

fn prepare(device: &wgpu::Device, half: bool) -> Prepared {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(PEAK.0),
        source: wgpu::ShaderSource::Wgsl(variant(PEAK.1, half).into()),
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some(PEAK.0),
        layout: None,
        module: &module,
        entry_point: Some("peak"),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    });
    let numbers = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
        label: Some("numbers"),
        contents: bytemuck::bytes_of(&NUMBERS),
        usage: wgpu::BufferUsages::UNIFORM,
    });
    let sums = device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("sums"),
        size: u64::from(MAX_GROUPS) * u64::from(GROUP) * if half { 2 } else { 4 },
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: false,
    });
    let entries = [(0, &numbers), (1, &sums)]
        .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() });
    let bind_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some(PEAK.0),
        layout: &pipeline.get_bind_group_layout(0),
        entries: &entries,
    });
    Prepared { pipeline, bind_group, sums }
}

/// Bytes a second, read and written.
async fn copies(device: &Device) -> Result<f64> {
    let size = COPY_BYTES.min(device.device.limits().max_buffer_size);
    let create = |label| {
        device.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size,
            usage: wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    };
    let (from, to) = device.checked(|| (create("from"), create("to"))).await?;
    let rate = rate(device, |encoder, times| {
        for _ in 0..times {
            encoder.copy_buffer_to_buffer(&from, 0, &to, 0, size);
        }
    })?;
    Ok(rate * 2.0 * size as f64)
}

/// How many units of work a GPU does in a second, for enough of them at a time.
fn rate(device: &Device, encode: impl Fn(&mut wgpu::CommandEncoder, u32)) -> Result<f64> {
    let run = |units| {
        let mut encoder = device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("peak") });
        encode(&mut encoder, units);
        let commands = encoder.finish();
        let started = Instant::now();
        device.queue.submit([commands]);
        let polled = device.device.poll(wgpu::PollType::wait_indefinitely());
        let seconds = started.elapsed().as_secs_f64();
        if let Some(error) = device.take_failure() {
            return Err(error);
        }
        polled.map_err(|error| Error::Gpu(error.to_string()))?;
        Ok(seconds)
    };
    let mut units = 1;
    // The first run pays for memory that nobody has touched yet.
    run(units)?;
    let mut seconds = run(units)?;
    while seconds < ENOUGH_SECONDS {
        // A short run says little about a long one, so the work grows in a few leaps.
        let leap = (1.2 * ENOUGH_SECONDS / seconds).clamp(1.5, 16.0);
        units = (f64::from(units) * leap).ceil() as u32;
        seconds = run(units)?;
    }
    for _ in 1..TRIALS {
        seconds = seconds.min(run(units)?);
    }
    Ok(f64::from(units) / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is counted as work is done: with fewer steps or chains the sums would be others.
    #[test]
    fn the_shader_does_the_work_that_is_counted() {
        let device = pollster::block_on(Device::open(Precision::F32, true)).expect(crate::gpu::tests::NEEDS_A_DRIVER);
        let Prepared { pipeline, bind_group, sums } = prepare(&device.device, false);
        let bytes = u64::from(GROUP) * 4;
        let readback = device.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: bytes,
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        let mut encoder = device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &bind_group, &[]);
        pass.dispatch_workgroups(1, 1, 1);
        drop(pass);
        encoder.copy_buffer_to_buffer(&sums, 0, &readback, 0, bytes);
        let submission = device.queue.submit([encoder.finish()]);
        let got = pollster::block_on(device.read(&readback, bytes, submission)).expect("runs");
        let got: Vec<f32> = bytemuck::pod_collect_to_vec(&got);
        let [factor, addend, ..] = NUMBERS.map(f64::from);
        for (thread, got) in got.into_iter().enumerate() {
            let mut expected = 0.0;
            for lane in 1..=4 {
                let mut chain = (thread % 64) as f64 * 0.01 * f64::from(lane);
                for _ in 0..CHAINS as u32 {
                    expected += (0..STEPS as u32).fold(chain, |sum, _| sum * factor + addend);
                    chain += addend;
                }
            }
            assert!((f64::from(got) - expected).abs() < 1e-4 * expected, "thread {thread}: {got}, expected {expected}");
        }
    }
}
