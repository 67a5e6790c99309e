//! Puts one tile through the GPU: upload, compute passes, read back.

use bytemuck::{Pod, Zeroable};
use futures_channel::oneshot;
use web_time::Instant;

use super::{
    Gpu,
    device::Mapped,
    entry::Binding,
    pace::Ticket,
    plan::{Access, Area, DispatchStep},
};
use crate::{
    Result, TileInput,
    network::Extent,
    picture::Depth,
    tile::{Rect, Window},
};

/// Distance between the parameters of two steps in their buffer, a multiple of what any GPU asks for.
const PARAMS_STRIDE: u64 = 256;

/// What a shader knows of its step and tile: `StepParams` in each of `shaders/`, which `shader_tests` compares.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Pod, Zeroable)]
pub(super) struct StepParams {
    pub(super) source_size: [u32; 2],
    pub(super) output_size: [u32; 2],
    pub(super) source_origin: [u32; 2],
    pub(super) output_origin: [u32; 2],
    pub(super) source_whole: [u32; 2],
    pub(super) output_whole: [u32; 2],
    pub(super) keep_origin: [u32; 2],
    pub(super) keep_size: [u32; 2],
    pub(super) needed_origin: [u32; 2],
    pub(super) needed_size: [u32; 2],
    pub(super) firsts: [u32; 4],
    pub(super) is_16_bit: u32,
    /// The shaders' struct is a multiple of 8 bytes large.
    unused: u32,
}

impl StepParams {
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
            is_16_bit: u32::from(depth == Depth::Sixteen),
            unused: 0,
        }
    }
}

/// The buffers of one tile under way, reused by later tiles.
pub(super) struct Slot {
    /// The parameters of all steps, then the picture's bytes: one upload for each tile.
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
            input: create("input", params_bytes(gpu) + pixel_bytes * outer.pow(2), input_usage),
            enlarged: create("enlarged", enlarged_bytes, Usage::STORAGE | Usage::COPY_SRC),
            readback: create("readback", enlarged_bytes, Usage::MAP_READ | Usage::COPY_DST),
            bind_groups: Vec::new(),
        };
        slot.bind_groups = (0..gpu.plan.steps.len()).map(|index| slot.bind(gpu, index)).collect();
        slot
    }

    fn bind(&self, gpu: &Gpu, index: usize) -> wgpu::BindGroup {
        let (kernel, step) = (&gpu.kernels[index], &gpu.plan.steps[index]);
        let picture = wgpu::BufferBinding { buffer: &self.input, offset: params_bytes(gpu), size: None };
        // Where nothing is read or written, another buffer must still be bound; no shader touches it.
        let unread = kernel.weights.as_ref().unwrap_or(&self.input);
        let read = |buffer: Option<usize>| buffer.map_or(unread, |buffer| &gpu.features[buffer]);
        let entries = step.entry.point().bindings.iter().map(|&binding| {
            let buffer = match binding {
                Binding::Params => return self.params_entry(step),
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

    fn params_entry(&self, step: &DispatchStep) -> wgpu::BindGroupEntry<'_> {
        let binding = wgpu::BufferBinding {
            buffer: &self.input,
            offset: step.access_index as u64 * PARAMS_STRIDE,
            size: wgpu::BufferSize::new(size_of::<StepParams>() as u64),
        };
        wgpu::BindGroupEntry { binding: Binding::Params as u32, resource: wgpu::BindingResource::Buffer(binding) }
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
        let ticket = gpu.pace.submitted(Instant::now());
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
        let params = self.upload(gpu, input);
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
                self.dispatch(gpu, &mut pass, index, &params);
            }
            drop(pass);
            encoders.push(encoder);
            first += count;
        }
        encoders
    }

    /// Writes the parameters of all steps over a tile, which it returns, and its pixels.
    pub(super) fn upload(&self, gpu: &Gpu, input: &TileInput) -> Vec<StepParams> {
        let windows = gpu.network.windows(input.window);
        let needed = gpu.network.needed(&windows, input.keep);
        let of = |&access: &Access| params(gpu, &windows, &needed, access, input);
        let all: Vec<StepParams> = gpu.plan.accesses.iter().map(of).collect();
        let mut bytes = Vec::with_capacity(params_bytes(gpu) as usize + input.rgba.len());
        for (index, params) in all.iter().enumerate() {
            bytes.resize(index * PARAMS_STRIDE as usize, 0);
            bytes.extend_from_slice(bytemuck::bytes_of(params));
        }
        bytes.resize(params_bytes(gpu) as usize, 0);
        bytes.extend_from_slice(&input.rgba);
        gpu.device.queue.write_buffer(&self.input, 0, &bytes);
        all
    }

    /// Adds a step over the tile with those parameters.
    pub(super) fn dispatch(&self, gpu: &Gpu, pass: &mut wgpu::ComputePass<'_>, index: usize, params: &[StepParams]) {
        let step = &gpu.plan.steps[index];
        pass.set_pipeline(&gpu.kernels[index].pipeline);
        pass.set_bind_group(0, &self.bind_groups[index], &[]);
        let [columns, rows] = workgroups(step, &params[step.access_index]);
        pass.dispatch_workgroups(columns, rows, step.layers);
    }
}

/// Size of the first part of a slot's input.
fn params_bytes(gpu: &Gpu) -> u64 {
    PARAMS_STRIDE * gpu.plan.accesses.len() as u64
}

fn params(gpu: &Gpu, windows: &[Window], needed: &[Rect], access: Access, input: &TileInput) -> StepParams {
    let keep = input.keep;
    let [source, output] = access.maps;
    // Only steps that make pixels look at it, and their maps are scaled by whole factors.
    let keep = match gpu.network.maps()[source].extent {
        Extent::Scaled { times, over: 1 } => keep.scaled(times),
        _ => keep,
    };
    StepParams::new(windows[source], windows[output], keep, needed[output], access.firsts, input.depth)
}

fn workgroups(step: &DispatchStep, params: &StepParams) -> [u32; 2] {
    let size = match step.area {
        Area::Output => params.output_size,
        Area::Needed => params.needed_size,
        Area::Kept(scale) => params.keep_size.map(|length| length * scale),
        Area::Groups(count) => return [count, 1],
    };
    let group = step.entry.group();
    [size[0].div_ceil(group[0]), size[1].div_ceil(group[1])]
}

impl Submitted {
    /// Waits for the tile and copies it out; the slot comes back for the next one.
    pub(super) async fn read(self, gpu: &Gpu) -> Result<(Vec<u8>, Slot)> {
        let pixels = gpu.device.take(&self.slot.readback, self.bytes, self.submission, self.mapped).await?;
        gpu.pace.finished(self.ticket, self.flops, Instant::now());
        Ok((pixels, self.slot))
    }
}
