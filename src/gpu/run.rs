//! Puts one tile through the GPU: upload, compute passes, read back.

use bytemuck::{Pod, Zeroable};
use futures_channel::oneshot;

use super::{
    Gpu,
    device::Mapped,
    pace::Ticket,
    plan::{Area, Binding, Place, Step},
};
use crate::{
    Result, TileInput,
    network::Extent as MapExtent,
    picture::Depth,
    tile::{Rect, Window},
};

/// Distance between the extents of two steps in their buffer, a multiple of what any GPU asks for.
const EXTENT_STRIDE: u64 = 256;

/// Must be kept in sync with `Extent` in `shaders/conv.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Pod, Zeroable)]
pub(super) struct Extent {
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
    firsts: [u32; 4],
    deep: u32,
    /// The shaders' struct is a multiple of 8 bytes large.
    unused: u32,
}

impl Extent {
    fn new(source: Window, output: Window, keep: Rect, needed: Rect, firsts: [u32; 4], depth: Depth) -> Self {
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
            firsts,
            deep: u32::from(depth == Depth::Sixteen),
            unused: 0,
        }
    }
}

/// The buffers of one tile under way, reused by later tiles.
pub(super) struct Slot {
    /// The extents of all steps, then the picture's bytes: one upload for each tile.
    input: wgpu::Buffer,
    enlarged: wgpu::Buffer,
    readback: wgpu::Buffer,
    bind_groups: Vec<wgpu::BindGroup>,
}

