//! Any bytes are a picture or an error, each frame of an animation that is told of can be had, and a picture can be written in every format and read again.
#![no_main]

#[path = "../common/files.rs"]
mod files;

use std::io::Cursor;

use lenslet::picture::{Animation, FileFormat, decode};

/// Pixels of larger pictures take their time and show nothing new.
const MAX_PIXELS: u64 = 1 << 14;

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    let reader = image::ImageReader::new(Cursor::new(file)).with_guessed_format().expect("is in memory");
    if reader.into_dimensions().is_ok_and(|(width, height)| u64::from(width) * u64::from(height) > MAX_PIXELS) {
        return;
    }
    if let Ok(Some(animation)) = Animation::open(file) {
        assert_eq!(animation.frames().filter(Result::is_ok).count(), animation.frames);
    }
    let Ok(mut picture) = decode(file) else { return };
    assert_eq!(picture.rgba.len(), picture.width as usize * picture.height as usize * picture.kind.depth.pixel_bytes());
    picture.metadata = picture.metadata.for_result(picture.width, picture.height);
    for format in [FileFormat::Png, FileFormat::WebP, FileFormat::Jpeg] {
        if picture.width.max(picture.height) <= format.max_side() {
            let again = decode(&files::written(&picture, format)).expect("was just written");
            assert_eq!((again.width, again.height), (picture.width, picture.height));
            if format.can_hold(picture.kind, [picture.width, picture.height]) && format != FileFormat::Jpeg {
                assert!(picture.kind.grey || again.rgba == picture.rgba, "{format:?}");
            }
        }
    }
});
