//! Frames to a GIF file.

use std::{borrow::Cow, io::Write};

use gif::{AnyExtension, DisposalMethod, Encoder, EncodingError, Extension, Repeat};

use super::{
    Delay,
    delay::Ticks,
    file::{AnimationFile, Changes, Shape},
    gif::TICKS_PER_SECOND,
    palette::Indexed,
};
use crate::{
    Error, Result,
    picture::{Kind, Metadata, PictureFile},
    tile::Rect,
};

/// The most bytes of a block of an extension.
const BLOCK_BYTES: usize = 255;

/// A GIF file in the making: 8 bits, at most 256 colours in each frame, and nothing between transparent and opaque. Of the metadata it
/// holds the colour profile.
pub(super) struct GifFile<W: Write> {
    encoder: Encoder<W>,
    shape: Shape,
    changes: Changes,
    ticks: Ticks,
}

impl<W: Write> GifFile<W> {
    pub(super) fn new(output: W, shape: Shape, metadata: &Metadata) -> Result<Self> {
        let [width, height] = shape.size.map(|length| length as u16);
        let mut encoder = Encoder::new(output, width, height, &[]).map_err(explain)?;
        let repeat = match shape.plays {
            0 => Some(Repeat::Infinite),
            1 => None,
            plays => Some(Repeat::Finite((plays - 1).min(u16::MAX.into()) as u16)),
        };
        if let Some(repeat) = repeat {
            encoder.set_repeat(repeat).map_err(explain)?;
        }
        if let Some(profile) = &metadata.icc_profile {
            let blocks: Vec<_> = [&b"ICCRGBG1012"[..]].into_iter().chain(profile.chunks(BLOCK_BYTES)).collect();
            encoder.write_raw_extension(AnyExtension(Extension::Application as u8), &blocks).map_err(explain)?;
        }
        Ok(Self { encoder, shape, changes: Changes::default(), ticks: Ticks::new(TICKS_PER_SECOND, u16::MAX.into()) })
    }
}

impl<W: Write> AnimationFile for GifFile<W> {
    fn write(&mut self, rgba: Vec<u8>, delay: Delay) -> Result<()> {
        let [width, height] = self.shape.size;
        // What is drawn over a frame cannot make it transparent, so where that may be each frame goes as a whole.
        let (part, pixels, dispose) = if self.shape.kind.alpha {
            (Rect { x: 0, y: 0, width, height }, rgba, DisposalMethod::Background)
        } else {
            let (part, pixels) = self.changes.next(rgba, &self.shape);
            (part, pixels, DisposalMethod::Keep)
        };
        let pixels = self.shape.kind.depth.to_eight(&pixels);
        let Indexed { palette, indices, transparent } = Indexed::new(&pixels, [part.width, part.height])?;
        let [left, top, width, height] = [part.x, part.y, part.width, part.height].map(|length| length as u16);
        let frame = gif::Frame {
            delay: self.ticks.next(delay) as u16,
            dispose,
            transparent,
            left,
            top,
            width,
            height,
            palette: Some(palette),
            buffer: Cow::Owned(indices),
            ..gif::Frame::default()
        };
        self.encoder.write_frame(&frame).map_err(explain)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.encoder.into_inner().map(drop).map_err(explain)
    }
}

/// A GIF file of one picture in the making, which waits in memory until the file is finished.
pub(in crate::picture) struct StillGifFile<W: Write + 'static> {
    file: GifFile<W>,
    rgba: Vec<u8>,
}

impl<W: Write + 'static> StillGifFile<W> {
    /// Starts a file of `width` x `height` pixels that come as RGBA of the depth of `kind`.
    ///
    /// # Errors
    /// [`Error::Encode`] when the header cannot be written.
    pub(in crate::picture) fn new(output: W, size: [u32; 2], kind: Kind, metadata: &Metadata) -> Result<Self> {
        let file = GifFile::new(output, Shape { size, kind, frames: 1, plays: 1 }, metadata)?;
        Ok(Self { file, rgba: Vec::new() })
    }
}

impl<W: Write + 'static> PictureFile for StillGifFile<W> {
    fn write(&mut self, rows: &[u8]) -> Result<()> {
        self.rgba.extend_from_slice(rows);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let Self { mut file, rgba } = *self;
        let [width, height] = file.shape.size.map(|length| length as usize);
        let expected = width * height * file.shape.kind.depth.pixel_bytes();
        if rgba.len() != expected {
            return Err(Error::Encode(format!("expected {expected} bytes of pixels, got {}", rgba.len())));
        }
        file.write(rgba, Delay { numerator: 0, denominator: TICKS_PER_SECOND })?;
        Box::new(file).finish()
    }
}

fn explain(error: EncodingError) -> Error {
    Error::Encode(error.to_string())
}
