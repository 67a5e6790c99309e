//! Files that are not what they should be: each gets its own error and a sentence that says what to do.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{chain_tensors, golden_tensors, picture, png, safetensors_file};
use image::{DynamicImage, RgbaImage};
use lenslet::{Error, Network, picture::decode};

fn good_png() -> Vec<u8> {
    let picture = picture(20, 16);
    png(&DynamicImage::from(RgbaImage::from_raw(20, 16, picture.rgba).expect("fits")).to_rgb8().into())
}

fn picture_error(file: &[u8]) -> Error {
    decode(file).expect_err("must be refused")
}

#[test]
fn no_bytes() {
    let error = picture_error(&[]);
    assert_eq!(error.code(), "empty-file");
    assert!(error.to_string().contains("0 bytes"));
}

#[test]
fn not_a_picture() {
    for file in [&b"hello, I am a text file"[..], &[0; 64], b"%PDF-1.7", b"\x7fELF"] {
        let error = picture_error(file);
        assert_eq!(error.code(), "unsupported-format");
        assert!(error.to_string().contains("Supported are PNG, JPEG"), "{error}");
    }
}

#[test]
fn cut_off_anywhere() {
    let file = good_png();
    assert!(decode(&file).is_ok());
    for length in (1..file.len() - 12).step_by(7) {
        let error = picture_error(&file[..length]);
        assert!(["damaged-picture", "unsupported-format"].contains(&error.code()), "{length}: {error}");
    }
    let error = picture_error(&file[..file.len() / 2]);
    assert_eq!(error.code(), "damaged-picture");
    assert!(error.to_string().starts_with("The PNG picture is damaged or incomplete"), "{error}");
}

/// Decoders of JPEG take what there is and fill the rest with grey.
#[test]
fn a_jpeg_cut_off() {
    let mut file = std::io::Cursor::new(Vec::new());
    let image = RgbaImage::from_raw(40, 30, picture(40, 30).rgba).expect("fits");
    DynamicImage::from(image).to_rgb8().write_to(&mut file, image::ImageFormat::Jpeg).expect("encodes");
    let file = file.into_inner();
    assert!(decode(&file).is_ok());
    let error = picture_error(&file[..file.len() / 2]);
    assert_eq!(error.code(), "damaged-picture");
    assert!(error.to_string().contains("its end is missing"), "{error}");
}

#[test]
fn a_header_that_claims_too_much() {
    let mut file = good_png();
    // Width and height of the PNG header, then its checksum.
    file[16..20].copy_from_slice(&60_000u32.to_be_bytes());
    file[20..24].copy_from_slice(&60_000u32.to_be_bytes());
    let checksum = crc32(&file[12..29]);
    file[29..33].copy_from_slice(&checksum.to_be_bytes());
    let error = picture_error(&file);
    assert_eq!(error.code(), "picture-too-large");
    assert!(error.to_string().contains("60000 x 60000"), "{error}");
}

/// PNG's checksum (ISO 3309), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}

fn model_error(file: &[u8]) -> Error {
    Network::load(file).expect_err("must be refused")
}

#[test]
fn a_sound_weight_file_loads() {
    assert_eq!(Network::load(&safetensors_file(&chain_tensors(6, 2, 2))).expect("sound").scale(), 2);
}

#[test]
fn weight_files_that_are_cut_off_or_of_another_kind() {
    let file = safetensors_file(&chain_tensors(6, 2, 2));
    for length in [0, 7, 8, 100, file.len() / 2, file.len() - 1] {
        assert_eq!(model_error(&file[..length]).code(), "damaged-model", "{length}");
    }
    assert_eq!(model_error(b"this is not a weight file at all").code(), "damaged-model");
    assert_eq!(model_error(&[0xff; 64]).code(), "damaged-model");
}

#[test]
fn weights_that_are_missing() {
    for missing in ["body.2.weight", "body.2.bias", "body.3.weight", "body.6.bias"] {
        let mut tensors = chain_tensors(6, 2, 2);
        tensors.retain(|(name, ..)| name != missing);
        let error = model_error(&safetensors_file(&tensors));
        assert_eq!(error.code(), "damaged-model");
        assert!(error.to_string().contains(&format!("{missing} is missing")), "{error}");
    }
}

#[test]
fn weights_of_another_shape() {
    for (changed, shape) in
        [("body.2.weight", [6, 6, 1, 9]), ("body.2.weight", [6, 12, 3, 3]), ("body.4.weight", [3, 12, 3, 3])]
    {
        let mut tensors = chain_tensors(6, 2, 2);
        let tensor = tensors.iter_mut().find(|(name, ..)| name == changed).expect("there");
        (tensor.1, tensor.2) = (shape.to_vec(), vec![0.0; shape.iter().product()]);
        let error = model_error(&safetensors_file(&tensors));
        assert_eq!(error.code(), "damaged-model");
        assert!(error.to_string().contains("has shape"), "{error}");
    }
}

#[test]
fn weights_that_are_no_numbers() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut tensors = chain_tensors(6, 2, 2);
        tensors[3].2[5] = bad;
        let error = model_error(&safetensors_file(&tensors));
        assert_eq!(error.code(), "damaged-model");
        assert!(error.to_string().contains(&tensors[3].0), "{error}");
        assert!(error.to_string().contains("expected finite numbers"), "{error}");
    }
}

#[test]
fn a_last_layer_that_is_no_square() {
    let mut tensors = chain_tensors(6, 2, 2);
    for (name, shape, data) in &mut tensors {
        if name.starts_with("body.6.") {
            shape[0] = 15;
            data.resize(shape.iter().product(), 0.0);
        }
    }
    let error = model_error(&safetensors_file(&tensors));
    assert!(error.to_string().contains("15 output channels, expected 3, 12, 27, 48"), "{error}");
}

/// A sound file whose network has more to it than the architecture that it looks like.
#[test]
fn a_tensor_without_a_place() {
    let mut tensors = golden_tensors("rrdb_new_x4");
    tensors.push(("params_ema.attention.weight".to_owned(), vec![2], vec![0.5; 2]));
    let error = model_error(&safetensors_file(&tensors));
    assert_eq!(error.code(), "unsupported-model");
    assert!(error.to_string().contains("attention.weight, for which ESRGAN"), "{error}");
    assert!(error.to_string().contains("Supported: Compact, ESRGAN"), "{error}");
}

#[test]
fn another_architecture() {
    let tensors = vec![("conv_first.weight".to_owned(), vec![8, 3, 3, 3], vec![0.0; 216])];
    let error = model_error(&safetensors_file(&tensors));
    assert_eq!(error.code(), "unsupported-model");
    assert!(error.to_string().contains("conv_first.weight [8, 3, 3, 3]"), "{error}");
    assert!(error.to_string().contains("Supported: Compact, ESRGAN"), "{error}");
    assert_eq!(model_error(&safetensors_file(&[])).code(), "unsupported-model");
}
