//! What PyTorch makes of small networks of every architecture and style of names (tests/golden/networks.py), against both
//! backends.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{assert_close, features, golden, golden_network, golden_network_names, largest_difference, open, upscale};
use lenslet::{
    BackendChoice, BackendOptions, Network, NoProgress, Picture, Precision, Size, TileInput, Upscaler,
    cpu::{Features, run_all},
    gpu::{Blocking, BlockingChoice},
    picture::{Depth, Kind},
    tile::Window,
};

/// A network out of PyTorch, as the file that people have, with a picture and what PyTorch makes of it.
struct Case {
    name: String,
    network: Network,
    picture: Features,
    output: Features,
}

fn cases() -> Vec<Case> {
    let case = |name: String| {
        let file = golden(&format!("networks/{name}"));
        let (picture, output) = (features(&file, "picture"), features(&file, "output"));
        Case { network: golden_network(&name), picture, output, name }
    };
    golden_network_names().into_iter().map(case).collect()
}

/// The picture, which holds 8-bit values.
fn picture(features: &Features) -> Picture {
    let part = features.window.part;
    Picture { width: part.width, height: part.height, rgba: bytes(features), ..Picture::default() }
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
        let cut = network.tiling();
        let whole = Window::whole(cut.padded(part.width), cut.padded(part.height));
        let tile = TileInput { rgba: picture(&input).crop(whole.part), depth: Depth::Eight, window: whole, keep: part };
        let (_, enlarged) = run_all(&network, &tile);
        let enlarged = cropped(&enlarged.expect("every network ends in pixels"), output.window);
        assert_close(&enlarged, &output, 1e-4, &name);
    }
}

/// The mean over all turns and mirrors (tests/golden/tta.py), in 16 bits.
#[test]
fn means_of_eight_equal_pytorch() {
    for name in ["compact_x4", "span_plain_x2", "rrdb_unshuffle_x2"] {
        let (network, output) = (golden_network(name), features(&golden(&format!("tta/{name}")), "output"));
        let given = picture(&features(&golden(&format!("networks/{name}")), "picture"));
        let kind = Kind { depth: Depth::Sixteen, ..Kind::default() };
        let given = Picture { rgba: Depth::Eight.to_sixteen(&given.rgba).into_owned(), kind, ..given };
        for choice in [BackendChoice::Cpu, BackendChoice::Gpu] {
            let blocking = BlockingChoice::Only(Blocking::StagedPair);
            let options = BackendOptions { choice, precision: Precision::F32, tile: None, blocking };
            let upscaler = Upscaler::new(open(&network, options)).with_tta().expect("a network");
            let mut rgba = Vec::new();
            let mut rows = |rows: &[u8]| {
                rgba.extend_from_slice(rows);
                Ok(())
            };
            pollster::block_on(upscaler.upscale(&given, Size::Model, &mut rows, &mut NoProgress)).expect("upscales");
            let values: Vec<f32> = kind.depth.values(&rgba).map(|value| f32::from(value) / 65535.0).collect();
            let data = values.as_chunks::<4>().0.iter().flat_map(|&[red, green, blue, _]| [red, green, blue]).collect();
            let got = Features { window: output.window, channels: 3, data };
            assert_close(&got, &output, 1e-4, &format!("{name}, {choice:?}"));
        }
    }
}

/// The upper left part of a map.
fn cropped(map: &Features, window: Window) -> Features {
    let (from, to) = (map.window.part.width as usize * map.channels, window.part.width as usize * map.channels);
    let rows = map.data.chunks_exact(from).take(window.part.height as usize);
    Features { window, channels: map.channels, data: rows.flat_map(|row| row[..to].iter().copied()).collect() }
}

/// Through tiles where they are exact, backends and 8 bits. The precision is the backend's own choice: f16 where that
/// is precise enough for the network, else f32. GPUs take the blocking
/// that compiles quickest; that all are equal is tested layer by layer.
#[test]
fn networks_equal_pytorch_on_every_backend() {
    let mut halves = 0;
    for Case { name, network, picture: input, output } in cases() {
        let is_exact = network.radius().is_some_and(|radius| radius <= network.tiling().halo);
        let tile = if is_exact { 8 } else { 40 };
        for (choice, precision) in [
            (BackendChoice::Cpu, Precision::Auto),
            (BackendChoice::Gpu, Precision::F32),
            (BackendChoice::Gpu, Precision::Auto),
        ] {
            let blocking = BlockingChoice::Only(Blocking::StagedPair);
            let backend = open(&network, BackendOptions { choice, precision, tile: Some(tile), blocking });
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
