//! Twin of `shaders/conv.wgsl`: convolution, bias, activation, and what it is combined with.

use super::Features;
use crate::network::{Activation, Combine, Conv};

/// The weights as `[kernel][kernel][inputs][outputs]`.
pub(super) fn pack(conv: &Conv) -> Vec<f32> {
    let (inputs, outputs, taps) = (conv.source.channels, conv.output.channels, conv.kernel * conv.kernel);
    let mut weight = vec![0.0; conv.weight.len()];
    for output in 0..outputs {
        for input in 0..inputs {
            for tap in 0..taps {
                weight[(tap * inputs + input) * outputs + output] = conv.weight[(output * inputs + input) * taps + tap];
            }
        }
    }
    weight
}

/// `[height][width][outputs]` of the output map's size. `weights` are from [`pack`].
pub(super) fn run(conv: &Conv, weights: &[f32], maps: &[Features]) -> Vec<f32> {
    let output = &maps[conv.output.map];
    let (width, height, outputs) = (output.width(), output.height(), conv.output.channels);
    let mut data = vec![0.0; width * height * outputs];
    for (index, sums) in data.chunks_exact_mut(outputs).enumerate() {
        let (x, y) = (index % width, index / width);
        convolve(conv, weights, &maps[conv.source.map], x, y, sums);
        let before = matches!(conv.combine, Combine::Attend(_)).then(|| sums.to_vec());
        activate(&conv.activation, sums);
        match &conv.combine {
            Combine::Nothing => {}
            Combine::Add(others) => {
                for (other, share) in others {
                    let other = maps[other.map].at(*other, x, y);
                    sums.iter_mut().zip(other).for_each(|(sum, other)| *sum += share * other);
                }
            }
            Combine::Multiply(other) => {
                let other = maps[other.map].at(*other, x, y);
                sums.iter_mut().zip(other).for_each(|(sum, other)| *sum *= other);
            }
            Combine::Attend(other) => {
                let other = maps[other.map].at(*other, x, y);
                for ((sum, other), before) in sums.iter_mut().zip(other).zip(before.iter().flatten()) {
                    *sum = (*sum + other) * (sigmoid(*before) - 0.5);
                }
            }
        }
    }
    data
}

/// The sums of one pixel, bias included.
fn convolve(conv: &Conv, weights: &[f32], source: &Features, x: usize, y: usize, sums: &mut [f32]) {
    let (inputs, outputs) = (conv.source.channels, conv.output.channels);
    let (width, height) = (source.width() * conv.upsample, source.height() * conv.upsample);
    sums.copy_from_slice(&conv.bias);
    for ky in 0..conv.kernel {
        for kx in 0..conv.kernel {
            // Outside of the map everything is zero and adds nothing.
            let (column, row) = (x * conv.stride + kx, y * conv.stride + ky);
            if column < conv.padding
                || row < conv.padding
                || column >= width + conv.padding
                || row >= height + conv.padding
            {
                continue;
            }
            let (column, row) = ((column - conv.padding) / conv.upsample, (row - conv.padding) / conv.upsample);
            let tap = (ky * conv.kernel + kx) * inputs * outputs;
            let values = source.at(conv.source, column, row);
            let weights = &weights[tap..tap + inputs * outputs];
            for (value, weights) in values.iter().zip(weights.chunks_exact(outputs)) {
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum += value * weight;
                }
            }
        }
    }
}

fn activate(activation: &Activation, values: &mut [f32]) {
    let each = |values: &mut [f32], function: fn(f32) -> f32| {
        values.iter_mut().for_each(|value| *value = function(*value));
    };
    match activation {
        Activation::Identity => {}
        Activation::Prelu(slopes) => {
            for (value, slope) in values.iter_mut().zip(slopes) {
                *value = if *value < 0.0 { *value * slope } else { *value };
            }
        }
        Activation::Silu => each(values, |value| value * sigmoid(value)),
        Activation::Sigmoid => each(values, sigmoid),
        Activation::Mish => each(values, mish),
    }
}

fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

/// `x * tanh(ln(1 + e^x))`; with n = e^x (e^x + 2) the tangent is n / (n + 2), which overflows only where it is 1.
fn mish(value: f32) -> f32 {
    let exponential = value.min(20.0).exp();
    let n = exponential * (exponential + 2.0);
    value * n / (n + 2.0)
}
