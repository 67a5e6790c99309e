//! What lies behind a result: layers' answers against PyTorch's (tests/golden/features.py) and a part's against the whole's, and doubt
//! against its definition, on both backends.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{assert_close, chain, features, golden, golden_folder, golden_network, open, picture, upscale};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer, images::Image};
use lenslet::{
    BackendChoice, BackendOptions, FeatureMaps, FinishedTile, Network, NoProgress, Observer, Picture, Precision,
    Upscaler,
    cpu::Features,
    gpu::{Blocking, BlockingChoice},
    network::Layer,
    resize::{Filter, Resampler},
    tile::{Rect, Window},
};

fn upscaler(network: &Network, choice: BackendChoice, precision: Precision, tile: u32) -> Upscaler {
    let blocking = BlockingChoice::Only(Blocking::StagedPair);
    Upscaler::new(open(network, BackendOptions { choice, precision, tile: Some(tile), blocking }))
}

fn on_cpu(network: &Network) -> Upscaler {
    upscaler(network, BackendChoice::Cpu, Precision::Auto, 64)
}

fn all_of(picture: &Picture) -> Rect {
    Rect { x: 0, y: 0, width: picture.width, height: picture.height }
}

fn look(upscaler: &Upscaler, network: &Network, layer: &Layer, picture: &Picture, part: Rect) -> FeatureMaps {
    pollster::block_on(upscaler.features(network, layer, picture, part)).expect("answers")
}

/// `[height][width][channels]`, as PyTorch's are kept.
fn interleaved(maps: &FeatureMaps) -> Features {
    let area = maps.width * maps.height;
    let pixel = |pixel: usize| (0..maps.channels).map(move |channel| maps.values[channel * area + pixel]);
    let window = Window::whole(maps.width as u32, maps.height as u32);
    Features { window, channels: maps.channels, data: (0..area).flat_map(pixel).collect() }
}

/// Values in units of the largest there is.
fn in_units_of(largest: f32, features: &Features) -> Features {
    Features { data: features.data.iter().map(|value| value / largest).collect(), ..features.clone() }
}

#[test]
fn layers_answer_as_in_pytorch() {
    let mut count = 0;
    for entry in std::fs::read_dir(golden_folder().join("features")).expect("golden features") {
        let name = entry.expect("entry").path().file_stem().expect("name").to_string_lossy().into_owned();
        let (network, expected) = (golden_network(&name), golden(&format!("features/{name}")));
        let input = features(&golden(&format!("networks/{name}")), "picture");
        let part = input.window.part;
        let bytes = input.data.as_chunks::<3>().0.iter();
        let rgba =
            bytes.flat_map(|colours| [0, 1, 2].map(|c| (colours[c] * 255.0).round() as u8).into_iter().chain([255]));
        let picture = Picture { width: part.width, height: part.height, rgba: rgba.collect(), ..Picture::default() };
        let layers = network.layers();
        for (choice, precision, tolerance) in [
            (BackendChoice::Cpu, Precision::Auto, 1e-4),
            (BackendChoice::Gpu, Precision::F32, 1e-4),
            (BackendChoice::Gpu, Precision::F16, 2e-2),
        ] {
            let upscaler = upscaler(&network, choice, precision, 40);
            for of in expected.names() {
                let what = format!("{name}, {of}, {choice:?} {precision:?}");
                let layer =
                    layers.iter().find(|layer| layer.name == of).unwrap_or_else(|| panic!("{what}: {layers:?}"));
                let got = interleaved(&look(&upscaler, &network, layer, &picture, part));
                let expected = features(&expected, of);
                let largest = expected.data.iter().fold(1.0, |most: f32, value| most.max(value.abs()));
                assert_close(&in_units_of(largest, &got), &in_units_of(largest, &expected), tolerance, &what);
                count += 1;
            }
        }
    }
    assert!(count >= 60, "{count}");
}

