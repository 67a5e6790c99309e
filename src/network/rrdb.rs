//! ESRGAN's generator `RRDBNet` (Wang et al. 2018, "ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks"):
//! residual-in-residual dense blocks at LR resolution, then enlargements by nearest neighbour with a convolution each.
//!
//! Three styles of names are in use, and all are read:
//!
//! | part | Real-ESRGAN | ESRGAN | oldest |
//! |---|---|---|---|
//! | first | `conv_first` | `conv_first` | `model.0` |
//! | dense blocks | `body.N.rdb1.conv1` | `RRDB_trunk.N.RDB1.conv1` | `model.1.sub.N.RDB1.conv1.0` |
//! | end of the trunk | `conv_body` | `trunk_conv` | `model.1.sub.` number of blocks |
//! | enlargements | `conv_up1`, ... | `upconv1`, ... | `model.3`, `model.6`, ... |
//! | last two | `conv_hr`, `conv_last` | `HRconv`, `conv_last` | the next two convolutions |
//!
//! A first convolution of 12 or 48 channels takes the picture pixel-unshuffled by 2 or 4 (Real-ESRGAN's models for scale
//! 2 and 1). A `conv1x1` in the dense blocks is ESRGAN+ (Rakotonirina and Rasoanaivo 2020, "ESRGAN+: Further Improving
//! Enhanced Super-Resolution Generative Adversarial Network").

use super::{
    Layout, Network, Shape, Weights,
    builder::{Builder, Layer, NewConv, Value},
};
use crate::{Error, Result};

/// The name that people use.
pub(super) const NAME: &str = "ESRGAN (RRDBNet)";

/// The slope of every LeakyReLU.
const SLOPE: f32 = 0.2;

/// What residual branches are multiplied by.
const RESIDUAL_SHARE: f32 = 0.2;

/// Convolutions in a dense block.
const DENSE: usize = 5;

/// See [`Network::load`].
pub(super) fn recognise(weights: &Weights) -> Option<Result<Network>> {
    let names = [Names::RealEsrgan, Names::Esrgan, Names::Oldest].into_iter();
    names
        .filter(|names| weights.get(&format!("{}.weight", names.dense(0, 1, 1))).is_some())
        .map(|names| build(weights, names))
        .next()
}

/// See `LAYOUTS` in `layout.rs`.
pub(super) fn layouts(shapes: &[Shape], scale: usize) -> Vec<Layout> {
    let ([width, inputs, ..], growth) = (shapes[0], shapes[1][0]);
    let blocks = shapes.iter().filter(|shape| shape[..2] == [growth, width + growth]).count() / 3;
    let has_plus = shapes.iter().any(|shape| shape[2] == 1);
    let rest = shapes.len().checked_sub(4 + 3 * blocks * (DENSE + usize::from(has_plus)));
    let (Some(enlargements @ 0..=3), 1..) = (rest, blocks) else { return Vec::new() };
    let mut layout = Layout::default();
    let names = Names::RealEsrgan;
    layout.conv(names.first(), [width, inputs, 3, 3]);
    for (block, number) in (0..blocks).flat_map(|block| (1..=3).map(move |number| (block, number))) {
        if has_plus {
            layout.conv_without_bias(names.plus(block, number), [growth, width, 1, 1], 1);
        }
        for conv in 1..=DENSE {
            let outputs = if conv == DENSE { width } else { growth };
            layout.conv(names.dense(block, number, conv), [outputs, width + (conv - 1) * growth, 3, 3]);
        }
    }
    layout.conv(names.trunk_end(blocks), [width, width, 3, 3]);
    for number in 1..=enlargements {
        layout.conv(format!("conv_up{number}"), [width, width, 3, 3]);
    }
    layout.conv("conv_hr", [width, width, 3, 3]);
    layout.conv("conv_last", [3, width, 3, 3]);
    layout.says("scale", scale.to_string());
    vec![layout]
}

/// A style of names.
#[derive(Clone, Copy)]
enum Names {
    RealEsrgan,
    Esrgan,
    Oldest,
}

impl Names {
    fn first(self) -> &'static str {
        if matches!(self, Self::Oldest) { "model.0" } else { "conv_first" }
    }

    /// Block, dense block and convolution.
    fn dense(self, block: usize, dense: usize, conv: usize) -> String {
        match self {
            Self::RealEsrgan => format!("body.{block}.rdb{dense}.conv{conv}"),
            Self::Esrgan => format!("RRDB_trunk.{block}.RDB{dense}.conv{conv}"),
            Self::Oldest => format!("model.1.sub.{block}.RDB{dense}.conv{conv}.0"),
        }
    }

    /// ESRGAN+'s additional convolution.
    fn plus(self, block: usize, dense: usize) -> String {
        match self {
            Self::RealEsrgan => format!("body.{block}.rdb{dense}.conv1x1"),
            Self::Esrgan => format!("RRDB_trunk.{block}.RDB{dense}.conv1x1"),
            Self::Oldest => format!("model.1.sub.{block}.RDB{dense}.conv1x1"),
        }
    }

    fn trunk_end(self, blocks: usize) -> String {
        match self {
            Self::RealEsrgan => "conv_body".into(),
            Self::Esrgan => "trunk_conv".into(),
            Self::Oldest => format!("model.1.sub.{blocks}"),
        }
    }

    /// The enlargements, and then the last two convolutions.
    fn tail(self, weights: &Weights) -> (Vec<String>, [String; 2]) {
        let has = |name: &String| weights.get(&format!("{name}.weight")).is_some();
        let (prefix, second_last) = match self {
            Self::RealEsrgan => ("conv_up", "conv_hr"),
            Self::Esrgan => ("upconv", "HRconv"),
            Self::Oldest => return oldest_tail(weights),
        };
        let enlargements = (1..).map(|number| format!("{prefix}{number}")).take_while(has).collect();
        (enlargements, [second_last.into(), "conv_last".into()])
    }
}

