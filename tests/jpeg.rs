//! JPEG files of every kind, against `image`'s own decoder.
//!
//! The files in `tests/jpeg` are what `image` cannot write: Pillow saved `progressive-turned.jpg` with `progressive=True`,
//! EXIF orientation 6 and a profile, and `cmyk.jpg` from a picture of mode CMYK.
#![cfg(not(target_arch = "wasm32"))]

use std::io::Cursor;

use image::{
    DynamicImage, GrayImage, ImageDecoder as _, ImageEncoder as _, ImageError, RgbImage,
    codecs::jpeg::{JpegDecoder, JpegEncoder},
    metadata::Orientation,
};
use lenslet::picture::{Kind, decode};

const PROGRESSIVE: &[u8] = include_bytes!("jpeg/progressive-turned.jpg");
const CMYK: &[u8] = include_bytes!("jpeg/cmyk.jpg");
const PROFILE: &[u8] = b"not a profile, but carried all the same";

/// Compares the pixels, the profile and the orientation, and returns the last two with whether the picture is grey.
fn compare(file: &[u8]) -> (bool, Option<Vec<u8>>, Orientation) {
    let picture = decode(file).expect("decodes");
    let mut decoder = JpegDecoder::new(Cursor::new(file)).expect("has sound headers");
    let icc_profile = decoder.icc_profile().expect("reads");
    let orientation = decoder.orientation().expect("reads");
    let mut image = DynamicImage::from_decoder(decoder).expect("decodes");
    image.apply_orientation(orientation);
    assert_eq!((picture.width, picture.height), (image.width(), image.height()));
    assert_eq!(picture.kind, Kind { grey: !image.color().has_color(), ..Kind::default() });
    assert_eq!(picture.rgba, image.into_rgba8().into_raw());
    assert_eq!(picture.metadata.icc_profile, icc_profile);
    (picture.kind.grey, icc_profile, orientation)
}

fn colours() -> DynamicImage {
    RgbImage::from_fn(37, 21, |x, y| image::Rgb([x as u8 * 6, y as u8 * 12, (x * y) as u8])).into()
}

fn encode(image: &DynamicImage, profile: Option<&[u8]>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, 80);
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile.to_vec()).expect("supported");
    }
    image.write_with_encoder(encoder).expect("encodes");
    file
}

#[test]
fn grey() {
    let image = GrayImage::from_fn(37, 21, |x, y| image::Luma([(x * y) as u8])).into();
    assert_eq!(compare(&encode(&image, None)), (true, None, Orientation::NoTransforms));
}

#[test]
fn colour_with_a_profile_in_several_parts() {
    let profile: Vec<u8> = (0..70_000u32).map(|i| (i * i % 251) as u8).collect();
    let file = encode(&colours(), Some(&profile));
    assert_eq!(compare(&file), (false, Some(profile), Orientation::NoTransforms));
}

#[test]
fn progressive_with_orientation_and_profile() {
    assert_eq!(compare(PROGRESSIVE), (false, Some(PROFILE.to_vec()), Orientation::Rotate90));
}

/// CMYK, plain and as luma and chroma: an Adobe marker tells which.
#[test]
fn cmyk() {
    assert_eq!(compare(CMYK), (false, None, Orientation::NoTransforms));
    let marker = CMYK.windows(5).position(|bytes| bytes == b"Adobe").expect("is in the file");
    let mut ycck = CMYK.to_vec();
    ycck[marker + 11] = 2;
    assert_eq!(compare(&ycck), (false, None, Orientation::NoTransforms));
    assert_ne!(decode(&ycck).expect("decodes").rgba, decode(CMYK).expect("decodes").rgba);
}

/// Wherever a file is damaged, the same pixels or the same words come out.
#[test]
fn damage() {
    let file = encode(&colours(), None);
    // The first three bytes make it a JPEG file.
    for at in 3..file.len() {
        let mut damaged = file.clone();
        damaged[at] ^= 0xff;
        let expected = JpegDecoder::new(Cursor::new(&damaged)).and_then(DynamicImage::from_decoder);
        match (decode(&damaged), expected) {
            (Ok(picture), Ok(expected)) => assert_eq!(picture.rgba, expected.into_rgba8().into_raw(), "{at}"),
            // Lenslet looks by itself whether all is there.
            (Err(error), _)
                if ["(its end", "(its data", "(the data"].iter().any(|own| error.to_string().contains(own)) => {}
            (Err(error), Err(ImageError::Unsupported(_))) => assert_eq!(error.code(), "unsupported-kind", "{at}"),
            (Err(error), Err(expected)) => assert!(error.to_string().contains(&expected.to_string()), "{at}: {error}"),
            (picture, expected) => panic!("{at}: {picture:?} in place of {expected:?}"),
        }
    }
}

