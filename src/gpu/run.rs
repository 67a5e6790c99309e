//! Puts one tile through the GPU: upload, compute passes, read back.

use bytemuck::{Pod, Zeroable};
use futures_channel::oneshot;

use super::{
    Gpu,
    device::Device,
    plan::{Area, Binding, Step},
};
use crate::{
    Error, Result, TileInput,
    network::Extent as MapExtent,
    tile::{Rect, Window},
};

/// Work of one submit in floating-point operations. A tile of a large network takes several submits, so that none keeps
/// a slow GPU busy for longer than systems put up with (two seconds on Windows).
const SUBMIT_FLOPS: f64 = 50e9;

/// Distance between the extents of two steps in their buffer, a multiple of what any GPU asks for.
const EXTENT_STRIDE: u64 = 256;

/// Must be kept in sync with `Extent` in `shaders/conv.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Pod, Zeroable)]
struct Extent {
    source_size: [u32; 2],
    output_size: [u32; 2],
    source_origin: [u32; 2],
    output_origin: [u32; 2],
    source_whole: [u32; 2],
    output_whole: [u32; 2],
    keep_origin: [u32; 2],
    keep_size: [u32; 2],
    needed_origin: [u32; 2],
    needed_size: [u32; 2],
}

impl Extent {
    fn new(source: Window, output: Window, keep: Rect, needed: Rect) -> Self {
        let size = |window: Window| [window.part.width, window.part.height];
        let origin = |window: Window| [window.part.x, window.part.y];
        Self {
            source_size: size(source),
            output_size: size(output),
            source_origin: origin(source),
            output_origin: origin(output),
            source_whole: source.whole,
            output_whole: output.whole,
            keep_origin: [keep.x, keep.y],
            keep_size: [keep.width, keep.height],
            needed_origin: [needed.x, needed.y],
            needed_size: [needed.width, needed.height],
        }
    }
}

/// The buffers of one tile under way, reused by later tiles.
pub(super) struct Slot {
    extents: wgpu::Buffer,
    picture: wgpu::Buffer,
    enlarged: wgpu::Buffer,
    readback: wgpu::Buffer,
    bind_groups: Vec<wgpu::BindGroup>,
}

