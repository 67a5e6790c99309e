//! Pixels to a PNG file, row by row, so that the whole result is never in memory.

use std::io::Write;

use png::{BitDepth, ColorType, DeflateCompression, Encoder, Filter, Info, StreamWriter};

use super::Kind;
use crate::{Error, Result};

/// Of enlarged photos and texts zlib's level 6 saves 5 to 10 % of the bytes that this one takes, and needs 4 to 9 times as long.
const COMPRESSION: u8 = 2;

/// A PNG file that has its header and waits for its pixels.
pub struct PngFile<W: Write> {
    writer: png::Writer<W>,
    kind: Kind,
}

/// Takes the pixels of a [`PngFile`] from the top row to the bottom one.
pub struct PngRows<'a, W: Write> {
    stream: StreamWriter<'a, W>,
    kind: Kind,
}

impl<W: Write> PngFile<W> {
    /// Starts a file of `width` x `height` pixels that stores the channels of `kind`.
    ///
    /// # Errors
    /// [`Error::Encode`] when the header cannot be written.
    pub fn new(output: W, width: u32, height: u32, kind: Kind, icc_profile: Option<&[u8]>) -> Result<Self> {
        let mut info = Info::with_size(width, height);
        info.bit_depth = BitDepth::Eight;
        info.color_type = match kind {
            Kind { grey: true, alpha: false } => ColorType::Grayscale,
            Kind { grey: true, alpha: true } => ColorType::GrayscaleAlpha,
            Kind { grey: false, alpha: false } => ColorType::Rgb,
            Kind { grey: false, alpha: true } => ColorType::Rgba,
        };
        info.icc_profile = icc_profile.map(|profile| profile.to_vec().into());
        let mut encoder = Encoder::with_info(output, info).map_err(explain)?;
        encoder.set_deflate_compression(DeflateCompression::Level(COMPRESSION));
        encoder.set_filter(Filter::Adaptive);
        Ok(Self { writer: encoder.write_header().map_err(explain)?, kind })
    }

    /// Where the pixels go.
    ///
    /// # Errors
    /// [`Error::Encode`] when the first chunk cannot be started.
    pub fn rows(&mut self) -> Result<PngRows<'_, W>> {
        Ok(PngRows { stream: self.writer.stream_writer().map_err(explain)?, kind: self.kind })
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`Error::Encode`] when rows are missing or the end cannot be written.
    pub fn finish(self) -> Result<()> {
        self.writer.finish().map_err(explain)
    }
}

impl<W: Write> PngRows<'_, W> {
    /// Adds whole rows, given as RGBA.
    ///
    /// # Errors
    /// [`Error::Encode`] when they cannot be written.
    pub fn write(&mut self, rgba: &[u8]) -> Result<()> {
        let pixels = rgba.as_chunks::<4>().0.iter();
        let stored: Vec<u8> = match self.kind {
            Kind { grey: true, alpha: false } => pixels.map(grey).collect(),
            Kind { grey: true, alpha: true } => pixels.flat_map(|pixel| [grey(pixel), pixel[3]]).collect(),
            Kind { grey: false, alpha: false } => {
                let mut colours = vec![0; pixels.len() * 3];
                for (colours, pixel) in colours.as_chunks_mut::<3>().0.iter_mut().zip(pixels) {
                    colours.copy_from_slice(&pixel[..3]);
                }
                colours
            }
            Kind { grey: false, alpha: true } => rgba.to_vec(),
        };
        self.stream.write_all(&stored).map_err(|error| Error::Encode(error.to_string()))
    }

    /// Writes what is still held back.
    ///
    /// # Errors
    /// [`Error::Encode`] when rows are missing or the rest cannot be written.
    pub fn finish(self) -> Result<()> {
        self.stream.finish().map_err(explain)
    }
}

/// A network may tint what came in grey by a step or so; the mean of the three takes that out again.
fn grey(&[red, green, blue, _]: &[u8; 4]) -> u8 {
    ((u16::from(red) + u16::from(green) + u16::from(blue) + 1) / 3) as u8
}

fn explain(error: png::EncodingError) -> Error {
    Error::Encode(error.to_string())
}