/// Of every sampling of chroma and of sizes that fill their blocks or not, with restarts and without: a scan for each component
/// holds what one scan for all does.
#[test]
fn a_scan_for_each_component() {
    let picture = decode(include_bytes!("jpeg/one-scan-per-component.jpg")).expect("decodes");
    for pixel in picture.rgba.as_chunks::<4>().0 {
        assert!(pixel.iter().zip([199, 40, 60, 255]).all(|(got, expected)| got.abs_diff(expected) <= 4), "{pixel:?}");
    }
    use jpeg_encoder::SamplingFactor::{F_1_1, F_1_2, F_2_1, F_2_2, F_4_1, F_4_2};
    for sampling in [F_1_1, F_2_1, F_1_2, F_2_2, F_4_1, F_4_2] {
        for (width, height) in [(8, 8), (16, 16), (17, 9), (37, 21), (64, 40)] {
            for restart in [0, 3] {
                let pixel = |x: u16, y: u16| [60 + x * 2, 200 - y * 3, 90 + x + y].map(|value| value as u8);
                let pixels = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect::<Vec<_>>();
                let mut file = Vec::new();
                let mut encoder = jpeg_encoder::Encoder::new(&mut file, 95);
                encoder.set_sampling_factor(sampling);
                encoder.set_restart_interval(restart);
                // Then, and of samplings by 4, it begins a scan for each component. It cannot do both that and restarts.
                encoder.set_optimized_huffman_tables(restart == 0);
                encoder.encode(&pixels, width, height, jpeg_encoder::ColorType::Rgb).expect("encodes");
                let picture = decode(&file).unwrap_or_else(|error| panic!("{sampling:?} {width} {restart}: {error}"));
                assert_eq!([picture.width, picture.height], [width, height].map(u32::from));
                for (got, expected) in picture.rgba.as_chunks::<4>().0.iter().zip(pixels.as_chunks::<3>().0) {
                    let far = got.iter().zip(expected).any(|(&got, expected)| got.abs_diff(*expected) > 12);
                    assert!(!far, "{sampling:?} {width} {restart}: {got:?} {expected:?}");
                }
            }
        }
    }
}

/// What was cut off and given an end looks whole, but most of the picture would be invented.
#[test]
fn a_file_that_ends_early_with_an_end_marker() {
    let error = decode(include_bytes!("jpeg/cut-with-end.jpg")).expect_err("must be refused");
    assert_eq!(error.code(), "damaged-picture");
    assert!(error.to_string().contains("its data ends after "), "{error}");

    let mut restarting = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut restarting, 80);
    encoder.set_restart_interval(2);
    encoder.encode(&colours().into_bytes(), 37, 21, jpeg_encoder::ColorType::Rgb).expect("encodes");
    let mut progressive = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut progressive, 80);
    encoder.set_progressive(true);
    encoder.encode(&colours().into_bytes(), 37, 21, jpeg_encoder::ColorType::Rgb).expect("encodes");
    let grey: DynamicImage = GrayImage::from_fn(37, 21, |x, y| image::Luma([(x * y) as u8])).into();
    for whole in [&encode(&colours(), None)[..], &encode(&grey, None), &restarting, &progressive, PROGRESSIVE, CMYK] {
        assert!(decode(whole).is_ok());
        let scan = whole.windows(2).position(|pair| pair == [0xff, 0xda]).expect("is there") + 20;
        for end in (scan..whole.len() - 4).step_by(7) {
            let cut = [&whole[..end], &[0xff, 0xd9]].concat();
            let cut = decode(&cut);
            // Progressive data may end where a scan does, and only be less fine.
            assert!(cut.is_err() || whole == PROGRESSIVE || whole == progressive, "{end} of {}", whole.len());
        }
    }
}
