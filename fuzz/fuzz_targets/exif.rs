//! Any bytes as EXIF and as XMP become nothing, or what stays the same when it is made right once more.
#![no_main]

use lenslet::picture::Metadata;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let of = |exif, xmp| Metadata { exif, xmp, ..Metadata::default() }.for_result(70_000, 3);
    let once = of(Some(bytes.to_vec()), Some(bytes.to_vec()));
    assert!(once.exif.as_ref().is_none_or(|exif| exif.len() <= bytes.len()));
    assert_eq!(of(once.exif.clone(), once.xmp.clone()), once);
});
