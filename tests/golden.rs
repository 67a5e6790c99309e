//! What PyTorch computed (tests/golden/make.py, beside its results) against the CPU's ops and both backends' networks.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{backend, golden, largest_difference, safetensors_file, upscale};
use lenslet::{
    BackendChoice, Network, Picture, Precision,
    cpu::{Features, run_op},
    network::{Conv3x3, Op, PixelShuffle, Value, Weights},
    picture::Kind,
};

fn features(file: &Weights, name: &str) -> Features {
    let tensor = file.get(name).expect(name);
    let [height, width, channels] = tensor.shape[..] else { panic!("{name} is no feature map") };
    Features { width, height, channels, data: tensor.data.clone() }
}

fn data(file: &Weights, name: &str) -> Vec<f32> {
    file.get(name).expect(name).data.clone()
}

fn assert_close(got: &Features, expected: &Features, what: &str) {
    assert_eq!((got.width, got.height, got.channels), (expected.width, expected.height, expected.channels), "{what}");
    for (index, (got, expected)) in got.data.iter().zip(&expected.data).enumerate() {
        assert!((got - expected).abs() <= 1e-5 * expected.abs().max(1.0), "{what}, {index}: {got}, PyTorch {expected}");
    }
}

#[test]
fn conv3x3_equals_pytorch() {
    let file = golden("conv3x3");
    let values = [features(&file, "source"), features(&file, "residual")];
    let plain = Conv3x3 {
        source: Value(0),
        inputs: values[0].channels,
        outputs: values[1].channels,
        weight: data(&file, "weight"),
        bias: data(&file, "bias"),
        slopes: None,
        residual: None,
    };
    let activated = Conv3x3 { slopes: Some(data(&file, "slopes")), ..plain.clone() };
    let added = Conv3x3 { residual: Some(Value(1)), ..activated.clone() };
    for (conv, name) in [(plain, "plain"), (activated, "activated"), (added, "added")] {
        assert_close(&run_op(&Op::Conv3x3(conv), 1, &values), &features(&file, name), name);
    }
}

#[test]
fn pixel_shuffle_equals_pytorch() {
    for scale in 1..=4 {
        let name = format!("pixel_shuffle_x{scale}");
        let file = golden(&name);
        let values = [features(&file, "picture"), features(&file, "source")];
        let op = Op::PixelShuffle(PixelShuffle { source: Value(1) });
        assert_close(&run_op(&op, scale, &values), &features(&file, "output"), &name);
    }
}

/// The network in a golden file, through the reader of weight files.
fn network(file: &Weights) -> Network {
    let tensors: Vec<_> = file
        .names()
        .filter_map(|name| {
            let tensor = file.get(name)?;
            Some((name.strip_prefix("weights.")?.to_owned(), tensor.shape.clone(), tensor.data.clone()))
        })
        .collect();
    Network::load(&safetensors_file(&tensors)).expect("sound")
}

#[test]
fn networks_equal_pytorch_on_the_cpu() {
    for (scale, width, convs) in [(1, 6, 1), (2, 9, 2), (3, 5, 0), (4, 12, 3)] {
        let name = format!("compact_x{scale}");
        let file = golden(&name);
        let network = network(&file);
        assert_eq!((network.scale(), network.radius()), (scale, convs + 2), "{name}");
        let (inputs, outputs, convs) = (3, 3 * (scale * scale) as usize, convs as usize);
        let weights = inputs * width * 9 + convs * width * width * 9 + width * outputs * 9;
        let biases_and_slopes = 2 * width * (convs + 1) + outputs;
        assert_eq!(network.parameters(), weights + biases_and_slopes, "{name}");

        let mut values = vec![features(&file, "picture")];
        for op in network.ops() {
            let made = run_op(op, scale, &values);
            values.push(made);
        }
        assert_close(values.last().expect("ops"), &features(&file, "output"), &name);
    }
}

/// Through tiles, backends and 8 bits.
#[test]
fn networks_equal_pytorch_on_every_backend() {
    for scale in 1..=4 {
        let file = golden(&format!("compact_x{scale}"));
        let (input, output) = (features(&file, "picture"), features(&file, "output"));
        let bytes = |features: &Features| -> Vec<u8> {
            let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0).round() as u8;
            features.data.as_chunks::<3>().0.iter().flat_map(|&[r, g, b]| [byte(r), byte(g), byte(b), 255]).collect()
        };
        let picture = Picture {
            width: input.width as u32,
            height: input.height as u32,
            rgba: bytes(&input),
            kind: Kind { grey: false, alpha: false },
            icc_profile: None,
        };
        for (choice, precision, bound) in [
            (BackendChoice::Cpu, Precision::Auto, 1),
            (BackendChoice::Gpu, Precision::F32, 1),
            (BackendChoice::Gpu, Precision::F16, 2),
        ] {
            let got = upscale(backend(&network(&file), choice, precision, Some(8)), &picture);
            let difference = largest_difference(&got, &bytes(&output));
            assert!(difference <= bound, "x{scale}, {choice:?} {precision:?}: {difference} of 255");
        }
    }
}