#[test]
fn a_part_answers_as_in_the_whole() {
    for name in ["span_no_norm_x3", "rlfn_x2", "rrdb_unshuffle_x2"] {
        let network = golden_network(name);
        let picture = picture(150, 131);
        let part = Rect { x: 37, y: 30, width: 72, height: 65 };
        for choice in [BackendChoice::Cpu, BackendChoice::Gpu] {
            // Tiles of 24 cut the part on a GPU.
            let upscaler = upscaler(&network, choice, Precision::F32, 24);
            // Further on an RLFN sees more than tiles overlap.
            let layers = network.layers();
            let is_exact = |layer: &&Layer| name != "rlfn_x2" || layer.name.ends_with("block 1");
            for layer in layers.iter().filter(is_exact).step_by(3) {
                let whole = interleaved(&look(&upscaler, &network, layer, &picture, all_of(&picture)));
                let got = interleaved(&look(&upscaler, &network, layer, &picture, part));
                let first = |at: u32| (f64::from(at) * layer.scale + 1e-9) as usize;
                let (left, top) = (first(part.x), first(part.y));
                let width = got.window.part.width as usize;
                assert!(width > 0 && got.window.part.height > 0);
                let row = |y: usize| {
                    let start = ((top + y) * whole.window.part.width as usize + left) * whole.channels;
                    whole.data[start..start + width * whole.channels].to_vec()
                };
                let data = (0..got.window.part.height as usize).flat_map(row).collect();
                let expected = Features { window: got.window, channels: whole.channels, data };
                let largest = expected.data.iter().fold(1.0, |most: f32, value| most.max(value.abs()));
                let what = format!("{name}, {}, {choice:?}", layer.name);
                assert_close(&in_units_of(largest, &got), &in_units_of(largest, &expected), 1e-5, &what);
            }
        }
    }
}

#[test]
fn ranges_are_the_least_and_the_largest() {
    let values = vec![1.0, -2.0, 0.5, 3.0, 3.0, 3.0];
    let maps = FeatureMaps { channels: 2, width: 3, height: 1, values };
    assert_eq!(maps.ranges(), [[-2.0, 1.0], [3.0, 3.0]]);
}

#[test]
fn what_cannot_be_looked_at_is_told() {
    let network = chain(6, 2, 2);
    let (upscaler, picture) = (on_cpu(&network), picture(300, 40));
    let layer = &network.layers()[1];
    let error = |layer: &Layer, x, y, width, height| {
        let part = Rect { x, y, width, height };
        let told = pollster::block_on(upscaler.features(&network, layer, &picture, part)).expect_err("must be refused");
        assert_eq!(told.code(), "invalid-option");
        told.to_string()
    };
    for (x, y, width, height) in [(0, 0, 301, 1), (299, 39, 2, 1), (0, 40, 1, 1), (0, 0, 0, 1), (u32::MAX, 0, 2, 1)] {
        assert!(error(layer, x, y, width, height).contains("does not lie in the picture of 300 x 40"));
    }
    assert!(error(layer, 0, 0, 257, 4).contains("at most 256 x 256"));
    let other = Layer { op: 99, ..layer.clone() };
    assert!(error(&other, 0, 0, 4, 4).contains("no layer"));
}

/// A mean of absolute differences over colours, rounded.
fn apart(one: &[u8], other: &[u8]) -> u32 {
    let pixels = one.chunks_exact(4).zip(other.chunks_exact(4));
    let sum: u32 = pixels.clone().map(|(a, b)| (0..3).map(|c| u32::from(a[c].abs_diff(b[c]))).sum::<u32>()).sum();
    let count = 3 * pixels.count() as u32;
    (sum + count / 2) / count
}

/// By its definition, over the whole picture at once.
fn expected_doubt(picture: &Picture, results: [&[u8]; 3], scale: u32) -> Vec<u8> {
    let [result, faithful, lively] = results;
    let floats = result.iter().flat_map(|&value| f32::from(value).to_ne_bytes()).collect();
    let (width, height) = (picture.width * scale, picture.height * scale);
    let large = Image::from_vec_u8(width, height, floats, PixelType::F32x4).expect("fits");
    let mut small = Image::new(picture.width, picture.height, PixelType::F32x4);
    let filter = ResizeAlg::Convolution(FilterType::CatmullRom);
    let options = ResizeOptions::new().resize_alg(filter).use_alpha(false);
    Resizer::new().resize(&large, &mut small, &options).expect("resizes");
    let small = small.buffer().as_chunks().0.iter().map(|&four| f32::from_ne_bytes(four));
    let small: Vec<u8> = small.map(|value| value.round().clamp(0.0, 255.0) as u8).collect();
    let place = |at: usize| {
        let (x, y) = (at % picture.width as usize, at / picture.width as usize);
        let leaves = apart(&small[at * 4..][..4], &picture.rgba[at * 4..][..4]);
        let scale = scale as usize;
        let square = |rgba: &[u8]| -> Vec<u8> {
            let row = |down: usize| ((y * scale + down) * picture.width as usize * scale + x * scale) * 4;
            (0..scale).flat_map(|down| rgba[row(down)..][..scale * 4].to_vec()).collect()
        };
        leaves.max(apart(&square(faithful), &square(lively))) as u8
    };
    (0..(picture.width * picture.height) as usize).map(place).collect()
}

