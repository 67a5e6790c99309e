//! SPAN (Wan et al. 2023, "Swift Parameter-free Attention Network for Efficient Super-Resolution") and SPANF, its faster
//! form of the NTIRE 2025 challenge on efficient super-resolution.
//!
//! Both are blocks of three 3x3 convolutions `block_N.c1_r` to `c3_r` with an attention that has no weights. Each of these
//! convolutions is trained as several (`sk`, `conv.0` to `conv.2`) that are folded into one here; files for use have only
//! the folded one, `eval_conv`. In files from training `eval_conv` is out of date.
//!
//! A SPAN of our own, told by the tensor `near_skip`, computes only what to add to the picture enlarged by nearest
//! neighbour.

use super::{
    Layout, Network, Shape, Weights,
    builder::{Builder, Layer, NewConv, Value},
    op::Activation,
};
use crate::{Error, Result};

/// The names that people use.
pub(super) const NAME: &str = "SPAN";
pub(super) const FAST_NAME: &str = "SPANF";

/// What SPAN takes off the picture and multiplies it by, unless the file has the tensor `no_norm`.
const MEAN: [f32; 3] = [0.4488, 0.4371, 0.4040];
const RANGE: f32 = 255.0;

/// See [`Network::load`].
pub(super) fn recognise(weights: &Weights) -> Option<Result<Network>> {
    let has = |name: &str| weights.get(name).is_some();
    (has_conv(weights, "block_1.c1_r") && has_conv(weights, "conv_1") && has("conv_cat.weight")).then(|| build(weights))
}

/// See [`Network::load`].
pub(super) fn recognise_fast(weights: &Weights) -> Option<Result<Network>> {
    let has = |name: &str| weights.get(name).is_some();
    let is_fast = has_conv(weights, "block_1.c1_r") && has("conv_near.weight") && has("conv_cat.weight");
    is_fast.then(|| build_fast(weights))
}

/// See `LAYOUTS` in `layout.rs`.
pub(super) fn layouts(shapes: &[Shape], scale: usize) -> Vec<Layout> {
    let [features, inputs, ..] = shapes[0];
    let blocks = (shapes.len() - 1) / 3;
    let named = |signs: &[&'static str]| {
        let mut layout = Layout::default();
        layout.conv("conv_1.eval_conv", [features, inputs, 3, 3]);
        for block in 1..blocks {
            name_block(&mut layout, block, features, features);
        }
        layout.conv("conv_2.eval_conv", [features, features, 3, 3]);
        layout.conv("conv_cat", [features, 4 * features, 1, 1]);
        layout.conv("upsampler.0", [3 * scale * scale, features, 3, 3]);
        signs.iter().for_each(|sign| layout.sign(sign));
        layout
    };
    let is_possible = blocks > 1 && shapes.len() == 3 * blocks + 1 && inputs == 3;
    if is_possible { [&[][..], &["no_norm"], &["no_norm", "near_skip"]].map(named).into() } else { Vec::new() }
}

/// See `LAYOUTS` in `layout.rs`.
pub(super) fn fast_layouts(shapes: &[Shape], scale: usize) -> Vec<Layout> {
    let Some(&[features, ..]) = shapes.iter().find(|shape| shape[2] == 1) else { return Vec::new() };
    if !shapes.len().is_multiple_of(3) {
        return Vec::new();
    }
    let enlarged = 3 * scale * scale;
    let mut layout = Layout::default();
    layout.conv_without_bias("conv_near", [enlarged, 1, 3, 3], 3);
    for block in 1..shapes.len() / 3 {
        name_block(&mut layout, block, if block == 1 { 3 } else { features }, features);
    }
    layout.conv("conv_cat", [features, 2 * features + enlarged, 1, 1]);
    layout.conv("conv_2.eval_conv", [enlarged, features, 3, 3]);
    vec![layout]
}

fn name_block(layout: &mut Layout, number: usize, inputs: usize, features: usize) {
    for conv in 1..=3 {
        let inputs = if conv == 1 { inputs } else { features };
        layout.conv(format!("block_{number}.c{conv}_r.eval_conv"), [features, inputs, 3, 3]);
    }
}

