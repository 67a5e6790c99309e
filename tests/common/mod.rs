//! What several integration tests need: fixed noise, pictures, networks, weight files.
#![allow(dead_code, reason = "each test binary uses its own part of this module")]

#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod animations;
pub(crate) mod torch;

use std::{collections::HashMap, path::PathBuf};

use lenslet::{
    Backend, BackendChoice, BackendOptions, Network, NoProgress, Picture, Precision, Size, Upscaler,
    cpu::Features,
    network::Weights,
    open_backend,
    picture::{PngFile, SharedWriter},
    tile::Window,
};
use safetensors::{Dtype, tensor::TensorView};

/// Fixed noise in 0..1 (a linear congruential generator).
pub(crate) struct Noise(pub(crate) u32);

impl Noise {
    pub(crate) fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / (1 << 24) as f32
    }

    pub(crate) fn byte(&mut self) -> u8 {
        (self.next() * 256.0) as u8
    }
}

/// Smooth ramps, hard edges, flat parts and noise, so that a fault of any kind shows somewhere.
pub(crate) fn picture(width: u32, height: u32) -> Picture {
    let mut noise = Noise(width * 1000 + height);
    let mut rgba = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let ramp = [x * 255 / width.max(1), y * 255 / height.max(1), (x + y) * 4 % 256].map(|value| value as u8);
            let colour = match (x / 8 + y / 8) % 4 {
                0 => ramp,
                1 => [noise.byte(), noise.byte(), noise.byte()],
                2 => [255, 255, 255],
                _ => [if x % 2 == 0 { 0 } else { 230 }; 3],
            };
            rgba.extend([colour[0], colour[1], colour[2], 255]);
        }
    }
    Picture { width, height, rgba, ..Picture::default() }
}

/// A safetensors file of f32 tensors.
pub(crate) fn safetensors_file(tensors: &[(String, Vec<usize>, Vec<f32>)]) -> Vec<u8> {
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|(_, _, data)| data.iter().flat_map(|value| value.to_le_bytes()).collect()).collect();
    let views = tensors.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
        (name.clone(), TensorView::new(Dtype::F32, shape.clone(), bytes).expect("shape fits data"))
    });
    safetensors::serialize(views, None::<HashMap<String, String>>).expect("serialises")
}

/// The tensors of a small network of the chain kind with random weights whose output stays mostly in 0..=1.
pub(crate) fn chain_tensors(features: usize, convs: usize, scale: usize) -> Vec<(String, Vec<usize>, Vec<f32>)> {
    let mut noise = Noise((features * 100 + convs * 10 + scale) as u32);
    let mut tensors = Vec::new();
    let mut widths = vec![3];
    widths.extend(vec![features; convs + 1]);
    widths.push(3 * scale * scale);
    for (layer, pair) in widths.windows(2).enumerate() {
        let (inputs, outputs, is_last) = (pair[0], pair[1], layer == convs + 1);
        let range = (12.0 / (inputs * 9) as f32).sqrt() * if is_last { 0.2 } else { 1.0 };
        let weight = (0..outputs * inputs * 9).map(|_| (noise.next() - 0.5) * range).collect();
        tensors.push((format!("body.{}.weight", 2 * layer), vec![outputs, inputs, 3, 3], weight));
        tensors.push((format!("body.{}.bias", 2 * layer), vec![outputs], vec![0.01; outputs]));
        if !is_last {
            let slopes = (0..outputs).map(|_| noise.next() * 0.5).collect();
            tensors.push((format!("body.{}.weight", 2 * layer + 1), vec![outputs], slopes));
        }
    }
    tensors
}

/// The network of [`chain_tensors`].
pub(crate) fn chain(features: usize, convs: usize, scale: usize) -> Network {
    Network::load(&safetensors_file(&chain_tensors(features, convs, scale))).expect("sound")
}

/// A backend, software GPUs included; a missing one fails the test with what to install.
pub(crate) fn backend(
    network: &Network,
    choice: BackendChoice,
    precision: Precision,
    tile: Option<u32>,
) -> Box<dyn Backend> {
    open(network, BackendOptions { choice, precision, tile, ..BackendOptions::default() })
}

/// As [`backend`], with every option.
pub(crate) fn open(network: &Network, options: BackendOptions) -> Box<dyn Backend> {
    pollster::block_on(open_backend(network, options)).expect(
        "GPU tests need a Vulkan driver; a software one will do (Debian: mesa-vulkan-drivers), as `cargo xtask test` sets up",
    )
}

