//! What PyTorch computes for each op (tests/golden/make.py, beside its results), against the CPU's loops.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{assert_close, features, golden};
use lenslet::{
    cpu::{Features, run_op},
    network::{
        Activation, Combine, Conv, DySample, GroupNorm, LayerNorm, MaxPool, Op, PixelShuffle, PixelUnshuffle, Resize,
        ResizeFilter, Slice, Weights,
    },
};

fn data(file: &Weights, name: &str) -> Vec<f32> {
    file.get(name).expect(name).data.clone()
}

/// All channels of a map.
fn all(map: usize, features: &Features) -> Slice {
    Slice { map, first: 0, channels: features.channels }
}

/// Runs an op over some maps and compares what it makes with what PyTorch made, which tells the size of its map.
fn check(file: &Weights, sources: &[&str], name: &str, op: impl FnOnce(&[Slice], Slice) -> Op) {
    let expected = features(file, name);
    let mut maps: Vec<_> = sources.iter().map(|source| features(file, source)).collect();
    let slices: Vec<_> = maps.iter().enumerate().map(|(map, features)| all(map, features)).collect();
    maps.push(Features { data: vec![0.0; expected.data.len()], ..expected.clone() });
    let output = all(sources.len(), &expected);
    let got = match run_op(&op(&slices, output), &mut maps) {
        Some(enlarged) => enlarged,
        None => maps.pop().expect("the output"),
    };
    assert_close(&got, &expected, 1e-5, name);
}

#[test]
fn conv_equals_pytorch() {
    let file = golden("conv3x3");
    for (name, has_slopes, has_residual) in [("plain", false, false), ("activated", true, false), ("added", true, true)]
    {
        check(&file, &["source", "residual"], name, |sources, output| {
            let mut conv = conv(&file, "weight", sources[0], output);
            if has_slopes {
                conv.activation = Activation::Prelu(data(&file, "slopes"));
            }
            if has_residual {
                conv.combine = Combine::Add(vec![(sources[1], 1.0)]);
            }
            Op::Conv(conv)
        });
    }
}

/// A plain convolution that keeps the size.
fn conv(file: &Weights, weight: &str, source: Slice, output: Slice) -> Conv {
    let kernel = file.get(weight).expect(weight).shape[2];
    Conv {
        source,
        output,
        kernel,
        stride: 1,
        padding: kernel / 2,
        upsample: 1,
        weight: data(file, weight),
        bias: data(file, "bias"),
        activation: Activation::Identity,
        combine: Combine::Nothing,
    }
}

#[test]
fn every_kind_of_conv_equals_pytorch() {
    let file = golden("conv_kinds");
    /// What makes the kind, from the other value.
    type Change = fn(&mut Conv, Slice);
    let kinds: [(&str, &str, Change); 6] = [
        ("strided", "small", |conv, _| (conv.stride, conv.padding) = (2, 0)),
        ("silu", "wide", |conv, _| conv.activation = Activation::Silu),
        ("mish_upsampled", "small", |conv, _| (conv.activation, conv.upsample) = (Activation::Mish, 2)),
        ("sigmoid_multiplied", "small", |conv, other| {
            (conv.activation, conv.combine) = (Activation::Sigmoid, Combine::Multiply(other));
        }),
        ("attended", "small", |conv, other| conv.combine = Combine::Attend(other)),
        ("added_twice", "small", |conv, other| conv.combine = Combine::Add(vec![(other, 0.5), (other, -0.25)])),
    ];
    for (name, weight, change) in kinds {
        check(&file, &["source", "other"], name, |sources, output| {
            let mut conv = conv(&file, weight, sources[0], output);
            change(&mut conv, sources[1]);
            Op::Conv(conv)
        });
    }
}

#[test]
fn pooling_and_resizing_equal_pytorch() {
    let file = golden("resize");
    check(&file, &["source"], "pooled", |sources, output| {
        Op::MaxPool(MaxPool { source: sources[0], output, kernel: 7, stride: 3 })
    });
    check(&file, &["pooled"], "bilinear", |sources, output| {
        Op::Resize(Resize { source: sources[0], output, filter: ResizeFilter::Bilinear })
    });
    check(&file, &["picture"], "bicubic", |sources, output| {
        Op::Resize(Resize { source: sources[0], output, filter: ResizeFilter::Bicubic })
    });
}

#[test]
fn pixel_shuffle_equals_pytorch() {
    for scale in 1..=4 {
        let file = golden(&format!("pixel_shuffle_x{scale}"));
        check(&file, &["picture", "source"], "output", |sources, _| {
            Op::PixelShuffle(PixelShuffle { source: sources[1], scale, adds_picture: true })
        });
    }
}

#[test]
fn pixel_unshuffle_equals_pytorch() {
    let file = golden("pixel_unshuffle");
    for (name, factor) in [("by_2", 2), ("by_4", 4)] {
        check(&file, &["picture"], name, |_, output| Op::PixelUnshuffle(PixelUnshuffle { output, factor }));
    }
}

#[test]
fn norms_equal_pytorch() {
    let file = golden("norms");
    let (weight, bias) = (data(&file, "weight"), data(&file, "bias"));
    check(&file, &["source", "residual"], "group_norm", |sources, output| {
        let (weight, bias) = (weight.clone(), bias.clone());
        Op::GroupNorm(GroupNorm { source: sources[0], output, groups: 3, weight, bias, residual: sources[1] })
    });
    check(&file, &["source"], "layer_norm", |sources, output| {
        Op::LayerNorm(LayerNorm { source: sources[0], output, weight: weight.clone(), bias: bias.clone() })
    });
}

#[test]
fn dy_sample_equals_pytorch() {
    check(&golden("dy_sample"), &["source", "offsets"], "output", |sources, output| {
        Op::DySample(DySample { source: sources[0], offsets: sources[1], output, groups: 2, scale: 2 })
    });
}
