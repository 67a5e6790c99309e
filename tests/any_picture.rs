//! Any picture comes back from a file of any format: as it was from PNG and WebP, and nearly so from JPEG.
#![cfg(not(target_arch = "wasm32"))]

use lenslet::picture::{Depth, FileFormat, Kind, Metadata, Picture, SharedWriter, create, decode};
use proptest::prelude::*;

fn written(picture: &Picture, format: FileFormat, rows: u32) -> Vec<u8> {
    let size = [picture.width, picture.height];
    let output = SharedWriter::<Vec<u8>>::default();
    let mut file =
        create(output.clone(), format, size, picture.kind, &picture.metadata, 95).expect("can hold any of these");
    let row = picture.width as usize * picture.kind.depth.pixel_bytes();
    for rows in picture.rgba.chunks(row * rows as usize) {
        file.write(rows).expect("is written");
    }
    file.finish().expect("is finished");
    output.take()
}

/// Soft waves, so that JPEG has little to lose, of a colour and a steepness.
fn picture(size: [u32; 2], kind: Kind, waves: [f32; 3], metadata: Metadata) -> Picture {
    let pixels = (0..size[1]).flat_map(|y| (0..size[0]).map(move |x| (x as f32, y as f32)));
    let values = pixels.flat_map(|(x, y)| {
        let wave =
            |phase: f32| ((x * waves[0] + y * waves[1]).sin() * 0.3 + 0.5 + phase * 0.2) * f32::from(kind.depth.max());
        let grey = wave(waves[2]);
        let colours = if kind.grey { [grey; 3] } else { [grey, wave(-waves[2]), wave(0.0)] };
        let alpha = if kind.alpha { wave(0.5) } else { kind.depth.max().into() };
        [colours[0], colours[1], colours[2], alpha]
    });
    let rgba = kind.depth.samples(values);
    Picture { width: size[0], height: size[1], rgba, kind, metadata, ..Picture::default() }
}

/// What a file of that format can hold of it, as the picture would be decoded from it.
fn held(picture: &Picture, format: FileFormat) -> Picture {
    let mut held = picture.clone();
    held.format = Some(format);
    if format != FileFormat::Png {
        held = held.in_eight_bits().into_owned();
    }
    match format {
        FileFormat::Png => {}
        // Such a file knows no grey.
        FileFormat::WebP => held.kind.grey = false,
        FileFormat::Jpeg => {
            for pixel in held.rgba.as_chunks_mut::<4>().0 {
                let alpha = u32::from(pixel[3]);
                *pixel = pixel.map(|value| ((u32::from(value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8);
                pixel[3] = 255;
            }
            held.kind.alpha = false;
        }
        FileFormat::Gif => panic!("tests/animations.rs knows what it can hold"),
    }
    held
}

fn exif() -> Vec<u8> {
    // One entry: an X resolution of 72, as a fraction behind it.
    b"II*\0\x08\0\0\0\x01\0\x1a\x01\x05\0\x01\0\0\0\x1a\0\0\0\0\0\0\0\x48\0\0\0\x01\0\0\0".to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn comes_back(
        size in [1_u32..=70, 1_u32..=70],
        (grey, alpha, is_16_bit) in any::<(bool, bool, bool)>(),
        waves in [0.0_f32..0.3, 0.0_f32..0.3, -1.0_f32..1.0],
        rows in 1_u32..=70,
        icc_profile in proptest::option::of(proptest::collection::vec(any::<u8>(), 1..200)),
        has_exif in any::<bool>(),
        xmp in proptest::option::of("<x:xmpmeta>[ -;=?-~é]{0,40}</x:xmpmeta>"),
    ) {
        let kind = Kind { grey, alpha, depth: if is_16_bit { Depth::Sixteen } else { Depth::Eight } };
        let metadata = Metadata { icc_profile, exif: has_exif.then(exif), xmp: xmp.map(String::into_bytes), ..Metadata::default() };
        let picture = picture(size, kind, waves, metadata);
        for format in [FileFormat::Png, FileFormat::WebP, FileFormat::Jpeg] {
            let expected = held(&picture, format);
            let mut got = decode(&written(&picture, format, rows)).expect("decodes");
            if format == FileFormat::Jpeg {
                let most = got.rgba.iter().zip(&expected.rgba).map(|(got, expected)| got.abs_diff(*expected)).max();
                prop_assert!(most <= Some(12), "{most:?}");
                got.rgba.clone_from(&expected.rgba);
                prop_assert_eq!(got.jpeg_quality.take(), Some(95));
            }
            prop_assert_eq!(got, expected);
        }
    }
}

#[test]
fn pixels_of_noise_come_back_from_formats_without_loss() {
    let mut noise = 1_u32;
    let rgba = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 24) as u8
    });
    let kind = Kind { grey: false, alpha: true, depth: Depth::Eight };
    let picture = Picture { width: 61, height: 67, rgba: rgba.take(61 * 67 * 4).collect(), kind, ..Picture::default() };
    for format in [FileFormat::Png, FileFormat::WebP] {
        assert_eq!(decode(&written(&picture, format, 67)).expect("decodes"), held(&picture, format));
    }
}

