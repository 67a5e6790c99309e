//! Twin of `shaders/conv3x3.wgsl`: 3x3 convolution, zero padding, bias, PReLU, residual.

use super::Features;
use crate::network;

/// A convolution with its weights in the order in which the loops read them.
pub(super) struct Conv3x3 {
    source: usize,
    residual: Option<usize>,
    inputs: usize,
    outputs: usize,
    /// `[3][3][inputs][outputs]`.
    weight: Vec<f32>,
    bias: Vec<f32>,
    slopes: Option<Vec<f32>>,
}

impl Conv3x3 {
    pub(super) fn new(conv: &network::Conv3x3) -> Self {
        let (inputs, outputs) = (conv.inputs, conv.outputs);
        let mut weight = vec![0.0; conv.weight.len()];
        for output in 0..outputs {
            for input in 0..inputs {
                for tap in 0..9 {
                    weight[(tap * inputs + input) * outputs + output] =
                        conv.weight[(output * inputs + input) * 9 + tap];
                }
            }
        }
        Self {
            source: conv.source.0,
            residual: conv.residual.map(|value| value.0),
            inputs,
            outputs,
            weight,
            bias: conv.bias.clone(),
            slopes: conv.slopes.clone(),
        }
    }

    pub(super) fn run(&self, values: &[Features]) -> Features {
        let source = &values[self.source];
        let residual = self.residual.map(|value| &values[value]);
        let (width, height, outputs) = (source.width, source.height, self.outputs);
        let mut data = vec![0.0; width * height * outputs];
        for (index, sums) in data.chunks_exact_mut(outputs).enumerate() {
            self.convolve(source, index % width, index / width, sums);
            if let Some(slopes) = &self.slopes {
                for (value, slope) in sums.iter_mut().zip(slopes) {
                    *value = if *value < 0.0 { *value * slope } else { *value };
                }
            }
            if let Some(residual) = residual {
                for (value, added) in sums.iter_mut().zip(&residual.data[index * outputs..]) {
                    *value += added;
                }
            }
        }
        Features { width, height, channels: outputs, data }
    }

    /// The sums of one pixel, bias included.
    fn convolve(&self, source: &Features, x: usize, y: usize, sums: &mut [f32]) {
        sums.copy_from_slice(&self.bias);
        for ky in 0..3 {
            for kx in 0..3 {
                // Pixel (x + kx - 1, y + ky - 1); outside of the map everything is zero and adds nothing.
                let (column, row) = (x + kx, y + ky);
                if column == 0 || row == 0 || column > source.width || row > source.height {
                    continue;
                }
                let pixel = ((row - 1) * source.width + column - 1) * self.inputs;
                let tap = (ky * 3 + kx) * self.inputs * self.outputs;
                let values = &source.data[pixel..pixel + self.inputs];
                let weights = &self.weight[tap..tap + self.inputs * self.outputs];
                for (value, weights) in values.iter().zip(weights.chunks_exact(self.outputs)) {
                    for (sum, weight) in sums.iter_mut().zip(weights) {
                        *sum += value * weight;
                    }
                }
            }
        }
    }
}
