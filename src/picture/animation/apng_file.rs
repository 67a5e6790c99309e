//! Frames to an animated PNG file.

use std::io::Write;

use png::{BlendOp, DisposeOp, EncodingError, Writer};

use super::{
    Delay,
    file::{AnimationFile, Changes, Shape},
};
use crate::{
    Error, Result,
    picture::{Metadata, png_file},
};

/// An animated PNG file in the making. It holds everything.
pub(super) struct ApngFile<W: Write> {
    writer: Writer<W>,
    shape: Shape,
    changes: Changes,
}

impl<W: Write> ApngFile<W> {
    pub(super) fn new(output: W, shape: Shape, metadata: &Metadata) -> Result<Self> {
        let frames = u32::try_from(shape.frames).map_err(|error| Error::Encode(error.to_string()))?;
        let mut encoder = png_file::encoder(output, shape.size, shape.kind, metadata)?;
        encoder.set_animated(frames, shape.plays).map_err(explain)?;
        let writer = png_file::write_header(encoder, metadata)?;
        Ok(Self { writer, shape, changes: Changes::default() })
    }
}

impl<W: Write> AnimationFile for ApngFile<W> {
    fn write(&mut self, rgba: Vec<u8>, delay: Delay) -> Result<()> {
        let (part, pixels) = self.changes.next(rgba, &self.shape);
        let [numerator, denominator] = delay.in_sixteen_bits();
        let mut write = || {
            let writer = &mut self.writer;
            writer.reset_frame_position()?;
            writer.set_frame_dimension(part.width, part.height)?;
            writer.set_frame_position(part.x, part.y)?;
            writer.set_frame_delay(numerator, denominator)?;
            writer.set_blend_op(BlendOp::Source)?;
            writer.set_dispose_op(DisposeOp::None)?;
            writer.write_image_data(&png_file::stored(self.shape.kind, &pixels))
        };
        write().map_err(explain)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.writer.finish().map_err(explain)
    }
}

fn explain(error: EncodingError) -> Error {
    Error::Encode(error.to_string())
}