/// The enlarged picture's RGBA pixels.
pub(crate) fn upscale(backend: Box<dyn Backend>, picture: &Picture) -> Vec<u8> {
    let mut pixels = Vec::new();
    let mut rows = |rgba: &[u8]| {
        pixels.extend_from_slice(rgba);
        Ok(())
    };
    pollster::block_on(Upscaler::new(backend).upscale(picture, Size::Model, &mut rows, &mut NoProgress))
        .expect("upscales");
    pixels
}

/// The enlarged picture as a PNG file.
pub(crate) fn upscale_to_png(upscaler: &Upscaler, picture: &Picture, size: Size) -> Vec<u8> {
    let file = SharedWriter::<Vec<u8>>::default();
    let result = upscaler.result_size(picture, size).expect("a size");
    let png = PngFile::new(file.clone(), result, picture.kind, &picture.metadata).expect("a file");
    pollster::block_on(upscaler.upscale_to_file(picture, size, Box::new(png), &mut NoProgress)).expect("upscales");
    file.take()
}

/// The largest difference between two pictures' bytes.
pub(crate) fn largest_difference(one: &[u8], other: &[u8]) -> u8 {
    assert_eq!(one.len(), other.len(), "pictures of different sizes");
    one.iter().zip(other).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
}

/// Where PyTorch's results are.
pub(crate) fn golden_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// A file of tests/golden, made by the scripts there.
pub(crate) fn golden(name: &str) -> Weights {
    let path = golden_folder().join(name).with_extension("safetensors");
    Weights::parse(&std::fs::read(path).expect("golden file")).expect("golden file")
}

/// `[height][width][channels]` out of a golden file.
pub(crate) fn features(file: &Weights, name: &str) -> Features {
    let tensor = file.get(name).expect(name);
    let [height, width, channels] = tensor.shape[..] else { panic!("{name} is no feature map") };
    Features { window: Window::whole(width as u32, height as u32), channels, data: tensor.data.clone() }
}

/// Fails where values differ by more than the tolerance, or a map is of another size.
pub(crate) fn assert_close(got: &Features, expected: &Features, tolerance: f32, what: &str) {
    assert_eq!((got.window.part.area(), got.channels), (expected.window.part.area(), expected.channels), "{what}");
    assert_eq!(got.window.part.width, expected.window.part.width, "{what}");
    for (index, (got, expected)) in got.data.iter().zip(&expected.data).enumerate() {
        let error = (got - expected).abs();
        assert!(error <= tolerance * expected.abs().max(1.0), "{what}, {index}: {got}, PyTorch {expected}");
    }
}

/// The names of all networks out of PyTorch.
pub(crate) fn golden_network_names() -> Vec<String> {
    let folder = std::fs::read_dir(golden_folder().join("networks")).expect("golden networks");
    let name = |path: PathBuf| path.file_stem().expect("name").to_string_lossy().into_owned();
    let mut names: Vec<_> = folder.map(|entry| name(entry.expect("entry").path())).collect();
    names.sort();
    names
}

/// Tensors by name and shape.
pub(crate) type Tensors = Vec<(String, Vec<usize>, Vec<f32>)>;

/// The tensors of a network out of PyTorch, under the names that people's files have.
pub(crate) fn golden_tensors(name: &str) -> Tensors {
    let file = golden(&format!("networks/{name}"));
    let tensor = |full: &str| {
        let tensor = file.get(full)?;
        Some((full.strip_prefix("weights.")?.to_owned(), tensor.shape.clone(), tensor.data.clone()))
    };
    file.names().filter_map(tensor).collect()
}

/// A network out of PyTorch, through the reader of weight files.
pub(crate) fn golden_network(name: &str) -> Network {
    golden_network_of(name, |_| true)
}

/// The same with only some of its tensors.
pub(crate) fn golden_network_of(name: &str, is_kept: impl Fn(&str) -> bool) -> Network {
    let file = golden(&format!("networks/{name}"));
    let mut tensors = golden_tensors(name);
    tensors.retain(|(tensor, ..)| is_kept(tensor));
    let mut weights = Weights::parse(&safetensors_file(&tensors)).expect(name);
    for key in ["scale", "act"] {
        if let Some(value) = file.metadata(key) {
            weights = weights.with_metadata(key, value);
        }
    }
    Network::from_weights(&weights).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// PNG files for the decoder, in any kind that the `image` crate writes.
pub(crate) fn png(image: &image::DynamicImage) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    image.write_to(&mut file, image::ImageFormat::Png).expect("encodes");
    file.into_inner()
}