fn has_conv(weights: &Weights, name: &str) -> bool {
    ["sk", "eval_conv"].iter().any(|part| weights.get(&format!("{name}.{part}.weight")).is_some())
}

fn count_blocks(weights: &Weights) -> usize {
    (1..).take_while(|block| has_conv(weights, &format!("block_{block}.c1_r"))).count()
}

fn build(weights: &Weights) -> Result<Network> {
    let mut builder = Builder::new(weights);
    let blocks = count_blocks(weights);
    let mut picture = builder.picture(1);
    if builder.tensor("no_norm").is_none() {
        picture = builder.conv(normalisation(), &picture, &|step| step)?;
    }
    let first = conv(&mut builder, "conv_1")?;
    let features = first.outputs;
    // What `conv_cat` joins: the first convolution, the end of the blocks, the first block, the inside of the last.
    let joined = builder.map_like(&[features; 4], &picture);
    builder.step(NewConv::new(first, &picture, &joined.part(0)))?;
    let mut value = joined.part(0);
    for number in 1..=blocks {
        let output = if number == 1 { joined.part(2) } else { builder.map_like(&[features], &picture) };
        let inside = if number == blocks { joined.part(3) } else { builder.map_like(&[features], &picture) };
        block(&mut builder, number, &value, &inside, &output)?;
        value = output;
    }
    let layer = conv(&mut builder, "conv_2")?;
    builder.step(NewConv::new(layer, &value, &joined.part(1)))?;
    let layer = builder.layer("conv_cat")?;
    let value = builder.conv(layer, &joined, &|step| step)?;
    let layer = builder.layer("upsampler.0")?;
    let scale = layer.shuffle_scale()?;
    let value = builder.conv(layer, &value, &|step| step)?;
    let adds_to_picture = builder.tensor("near_skip").is_some();
    builder.finish(NAME, &value, scale, adds_to_picture)
}

fn build_fast(weights: &Weights) -> Result<Network> {
    let mut builder = Builder::new(weights);
    let blocks = count_blocks(weights);
    let picture = builder.picture(1);
    let near = spread_groups(builder.layer_without_bias("conv_near")?, 3);
    let features = weights.get("conv_cat.weight").map_or(0, |tensor| tensor.shape.first().copied().unwrap_or_default());
    // What `conv_cat` joins: the enlarged picture, the last block, the first block.
    let joined = builder.map_like(&[near.outputs, features, features], &picture);
    builder.step(NewConv::new(near, &picture, &joined.part(0)))?;
    let mut value = picture.clone();
    for number in 1..=blocks {
        let output = match number {
            1 => joined.part(2),
            _ if number == blocks => joined.part(1),
            _ => builder.map_like(&[features], &picture),
        };
        let inside = builder.map_like(&[features], &picture);
        block(&mut builder, number, &value, &inside, &output)?;
        value = output;
    }
    let layer = builder.layer("conv_cat")?;
    let value = builder.conv(layer, &joined, &|step| step)?;
    let layer = conv(&mut builder, "conv_2")?;
    let scale = layer.shuffle_scale()?;
    let value = builder.conv(layer, &value, &|step| step)?;
    builder.finish(FAST_NAME, &value, scale, false)
}

/// Three convolutions, the first two with SiLU, then attention; `inside` is what the first one makes. A block that
/// changes the number of channels has no attention.
fn block(builder: &mut Builder<'_>, number: usize, source: &Value, inside: &Value, output: &Value) -> Result<()> {
    let [first, second, third] = [1, 2, 3].map(|conv| format!("block_{number}.c{conv}_r"));
    let layer = conv(builder, &first)?;
    builder.step(NewConv::new(layer, source, inside).activation(Activation::Silu))?;
    let layer = conv(builder, &second)?;
    let value = builder.conv(layer, inside, &|step| step.activation(Activation::Silu))?;
    let layer = conv(builder, &third)?;
    let attends = source.channels() == layer.outputs;
    let step = NewConv::new(layer, &value, output);
    builder.step(if attends { step.attend(source) } else { step })
}

