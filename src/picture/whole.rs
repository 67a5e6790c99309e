//! Pixels for encoders that take a picture as a whole: only the channels that are stored, in eight bits.

use super::{Depth, Kind};
use crate::{Error, Result};

/// The pixels of a picture, as far as they have come.
pub(super) struct Whole {
    /// Width and height of the picture.
    pub(super) size: [u32; 2],
    /// What is stored.
    pub(super) kind: Kind,
    /// What comes in.
    depth: Depth,
    samples: Vec<u8>,
}

impl Whole {
    /// Room for all pixels of a picture that comes in the depth of `kind`.
    ///
    /// # Errors
    /// [`Error::Encode`] when there is not enough memory.
    pub(super) fn new(size: [u32; 2], kind: Kind) -> Result<Self> {
        let depth = kind.depth;
        let kind = Kind { depth: Depth::Eight, ..kind };
        let pixels = size.iter().try_fold(kind.channels(), |bytes, &length| bytes.checked_mul(length as usize));
        let mut samples = Vec::new();
        if pixels.is_none_or(|bytes| samples.try_reserve_exact(bytes).is_err()) {
            return Err(Error::Encode("it does not fit in memory. Choose PNG, which is written row by row".into()));
        }
        Ok(Self { size, kind, depth, samples })
    }

    /// Adds whole rows of RGBA that `prepare` changes before some of its channels are stored.
    pub(super) fn add(&mut self, rows: &[u8], prepare: fn(&mut [u8; 4])) {
        let mut rows = self.depth.to_eight(rows).into_owned();
        rows.as_chunks_mut().0.iter_mut().for_each(prepare);
        self.samples.extend(self.kind.stored(&rows));
    }

    /// All samples.
    ///
    /// # Errors
    /// [`Error::Encode`] when rows are missing, or there were too many.
    pub(super) fn samples(&self) -> Result<&[u8]> {
        let expected = self.kind.channels() * self.size[0] as usize * self.size[1] as usize;
        if self.samples.len() == expected {
            return Ok(&self.samples);
        }
        Err(Error::Encode(format!("expected {expected} bytes of pixels, got {}", self.samples.len())))
    }
}
