//! What a picture file says beside its pixels.

/// What is carried to the result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// ICC colour profile, carried untouched.
    pub icc_profile: Option<Vec<u8>>,
    /// EXIF as a TIFF structure, as the file had it.
    pub exif: Option<Vec<u8>>,
    /// XMP packet, as the file had it.
    pub xmp: Option<Vec<u8>>,
}
