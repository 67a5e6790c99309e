//! What PyTorch computed (tests/golden/make.py, beside its results) against the CPU's ops and both backends' networks.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::fs;

use common::{backend, golden, golden_folder, largest_difference, safetensors_file, upscale};
use lenslet::{
    BackendChoice, Network, Picture, Precision, TileInput,
    cpu::{Features, run_all, run_op},
    network::{Activation, Combine, Conv, Op, PixelShuffle, Slice, Weights},
    picture::Kind,
    tile::Window,
};

/// `[height][width][channels]` out of a golden file.
fn features(file: &Weights, name: &str) -> Features {
    let tensor = file.get(name).expect(name);
    let [height, width, channels] = tensor.shape[..] else { panic!("{name} is no feature map") };
    Features { window: Window::whole(width as u32, height as u32), channels, data: tensor.data.clone() }
}

/// A map like another of so many channels, all zero.
fn empty_like(like: &Features, channels: usize) -> Features {
    Features { window: like.window, channels, data: vec![0.0; like.window.part.area() * channels] }
}

/// All channels of a map.
fn all(map: usize, features: &Features) -> Slice {
    Slice { map, first: 0, channels: features.channels }
}

fn data(file: &Weights, name: &str) -> Vec<f32> {
    file.get(name).expect(name).data.clone()
}

fn assert_close(got: &Features, expected: &Features, tolerance: f32, what: &str) {
    assert_eq!((got.window.part.area(), got.channels), (expected.window.part.area(), expected.channels), "{what}");
    assert_eq!(got.window.part.width, expected.window.part.width, "{what}");
    for (index, (got, expected)) in got.data.iter().zip(&expected.data).enumerate() {
        let error = (got - expected).abs();
        assert!(error <= tolerance * expected.abs().max(1.0), "{what}, {index}: {got}, PyTorch {expected}");
    }
}

#[test]
fn conv_equals_pytorch() {
    let file = golden("conv3x3");
    let (source, residual) = (features(&file, "source"), features(&file, "residual"));
    let output = empty_like(&source, residual.channels);
    let mut maps = [source, residual, output];
    let plain = Conv {
        source: all(0, &maps[0]),
        output: all(2, &maps[2]),
        kernel: 3,
        stride: 1,
        padding: 1,
        upsample: 1,
        weight: data(&file, "weight"),
        bias: data(&file, "bias"),
        activation: Activation::Identity,
        combine: Combine::Nothing,
    };
    let activated = Conv { activation: Activation::Prelu(data(&file, "slopes")), ..plain.clone() };
    let added = Conv { combine: Combine::Add(vec![(all(1, &maps[1]), 1.0)]), ..activated.clone() };
    for (conv, name) in [(plain, "plain"), (activated, "activated"), (added, "added")] {
        assert!(run_op(&Op::Conv(conv), &mut maps).is_none());
        assert_close(&maps[2], &features(&file, name), 1e-5, name);
    }
}

#[test]
fn pixel_shuffle_equals_pytorch() {
    for scale in 1..=4 {
        let name = format!("pixel_shuffle_x{scale}");
        let file = golden(&name);
        let mut maps = [features(&file, "picture"), features(&file, "source")];
        let op = Op::PixelShuffle(PixelShuffle { source: all(1, &maps[1]), scale, adds_picture: true });
        let enlarged = run_op(&op, &mut maps).expect("the last op answers");
        assert_close(&enlarged, &features(&file, "output"), 1e-5, &name);
    }
}

/// A network out of PyTorch, as the file that people have, with a picture and what PyTorch makes of it.
struct Case {
    name: String,
    network: Network,
    picture: Features,
    output: Features,
}

fn cases() -> Vec<Case> {
    let folder = golden_folder().join("networks");
    let mut names: Vec<_> =
        fs::read_dir(folder).expect("golden networks").map(|entry| entry.expect("entry").path()).collect();
    names.sort();
    let case = |path: &std::path::PathBuf| {
        let name = path.file_stem().expect("name").to_string_lossy().into_owned();
        let file = golden(&format!("networks/{name}"));
        let tensors: Vec<_> = file
            .names()
            .filter_map(|tensor| {
                let values = file.get(tensor)?;
                Some((tensor.strip_prefix("weights.")?.to_owned(), values.shape.clone(), values.data.clone()))
            })
            .collect();
        let mut weights = Weights::parse(&safetensors_file(&tensors)).expect(&name);
        for key in ["scale", "act"] {
            if let Some(value) = file.metadata(key) {
                weights = weights.with_metadata(key, value);
            }
        }
        let network = Network::from_weights(&weights).unwrap_or_else(|error| panic!("{name}: {error}"));
        Case { network, picture: features(&file, "picture"), output: features(&file, "output"), name }
    };
    names.iter().map(case).collect()
}

/// The picture, which holds 8-bit values.
fn picture(features: &Features) -> Picture {
    let part = features.window.part;
    let kind = Kind { grey: false, alpha: false };
    Picture { width: part.width, height: part.height, rgba: bytes(features), kind, icc_profile: None }
}

fn bytes(features: &Features) -> Vec<u8> {
    let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0).round() as u8;
    features.data.as_chunks::<3>().0.iter().flat_map(|&[r, g, b]| [byte(r), byte(g), byte(b), 255]).collect()
}

#[test]
fn networks_equal_pytorch_on_the_cpu() {
    let cases = cases();
    assert!(cases.len() >= 30, "{} cases", cases.len());
    for Case { name, network, picture: input, output } in cases {
        let part = input.window.part;
        let cut = network.cut();
        let whole = Window::whole(cut.padded(part.width), cut.padded(part.height));
        let tile = TileInput { rgba: picture(&input).crop(whole.part), window: whole, keep: part };
        let (_, enlarged) = run_all(&network, &tile);
        let enlarged = cropped(&enlarged.expect("every network ends in pixels"), output.window);
        assert_close(&enlarged, &output, 1e-4, &name);
    }
}

/// The upper left part of a map.
fn cropped(map: &Features, window: Window) -> Features {
    let (from, to) = (map.window.part.width as usize * map.channels, window.part.width as usize * map.channels);
    let rows = map.data.chunks_exact(from).take(window.part.height as usize);
    Features { window, channels: map.channels, data: rows.flat_map(|row| row[..to].iter().copied()).collect() }
}

/// Through tiles where they are exact, backends and 8 bits. The precision is the backend's own choice: f16 where that
/// is precise enough for the network, else f32.
#[test]
fn networks_equal_pytorch_on_every_backend() {
    let mut halves = 0;
    for Case { name, network, picture: input, output } in cases() {
        let is_exact = network.radius().is_some_and(|radius| radius <= network.cut().halo);
        let tile = if is_exact { 8 } else { 40 };
        for (choice, precision) in [
            (BackendChoice::Cpu, Precision::Auto),
            (BackendChoice::Gpu, Precision::F32),
            (BackendChoice::Gpu, Precision::Auto),
        ] {
            let backend = backend(&network, choice, precision, Some(tile));
            let is_half = backend.info().precision == "f16";
            halves += usize::from(is_half);
            let got = upscale(backend, &picture(&input));
            let difference = largest_difference(&got, &bytes(&output));
            let bound = if is_half { 2 } else { 1 };
            assert!(difference <= bound, "{name}, {choice:?} {precision:?}: {difference} of 255");
        }
    }
    assert!(halves >= 25, "f16 must do for nearly all, it did for {halves}");
}
