//! Any picture, of any size and kind, goes through every backend to every format.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{backend, chain};
use lenslet::{
    Backend, BackendChoice, NoProgress, Picture, Precision, Size, Upscaler,
    picture::{Depth, FileFormat, Kind, Saving, SharedWriter, decode},
    resize::{Filter, Resampler},
};
use proptest::{prelude::*, test_runner::TestRunner};

fn backends() -> Vec<Box<dyn Backend>> {
    let network = chain(4, 1, 2);
    let open = |choice, precision| backend(&network, choice, precision, Some(24));
    let mut all = vec![
        open(BackendChoice::Cpu, Precision::Auto),
        open(BackendChoice::Gpu, Precision::F32),
        open(BackendChoice::Gpu, Precision::F16),
    ];
    for filter in Filter::ALL {
        all.push(Box::new(Resampler::new(filter, Some(3)).expect("in range")));
    }
    all
}

/// Bytes of any value, with some alpha that is transparent or opaque, as it is in files.
fn pixels(size: [u32; 2], kind: Kind, seed: u32) -> Vec<u8> {
    let mut noise = common::Noise(seed);
    let mut rgba: Vec<u8> =
        (0..size[0] as usize * size[1] as usize * kind.depth.pixel_bytes()).map(|_| noise.byte()).collect();
    let sample = kind.depth.pixel_bytes() / 4;
    for pixel in rgba.chunks_exact_mut(4 * sample) {
        if kind.grey {
            pixel.copy_within(..sample, sample);
            pixel.copy_within(..sample, 2 * sample);
        }
        match noise.byte() % 3 {
            _ if !kind.alpha => pixel[3 * sample..].fill(255),
            0 => pixel[3 * sample..].fill(0),
            1 => pixel[3 * sample..].fill(255),
            _ => {}
        }
    }
    rgba
}

#[test]
fn any_picture_goes_through_any_backend_to_any_format() {
    // Opening a backend takes far longer than these pictures do.
    let upscalers: Vec<_> = backends().into_iter().map(Upscaler::new).collect();
    let format = prop_oneof![Just(FileFormat::Png), Just(FileFormat::Jpeg), Just(FileFormat::WebP)];
    let input = (
        [1_u32..=70, 1_u32..=70],
        any::<(bool, bool, bool)>(),
        any::<u32>(),
        proptest::option::of(1.0_f64..5.0),
        format,
    );
    let config = ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() };
    let goes_through = |(size, (grey, alpha, is_16_bit), seed, scale, format): (_, _, u32, Option<f64>, FileFormat)| {
        let kind = Kind { grey, alpha, depth: if is_16_bit { Depth::Sixteen } else { Depth::Eight } };
        let [width, height] = size;
        let picture = Picture { width, height, rgba: pixels(size, kind, seed), kind, ..Picture::default() };
        let size = scale.map_or(Size::Model, Size::Scale);
        for upscaler in &upscalers {
            let result = upscaler.result_size(&picture, size).expect("in range");
            let output = SharedWriter::<Vec<u8>>::default();
            let saving = Saving { format: Some(format), ..Saving::default() };
            let file = saving.create(output.clone(), &picture, result).expect("begins");
            pollster::block_on(upscaler.upscale_to_file(&picture, size, file, &mut NoProgress)).expect("upscales");
            let made = decode(&output.take()).expect("decodes");
            prop_assert_eq!([made.width, made.height], result);
            prop_assert_eq!(made.format, Some(format));
            if format == FileFormat::Png {
                prop_assert_eq!(made.kind, kind);
            }
        }
        Ok(())
    };
    TestRunner::new(config).run(&input, goes_through).expect("goes through");
}