/// A tile that the GPU has been given.
pub(super) struct Submitted {
    pub(super) slot: Slot,
    submission: wgpu::SubmissionIndex,
    ticket: Ticket,
    flops: f64,
    mapped: Mapped,
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
        let input_usage = Usage::UNIFORM | Usage::STORAGE | Usage::COPY_DST;
        // Enough for either depth.
        let pixel_bytes = Depth::Sixteen.pixel_bytes() as u64;
        let enlarged_bytes = pixel_bytes * (u64::from(gpu.tile) * u64::from(gpu.network.scale())).pow(2);
        let mut slot = Self {
            input: create("input", extents_bytes(gpu) + pixel_bytes * outer.pow(2), input_usage),
            enlarged: create("enlarged", enlarged_bytes, Usage::STORAGE | Usage::COPY_SRC),
            readback: create("readback", enlarged_bytes, Usage::MAP_READ | Usage::COPY_DST),
            bind_groups: Vec::new(),
        };
        slot.bind_groups = (0..gpu.plan.steps.len()).map(|index| slot.bind(gpu, index)).collect();
        slot
    }

    fn bind(&self, gpu: &Gpu, index: usize) -> wgpu::BindGroup {
        let (kernel, step) = (&gpu.kernels[index], &gpu.plan.steps[index]);
        let picture = wgpu::BufferBinding { buffer: &self.input, offset: extents_bytes(gpu), size: None };
        // Where nothing is read or written, another buffer must still be bound; no shader touches it.
        let unread = kernel.weights.as_ref().unwrap_or(&self.input);
        let read = |buffer: Option<usize>| buffer.map_or(unread, |buffer| &gpu.features[buffer]);
        let entries = step.entry.bindings().iter().map(|&binding| {
            let buffer = match binding {
                Binding::Extent => return self.extent_entry(gpu, step),
                Binding::Picture => {
                    let resource = wgpu::BindingResource::Buffer(picture.clone());
                    return wgpu::BindGroupEntry { binding: binding as u32, resource };
                }
                Binding::Weights => kernel.weights.as_ref().unwrap_or(unread),
                Binding::Epilogue => kernel.epilogue.as_ref().unwrap_or(unread),
                Binding::Source => read(step.source),
                Binding::Other => read(step.other),
                Binding::Second => read(step.second),
                Binding::Output => step.output.map_or(&gpu.unwritten, |buffer| &gpu.features[buffer]),
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
        let place = gpu.places.iter().position(|place| *place == step.place).unwrap_or_default();
        let binding = wgpu::BufferBinding {
            buffer: &self.input,
            offset: place as u64 * EXTENT_STRIDE,
            size: wgpu::BufferSize::new(size_of::<Extent>() as u64),
        };
        wgpu::BindGroupEntry { binding: Binding::Extent as u32, resource: wgpu::BindingResource::Buffer(binding) }
    }

    /// Gives a tile to the GPU without waiting for anything.
    pub(super) fn submit(self, gpu: &Gpu, input: &TileInput) -> Submitted {
        let mut encoders = self.encode(gpu, input, gpu.plan.steps.len());
        let bytes = (input.depth.pixel_bytes() * input.keep.scaled(gpu.network.scale()).area()) as u64;
        // With the last steps, so that a tile of a small network is one submit.
        if let Some(last) = encoders.last_mut() {
            last.copy_buffer_to_buffer(&self.enlarged, 0, &self.readback, 0, bytes);
        }
        let flops = gpu.plan.flops() * input.window.part.area() as f64;
        let ticket = gpu.pace.submitted();
        let submit = |encoder: wgpu::CommandEncoder| gpu.device.queue.submit([encoder.finish()]);
        let submission = encoders.into_iter().map(submit).last().unwrap_or_else(|| gpu.device.queue.submit([]));

        let (sender, mapped) = oneshot::channel();
        self.readback.map_async(wgpu::MapMode::Read, ..bytes, move |result| {
            // Nobody receives when the upscale was cancelled.
            let _ = sender.send(result);
        });
        Submitted { slot: self, submission, ticket, flops, mapped, bytes }
    }

    /// Uploads a tile and encodes the first `steps` steps over it, as one compute pass for each submit.
    pub(super) fn encode(&self, gpu: &Gpu, input: &TileInput, steps: usize) -> Vec<wgpu::CommandEncoder> {
        let extents = self.upload(gpu, input);
        let pixels = input.window.part.area() as f64;
        let limit = gpu.pace.submit_flops();
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
                    is_first || flops <= limit
                })
                .count();
            let descriptor = wgpu::CommandEncoderDescriptor { label: Some("tile") };
            let mut encoder = gpu.device.device.create_command_encoder(&descriptor);
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for index in first..first + count {
                self.dispatch(gpu, &mut pass, index, &extents);
            }
            drop(pass);
            encoders.push(encoder);
            first += count;
        }
        encoders
    }

    /// Writes a tile's extents, which it returns, and its pixels.
    pub(super) fn upload(&self, gpu: &Gpu, input: &TileInput) -> Vec<Extent> {
        let windows = gpu.network.windows(input.window);
        let needed = gpu.network.needed(&windows, input.keep);
        let extent = |&place: &Place| extent(gpu, &windows, &needed, place, input);
        let extents: Vec<Extent> = gpu.places.iter().map(extent).collect();
        let mut bytes = Vec::with_capacity(extents_bytes(gpu) as usize + input.rgba.len());
        for (place, extent) in extents.iter().enumerate() {
            bytes.resize(place * EXTENT_STRIDE as usize, 0);
            bytes.extend_from_slice(bytemuck::bytes_of(extent));
        }
        bytes.resize(extents_bytes(gpu) as usize, 0);
        bytes.extend_from_slice(&input.rgba);
        gpu.device.queue.write_buffer(&self.input, 0, &bytes);
        extents
    }

    /// Adds a step over the tile with those extents.
    pub(super) fn dispatch(&self, gpu: &Gpu, pass: &mut wgpu::ComputePass<'_>, index: usize, extents: &[Extent]) {
        let step = &gpu.plan.steps[index];
        let place = gpu.places.iter().position(|place| *place == step.place).unwrap_or_default();
        pass.set_pipeline(&gpu.kernels[index].pipeline);
        pass.set_bind_group(0, &self.bind_groups[index], &[]);
        let [columns, rows] = workgroups(step, &extents[place]);
        pass.dispatch_workgroups(columns, rows, step.layers);
    }
}

/// Size of the first part of a slot's input.
fn extents_bytes(gpu: &Gpu) -> u64 {
    EXTENT_STRIDE * gpu.places.len() as u64
}

fn extent(gpu: &Gpu, windows: &[Window], needed: &[Rect], place: Place, input: &TileInput) -> Extent {
    let keep = input.keep;
    let [source, output] = place.maps;
    // Only steps that make pixels look at it, and their maps are scaled by whole factors.
    let keep = match gpu.network.maps()[source].extent {
        MapExtent::Scaled { times, over: 1 } => keep.scaled(times),
        _ => keep,
    };
    Extent::new(windows[source], windows[output], keep, needed[output], place.firsts, input.depth)
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
    pub(super) async fn read(self, gpu: &Gpu) -> Result<(Vec<u8>, Slot)> {
        let pixels = gpu.device.take(&self.slot.readback, self.bytes, self.submission, self.mapped).await?;
        gpu.pace.finished(self.ticket, self.flops);
        Ok((pixels, self.slot))
    }
}