#[test]
fn doubt_is_what_it_says() {
    let [network, faithful, lively] = [chain(6, 2, 2), chain(5, 2, 2), chain(7, 1, 2)];
    let picture = picture(150, 140);
    for choice in [BackendChoice::Cpu, BackendChoice::Gpu] {
        let open_one = |network: &Network| upscaler(network, choice, Precision::F32, 40);
        let ends = [open_one(&faithful), open_one(&lively)];
        let doubt =
            pollster::block_on(open_one(&network).doubt(Some(&ends), &picture, all_of(&picture), &mut NoProgress));
        let doubt = doubt.expect("measures");
        assert_eq!((doubt.width, doubt.height), (150, 140));
        let results = [&network, &faithful, &lively]
            .map(|network| upscale(open(network, BackendOptions { choice, ..BackendOptions::default() }), &picture));
        let expected = expected_doubt(&picture, results.each_ref().map(|result| &result[..]), 2);
        let off = doubt.levels.iter().zip(&expected).map(|(got, expected)| got.abs_diff(*expected)).max();
        // Sums in another order round otherwise.
        assert!(off <= Some(1), "{choice:?}: {off:?}");
        assert!(expected.iter().max() > Some(&8), "a case without doubt shows nothing");
    }
}

/// Tiles are told in their order, make the map, and may stop the work.
struct Told {
    map: Vec<u8>,
    tiles: usize,
    stop_after: usize,
}

impl Observer for Told {
    fn start(&mut self, width: u32, height: u32, tiles: usize) -> std::ops::ControlFlow<()> {
        (self.map, self.tiles) = (vec![0; (width * height) as usize], tiles);
        std::ops::ControlFlow::Continue(())
    }

    fn tile(&mut self, tile: &FinishedTile<'_>) -> std::ops::ControlFlow<()> {
        for (index, pixel) in tile.rgba.chunks_exact(4).enumerate() {
            let (x, y) = (index as u32 % tile.part.width, index as u32 / tile.part.width);
            self.map[((tile.part.y + y) * tile.whole[0] + tile.part.x + x) as usize] = pixel[0];
        }
        if tile.done == self.stop_after {
            std::ops::ControlFlow::Break(())
        } else {
            std::ops::ControlFlow::Continue(())
        }
    }
}

#[test]
fn doubt_comes_in_tiles_and_can_be_stopped() {
    let network = chain(6, 2, 2);
    let picture = picture(300, 150);
    let part = Rect { x: 11, y: 3, width: 280, height: 140 };
    let measure = |told: &mut Told, part| pollster::block_on(on_cpu(&network).doubt(None, &picture, part, told));
    let mut told = Told { map: Vec::new(), tiles: 0, stop_after: 0 };
    let whole = measure(&mut told, all_of(&picture)).expect("measures");
    assert_eq!((&told.map, told.tiles), (&whole.levels, 6));
    let doubt = measure(&mut told, part).expect("measures");
    assert_eq!((&told.map, told.tiles), (&doubt.levels, 6));
    let row = |y: u32| whole.levels[((part.y + y) * 300 + part.x) as usize..][..part.width as usize].to_vec();
    assert_eq!(doubt.levels, (0..part.height).flat_map(row).collect::<Vec<_>>(), "a part's is that of the whole");
    told.stop_after = 2;
    assert_eq!(measure(&mut told, part).expect_err("stopped").code(), "cancelled");
    let beyond = measure(&mut told, Rect { x: 290, ..part }).expect_err("beyond");
    assert_eq!(beyond.code(), "invalid-option");
}

/// A filter that repeats pixels adds nothing: shrunk back by means it is the picture itself, and by a bicubic filter nearly.
#[test]
fn a_plain_enlargement_is_beyond_doubt() {
    let upscaler = Upscaler::new(Box::new(Resampler::new(Filter::Bicubic, Some(4)).expect("a factor")));
    let mut smooth = picture(64, 48);
    for (index, pixel) in smooth.rgba.chunks_exact_mut(4).enumerate() {
        let (x, y) = (index % 64, index / 64);
        pixel[..3].copy_from_slice(&[(x * 3) as u8, (y * 4) as u8, 128]);
    }
    let doubt = pollster::block_on(upscaler.doubt(None, &smooth, all_of(&smooth), &mut NoProgress)).expect("measures");
    assert!(doubt.levels.iter().all(|&level| level <= 2), "{:?}", doubt.levels.iter().max());
}
