//! What a picture file says beside its pixels.

use image::metadata::Orientation;

use super::{exif, xmp};

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

impl Metadata {
    /// How the picture is to be turned: as EXIF says, or else XMP.
    pub(super) fn orientation(&self) -> Orientation {
        let number = self.exif.as_deref().and_then(exif::orientation);
        let number = number.or_else(|| self.xmp.as_deref().and_then(xmp::orientation));
        number.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms)
    }

    /// What is right for the result, an upright picture of `width` x `height` pixels: its orientation and size, and no
    /// thumbnail of before. EXIF and XMP that cannot be understood are left out.
    #[must_use]
    pub fn for_result(&self, width: u32, height: u32) -> Self {
        Self {
            icc_profile: self.icc_profile.clone(),
            exif: self.exif.as_deref().and_then(|block| exif::for_result(block, width, height)),
            xmp: self.xmp.as_deref().and_then(|packet| xmp::for_result(packet, width, height)),
        }
    }
}
