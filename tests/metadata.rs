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

/// A file of that format of a picture, and what is read of it again.
fn saved(picture: &Picture, format: FileFormat) -> (Vec<u8>, Picture) {
    let saving = Saving { format: Some(format), ..Saving::default() };
    let output = SharedWriter::<Vec<u8>>::default();
    let mut file = saving.create(output.clone(), picture, [picture.width, picture.height]).expect("begins");
    file.write(&picture.rgba).expect("is written");
    file.finish().expect("is finished");
    let file = output.take();
    let again = decode(&file).expect("decodes");
    (file, again)
}

/// What PNG files say of their colours is in the result as it was.
#[test]
fn chunks_of_colours_are_carried() {
    let files: [(&[u8], &[u8; 4]); 3] = [
        (include_bytes!("png/gama-linear.png"), b"gAMA"),
        (include_bytes!("png/chrm-p3.png"), b"cHRM"),
        (include_bytes!("png/cicp-pq.png"), b"cICP"),
    ];
    for (file, name) in files {
        let chunk = |file: &[u8]| {
            let at = file.windows(4).position(|bytes| bytes == name).expect("is there");
            let length = u32::from_be_bytes(file[at - 4..at].try_into().expect("four"));
            file[at..at + 4 + length as usize].to_vec()
        };
        let picture = decode(file).expect("decodes");
        let (result, again) = saved(&picture, FileFormat::Png);
        assert_eq!(chunk(&result), chunk(file));
        assert_eq!(again.metadata, picture.metadata);
    }
}

/// From each format that has it to each: dots an inch, or those across and down apart.
#[test]
fn density_is_carried() {
    let picture = decode(include_bytes!("png/phys-300dpi.png")).expect("decodes");
    assert_eq!(picture.metadata.density, Some([11_811; 2]));
    for density in [[11_811, 11_811], [2835, 3937]] {
        let mut picture = picture.clone();
        picture.metadata.density = Some(density);
        for format in [FileFormat::Png, FileFormat::Jpeg] {
            let (_, again) = saved(&picture, format);
            assert_eq!(again.metadata.density, Some(density), "{format:?}");
        }
    }
    let (jpeg, _) = saved(&picture, FileFormat::Jpeg);
    assert_eq!(&jpeg[6..18], b"JFIF\0\x01\x02\x01\x01\x2c\x01\x2c", "300 dots an inch");

    let mut tiff = std::io::Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut tiff).expect("encodes");
    let mut image = encoder.new_image::<tiff::encoder::colortype::Gray8>(2, 1).expect("encodes");
    image.resolution(tiff::tags::ResolutionUnit::Centimeter, tiff::encoder::Rational { n: 500, d: 4 });
    image.encoder().write_tag(tiff::tags::Tag::Orientation, 1_u16).expect("encodes");
    image.write_data(&[0, 255]).expect("encodes");
    assert_eq!(decode(tiff.get_ref()).expect("decodes").metadata.density, Some([12_500; 2]));
}

/// What a TIFF file says of its picture, in directories of its own, becomes a block of EXIF.
#[test]
fn exif_of_tiff_files() {
    use tiff::{encoder::colortype::Gray8, tags::Tag};
    for has_place in [false, true] {
        let mut file = std::io::Cursor::new(Vec::new());
        let mut encoder = tiff::encoder::TiffEncoder::new(&mut file).expect("encodes");
        let mut camera = encoder.extra_directory().expect("encodes");
        camera.write_tag(Tag::Unknown(0x9003), "2024:01:02 03:04:05").expect("encodes");
        camera.write_tag(Tag::Unknown(0xa002), 2_u32).expect("encodes");
        let camera = camera.finish_with_offsets().expect("encodes");
        let mut image = encoder.new_image::<Gray8>(2, 1).expect("encodes");
        image.encoder().write_tag(Tag::Artist, "A. Camera").expect("encodes");
        if has_place {
            image.encoder().write_tag(Tag::Unknown(0x8769), camera.offset).expect("encodes");
        }
        image.write_data(&[0, 255]).expect("encodes");
        let picture = decode(file.get_ref()).expect("decodes");
        let exif = picture.metadata.for_result(8, 4).exif.expect("is sound");
        let holds = |text: &str| exif.windows(text.len()).any(|bytes| bytes == text.as_bytes());
        assert!(holds("A. Camera"));
        assert_eq!(holds("2024:01:02 03:04:05"), has_place);
        // The tag of the width, a word, and its value.
        assert_eq!(exif.windows(12).any(|entry| entry == b"\x02\xa0\x04\0\x01\0\0\0\x08\0\0\0"), has_place);
        assert!(saved(&picture, FileFormat::Jpeg).1.metadata.exif.is_some());
    }
    assert_eq!(decode(include_bytes!("tiff/fax4.tif")).expect("decodes").metadata.exif, None);
}

