//! How a person wants a result to be saved.

use std::io::Write;

use super::{FileFormat, Metadata, Picture, PictureFile, create};
use crate::Result;

/// How to save a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saving {
    /// The file's format; None for the picture's own where that can hold the result, and else PNG.
    pub format: Option<FileFormat>,
    /// JPEG's quality, 1 to 100.
    pub quality: u8,
    /// Whether EXIF, with the place where a photo was taken, and XMP are left out. The colour profile stays: without it the colours
    /// would be others.
    pub strips_metadata: bool,
    /// Whether more pixels come to an inch of paper, so that a print is as large as that of the picture, and not to a larger print.
    pub keeps_print_size: bool,
}

impl Default for Saving {
    fn default() -> Self {
        Self { format: None, quality: 92, strips_metadata: false, keeps_print_size: false }
    }
}

impl Saving {
    /// The format of the result of that size of a picture.
    #[must_use]
    pub fn format(&self, picture: &Picture, result: [u32; 2]) -> FileFormat {
        self.format.unwrap_or_else(|| FileFormat::for_result(picture.format, picture.kind, result))
    }

    /// Begins the file of the result of that size of a picture.
    ///
    /// # Errors
    /// As [`create`].
    pub fn create<W: Write + 'static>(
        &self,
        output: W,
        picture: &Picture,
        result: [u32; 2],
    ) -> Result<Box<dyn PictureFile>> {
        let metadata = picture.metadata.for_result(result[0], result[1]);
        let (exif, xmp) =
            if self.strips_metadata { (None, None) } else { (metadata.exif.clone(), metadata.xmp.clone()) };
        let metadata = Metadata { exif, xmp, ..metadata };
        let metadata = if self.keeps_print_size {
            let factor = |result: u32, before: u32| f64::from(result) / f64::from(before);
            metadata.with_print_size_kept([factor(result[0], picture.width), factor(result[1], picture.height)])
        } else {
            metadata
        };
        // One kind of output, or every encoder would be compiled for each.
        let output: Box<dyn Write> = Box::new(output);
        create(output, self.format(picture, result), result, picture.kind, &metadata, self.quality)
    }
}
