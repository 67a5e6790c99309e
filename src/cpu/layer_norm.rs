//! Twin of `shaders/layer_norm.wgsl`: normalisation of each pixel's channels.

use super::Features;
use crate::network::{LAYER_NORM_EPSILON, LayerNorm};

/// `[height][width][channels]`.
pub(super) fn run(norm: &LayerNorm, maps: &[Features]) -> Vec<f32> {
    let source = &maps[norm.source.map];
    let count = norm.source.channels as f32;
    let mut data = Vec::with_capacity(source.width() * source.height() * norm.source.channels);
    for y in 0..source.height() {
        for x in 0..source.width() {
            let values = source.at(norm.source, x, y);
            let mean = values.iter().sum::<f32>() / count;
            let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / count;
            let factor = 1.0 / (variance + LAYER_NORM_EPSILON).sqrt();
            let scaled = values.iter().zip(&norm.weight).zip(&norm.bias);
            data.extend(scaled.map(|((value, weight), bias)| (value - mean) * factor * weight + bias));
        }
    }
    data
}