/// `(picture - mean) * range` as a 1x1 convolution: by itself, so that the zeros around the picture stay zeros.
fn normalisation() -> Layer {
    let mut weight = vec![0.0; 9];
    for colour in 0..3 {
        weight[colour * 4] = RANGE;
    }
    Layer {
        name: "normalisation".into(),
        inputs: 3,
        outputs: 3,
        kernel: 1,
        weight,
        bias: MEAN.map(|mean| -mean * RANGE).to_vec(),
    }
}

/// A convolution that was trained as several, folded into one.
fn conv(builder: &mut Builder<'_>, name: &str) -> Result<Layer> {
    let evaluated = format!("{name}.eval_conv");
    if builder.tensor(&format!("{name}.sk.weight")).is_none() {
        return builder.layer(&evaluated);
    }
    builder.ignore(|tensor| tensor.strip_prefix(&evaluated).is_some_and(|rest| rest.starts_with('.')));
    let skip = builder.layer(&format!("{name}.sk"))?;
    let [widen, middle, narrow] = [0, 1, 2].map(|part| builder.layer(&format!("{name}.conv.{part}")));
    fold(name, &skip, &widen?, &middle?, &narrow?)
        .ok_or_else(|| Error::DamagedModel { reason: format!("the convolutions of {name} do not fit each other") })
}

/// `narrow(middle(widen(x))) + skip(x)` as one 3x3 convolution. Only `middle` is 3x3.
fn fold(name: &str, skip: &Layer, widen: &Layer, middle: &Layer, narrow: &Layer) -> Option<Layer> {
    let (inputs, outputs) = (skip.inputs, skip.outputs);
    let fits = [widen.kernel, middle.kernel, narrow.kernel, skip.kernel] == [1, 3, 1, 1]
        && (widen.inputs, narrow.outputs) == (inputs, outputs)
        && (widen.outputs, middle.outputs) == (middle.inputs, narrow.inputs);
    if !fits {
        return None;
    }
    // Doubles: the sums run over many products, and the folded weights stand for all of them.
    let mut weight = vec![0.0_f64; outputs * inputs * 9];
    let mut bias: Vec<f64> = narrow.bias.iter().zip(&skip.bias).map(|(a, b)| f64::from(a + b)).collect();
    for output in 0..outputs {
        // One row of `narrow` times `middle`: [middle.inputs][9].
        let mut row = vec![0.0_f64; middle.inputs * 9];
        for (inner, &share) in narrow.weight[output * narrow.inputs..][..narrow.inputs].iter().enumerate() {
            let share = f64::from(share);
            bias[output] += share * f64::from(middle.bias[inner]);
            for (sum, &value) in row.iter_mut().zip(&middle.weight[inner * middle.inputs * 9..]) {
                *sum += share * f64::from(value);
            }
        }
        for (inner, taps) in row.chunks_exact(9).enumerate() {
            bias[output] += taps.iter().sum::<f64>() * f64::from(widen.bias[inner]);
            for input in 0..inputs {
                let share = f64::from(widen.weight[inner * inputs + input]);
                for (sum, tap) in weight[(output * inputs + input) * 9..][..9].iter_mut().zip(taps) {
                    *sum += share * tap;
                }
            }
        }
        for input in 0..inputs {
            weight[(output * inputs + input) * 9 + 4] += f64::from(skip.weight[output * inputs + input]);
        }
    }
    let [weight, bias] = [weight, bias].map(|values| values.into_iter().map(|value| value as f32).collect());
    Some(Layer { name: name.to_owned(), inputs, outputs, kernel: 3, weight, bias })
}

/// A convolution in which each group of outputs sees one input, as one in which each sees all.
fn spread_groups(layer: Layer, groups: usize) -> Layer {
    let taps = layer.kernel * layer.kernel;
    if layer.inputs != 1 || !layer.outputs.is_multiple_of(groups) {
        return layer;
    }
    let mut weight = vec![0.0; layer.outputs * groups * taps];
    for (output, kernel) in layer.weight.chunks_exact(taps).enumerate() {
        let group = output / (layer.outputs / groups);
        weight[(output * groups + group) * taps..][..taps].copy_from_slice(kernel);
    }
    Layer { inputs: groups, weight, ..layer }
}
