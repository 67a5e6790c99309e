//! Pixels to a WebP file, without loss.

use std::io::Write;

use image_webp::{ColorType, WebPEncoder};

use super::{Kind, Metadata, PictureFile, whole::Whole};
use crate::{Error, Result};

/// A WebP file in the making: 8 bits a channel, to which samples of 16 bits are rounded; grey becomes colours that are
/// grey. The stored channels wait in memory until the file is finished.
pub struct WebPFile<W: Write + 'static> {
    encoder: WebPEncoder<W>,
    pixels: Whole,
}

impl<W: Write + 'static> WebPFile<W> {
    /// Starts a file of `width` x `height` pixels that come as RGBA of the depth of `kind`.
    ///
    /// # Errors
    /// [`Error::Encode`] when there is not enough memory.
    pub fn new(output: W, size: [u32; 2], kind: Kind, metadata: &Metadata) -> Result<Self> {
        let mut encoder = WebPEncoder::new(output);
        // No bytes mean that there is none.
        // Grey becomes colours, which a profile of grey does not describe.
        let profile = metadata.icc_profile.as_ref().filter(|profile| profile.get(16..20) != Some(b"GRAY"));
        encoder.set_icc_profile(profile.cloned().unwrap_or_default());
        encoder.set_exif_metadata(metadata.exif.clone().unwrap_or_default());
        encoder.set_xmp_metadata(metadata.xmp.clone().unwrap_or_default());
        Ok(Self { encoder, pixels: Whole::new(size, kind)? })
    }
}

impl<W: Write + 'static> PictureFile for WebPFile<W> {
    fn write(&mut self, rows: &[u8]) -> Result<()> {
        self.pixels.add(rows, |_| {});
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let [width, height] = self.pixels.size;
        let color_type = match (self.pixels.kind.grey, self.pixels.kind.alpha) {
            (true, false) => ColorType::L8,
            (true, true) => ColorType::La8,
            (false, false) => ColorType::Rgb8,
            (false, true) => ColorType::Rgba8,
        };
        let samples = self.pixels.samples()?;
        self.encoder.encode(samples, width, height, color_type).map_err(|error| Error::Encode(error.to_string()))
    }
}
