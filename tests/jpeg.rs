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
            // Lenslet looks for the end by itself.
            (Err(error), _) if error.to_string().contains("(its end is missing)") => {}
            (Err(error), Err(ImageError::Unsupported(_))) => assert_eq!(error.code(), "unsupported-format", "{at}"),
            (Err(error), Err(expected)) => assert!(error.to_string().contains(&expected.to_string()), "{at}: {error}"),
            (picture, expected) => panic!("{at}: {picture:?} in place of {expected:?}"),
        }
    }
}
