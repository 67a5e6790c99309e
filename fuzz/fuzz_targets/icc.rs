//! Any bytes as the colour profile of a picture of inks convert it or do not, and every format carries them as they are.
#![no_main]

#[path = "../common/files.rs"]
mod files;

use lenslet::picture::{FileFormat, Metadata, Picture, decode};

/// What a segment with a part of a profile begins with.
const HEAD: &[u8] = b"ICC_PROFILE\0\x01\x01";

libfuzzer_sys::fuzz_target!(|profile: &[u8]| {
    if profile.is_empty() || profile.len() > 65_000 {
        return;
    }
    let jpeg = include_bytes!("../../tests/jpeg/cmyk.jpg");
    let length = ((2 + HEAD.len() + profile.len()) as u16).to_be_bytes();
    let file = [&jpeg[..2], &[0xff, 0xe2], &length, HEAD, profile, &jpeg[2..]].concat();
    decode(&file).expect("is sound but for its profile");

    let metadata = Metadata { icc_profile: Some(profile.to_vec()), ..Metadata::default() };
    let picture = Picture { width: 1, height: 1, rgba: vec![9; 4], metadata, ..Picture::default() };
    for format in [FileFormat::Png, FileFormat::WebP, FileFormat::Jpeg] {
        let again = decode(&files::written(&picture, format)).expect("was just written").metadata;
        // A profile of inks is not that of any decoded picture.
        assert!(again == picture.metadata || profile.get(16..20) == Some(b"CMYK"));
    }
});
