//! Pixels to a JPEG file.

use std::io::Write;

use jpeg_encoder::{
    Encoder, EncodingError, ImageBuffer, JpegColorType, PixelDensity, PixelDensityUnit, SamplingFactor, rgb_to_ycbcr,
};

use super::{Kind, Metadata, PictureFile, metadata::INCH, whole::Whole};
use crate::{Error, Result};

/// What a segment can hold, less its own two bytes of length.
const SEGMENT_BYTES: usize = 65_533;

/// What a segment of XMP begins with.
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

/// A JPEG file in the making: 8 bits a channel, colours as fine as luma (4:4:4), grey as one channel. Where a picture is
/// transparent, it is laid on white; samples of 16 bits are rounded. The stored channels wait in memory until the file is
/// finished.
pub struct JpegFile<W: Write + 'static> {
    encoder: Encoder<W>,
    pixels: Whole,
}

impl<W: Write + 'static> JpegFile<W> {
    /// Starts a file of `width` x `height` pixels that come as RGBA of the depth of `kind`. The quality goes from 1 to
    /// 100. EXIF and XMP of more than 64 kB have no place in a JPEG file and are left out.
    ///
    /// # Errors
    /// [`Error::Encode`] when there is not enough memory, or the colour profile is larger than 16 MB.
    pub fn new(output: W, size: [u32; 2], kind: Kind, metadata: &Metadata, quality: u8) -> Result<Self> {
        let mut encoder = Encoder::new(output, quality);
        encoder.set_sampling_factor(SamplingFactor::F_1_1);
        if let Some(density) = metadata.density.map(|density| density.map(to_inch)) {
            encoder.set_density(PixelDensity { density: density.into(), unit: PixelDensityUnit::Inches });
        }
        if let Some(exif) = metadata.exif.as_ref().filter(|exif| exif.len() <= SEGMENT_BYTES - b"Exif\0\0".len()) {
            encoder.add_exif_metadata(exif).map_err(explain)?;
        }
        if let Some(xmp) = metadata.xmp.as_ref().filter(|xmp| xmp.len() <= SEGMENT_BYTES - XMP.len()) {
            encoder.add_app_segment(1, [XMP, xmp].concat()).map_err(explain)?;
        }
        if let Some(profile) = &metadata.icc_profile {
            encoder.add_icc_profile(profile).map_err(explain)?;
        }
        Ok(Self { encoder, pixels: Whole::new(size, Kind { alpha: false, ..kind })? })
    }
}

impl<W: Write + 'static> PictureFile for JpegFile<W> {
    fn write(&mut self, rows: &[u8]) -> Result<()> {
        self.pixels.add(rows, |pixel| {
            let alpha = u32::from(pixel[3]);
            for value in &mut pixel[..3] {
                *value = ((u32::from(*value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
            }
        });
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let [width, height] = self.pixels.size.map(|length| length as u16);
        let rows = Rows { samples: self.pixels.samples()?, grey: self.pixels.kind.grey, width, height };
        self.encoder.encode_image(rows).map_err(explain)
    }
}

/// Rows of stored samples. The encoder's own readers, one for each order of channels, would be larger in wasm.
struct Rows<'a> {
    samples: &'a [u8],
    grey: bool,
    width: u16,
    height: u16,
}

impl ImageBuffer for Rows<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        if self.grey { JpegColorType::Luma } else { JpegColorType::Ycbcr }
    }

    fn width(&self) -> u16 {
        self.width
    }

    fn height(&self) -> u16 {
        self.height
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let bytes = usize::from(self.width) * if self.grey { 1 } else { 3 };
        let row = &self.samples[usize::from(y) * bytes..][..bytes];
        if self.grey {
            buffers[0].extend(row);
            return;
        }
        for &[red, green, blue] in row.as_chunks().0 {
            let (luma, blue, red) = rgb_to_ycbcr(red, green, blue);
            for (buffer, value) in buffers.iter_mut().zip([luma, blue, red]) {
                buffer.push(value);
            }
        }
    }
}

/// Pixels an inch, which is all that programs expect, of pixels a metre.
fn to_inch(metre: u32) -> u16 {
    // A cast to an integer saturates.
    ((f64::from(metre) * INCH).round() as u16).max(1)
}

fn explain(error: EncodingError) -> Error {
    Error::Encode(error.to_string())
}
