//! Puts one tile through the GPU: upload, one compute pass, read back.

use bytemuck::{Pod, Zeroable};
use futures_channel::oneshot;

use super::{
    Gpu,
    device::Device,
    kernels,
    plan::{Entry, Step},
};
use crate::{Error, Result, TileInput};

/// Edge of the square of pixels that a workgroup makes.
const GROUP_PIXELS: u32 = 16;

/// Must be kept in sync with `Extent` in `shaders/conv3x3.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Extent {
    size: [u32; 2],
    keep_origin: [u32; 2],
    keep_size: [u32; 2],
}

/// The buffers of one tile under way, reused by later tiles.
pub(super) struct Slot {
    extent: wgpu::Buffer,
    picture: wgpu::Buffer,
    enlarged: wgpu::Buffer,
    readback: wgpu::Buffer,
    bind_groups: Vec<wgpu::BindGroup>,
}

/// A tile that the GPU has been given.
pub(super) struct Submitted {
    pub(super) slot: Slot,
    submission: wgpu::SubmissionIndex,
    mapped: oneshot::Receiver<Result<(), wgpu::BufferAsyncError>>,
    bytes: u64,
}

impl Slot {
    /// Buffers for tiles of up to `gpu.tile` pixels.
    pub(super) fn new(gpu: &Gpu) -> Self {
        use wgpu::BufferUsages as Usage;
        let create = |label, size, usage| {
            let descriptor = wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
            gpu.device.device.create_buffer(&descriptor)
        };
        let outer = u64::from(gpu.tile + 2 * gpu.halo);
        let enlarged_bytes = 4 * (u64::from(gpu.tile) * u64::from(gpu.scale)).pow(2);
        let mut slot = Self {
            extent: create("extent", size_of::<Extent>() as u64, Usage::UNIFORM | Usage::COPY_DST),
            picture: create("picture", 4 * outer.pow(2), Usage::STORAGE | Usage::COPY_DST),
            enlarged: create("enlarged", enlarged_bytes, Usage::STORAGE | Usage::COPY_SRC),
            readback: create("readback", enlarged_bytes, Usage::MAP_READ | Usage::COPY_DST),
            bind_groups: Vec::new(),
        };
        slot.bind_groups = (0..gpu.plan.steps.len()).map(|index| slot.bind(gpu, index)).collect();
        slot
    }

    fn bind(&self, gpu: &Gpu, index: usize) -> wgpu::BindGroup {
        let (kernel, Step { entry, source, residual, output, .. }) = (&gpu.kernels[index], &gpu.plan.steps[index]);
        // Where nothing is read or written, another buffer must still be bound; no shader touches it.
        let read = |buffer: &Option<usize>| buffer.map_or(&kernel.weights, |buffer| &gpu.features[buffer]);
        let mut bound = vec![(0, &self.extent), (1, &kernel.weights), (2, &kernel.epilogue)];
        if *entry != Entry::Head {
            bound.push((3, read(source)));
        }
        if *entry == Entry::Tail {
            bound.push((7, &self.enlarged));
        } else {
            bound.push((4, read(residual)));
        }
        if *entry != Entry::Body {
            bound.push((6, &self.picture));
        }
        bound.extend(output.map(|output| (5, &gpu.features[output])));
        let entries: Vec<_> = bound
            .into_iter()
            .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        gpu.device.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(entry.name()),
            layout: &kernel.pipeline.get_bind_group_layout(0),
            entries: &entries,
        })
    }

    /// Gives a tile to the GPU without waiting for anything.
    pub(super) fn submit(self, gpu: &Gpu, input: &TileInput) -> Submitted {
        let mut encoder = self.encode(gpu, input, gpu.plan.steps.len());
        let bytes = 4 * input.keep.scaled(gpu.scale).area() as u64;
        encoder.copy_buffer_to_buffer(&self.enlarged, 0, &self.readback, 0, bytes);
        let submission = gpu.device.queue.submit([encoder.finish()]);

        let (sender, mapped) = oneshot::channel();
        self.readback.map_async(wgpu::MapMode::Read, ..bytes, move |result| {
            // Nobody receives when the upscale was cancelled.
            let _ = sender.send(result);
        });
        Submitted { slot: self, submission, mapped, bytes }
    }

    /// Uploads a tile and encodes the first `steps` steps over it as one compute pass.
    pub(super) fn encode(&self, gpu: &Gpu, input: &TileInput, steps: usize) -> wgpu::CommandEncoder {
        let Device { device, queue, .. } = &gpu.device;
        let keep = input.keep;
        let extent = Extent {
            size: [input.width, input.height],
            keep_origin: [keep.x, keep.y],
            keep_size: [keep.width, keep.height],
        };
        queue.write_buffer(&self.extent, 0, bytemuck::bytes_of(&extent));
        queue.write_buffer(&self.picture, 0, &input.rgba);

        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("tile") });
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for ((step, kernel), bind_group) in gpu.plan.steps.iter().zip(&gpu.kernels).zip(&self.bind_groups).take(steps) {
            let [width, height] = if step.entry == Entry::Tail { extent.keep_size } else { extent.size };
            pass.set_pipeline(&kernel.pipeline);
            pass.set_bind_group(0, bind_group, &[]);
            let (columns, rows) = (width.div_ceil(GROUP_PIXELS), height.div_ceil(GROUP_PIXELS));
            pass.dispatch_workgroups(columns, rows, kernels::pairs(step));
        }
        drop(pass);
        encoder
    }
}

impl Submitted {
    /// Waits for the tile and copies it out; the slot comes back for the next one.
    pub(super) async fn read(self, device: &Device) -> Result<(Vec<u8>, Slot)> {
        // In a browser this does nothing: there the mapping completes by itself.
        let wait = wgpu::PollType::Wait { submission_index: Some(self.submission), timeout: None };
        let polled = device.device.poll(wait);
        let mapped = self.mapped.await;
        if let Some(error) = device.take_failure() {
            return Err(error);
        }
        polled.map_err(|error| Error::Gpu(error.to_string()))?;
        mapped.map_err(|error| Error::Gpu(error.to_string()))?.map_err(|error| Error::Gpu(error.to_string()))?;
        let readback = &self.slot.readback;
        let view = readback.get_mapped_range(..self.bytes).map_err(|error| Error::Gpu(error.to_string()))?;
        let pixels = view.to_vec();
        drop(view);
        readback.unmap();
        Ok((pixels, self.slot))
    }
}