/// The convolutions behind the trunk lie at `model.3`, `model.6`, ... for the enlargements (an upsampling stands before
/// and an activation behind each), and two apart at the end.
fn oldest_tail(weights: &Weights) -> (Vec<String>, [String; 2]) {
    /// Further than any file goes; a hostile one may have any number.
    const LAST: usize = 64;
    let number =
        |name: &str| name.strip_prefix("model.")?.strip_suffix(".weight")?.parse::<usize>().ok().filter(|&n| n <= LAST);
    let last = weights.names().filter_map(number).max().unwrap_or_default();
    let enlargements = (3..last.saturating_sub(2)).step_by(3).map(|number| format!("model.{number}")).collect();
    (enlargements, [last.saturating_sub(2), last].map(|number| format!("model.{number}")))
}

fn build(weights: &Weights, names: Names) -> Result<Network> {
    let mut builder = Builder::new(weights);
    let has = |name: &str| weights.get(&format!("{name}.weight")).is_some();
    let blocks = (0..).take_while(|&block| has(&names.dense(block, 1, 1))).count();
    let (enlargements, [second_last, last]) = names.tail(weights);

    let first = builder.layer(names.first())?;
    let factor = [1, 2, 4].into_iter().find(|factor| 3 * factor * factor == first.inputs).ok_or_else(|| {
        let reason = format!("{} takes {} channels, expected 3, 12 or 48", names.first(), first.inputs);
        Error::DamagedModel { reason }
    })?;
    let picture = builder.picture(factor);
    let features = first.outputs;
    // Where the tensor has another shape, its layer does not fit and says so.
    let growth = weights
        .get(&format!("{}.weight", names.dense(0, 1, 1)))
        .map_or(0, |tensor| tensor.shape.first().copied().unwrap_or_default());

    let dense_parts: Vec<usize> = std::iter::once(features).chain([growth; DENSE - 1]).collect();
    // Made twice: the copy that is added behind the trunk must not keep a dense block's wide map until then.
    let start = builder.conv(first.clone(), &picture, &|step| step)?;
    let mut dense = builder.map_like(&dense_parts, &picture);
    builder.step(NewConv::new(first, &picture, &dense.part(0)))?;
    for block in 0..blocks {
        let entry = dense.part(0);
        for number in 1..=3 {
            let is_last = (block, number) == (blocks - 1, 3);
            let next = builder.map_like(if is_last { &dense_parts[..1] } else { &dense_parts }, &picture);
            let plus = has(&names.plus(block, number))
                .then(|| builder.layer_without_bias(&names.plus(block, number)))
                .transpose()?;
            let layers =
                (1..=DENSE).map(|conv| builder.layer(&names.dense(block, number, conv))).collect::<Result<Vec<_>>>()?;
            let outer = (number == 3).then_some(&entry);
            dense_block(&mut builder, layers, plus, &dense, &next.part(0), outer)?;
            dense = next;
        }
    }
    let layer = builder.layer(&names.trunk_end(blocks))?;
    let mut value = builder.conv(layer, &dense.part(0), &|step| step.add(&start, 1.0))?;

    // Files do not tell 3 from 2 where there is one enlargement; most are 2.
    let step_factor = if enlargements.len() == 1 && weights.metadata("scale") == Some("3") { 3 } else { 2 };
    for name in &enlargements {
        let layer = builder.layer(name)?;
        value = builder.enlarged(layer, &value, step_factor, &|step| step.leaky_relu(SLOPE))?;
    }
    let layer = builder.layer(&second_last)?;
    let value = builder.conv(layer, &value, &|step| step.leaky_relu(SLOPE))?;
    let layer = builder.layer(&last)?;
    let value = builder.conv(layer, &value, &|step| step)?;
    builder.finish(NAME, &value, 1, false)
}

/// Each convolution sees what all before it made; the last adds its share to the block's input. `outer` is the input of
/// the residual block around three dense blocks, where this is the last of them.
fn dense_block(
    builder: &mut Builder<'_>,
    layers: Vec<Layer>,
    plus: Option<Layer>,
    dense: &Value,
    next: &Value,
    outer: Option<&Value>,
) -> Result<()> {
    let input = dense.part(0);
    let shortcut = plus.map(|layer| builder.conv(layer, &input, &|step| step)).transpose()?;
    for (number, layer) in (1..).zip(layers) {
        let source = dense.first_parts(number);
        if number == DENSE {
            let share = RESIDUAL_SHARE * if outer.is_some() { RESIDUAL_SHARE } else { 1.0 };
            let step = NewConv::new(layer.scaled(share), &source, next);
            return builder.step(match outer {
                Some(outer) => step.add(&input, RESIDUAL_SHARE).add(outer, 1.0),
                None => step.add(&input, 1.0),
            });
        }
        let output = dense.part(number);
        let step = NewConv::new(layer, &source, &output).leaky_relu(SLOPE);
        builder.step(match (&shortcut, number) {
            (Some(shortcut), 2) => step.add(shortcut, 1.0),
            (Some(_), 4) => step.add(&dense.part(2), 1.0),
            _ => step,
        })?;
    }
    Ok(())
}
