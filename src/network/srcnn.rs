//! SRCNN (Dong et al. 2014, "Learning a Deep Convolutional Network for Image Super-Resolution"): three convolutions over
//! the picture enlarged by bicubic interpolation, of its luma alone (one channel) or of its colours (three).
//!
//! The scale is not in the tensors: it comes from the file's metadata (`scale`), and is 4 where nothing tells it.

use super::{
    Layout, Network, Shape, Weights,
    builder::{Builder, Layer, Value},
    op::{Extent, ResizeFilter},
};
use crate::{Error, Result};

/// The name that people use.
pub(super) const NAME: &str = "SRCNN";

/// The scale of files that say nothing about it.
const DEFAULT_SCALE: u32 = 4;

/// Red, green and blue in luma, and where it begins, in 255ths (ITU-R BT.601, studio range).
const LUMA: [f32; 3] = [65.481, 128.553, 24.966];
const LUMA_START: f32 = 16.0;
const LUMA_RANGE: f32 = 219.0;

/// See [`Network::load`].
pub(super) fn recognise(weights: &Weights) -> Option<Result<Network>> {
    let names = ["conv1.weight", "conv2.weight", "conv3.weight"];
    let all = names.iter().all(|name| weights.get(name).is_some());
    let is_first = matches!(weights.get("conv1.weight")?.shape[..], [_, 1 | 3, _, _]);
    (all && is_first).then(|| build(weights))
}

/// See `LAYOUTS` in `layout.rs`. The graph takes pictures that are enlarged already, and does not tell how much.
pub(super) fn layouts(shapes: &[Shape], scale: usize) -> Vec<Layout> {
    let mut layout = Layout::default();
    layout.takes_enlarged = true;
    for (number, &shape) in (1..).zip(shapes) {
        layout.conv(format!("conv{number}"), shape);
    }
    if shapes.len() == 3 && scale == 1 { vec![layout] } else { Vec::new() }
}

fn build(weights: &Weights) -> Result<Network> {
    let scale = match weights.metadata("scale").map(str::parse) {
        Some(Ok(scale @ 2..=16)) => scale,
        None => DEFAULT_SCALE,
        Some(_) => {
            let reason = "its metadata gives a scale that is not a whole number from 2 to 16".into();
            return Err(Error::DamagedModel { reason });
        }
    };
    let mut builder = Builder::new(weights);
    let picture = builder.picture(1);
    let enlarged = builder.resize(&picture, Extent::Scaled { times: scale, over: 1 }, ResizeFilter::Bicubic);
    let first = builder.layer("conv1")?;
    let is_luma = first.inputs == 1;
    let source = if is_luma { builder.conv(luma(), &enlarged, &|step| step)? } else { enlarged.clone() };
    let value = builder.conv(first, &source, &|step| step.leaky_relu(0.0))?;
    let layer = builder.layer("conv2")?;
    let value = builder.conv(layer, &value, &|step| step.leaky_relu(0.0))?;
    let layer = builder.layer("conv3")?;
    let value = if is_luma {
        let change = builder.conv(layer, &value, &|step| step.add(&source, -1.0))?;
        recoloured(&mut builder, &change, &enlarged)?
    } else {
        builder.conv(layer, &value, &|step| step)?
    };
    builder.finish(NAME, &value, 1, false)
}

fn luma() -> Layer {
    let weight = LUMA.map(|share| share / 255.0).to_vec();
    Layer { name: "luma".into(), inputs: 3, outputs: 1, kernel: 1, weight, bias: vec![LUMA_START / 255.0] }
}

/// The enlarged picture with its luma changed and its chroma kept: the same change for each colour.
fn recoloured(builder: &mut Builder<'_>, change: &Value, enlarged: &Value) -> Result<Value> {
    let weight = vec![255.0 / LUMA_RANGE; 3];
    let layer = Layer { name: "recolour".into(), inputs: 1, outputs: 3, kernel: 1, weight, bias: vec![0.0; 3] };
    builder.conv(layer, change, &|step| step.add(enlarged, 1.0))
}
