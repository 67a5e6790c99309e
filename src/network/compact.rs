//! Compact: Real-ESRGAN's `SRVGGNetCompact` (Wang et al. 2021, "Real-ESRGAN: Training Real-World Blind
//! Super-Resolution with Pure Synthetic Data"), a plain chain of 3x3 convolutions at LR resolution.
//!
//! Tensors: `body.0` a convolution from 3 to F channels, `body.1` its PReLU slopes, then the same pair from F to F
//! channels any number of times, and last a convolution to `3 * scale * scale` channels without slopes. A pixel shuffle
//! and the picture enlarged by nearest neighbour complete it. Width, depth and scale follow from the shapes.

use super::{Conv3x3, Network, Op, PixelShuffle, Value, Weights};
use crate::{Error, Result};

/// The name that people use.
pub(super) const NAME: &str = "Compact";

/// See [`super::Network::load`].
pub(super) fn recognise(weights: &Weights) -> Option<Result<Network>> {
    let first = weights.get("body.0.weight")?;
    let is_picture_conv = matches!(first.shape[..], [_, 3, 3, 3]);
    (is_picture_conv && weights.names().all(|name| layer_number(name).is_some())).then(|| build(weights))
}

/// N out of `body.N.weight` or `body.N.bias`.
fn layer_number(name: &str) -> Option<usize> {
    let rest = name.strip_prefix("body.")?;
    rest.strip_suffix(".weight").or_else(|| rest.strip_suffix(".bias"))?.parse().ok()
}

fn build(weights: &Weights) -> Result<Network> {
    let last = weights.names().filter_map(layer_number).max().unwrap_or_default();
    if last % 2 == 1 {
        let reason = format!("body.{last} is the last layer, and a convolution must follow its PReLU");
        return Err(Error::DamagedModel { reason });
    }
    let mut ops = Vec::new();
    let mut channels = 3;
    for layer in (0..=last).step_by(2) {
        let name = format!("body.{layer}.weight");
        // Where the tensor is missing, `expect` below says so.
        let outputs = weights.get(&name).and_then(|tensor| tensor.shape.first().copied()).unwrap_or(channels);
        let slopes = (layer < last).then(|| slopes(weights, layer + 1, outputs)).transpose()?;
        ops.push(Op::Conv3x3(Conv3x3 {
            source: Value(ops.len()),
            inputs: channels,
            outputs,
            weight: weights.expect(&name, &[outputs, channels, 3, 3])?,
            bias: weights.expect(&format!("body.{layer}.bias"), &[outputs])?,
            slopes,
            residual: None,
        }));
        channels = outputs;
    }
    let scale = (1..=4).find(|scale| 3 * scale * scale == channels).ok_or_else(|| Error::DamagedModel {
        reason: format!("body.{last} has {channels} output channels, expected 3, 12, 27 or 48 (scale 1 to 4)"),
    })?;
    ops.push(Op::PixelShuffle(PixelShuffle { source: Value(ops.len()) }));
    Network::new(NAME, scale as u32, ops)
}

/// PReLU slopes, one for each channel; a single one is shared by all.
fn slopes(weights: &Weights, layer: usize, channels: usize) -> Result<Vec<f32>> {
    let name = format!("body.{layer}.weight");
    match weights.get(&name).map(|tensor| &tensor.data[..]) {
        Some(&[shared]) => Ok(vec![shared; channels]),
        _ => weights.expect(&name, &[channels]),
    }
}
