//! The frames of GIF files, through the crate `gif`.

use std::{
    io::{Cursor, ErrorKind},
    num::{NonZeroU32, NonZeroU64},
};

use gif::{ColorOutput, DecodeOptions, Decoder, DecodingError, DisposalMethod, MemoryLimit, Repeat};

use super::{
    Delay, Patches,
    canvas::{Dispose, Patch},
    max_frame_bytes,
};
use crate::tile::Rect;

/// Delays are in hundredths of a second.
pub(super) const TICKS_PER_SECOND: u32 = 100;

/// How a GIF file begins.
pub(super) const MAGIC: &[u8] = b"GIF8";

pub(super) struct GifPatches<'a>(Decoder<Cursor<&'a [u8]>>);

impl<'a> GifPatches<'a> {
    pub(super) fn new(file: &'a [u8]) -> Result<Self, String> {
        let mut options = DecodeOptions::new();
        options.set_color_output(ColorOutput::RGBA);
        options.set_memory_limit(NonZeroU64::new(max_frame_bytes()).map_or(MemoryLimit::Unlimited, MemoryLimit::Bytes));
        options.read_info(Cursor::new(file)).map(Self).map_err(|error| error.to_string())
    }

    pub(super) fn size(&self) -> [u32; 2] {
        [self.0.width(), self.0.height()].map(u32::from)
    }
}

impl Patches for GifPatches<'_> {
    fn next(&mut self) -> Result<Option<(Patch, Delay)>, String> {
        let (part, dispose, delay) = match self.0.next_frame_info() {
            Ok(Some(frame)) => {
                let [x, y, width, height] = [frame.left, frame.top, frame.width, frame.height].map(u32::from);
                let dispose = match frame.dispose {
                    DisposalMethod::Any | DisposalMethod::Keep => Dispose::Keep,
                    DisposalMethod::Background => Dispose::Clear,
                    DisposalMethod::Previous => Dispose::Restore,
                };
                let delay = Delay { numerator: frame.delay.into(), denominator: TICKS_PER_SECOND };
                (Rect { x, y, width, height }, dispose, delay)
            }
            Ok(None) => return Ok(None),
            // Many files lack the byte that ends them.
            Err(DecodingError::Io(error)) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let mut rgba = vec![0; self.0.buffer_size()];
        self.0.read_into_buffer(&mut rgba).map_err(|error| error.to_string())?;
        Ok(Some((Patch { part, rgba, is_over: true, dispose }, delay)))
    }

    /// Known once the first frame was read.
    fn plays(&self) -> Option<NonZeroU32> {
        match self.0.repeat() {
            Repeat::Infinite => None,
            // How often it is played again, after the first time.
            Repeat::Finite(times) => Some(NonZeroU32::MIN.saturating_add(times.into())),
        }
    }
}
