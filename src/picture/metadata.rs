//! What a picture file says beside its pixels.

use image::metadata::Orientation;

use super::{exif, xmp};

/// Metres in an inch.
pub(super) const INCH: f64 = 0.0254;

/// What is carried to the result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// ICC colour profile, carried untouched.
    pub icc_profile: Option<Vec<u8>>,
    /// EXIF as a TIFF structure, as the file had it.
    pub exif: Option<Vec<u8>>,
    /// XMP packet, as the file had it.
    pub xmp: Option<Vec<u8>>,
    /// PNG's chunks that tell of its colours (gAMA, cHRM, sRGB, cICP, mDCV and cLLI), by name. No other format holds them.
    pub color_chunks: Vec<([u8; 4], Vec<u8>)>,
    /// How many pixels there are across and down to a metre of paper. A larger result is a larger print.
    pub density: Option<[u32; 2]>,
}

impl Metadata {
    /// How the picture is to be turned: as EXIF says, or else XMP.
    pub(super) fn orientation(&self) -> Orientation {
        let number = self.exif.as_deref().and_then(exif::orientation);
        let number = number.or_else(|| self.xmp.as_deref().and_then(xmp::orientation));
        number.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms)
    }

    /// The same for a picture of so many times the pixels across and down, to be printed as large as before.
    pub(super) fn with_print_size_kept(self, factors: [f64; 2]) -> Self {
        let denser =
            |density: [u32; 2]| [0, 1].map(|axis: usize| (f64::from(density[axis]) * factors[axis]).round() as u32);
        Self {
            density: self.density.map(denser),
            exif: self.exif.map(|block| exif::with_density(block, factors)),
            ..self
        }
    }

    /// What is right for the result, an upright picture of `width` x `height` pixels: its orientation and size, and no
    /// thumbnail of before. EXIF and XMP that cannot be understood are left out.
    #[must_use]
    pub fn for_result(&self, width: u32, height: u32) -> Self {
        Self {
            icc_profile: self.icc_profile.clone(),
            exif: self.exif.as_deref().and_then(|block| exif::for_result(block, width, height)),
            xmp: self.xmp.as_deref().and_then(|packet| xmp::for_result(packet, width, height)),
            color_chunks: self.color_chunks.clone(),
            density: self.density,
        }
    }
}
