//! The frames of animated PNG files, through the crate `png`.

use std::{io::Cursor, num::NonZeroU32};

use image::ColorType;
use png::{BitDepth, BlendOp, Decoder, DisposeOp, Limits, Reader, Transformations};

use super::{
    Delay, Patches,
    canvas::{Dispose, Patch},
    max_frame_bytes,
};
use crate::{
    picture::{Depth, Kind, rgba::rgba},
    tile::Rect,
};

/// How a PNG file begins.
pub(super) const MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

pub(super) struct ApngPatches<'a> {
    reader: Reader<Cursor<&'a [u8]>>,
    color: ColorType,
    left: u32,
}

impl<'a> ApngPatches<'a> {
    /// None for a PNG file that is no animation.
    pub(super) fn new(file: &'a [u8]) -> Result<Option<Self>, String> {
        let limits = Limits { bytes: usize::try_from(max_frame_bytes()).unwrap_or(usize::MAX) };
        let mut decoder = Decoder::new_with_limits(Cursor::new(file), limits);
        decoder.set_transformations(Transformations::EXPAND);
        let reader = decoder.read_info().map_err(|error| error.to_string())?;
        let Some(control) = reader.info().animation_control else { return Ok(None) };
        let (channels, bits) = reader.output_color_type();
        let is_deep = bits == BitDepth::Sixteen;
        let color = match (channels, is_deep) {
            (png::ColorType::Grayscale, false) => ColorType::L8,
            (png::ColorType::Grayscale, true) => ColorType::L16,
            (png::ColorType::GrayscaleAlpha, false) => ColorType::La8,
            (png::ColorType::GrayscaleAlpha, true) => ColorType::La16,
            (png::ColorType::Rgba, false) => ColorType::Rgba8,
            (png::ColorType::Rgba, true) => ColorType::Rgba16,
            (_, false) => ColorType::Rgb8,
            (_, true) => ColorType::Rgb16,
        };
        let mut patches = Self { reader, color, left: control.num_frames };
        // A picture for those who show no animations, which is none of the frames.
        if patches.reader.info().frame_control.is_none() {
            patches.read()?;
        }
        Ok(Some(patches))
    }

    pub(super) fn size(&self) -> [u32; 2] {
        self.reader.info().size().into()
    }

    /// How many frames the file announces.
    pub(super) fn announced(&self) -> u32 {
        self.reader.info().animation_control.map_or(0, |control| control.num_frames)
    }

    pub(super) fn kind(&self) -> Kind {
        let depth =
            if self.color.bytes_per_pixel() / self.color.channel_count() > 1 { Depth::Sixteen } else { Depth::Eight };
        Kind { grey: !self.color.has_color(), alpha: false, depth }
    }

    /// The next frame's samples, and its width and height.
    fn read(&mut self) -> Result<(Vec<u8>, [u32; 2]), String> {
        let bytes = self.reader.output_buffer_size().ok_or("it does not fit in memory")?;
        let mut samples = vec![0; bytes];
        let shape = self.reader.next_frame(&mut samples).map_err(|error| error.to_string())?;
        let height = shape.height as usize;
        if self.reader.info().interlaced {
            // Its rows are as far apart as those of the whole picture.
            let stride = self.reader.output_line_size(self.reader.info().width).ok_or("it does not fit in memory")?;
            samples =
                samples.chunks_exact(stride).take(height).flat_map(|row| &row[..shape.line_size]).copied().collect();
        } else {
            samples.truncate(shape.line_size * height);
        }
        if self.kind().depth == Depth::Sixteen {
            samples.as_chunks_mut().0.iter_mut().for_each(|sample| *sample = u16::from_be_bytes(*sample).to_ne_bytes());
        }
        Ok((samples, [shape.width, shape.height]))
    }
}

impl Patches for ApngPatches<'_> {
    fn next(&mut self) -> Result<Option<(Patch, Delay)>, String> {
        if self.left == 0 {
            return Ok(None);
        }
        let (samples, [width, height]) = self.read()?;
        self.left -= 1;
        let control = *self.reader.info().frame_control().ok_or("a frame is not described")?;
        let part = Rect { x: control.x_offset, y: control.y_offset, width, height };
        let dispose = match control.dispose_op {
            DisposeOp::None => Dispose::Keep,
            DisposeOp::Background => Dispose::Clear,
            DisposeOp::Previous => Dispose::Restore,
        };
        // A denominator of 0 stands for 100.
        let denominator = if control.delay_den == 0 { 100 } else { control.delay_den.into() };
        let delay = Delay { numerator: control.delay_num.into(), denominator };
        let is_over = control.blend_op == BlendOp::Over;
        Ok(Some((Patch { part, rgba: rgba(samples, self.color), is_over, dispose }, delay)))
    }

    fn plays(&self) -> Option<NonZeroU32> {
        self.reader.info().animation_control.and_then(|control| NonZeroU32::new(control.num_plays))
    }
}
