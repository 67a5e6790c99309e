//! What a photo says of itself is carried to its result and is right for it, or left out.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{backend, chain};
use image::{ImageEncoder, RgbImage, codecs::jpeg::JpegEncoder};
use lenslet::{
    BackendChoice, NoProgress, Picture, Precision, Size, Upscaler,
    picture::{FileFormat, Saving, SharedWriter, decode},
};

const PROFILE: &[u8] = &[7; 300];
const THUMBNAIL: &[u8] = b"\xff\xd8the picture of before\xff\xd9";

/// EXIF of a photo that was taken with the camera on its side: orientation 6, a width and height, a place, and a thumbnail.
fn exif() -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [
            tag.to_le_bytes().to_vec(),
            kind.to_le_bytes().to_vec(),
            count.to_le_bytes().to_vec(),
            value.to_le_bytes().to_vec(),
        ]
        .concat()
    };
    let directory = |entries: &[Vec<u8>], next: u32| {
        [(entries.len() as u16).to_le_bytes().to_vec(), entries.concat(), next.to_le_bytes().to_vec()].concat()
    };
    let size = |count: u32| 2 + 12 * count + 4;
    let exif = 8 + size(3);
    let (gps, second) = (exif + size(2), exif + size(2) + size(1));
    let thumbnail = second + size(2);
    [
        b"II*\0\x08\0\0\0".to_vec(),
        directory(&[entry(0x112, 3, 1, 6), entry(0x8769, 4, 1, exif), entry(0x8825, 4, 1, gps)], second),
        directory(&[entry(0xa002, 3, 1, 24), entry(0xa003, 3, 1, 16)], 0),
        directory(&[entry(1, 2, 2, u32::from(b'N'))], 0),
        directory(&[entry(0x201, 4, 1, thumbnail), entry(0x202, 4, 1, THUMBNAIL.len() as u32)], 0),
        THUMBNAIL.to_vec(),
    ]
    .concat()
}

fn photo() -> Vec<u8> {
    let image = RgbImage::from_fn(24, 16, |x, y| image::Rgb([x as u8 * 9, y as u8 * 12, 90]));
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, 90);
    encoder.set_icc_profile(PROFILE.to_vec()).expect("supported");
    encoder.set_exif_metadata(exif()).expect("supported");
    encoder.write_image(&image, 24, 16, image::ExtendedColorType::Rgb8).expect("encodes");
    file
}

fn enlarged(saving: Saving) -> Picture {
    let input = decode(&photo()).expect("decodes");
    assert_eq!([input.width, input.height], [16, 24], "it is turned upright");
    let upscaler = Upscaler::new(backend(&chain(4, 1, 2), BackendChoice::Cpu, Precision::Auto, None));
    let output = SharedWriter::<Vec<u8>>::default();
    let file = saving.create(output.clone(), &input, [32, 48]).expect("begins");
    pollster::block_on(upscaler.upscale_to_file(&input, Size::Model, file, &mut NoProgress)).expect("upscales");
    decode(&output.take()).expect("decodes")
}

/// The value of a short or long entry, wherever it stands.
fn value(exif: &[u8], tag: u16) -> Option<u32> {
    let entry = exif.windows(12).find(|entry| entry[..2] == tag.to_le_bytes() && matches!(entry[2..4], [3 | 4, 0]))?;
    Some(u32::from_le_bytes([entry[8], entry[9], entry[10], entry[11]]))
}

#[test]
fn exif_is_right_for_the_result_in_every_format() {
    for format in [FileFormat::Jpeg, FileFormat::Png, FileFormat::WebP] {
        let result = enlarged(Saving { format: Some(format), ..Saving::default() });
        assert_eq!([result.width, result.height], [32, 48], "{format:?}: it is not turned again");
        assert_eq!(result.metadata.icc_profile.as_deref(), Some(PROFILE), "{format:?}");
        let exif = result.metadata.exif.expect("EXIF");
        assert_eq!(value(&exif, 0x112), Some(1), "{format:?}: upright");
        assert_eq!([value(&exif, 0xa002), value(&exif, 0xa003)], [Some(32), Some(48)], "{format:?}");
        assert!(value(&exif, 0x8825).is_some(), "{format:?}: the place is kept");
        assert!(!exif.windows(10).any(|part| part == &THUMBNAIL[2..12]), "{format:?}: the thumbnail is gone");
    }
}

#[test]
fn what_is_stripped_leaves_the_colour_profile() {
    for format in [FileFormat::Jpeg, FileFormat::Png, FileFormat::WebP] {
        let result = enlarged(Saving { format: Some(format), strips_metadata: true, ..Saving::default() });
        assert_eq!(result.metadata.icc_profile.as_deref(), Some(PROFILE), "{format:?}");
        assert_eq!((result.metadata.exif, result.metadata.xmp), (None, None), "{format:?}");
    }
}

/// Where programs put the orientation, and the same file without it: what it says is done, and then said to be done.
#[test]
fn orientation_wherever_it_lies() {
    let exif = &exif()[..];
    let turned_xmp = |element: bool| {
        let value = if element { "><tiff:Orientation>6</tiff:Orientation>" } else { " tiff:Orientation='6'>" };
        format!("<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:Description{value}</rdf:Description></x:xmpmeta>")
    };
    let webp = |set: &dyn Fn(&mut image_webp::WebPEncoder<&mut Vec<u8>>)| {
        let mut file = Vec::new();
        let mut encoder = image_webp::WebPEncoder::new(&mut file);
        set(&mut encoder);
        encoder.encode(&[90; 24 * 16 * 3], 24, 16, image_webp::ColorType::Rgb8).expect("encodes");
        file
    };
    let files = [
        include_bytes!("webp/exif-prefix.webp").to_vec(),
        include_bytes!("png/exif-after-pixels.png").to_vec(),
        include_bytes!("png/raw-profile.png").to_vec(),
        webp(&|encoder| encoder.set_exif_metadata(exif.to_vec())),
        webp(&|encoder| encoder.set_exif_metadata([b"Exif\0\0", exif].concat())),
        webp(&|encoder| encoder.set_xmp_metadata(turned_xmp(false).into_bytes())),
        webp(&|encoder| encoder.set_xmp_metadata(turned_xmp(true).into_bytes())),
    ];
    for (number, file) in files.into_iter().enumerate() {
        let picture = decode(&file).expect("decodes");
        assert!(picture.width < picture.height, "{number}: it was wide before it was turned");
        let metadata = picture.metadata.for_result(picture.width, picture.height);
        let once = Saving { format: Some(FileFormat::Png), ..Saving::default() };
        let output = SharedWriter::<Vec<u8>>::default();
        let mut result = once.create(output.clone(), &picture, [picture.width, picture.height]).expect("begins");
        result.write(&picture.rgba).expect("is written");
        result.finish().expect("is finished");
        let again = decode(&output.take()).expect("decodes");
        assert_eq!(again.rgba, picture.rgba, "{number}: it is not turned again");
        assert_eq!((&again.metadata.exif, &again.metadata.xmp), (&metadata.exif, &metadata.xmp));
        assert!(metadata.exif.is_some() || metadata.xmp.is_some(), "{number}: what it said is kept");
    }
}