#[test]
fn what_is_clear_is_white_in_a_jpeg() {
    let kind = Kind { alpha: true, ..Kind::default() };
    let picture = Picture { width: 8, height: 8, rgba: [10, 20, 30, 0].repeat(64), kind, ..Picture::default() };
    assert_eq!(decode(&written(&picture, FileFormat::Jpeg, 8)).expect("decodes").rgba, [255; 256]);
}

/// A profile of several segments goes into a JPEG file, EXIF and XMP of more than one do not.
#[test]
fn large_metadata() {
    let metadata = Metadata {
        icc_profile: Some(vec![7; 200_000]),
        exif: Some([exif(), vec![0; 70_000]].concat()),
        xmp: Some(format!("<x>{}</x>", " ".repeat(70_000)).into_bytes()),
        ..Metadata::default()
    };
    let picture = Picture { width: 1, height: 1, rgba: vec![9; 4], metadata, ..Picture::default() };
    for format in [FileFormat::Png, FileFormat::WebP] {
        assert_eq!(decode(&written(&picture, format, 1)).expect("decodes").metadata, picture.metadata);
    }
    let metadata = decode(&written(&picture, FileFormat::Jpeg, 1)).expect("decodes").metadata;
    assert_eq!(metadata, Metadata { icc_profile: picture.metadata.icc_profile, ..Metadata::default() });
}

#[test]
fn a_result_has_the_input_s_format_where_that_can_hold_it() {
    use FileFormat::{Jpeg, Png, WebP};
    let plain = Kind::default();
    let transparent = Kind { alpha: true, ..plain };
    let sixteen = Kind { depth: Depth::Sixteen, ..plain };
    let cases = [
        (None, plain, [4, 4], Png),
        (Some(Png), transparent, [4, 100_000], Png),
        (Some(Jpeg), plain, [65_535, 4], Jpeg),
        (Some(Jpeg), plain, [4, 65_536], Png),
        (Some(Jpeg), transparent, [4, 4], Png),
        (Some(Jpeg), sixteen, [4, 4], Png),
        (Some(WebP), transparent, [16_383, 4], WebP),
        (Some(WebP), transparent, [16_384, 4], Png),
        (Some(WebP), sixteen, [4, 4], Png),
    ];
    for (input, kind, size, expected) in cases {
        assert_eq!(FileFormat::for_result(input, kind, size), expected, "{input:?} {kind:?} {size:?}");
    }
}

#[test]
fn names() {
    for format in [FileFormat::Png, FileFormat::Jpeg, FileFormat::WebP, FileFormat::Gif] {
        assert_eq!(format.extension().parse::<FileFormat>().expect("is known"), format);
        assert_eq!(format.name().parse::<FileFormat>().expect("is known"), format);
        assert!(format.media_type().starts_with("image/"));
    }
    let error = "tiff".parse::<FileFormat>().expect_err("is not written");
    assert!(error.to_string().contains("png, jpeg, webp or gif"), "{error}");
}

#[test]
fn sizes_and_qualities_that_cannot_be() {
    let begin = |format, size, quality| {
        let file = create(Vec::new(), format, size, Kind::default(), &Metadata::default(), quality);
        file.err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert!(begin(FileFormat::Jpeg, [65_536, 1], 90).contains("65535 pixels a side"));
    assert!(begin(FileFormat::WebP, [1, 16_384], 90).contains("16383 pixels a side"));
    assert!(begin(FileFormat::Png, [0, 1], 90).contains("not 0 x 1"));
    assert!(begin(FileFormat::Jpeg, [1, 1], 0).contains("1 to 100, not 0"));
    assert!(begin(FileFormat::Jpeg, [1, 1], 101).contains("not 101"));
    assert_eq!(begin(FileFormat::Jpeg, [1, 1], 100), "");
}

/// A file that is finished too early, or gets too much, is an error and no panic.
#[test]
fn rows_that_are_missing_or_too_many() {
    for format in [FileFormat::Png, FileFormat::Jpeg, FileFormat::WebP] {
        for rows in [0, 1, 3] {
            let mut file =
                create(Vec::new(), format, [5, 2], Kind::default(), &Metadata::default(), 90).expect("begins");
            let result = file.write(&vec![1; 5 * 4 * rows]).and_then(|()| file.finish());
            assert_eq!(result.expect_err("must fail").code(), "encode-failed", "{format:?} {rows}");
        }
    }
}
