//! Pixels to a PNG file, row by row, so that the whole result is never in memory.

use std::io::Write;

use png::{
    BitDepth, ColorType, DeflateCompression, Encoder, Filter, Info, PixelDimensions, StreamWriter, Unit, Writer,
    chunk::ChunkType, text_metadata::ITXtChunk,
};

use super::{Depth, Kind, Metadata, PictureFile, png_metadata::XMP};
use crate::{Error, Result};

/// Of enlarged photos and texts zlib's level 6 saves 5 to 10 % of the bytes that this one takes, and needs 4 to 9 times as long.
const COMPRESSION: u8 = 2;

/// A PNG file in the making.
pub struct PngFile<W: Write + 'static> {
    rows: StreamWriter<'static, W>,
    kind: Kind,
}

impl<W: Write + 'static> PngFile<W> {
    /// Starts a file of `width` x `height` pixels that stores the channels of `kind` in its depth.
    ///
    /// # Errors
    /// [`Error::Encode`] when the header cannot be written.
    pub fn new(output: W, size: [u32; 2], kind: Kind, metadata: &Metadata) -> Result<Self> {
        let writer = write_header(encoder(output, size, kind, metadata)?, metadata)?;
        let rows = writer.into_stream_writer().map_err(explain)?;
        Ok(Self { rows, kind })
    }
}

/// An encoder of `width` x `height` pixels that stores the channels of `kind` in its depth.
pub(super) fn encoder<W: Write>(
    output: W,
    [width, height]: [u32; 2],
    kind: Kind,
    metadata: &Metadata,
) -> Result<Encoder<'static, W>> {
    let mut info = Info::with_size(width, height);
    info.bit_depth = match kind.depth {
        Depth::Eight => BitDepth::Eight,
        Depth::Sixteen => BitDepth::Sixteen,
    };
    info.color_type = match (kind.grey, kind.alpha) {
        (true, false) => ColorType::Grayscale,
        (true, true) => ColorType::GrayscaleAlpha,
        (false, false) => ColorType::Rgb,
        (false, true) => ColorType::Rgba,
    };
    info.icc_profile = metadata.icc_profile.clone().map(Into::into);
    info.exif_metadata = metadata.exif.clone().map(Into::into);
    info.pixel_dims = metadata.density.map(|[xppu, yppu]| PixelDimensions { xppu, yppu, unit: Unit::Meter });
    // A packet that is no text is none.
    if let Some(xmp) = metadata.xmp.as_deref().and_then(|xmp| str::from_utf8(xmp).ok()) {
        info.utf8_text.push(ITXtChunk::new(XMP, xmp));
    }
    let mut encoder = Encoder::with_info(output, info).map_err(explain)?;
    encoder.set_deflate_compression(DeflateCompression::Level(COMPRESSION));
    encoder.set_filter(Filter::Adaptive);
    Ok(encoder)
}

/// Writes what comes before the pixels.
pub(super) fn write_header<W: Write>(encoder: Encoder<'_, W>, metadata: &Metadata) -> Result<Writer<W>> {
    let mut writer = encoder.write_header().map_err(explain)?;
    for (name, content) in &metadata.color_chunks {
        writer.write_chunk(ChunkType(*name), content).map_err(explain)?;
    }
    Ok(writer)
}

/// The samples of RGBA pixels as they are in the file.
pub(super) fn stored(kind: Kind, rgba: &[u8]) -> Vec<u8> {
    let mut stored = kind.stored(rgba);
    if kind.depth == Depth::Sixteen {
        for sample in stored.as_chunks_mut::<2>().0 {
            // The most significant byte comes first.
            *sample = u16::from_ne_bytes(*sample).to_be_bytes();
        }
    }
    stored
}

impl<W: Write + 'static> PictureFile for PngFile<W> {
    fn write(&mut self, rows: &[u8]) -> Result<()> {
        self.rows.write_all(&stored(self.kind, rows)).map_err(|error| Error::Encode(error.to_string()))
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.rows.finish().map_err(explain)
    }
}

fn explain(error: png::EncodingError) -> Error {
    Error::Encode(error.to_string())
}
