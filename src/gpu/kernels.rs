//! The shaders as pipelines, and a network's weights in the order in which they read them.

use std::collections::HashMap;

use wgpu::util::DeviceExt;

use super::{
    device::Device,
    entry::Entry,
    plan::{DispatchPlan, DispatchStep},
    source::{SHADERS, variant},
};
use crate::{
    Network,
    network::{Activation, Conv, Op},
};

/// What one step needs besides feature maps.
pub(super) struct Kernel {
    pub(super) pipeline: wgpu::ComputePipeline,
    pub(super) weights: Option<wgpu::Buffer>,
    pub(super) epilogue: Option<wgpu::Buffer>,
}

/// Compiles the pipelines of all steps, each distinct one once, and uploads the weights.
pub(super) fn build(device: &Device, network: &Network, plan: &DispatchPlan, half: bool) -> Vec<Kernel> {
    let mut compiler = Compiler { device: &device.device, half, modules: HashMap::new(), pipelines: HashMap::new() };
    let kernel = |step: &DispatchStep| {
        let (weights, epilogue) = match &network.ops()[step.op] {
            Op::Conv(conv) => (Some(pack_weights(conv, step)), Some(pack_epilogue(conv, step))),
            Op::GroupNorm(norm) => (None, Some(pack_norm(&norm.weight, &norm.bias))),
            Op::LayerNorm(norm) => (None, Some(pack_norm(&norm.weight, &norm.bias))),
            _ => (None, None),
        };
        let upload = |label, contents: &[u8]| {
            let usage = wgpu::BufferUsages::STORAGE;
            device.device.create_buffer_init(&wgpu::util::BufferInitDescriptor { label: Some(label), contents, usage })
        };
        let stored = |weights: Vec<f32>| {
            if half {
                let weights: Vec<_> = weights.into_iter().map(half::f16::from_f32).collect();
                upload("weights", bytemuck::cast_slice(&weights))
            } else {
                upload("weights", bytemuck::cast_slice(&weights))
            }
        };
        Kernel {
            pipeline: compiler.pipeline(step),
            weights: weights.map(stored),
            epilogue: epilogue.map(|epilogue| upload("epilogue", bytemuck::cast_slice(&epilogue))),
        }
    };
    plan.steps.iter().map(kernel).collect()
}

/// What makes a pipeline distinct: entry point and the bits of its constants.
type Key = (Entry, Vec<(&'static str, u64)>);

struct Compiler<'a> {
    device: &'a wgpu::Device,
    half: bool,
    modules: HashMap<&'static str, wgpu::ShaderModule>,
    pipelines: HashMap<Key, wgpu::ComputePipeline>,
}

impl Compiler<'_> {
    fn pipeline(&mut self, step: &DispatchStep) -> wgpu::ComputePipeline {
        let key: Key = (step.entry, step.constants.iter().map(|(name, value)| (*name, value.to_bits())).collect());
        if let Some(pipeline) = self.pipelines.get(&key) {
            return pipeline.clone();
        }
        let name = step.entry.point().shader;
        let module = self.modules.entry(name).or_insert_with(|| {
            let text = SHADERS.iter().find(|(shader, _)| *shader == name).map_or("", |(_, text)| text);
            self.device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(name),
                source: wgpu::ShaderSource::Wgsl(variant(text, self.half).into()),
            })
        });
        let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(step.entry.name()),
            layout: None,
            module,
            entry_point: Some(step.entry.name()),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants: &step.constants,
                // Every value of workgroup memory is written before it is read.
                zero_initialize_workgroup_memory: false,
            },
            cache: None,
        });
        self.pipelines.insert(key, pipeline.clone());
        pipeline
    }
}

/// Where output channel `channel` goes: block and lane. In the tail each block is one pixel of the enlarged picture.
fn place(step: &DispatchStep, conv: &Conv, channel: usize) -> (usize, usize) {
    if step.is_tail {
        let pixels = conv.output.channels / 3;
        return (channel % pixels, channel / pixels);
    }
    (channel / 4, channel % 4)
}

/// Output blocks rounded up to pairs: weights are packed for two at a time.
fn output_pairs(step: &DispatchStep) -> usize {
    step.blocks[1].div_ceil(2) as usize
}

/// `[pair][source block][tap][block of the pair][source lane][output lane]`, zero where there is no channel.
fn pack_weights(conv: &Conv, step: &DispatchStep) -> Vec<f32> {
    let (source_blocks, taps) = (step.blocks[0] as usize, conv.kernel * conv.kernel);
    let mut packed = vec![0.0; output_pairs(step) * source_blocks * taps * 2 * 4 * 4];
    let inputs = conv.source.channels;
    for output in 0..conv.output.channels {
        let (block, lane) = place(step, conv, output);
        for input in 0..inputs {
            for tap in 0..taps {
                let column = ((block / 2 * source_blocks + input / 4) * taps + tap) * 2 + block % 2;
                packed[(column * 4 + input % 4) * 4 + lane] = conv.weight[(output * inputs + input) * taps + tap];
            }
        }
    }
    packed
}

/// `[block][bias, slope][lane]`. A slope of 1 leaves values as they are.
fn pack_epilogue(conv: &Conv, step: &DispatchStep) -> Vec<f32> {
    let mut packed = vec![0.0; output_pairs(step) * 2 * 2 * 4];
    for output in 0..conv.output.channels {
        let (block, lane) = place(step, conv, output);
        packed[block * 8 + lane] = conv.bias[output];
        let slope = if let Activation::Prelu(slopes) = &conv.activation { slopes[output] } else { 1.0 };
        packed[block * 8 + 4 + lane] = slope;
    }
    packed
}

/// `[block][weight, bias][lane]`.
fn pack_norm(weight: &[f32], bias: &[f32]) -> Vec<f32> {
    let mut packed = vec![0.0; weight.len().div_ceil(4) * 2 * 4];
    for (channel, (weight, bias)) in weight.iter().zip(bias).enumerate() {
        let at = channel / 4 * 8 + channel % 4;
        packed[at] = *weight;
        packed[at + 4] = *bias;
    }
    packed
}
