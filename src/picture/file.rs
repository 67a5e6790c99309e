//! The picture files that results are written to.

use crate::Result;

/// A format that results can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileFormat {
    /// Holds everything.
    Png,
    /// 8 bits, no alpha, at most 65,535 pixels a side; lossy.
    Jpeg,
    /// 8 bits, at most 16,383 pixels a side; written without loss.
    WebP,
}

/// Takes the pixels of a picture file from the top row to the bottom one.
pub trait PictureFile {
    /// Adds whole rows: RGBA of the depth that the file was begun with.
    ///
    /// # Errors
    /// [`crate::Error::Encode`] when they cannot be written.
    fn write(&mut self, rows: &[u8]) -> Result<()>;

    /// Ends the file.
    ///
    /// # Errors
    /// [`crate::Error::Encode`] when rows are missing or the end cannot be written.
    fn finish(self: Box<Self>) -> Result<()>;
}
