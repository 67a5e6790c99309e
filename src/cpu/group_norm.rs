//! Twin of `shaders/group_norm.wgsl`: group normalisation over all pixels of the tile, and an addition.

use super::Features;
use crate::network::{GROUP_NORM_EPSILON, GroupNorm};

/// `[height][width][channels]`.
pub(super) fn run(norm: &GroupNorm, maps: &[Features]) -> Vec<f32> {
    let (source, residual) = (&maps[norm.source.map], &maps[norm.residual.map]);
    let pixels = (0..source.height()).flat_map(|y| (0..source.width()).map(move |x| (x, y)));
    let size = norm.source.channels / norm.groups;
    // Doubles: the sums run over all pixels of a tile.
    let mut sums = vec![(0.0_f64, 0.0_f64); norm.groups];
    for (x, y) in pixels.clone() {
        for (values, (sum, squares)) in source.at(norm.source, x, y).chunks_exact(size).zip(&mut sums) {
            for &value in values {
                *sum += f64::from(value);
                *squares += f64::from(value) * f64::from(value);
            }
        }
    }
    let count = (source.width() * source.height() * size) as f64;
    let statistics: Vec<(f32, f32)> = sums
        .into_iter()
        .map(|(sum, squares)| {
            let mean = sum / count;
            let variance = (squares / count - mean * mean).max(0.0);
            (mean as f32, (1.0 / (variance + f64::from(GROUP_NORM_EPSILON)).sqrt()) as f32)
        })
        .collect();
    let mut data = Vec::with_capacity(source.width() * source.height() * norm.source.channels);
    for (x, y) in pixels {
        let added = residual.at(norm.residual, x, y);
        for (channel, &value) in source.at(norm.source, x, y).iter().enumerate() {
            let (mean, factor) = statistics[channel / size];
            data.push((value - mean) * factor * norm.weight[channel] + norm.bias[channel] + added[channel]);
        }
    }
    data
}