/// The fifth kind of head names a profile, and every kind but the first how large a print is.
#[test]
fn what_bmp_files_say() {
    let profile = [&[0; 16], &b"RGB "[..], &[7; 108]].concat();
    let head = |bytes: u32, place: u32| {
        let mut head = [bytes, 2, 1, 24 << 16 | 1, 0, 0, 3937, 2835].map(u32::to_le_bytes).concat();
        head.resize(bytes as usize, 0);
        if bytes == 124 {
            head[56..60].copy_from_slice(b"DEBM");
            head[112..116].copy_from_slice(&place.to_le_bytes());
            head[116..120].copy_from_slice(&(profile.len() as u32).to_le_bytes());
        }
        let pixels = [&[9; 6][..], &[0, 0]].concat();
        let start = (14 + bytes).to_le_bytes();
        [&b"BM\0\0\0\0\0\0\0\0"[..], &start, &head, &pixels, &profile].concat()
    };
    let picture = decode(&head(124, 124 + 8)).expect("decodes");
    assert_eq!((picture.rgba.len(), &picture.metadata.icc_profile), (8, &Some(profile.clone())));
    assert_eq!(picture.metadata.density, Some([3937, 2835]));
    for file in [head(40, 0), head(124, 9999), head(124, u32::MAX)] {
        let metadata = decode(&file).expect("decodes").metadata;
        assert_eq!((metadata.icc_profile, metadata.density), (None, Some([3937, 2835])));
    }
}

/// Twice the pixels on twice the paper, or on the same: in PNG's and JPEG's own words, and in those of EXIF.
#[test]
fn print_size() {
    let mut picture = decode(include_bytes!("png/phys-300dpi.png")).expect("decodes");
    // 72 pixels an inch across, in either order of bytes.
    let exif = |is_big_endian: bool, number: u32| {
        let two = |value: u16| if is_big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        let four = |value: u32| if is_big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        let head = if is_big_endian { b"MM\0*" } else { b"II*\0" };
        let entry = [&two(0x011a)[..], &two(5), &four(1), &four(26)].concat();
        [&head[..], &four(8), &two(1), &entry, &four(0), &four(number), &four(1)].concat()
    };
    for is_big_endian in [false, true] {
        picture.metadata.exif = Some(exif(is_big_endian, 72));
        for (keeps_print_size, factor) in [(false, 1), (true, 2)] {
            let saving = Saving { format: Some(FileFormat::Png), keeps_print_size, ..Saving::default() };
            let output = SharedWriter::<Vec<u8>>::default();
            let size = [picture.width * 2, picture.height * 2];
            let mut file = saving.create(output.clone(), &picture, size).expect("begins");
            file.write(&picture.rgba.repeat(4)).expect("is written");
            file.finish().expect("is finished");
            let result = decode(&output.take()).expect("decodes").metadata;
            assert_eq!(result.density, Some([11_811 * factor; 2]));
            assert_eq!(result.exif, Some(exif(is_big_endian, 72 * factor)));
        }
    }
}

/// Programs that read such a profile refuse it, or make wrong colours by it.
#[test]
fn profiles_of_the_wrong_kind_are_left_out_and_told() {
    let profile = |kind: &[u8; 4]| [&[0; 16], &kind[..], &[0; 108]].concat();
    let encoded = |color: image::ExtendedColorType, profile: &[u8]| {
        let mut file = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut file, 90);
        encoder.set_icc_profile(profile.to_vec()).expect("supported");
        encoder.write_image(&[90; 48], 4 * 3 / u32::from(color.channel_count()), 4, color).expect("encodes");
        file
    };
    use image::ExtendedColorType::{L8, Rgb8};
    for (color, kind, is_kept) in
        [(L8, b"GRAY", true), (L8, b"RGB ", false), (Rgb8, b"RGB ", true), (Rgb8, b"GRAY", false)]
    {
        let picture = decode(&encoded(color, &profile(kind))).expect("decodes");
        assert_eq!(picture.metadata.icc_profile.is_some(), is_kept);
        assert_eq!(picture.warnings.iter().any(|told| told.contains("It was left out.")), !is_kept);
        let (_, as_webp) = saved(&picture, FileFormat::WebP);
        assert_eq!(as_webp.metadata.icc_profile.is_some(), kind == b"RGB " && is_kept, "there is no grey in WebP");
    }
    let picture = decode(include_bytes!("jpeg/grey-with-rgb-profile.jpg")).expect("decodes");
    assert_eq!((picture.metadata.icc_profile, picture.warnings.len()), (None, 1));
}
