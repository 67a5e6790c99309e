//! The shaders as pipelines, and a network's weights in the order in which they read them.

use std::collections::HashMap;

use wgpu::util::DeviceExt;

use super::{
    device::Device,
    plan::{Entry, Plan, Step},
};
use crate::{
    Network,
    network::{Conv3x3, Op},
};

const CONV3X3: &str = include_str!("../../shaders/conv3x3.wgsl");

/// Every shader in every variant that is ever compiled: its name and its source. For tests that validate them.
#[must_use]
pub fn shader_variants() -> Vec<(&'static str, String)> {
    vec![("conv3x3 f32", source(false)), ("conv3x3 f16", source(true))]
}

fn source(half: bool) -> String {
    const STORED: &str = "alias Stored = f32;";
    if half { format!("enable f16;\n{}", CONV3X3.replace(STORED, "alias Stored = f16;")) } else { CONV3X3.to_owned() }
}

/// What one step needs besides feature maps.
pub(super) struct Kernel {
    pub(super) pipeline: wgpu::ComputePipeline,
    pub(super) weights: wgpu::Buffer,
    pub(super) epilogue: wgpu::Buffer,
}

/// Compiles the pipelines of all steps, each distinct one once, and uploads the weights.
pub(super) fn build(device: &Device, network: &Network, plan: &Plan, half: bool) -> Vec<Kernel> {
    let module = device.device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some("conv3x3"),
        source: wgpu::ShaderSource::Wgsl(source(half).into()),
    });
    let mut pipelines = HashMap::new();
    let mut kernels = Vec::new();
    for step in &plan.steps {
        let Op::Conv3x3(conv) = &network.ops()[step.op] else { continue };
        let constants = [
            ("SOURCE_BLOCKS", f64::from(step.source_blocks)),
            ("OUTPUT_BLOCKS", f64::from(step.output_blocks)),
            ("SCALE", f64::from(network.scale())),
            ("ADDS_RESIDUAL", f64::from(u8::from(step.residual.is_some()))),
        ];
        let key = (step.entry, step.source_blocks, step.output_blocks, step.residual.is_some());
        let compile = || {
            device.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(step.entry.name()),
                layout: None,
                module: &module,
                entry_point: Some(step.entry.name()),
                compilation_options: wgpu::PipelineCompilationOptions {
                    constants: &constants,
                    // Every value of the window is written before it is read.
                    zero_initialize_workgroup_memory: false,
                },
                cache: None,
            })
        };
        let pipeline = pipelines.entry(key).or_insert_with(compile).clone();
        let upload = |label, contents: &[u8]| {
            let usage = wgpu::BufferUsages::STORAGE;
            device.device.create_buffer_init(&wgpu::util::BufferInitDescriptor { label: Some(label), contents, usage })
        };
        let weights = pack_weights(conv, step);
        let weights = if half {
            let weights: Vec<_> = weights.into_iter().map(half::f16::from_f32).collect();
            upload("weights", bytemuck::cast_slice(&weights))
        } else {
            upload("weights", bytemuck::cast_slice(&weights))
        };
        let epilogue = upload("epilogue", bytemuck::cast_slice(&pack_epilogue(conv, step)));
        kernels.push(Kernel { pipeline, weights, epilogue });
    }
    kernels
}

/// Output blocks rounded up to pairs: a thread makes two.
pub(super) fn pairs(step: &Step) -> u32 {
    step.output_blocks.div_ceil(2)
}

/// Block and lane of an output channel. The tail's blocks are pixels of the enlarged picture and its lanes are colours,
/// where PyTorch's pixel shuffle has all pixels of the first colour, then of the second and third.
fn place(step: &Step, channel: usize) -> (usize, usize) {
    match step.entry {
        Entry::Tail => (channel % step.output_blocks as usize, channel / step.output_blocks as usize),
        Entry::Head | Entry::Body => (channel / 4, channel % 4),
    }
}

/// `[pair][source block][tap][block of the pair][source lane][output lane]`, zero where there is no channel.
fn pack_weights(conv: &Conv3x3, step: &Step) -> Vec<f32> {
    let source_blocks = step.source_blocks as usize;
    let mut packed = vec![0.0; pairs(step) as usize * source_blocks * 9 * 2 * 4 * 4];
    for output in 0..conv.outputs {
        let (block, lane) = place(step, output);
        for input in 0..conv.inputs {
            for tap in 0..9 {
                let column = ((block / 2 * source_blocks + input / 4) * 9 + tap) * 2 + block % 2;
                packed[(column * 4 + input % 4) * 4 + lane] = conv.weight[(output * conv.inputs + input) * 9 + tap];
            }
        }
    }
    packed
}

/// `[block][bias, slope][lane]`. A slope of 1 leaves values as they are.
fn pack_epilogue(conv: &Conv3x3, step: &Step) -> Vec<f32> {
    let mut packed = vec![0.0; pairs(step) as usize * 2 * 2 * 4];
    for output in 0..conv.outputs {
        let (block, lane) = place(step, output);
        packed[block * 8 + lane] = conv.bias[output];
        packed[block * 8 + 4 + lane] = conv.slopes.as_ref().map_or(1.0, |slopes| slopes[output]);
    }
    packed
}
