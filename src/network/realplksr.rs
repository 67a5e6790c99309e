//! RealPLKSR: neosr's form of PLKSR (Lee et al. 2024, "Partial Large Kernel CNNs for Efficient Super-Resolution").
//!
//! Blocks `feats.N` of two 3x3 convolutions with Mish between them, one large kernel over a part of the channels, an
//! attention for each value, a 1x1 convolution and a group normalisation over the whole picture (or a layer normalisation
//! of each pixel in front). The enlargement is a pixel shuffle, or DySample (`to_img`).

use super::{
    Layout, Network, Shape, Weights,
    builder::{Builder, Layer, NewConv, Value},
    op::Activation,
};
use crate::Result;

/// The name that people use.
pub(super) const NAME: &str = "RealPLKSR";

/// Groups of channels in each normalisation; files do not tell, and neosr has no other.
const GROUPS: usize = 4;

/// See [`Network::load`].
pub(super) fn recognise(weights: &Weights) -> Option<Result<Network>> {
    let names = ["feats.0.weight", "feats.1.channel_mixer.0.weight", "feats.1.lk.conv.weight", "feats.1.refine.weight"];
    names.iter().all(|name| weights.get(name).is_some()).then(|| build(weights))
}

/// See `LAYOUTS` in `layout.rs`. DySample samples where the network says, and files of such graphs are not read.
pub(super) fn layouts(shapes: &[Shape], scale: usize) -> Vec<Layout> {
    let [width, inputs, ..] = shapes[0];
    let large: Vec<&Shape> = shapes.iter().filter(|shape| shape[2] > 3).collect();
    let Some(&&[part, _, kernel, _]) = large.first() else { return Vec::new() };
    let has_attention = shapes.len() == 2 + 5 * large.len();
    let named = |normal_first: bool| {
        let mut layout = Layout::default();
        layout.conv("feats.0", [width, inputs, 3, 3]);
        for block in 1..=large.len() {
            if normal_first {
                layout.norm(format!("feats.{block}.layer_norm"), width);
            }
            layout.conv(format!("feats.{block}.channel_mixer.0"), [2 * width, width, 3, 3]);
            layout.conv(format!("feats.{block}.channel_mixer.2"), [width, 2 * width, 3, 3]);
            layout.conv(format!("feats.{block}.lk.conv"), [part, part, kernel, kernel]);
            if has_attention {
                layout.conv(format!("feats.{block}.attn.f.0"), [width, width, 3, 3]);
            }
            layout.conv(format!("feats.{block}.refine"), [width, width, 1, 1]);
            if !normal_first {
                layout.norm(format!("feats.{block}.norm"), width);
            }
        }
        layout.conv(format!("feats.{}", large.len() + 2), [3 * scale * scale, width, 3, 3]);
        layout
    };
    [true, false].map(named).into()
}

fn build(weights: &Weights) -> Result<Network> {
    let mut builder = Builder::new(weights);
    let blocks = (1..).take_while(|block| weights.get(&format!("feats.{block}.refine.weight")).is_some()).count();
    let picture = builder.picture(1);
    let layer = builder.layer("feats.0")?;
    let mut value = builder.conv(layer, &picture, &|step| step)?;
    for number in 1..=blocks {
        value = block(&mut builder, &format!("feats.{number}"), &value)?;
    }
    // A dropout, which has no weights, stands before the last convolution; older files are without it.
    let last = [blocks + 2, blocks + 1].map(|number| format!("feats.{number}"));
    let last = last.into_iter().find(|name| weights.get(&format!("{name}.weight")).is_some()).unwrap_or_default();
    let layer = builder.layer(&last)?;
    let scale = layer.shuffle_scale()?;
    if weights.get("to_img.offset.weight").is_none() {
        let value = builder.conv(layer, &value, &|step| step)?;
        return builder.finish(NAME, &value, scale, true);
    }
    let repeated = builder.conv(repeat(scale * scale), &picture, &|step| step)?;
    let value = builder.conv(layer, &value, &|step| step.add(&repeated, 1.0))?;
    let value = dy_sample(&mut builder, &value, scale)?;
    builder.finish(NAME, &value, 1, false)
}

fn block(builder: &mut Builder<'_>, name: &str, source: &Value) -> Result<Value> {
    let normal_first = builder.has(&format!("{name}.layer_norm"));
    let input = if normal_first { builder.layer_norm(&format!("{name}.layer_norm"), source)? } else { source.clone() };
    let layer = builder.layer(&format!("{name}.channel_mixer.0"))?;
    let mixed = builder.conv(layer, &input, &|step| step.activation(Activation::Mish))?;
    let mixer = builder.layer(&format!("{name}.channel_mixer.2"))?;
    let large = builder.layer(&format!("{name}.lk.conv"))?;
    // The large kernel sees the first channels alone; the others go by it, right to their place.
    let (all, part) = (mixer.outputs, large.outputs.min(mixer.outputs));
    let partial = builder.conv(mixer.outputs(0..part), &mixed, &|step| step)?;
    let parts = [part, all - part].into_iter().filter(|&channels| channels > 0).collect::<Vec<_>>();
    let value = builder.map_like(&parts, source);
    builder.step(NewConv::new(large, &partial, &value.part(0)))?;
    if part < all {
        builder.step(NewConv::new(mixer.outputs(part..all), &mixed, &value.part(1)))?;
    }
    let attended = if builder.has(&format!("{name}.attn.f.0")) {
        let layer = builder.layer(&format!("{name}.attn.f.0"))?;
        let output = builder.map_like(&parts, source);
        builder.step(NewConv::new(layer, &value, &output).activation(Activation::Sigmoid).multiply(&value))?;
        output
    } else {
        value
    };
    let layer = builder.layer(&format!("{name}.refine"))?;
    if normal_first {
        return builder.conv(layer, &attended, &|step| step.add(source, 1.0));
    }
    let refined = builder.conv(layer, &attended, &|step| step)?;
    builder.group_norm(&format!("{name}.norm"), &refined, GROUPS, source)
}

/// Each colour `times` times, one after another.
fn repeat(times: usize) -> Layer {
    let outputs = 3 * times;
    let mut weight = vec![0.0; outputs * 3];
    for output in 0..outputs {
        weight[output * 3 + output / times] = 1.0;
    }
    Layer { name: "repeat".into(), inputs: 3, outputs, kernel: 1, weight, bias: vec![0.0; outputs] }
}

fn dy_sample(builder: &mut Builder<'_>, source: &Value, scale: usize) -> Result<Value> {
    // Half a pixel is the furthest that the offsets lead at first; the positions they are added to follow from the scale.
    const REACH: f32 = 0.5;
    builder.ignore(|name| name == "to_img.init_pos");
    let scope = builder.layer_without_bias("to_img.scope")?;
    let scope = builder.conv(scope, source, &|step| step.activation(Activation::Sigmoid))?;
    let layer = builder.layer("to_img.offset")?.scaled(REACH);
    let groups = layer.outputs / (2 * scale * scale);
    let offsets = builder.conv(layer, source, &|step| step.multiply(&scope))?;
    let sampled = builder.dy_sample(source, &offsets, groups, scale);
    if !builder.has("to_img.end_conv") {
        return Ok(sampled);
    }
    let layer = builder.layer("to_img.end_conv")?;
    builder.conv(layer, &sampled, &|step| step)
}
