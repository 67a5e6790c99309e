//! Compact: Real-ESRGAN's `SRVGGNetCompact` (Wang et al. 2021, "Real-ESRGAN: Training Real-World Blind
//! Super-Resolution with Pure Synthetic Data"), a plain chain of 3x3 convolutions at LR resolution.
//!
//! Tensors: `body.0` a convolution from 3 to F channels, `body.1` its PReLU slopes, then the same pair from F to F
//! channels any number of times, and last a convolution to `3 * scale * scale` channels without slopes. A pixel shuffle
//! and the picture enlarged by nearest neighbour complete it. Width, depth and scale follow from the shapes.
//!
//! Where a layer has no slopes it is a ReLU, unless the file's metadata says `act` = `leakyrelu` (slope 0.1).

use super::{Layout, Network, Shape, Weights, builder::Builder};
use crate::{Error, Result};

/// The name that people use.
pub(super) const NAME: &str = "Compact";

/// See [`Network::load`].
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

/// See `LAYOUTS` in `layout.rs`.
pub(super) fn layouts(shapes: &[Shape], scale: usize) -> Vec<Layout> {
    let [features, inputs, ..] = shapes[0];
    let named = |act: &'static str| {
        let mut layout = Layout::default();
        for (index, &shape) in shapes.iter().enumerate() {
            layout.conv(format!("body.{}", 2 * index), shape);
            if act == "prelu" && index + 1 < shapes.len() {
                layout.slopes(format!("body.{}", 2 * index + 1), features);
            }
        }
        layout.says("scale", scale.to_string());
        if act != "prelu" {
            layout.says("act", act);
        }
        layout
    };
    if inputs == 3 { ["prelu", "relu", "leakyrelu"].map(named).into() } else { Vec::new() }
}

fn build(weights: &Weights) -> Result<Network> {
    let last = weights.names().filter_map(layer_number).max().unwrap_or_default();
    if last % 2 == 1 {
        let reason = format!("body.{last} is the last layer, and a convolution must follow its PReLU");
        return Err(Error::DamagedModel { reason });
    }
    let shared = match weights.get("body.1.weight") {
        Some(_) => None,
        None if weights.metadata("act") == Some("leakyrelu") => Some(0.1),
        None => Some(0.0),
    };
    let mut builder = Builder::new(weights);
    let mut value = builder.picture(1);
    let mut scale = 1;
    for number in (0..=last).step_by(2) {
        let layer = builder.layer(&format!("body.{number}"))?;
        value = if number == last {
            scale = layer.shuffle_scale()?;
            builder.conv(layer, &value, &|step| step)?
        } else {
            let slopes = slopes(&mut builder, number + 1, layer.outputs, shared)?;
            builder.conv(layer, &value, &|step| step.prelu(slopes.clone()))?
        };
    }
    builder.finish(NAME, &value, scale, true)
}

/// The slopes of a layer, one for each channel; `shared` is the one of a file without any.
fn slopes(builder: &mut Builder<'_>, number: usize, channels: usize, shared: Option<f32>) -> Result<Vec<f32>> {
    let name = format!("body.{number}.weight");
    match (shared, builder.tensor(&name).map(|tensor| tensor.data.len())) {
        (Some(slope), _) => Ok(vec![slope; channels]),
        // PyTorch's PReLU may have a single slope for all channels.
        (None, Some(1)) => Ok(vec![builder.values(&name, &[1])?[0]; channels]),
        (None, _) => builder.values(&name, &[channels]),
    }
}
