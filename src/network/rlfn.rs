//! RLFN (Kong et al. 2022, "Residual Local Feature Network for Efficient Super-Resolution").
//!
//! Blocks of three 3x3 convolutions `block_N.c1_r` to `c3_r`, a 1x1 convolution `c5` and an attention `esa` that looks at
//! a small, pooled form of the features (Liu et al. 2020, "Residual Feature Aggregation Network for Image
//! Super-Resolution").

use super::{
    Layout, Network, Shape, Weights,
    builder::{Builder, NewConv, Value},
    op::{Activation, Extent, ResizeFilter},
};
use crate::Result;

/// The name that people use.
pub(super) const NAME: &str = "RLFN";

/// The slope of every LeakyReLU.
const SLOPE: f32 = 0.05;

/// The network works on colours in 0..=255.
const RANGE: f32 = 255.0;

/// The attention's pooling: edge of the windows and the distance between them.
const POOL: (u32, u32) = (7, 3);

/// See [`Network::load`].
pub(super) fn recognise(weights: &Weights) -> Option<Result<Network>> {
    let names = ["conv_1.weight", "block_1.c5.weight", "block_1.esa.conv_f.weight", "upsampler.0.weight"];
    names.iter().all(|name| weights.get(name).is_some()).then(|| build(weights))
}

/// See `LAYOUTS` in `layout.rs`.
pub(super) fn layouts(shapes: &[Shape], scale: usize) -> Vec<Layout> {
    let ([width, inputs, ..], middle) = (shapes[0], shapes[1][0]);
    let narrow = shapes.iter().filter(|shape| shape[2] == 1).map(|shape| shape[0]).min();
    let (Some(narrow), true) = (narrow, shapes.len() % 9 == 3) else { return Vec::new() };
    let mut layout = Layout::default();
    layout.conv("conv_1", [width, inputs, 3, 3]);
    for block in 1..=(shapes.len() - 3) / 9 {
        layout.conv(format!("block_{block}.c1_r"), [middle, width, 3, 3]);
        layout.conv(format!("block_{block}.c2_r"), [middle, middle, 3, 3]);
        layout.conv(format!("block_{block}.c3_r"), [width, middle, 3, 3]);
        layout.conv(format!("block_{block}.c5"), [width, width, 1, 1]);
        layout.conv(format!("block_{block}.esa.conv1"), [narrow, width, 1, 1]);
        layout.conv(format!("block_{block}.esa.conv2"), [narrow, narrow, 3, 3]);
        layout.conv(format!("block_{block}.esa.conv3"), [narrow, narrow, 3, 3]);
        layout.conv(format!("block_{block}.esa.conv_f"), [narrow, narrow, 1, 1]);
        layout.conv(format!("block_{block}.esa.conv4"), [width, narrow, 1, 1]);
    }
    layout.conv("conv_2", [width, width, 3, 3]);
    layout.conv("upsampler.0", [3 * scale * scale, width, 3, 3]);
    vec![layout]
}

fn build(weights: &Weights) -> Result<Network> {
    let mut builder = Builder::new(weights);
    let picture = builder.picture(1);
    let mut layer = builder.layer("conv_1")?;
    layer.weight.iter_mut().for_each(|weight| *weight *= RANGE);
    let start = builder.conv(layer, &picture, &|step| step)?;
    let mut value = start.clone();
    for block in (1..).take_while(|block| weights.get(&format!("block_{block}.c1_r.weight")).is_some()) {
        let mut inner = value.clone();
        for conv in 1..=3 {
            let layer = builder.layer(&format!("block_{block}.c{conv}_r"))?;
            inner = builder.conv(layer, &inner, &|step| {
                let step = step.leaky_relu(SLOPE);
                if conv == 3 { step.add(&value, 1.0) } else { step }
            })?;
        }
        let layer = builder.layer(&format!("block_{block}.c5"))?;
        let mixed = builder.conv(layer, &inner, &|step| step)?;
        value = attention(&mut builder, &format!("block_{block}.esa"), &mixed)?;
    }
    let layer = builder.layer("conv_2")?;
    let value = builder.conv(layer, &value, &|step| step.add(&start, 1.0))?;
    let layer = builder.layer("upsampler.0")?.scaled(1.0 / RANGE);
    let scale = layer.shuffle_scale()?;
    let value = builder.conv(layer, &value, &|step| step)?;
    builder.finish(NAME, &value, scale, false)
}

/// `source * sigmoid(conv4(conv_f(c) + enlarged(conv3(pool(conv2(c))))))` with `c = conv1(source)`.
fn attention(builder: &mut Builder<'_>, name: &str, source: &Value) -> Result<Value> {
    let layer = builder.layer(&format!("{name}.conv1"))?;
    let narrow = builder.conv(layer, source, &|step| step)?;
    let layer = builder.layer(&format!("{name}.conv2"))?;
    let strided = builder.windows(layer.outputs, &narrow, layer.kernel as u32, 2);
    builder.step(NewConv::new(layer, &narrow, &strided))?;
    let pooled = builder.max_pool(&strided, POOL.0, POOL.1);
    let layer = builder.layer(&format!("{name}.conv3"))?;
    let coarse = builder.conv(layer, &pooled, &|step| step)?;
    let enlarged = builder.resize(&coarse, Extent::PICTURE, ResizeFilter::Bilinear);
    let layer = builder.layer(&format!("{name}.conv_f"))?;
    let joined = builder.conv(layer, &narrow, &|step| step.add(&enlarged, 1.0))?;
    let layer = builder.layer(&format!("{name}.conv4"))?;
    builder.conv(layer, &joined, &|step| step.activation(Activation::Sigmoid).multiply(source))
}