/// A tile that the GPU has been given.
pub(super) struct Submitted {
    pub(super) slot: Slot,
    submission: Option<wgpu::SubmissionIndex>,
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
        let outer = u64::from(gpu.outer);
        let enlarged_bytes = 4 * (u64::from(gpu.tile) * u64::from(gpu.network.scale())).pow(2);
        let extents_bytes = EXTENT_STRIDE * gpu.extents.len() as u64;
        let mut slot = Self {
            extents: create("extents", extents_bytes, Usage::UNIFORM | Usage::COPY_DST),
            picture: create("picture", 4 * outer.pow(2), Usage::STORAGE | Usage::COPY_DST),
            enlarged: create("enlarged", enlarged_bytes, Usage::STORAGE | Usage::COPY_SRC),
            readback: create("readback", enlarged_bytes, Usage::MAP_READ | Usage::COPY_DST),
            bind_groups: Vec::new(),
        };
        slot.bind_groups = (0..gpu.plan.steps.len()).map(|index| slot.bind(gpu, index)).collect();
        slot
    }

    fn bind(&self, gpu: &Gpu, index: usize) -> wgpu::BindGroup {
        let (kernel, step) = (&gpu.kernels[index], &gpu.plan.steps[index]);
        // Where nothing is read or written, another buffer must still be bound; no shader touches it.
        let unread = kernel.weights.as_ref().unwrap_or(&self.picture);
        let read = |buffer: Option<usize>| buffer.map_or(unread, |buffer| &gpu.features[buffer]);
        let entries = step.entry.bindings().iter().map(|&binding| {
            let buffer = match binding {
                Binding::Extent => return self.extent_entry(gpu, step),
                Binding::Weights => kernel.weights.as_ref().unwrap_or(unread),
                Binding::Epilogue => kernel.epilogue.as_ref().unwrap_or(unread),
                Binding::Source => read(step.source),
                Binding::Other => read(step.other),
                Binding::Second => read(step.second),
                Binding::Output => step.output.map_or(&gpu.unwritten, |buffer| &gpu.features[buffer]),
                Binding::Picture => &self.picture,
                Binding::Enlarged => &self.enlarged,
                Binding::Statistics => &gpu.statistics,
            };
            wgpu::BindGroupEntry { binding: binding as u32, resource: buffer.as_entire_binding() }
        });
        gpu.device.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(step.entry.name()),
            layout: &kernel.pipeline.get_bind_group_layout(0),
            entries: &entries.collect::<Vec<_>>(),
        })
    }

    fn extent_entry(&self, gpu: &Gpu, step: &Step) -> wgpu::BindGroupEntry<'_> {
        let place = gpu.extents.iter().position(|maps| *maps == step.maps).unwrap_or_default();
        let binding = wgpu::BufferBinding {
            buffer: &self.extents,
            offset: place as u64 * EXTENT_STRIDE,
            size: wgpu::BufferSize::new(size_of::<Extent>() as u64),
        };
        wgpu::BindGroupEntry { binding: Binding::Extent as u32, resource: wgpu::BindingResource::Buffer(binding) }
    }

    /// Gives a tile to the GPU without waiting for anything.
    pub(super) fn submit(self, gpu: &Gpu, input: &TileInput) -> Submitted {
        let mut encoders = self.encode(gpu, input, gpu.plan.steps.len());
        let bytes = 4 * input.keep.scaled(gpu.network.scale()).area() as u64;
        let mut copy =
            gpu.device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("copy") });
        copy.copy_buffer_to_buffer(&self.enlarged, 0, &self.readback, 0, bytes);
        encoders.push(copy);
        let submission = encoders.into_iter().map(|encoder| gpu.device.queue.submit([encoder.finish()])).last();

        let (sender, mapped) = oneshot::channel();
        self.readback.map_async(wgpu::MapMode::Read, ..bytes, move |result| {
            // Nobody receives when the upscale was cancelled.
            let _ = sender.send(result);
        });
        Submitted { slot: self, submission, mapped, bytes }
    }

    /// Uploads a tile and encodes the first `steps` steps over it, as one compute pass for each submit.
    pub(super) fn encode(&self, gpu: &Gpu, input: &TileInput, steps: usize) -> Vec<wgpu::CommandEncoder> {
        let Device { device, queue, .. } = &gpu.device;
        let windows = gpu.network.windows(input.window);
        let needed = gpu.network.needed(&windows, input.keep);
        let extent = |&maps: &[usize; 2]| extent(gpu, &windows, &needed, maps, input.keep);
        let extents: Vec<Extent> = gpu.extents.iter().map(extent).collect();
        let mut bytes = vec![0; extents.len() * EXTENT_STRIDE as usize];
        for (place, extent) in bytes.chunks_exact_mut(EXTENT_STRIDE as usize).zip(&extents) {
            place[..size_of::<Extent>()].copy_from_slice(bytemuck::bytes_of(extent));
        }
        queue.write_buffer(&self.extents, 0, &bytes);
        queue.write_buffer(&self.picture, 0, &input.rgba);

        let pixels = input.window.part.area() as f64;
        let mut encoders = Vec::new();
        let mut first = 0;
        while first < steps {
            // At least one step; more while they stay below the limit together.
            let mut flops = 0.0;
            let count = gpu.plan.steps[first..steps]
                .iter()
                .take_while(|step| {
                    let is_first = flops == 0.0;
                    flops += step.flops * pixels;
                    is_first || flops <= SUBMIT_FLOPS
                })
                .count();
            let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("tile") });
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for index in first..first + count {
                let step = &gpu.plan.steps[index];
                let place = gpu.extents.iter().position(|maps| *maps == step.maps).unwrap_or_default();
                pass.set_pipeline(&gpu.kernels[index].pipeline);
                pass.set_bind_group(0, &self.bind_groups[index], &[]);
                let [columns, rows] = workgroups(step, &extents[place]);
                pass.dispatch_workgroups(columns, rows, step.layers);
            }
            drop(pass);
            encoders.push(encoder);
            first += count;
        }
        encoders
    }
}

fn extent(gpu: &Gpu, windows: &[Window], needed: &[Rect], [source, output]: [usize; 2], keep: Rect) -> Extent {
    // Only steps that make pixels look at it, and their maps are scaled by whole factors.
    let keep = match gpu.network.maps()[source].extent {
        MapExtent::Scaled { times, over: 1 } => keep.scaled(times),
        _ => keep,
    };
    Extent::new(windows[source], windows[output], keep, needed[output])
}

fn workgroups(step: &Step, extent: &Extent) -> [u32; 2] {
    let size = match step.area {
        Area::Output => extent.output_size,
        Area::Needed => extent.needed_size,
        Area::Kept(scale) => extent.keep_size.map(|length| length * scale),
        Area::Groups(count) => return [count, 1],
    };
    let group = step.group();
    [size[0].div_ceil(group[0]), size[1].div_ceil(group[1])]
}

impl Submitted {
    /// Waits for the tile and copies it out; the slot comes back for the next one.
    pub(super) async fn read(self, device: &Device) -> Result<(Vec<u8>, Slot)> {
        // In a browser this does nothing: there the mapping completes by itself.
        let wait = wgpu::PollType::Wait { submission_index: self.submission, timeout: None };
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
