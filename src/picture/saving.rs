//! How a person wants a result to be saved.

#[cfg(not(target_arch = "wasm32"))]
use std::io::Seek;
use std::io::Write;
#[cfg(not(target_arch = "wasm32"))]
use std::num::NonZeroU32;

#[cfg(not(target_arch = "wasm32"))]
use super::{Animation, AnimationFile, animation, file::check_size};
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
        let metadata = self.metadata(&picture.metadata, [picture.width, picture.height], result);
        // One kind of output, or every encoder would be compiled for each.
        let output: Box<dyn Write> = Box::new(output);
        create(output, self.format(picture, result), result, picture.kind, &metadata, self.quality)
    }
    /// What is carried to the result of a picture of that size.
    fn metadata(&self, metadata: &Metadata, before: [u32; 2], result: [u32; 2]) -> Metadata {
        let metadata = metadata.for_result(result[0], result[1]);
        let (exif, xmp) =
            if self.strips_metadata { (None, None) } else { (metadata.exif.clone(), metadata.xmp.clone()) };
        let metadata = Metadata { exif, xmp, ..metadata };
        if !self.keeps_print_size {
            return metadata;
        }
        let factor = |side: usize| f64::from(result[side]) / f64::from(before[side]);
        metadata.with_print_size_kept([factor(0), factor(1)])
    }

    /// The format of the result of that size of an animation: the animation's own where nobody says and it can hold the size, or else
    /// PNG.
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub fn animation_format(&self, animation: &Animation<'_>, result: [u32; 2]) -> FileFormat {
        let is_held = check_size(animation.format, result).is_ok();
        self.format.unwrap_or(if is_held { animation.format } else { FileFormat::Png })
    }

    /// Begins the file of the result of that size of an animation.
    ///
    /// # Errors
    /// [`crate::Error::InvalidOption`] where the format holds no animations or not the size; [`crate::Error::Encode`] when the beginning cannot be
    /// written.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn create_animation<W: Write + Seek + 'static>(
        &self,
        output: W,
        animation: &Animation<'_>,
        result: [u32; 2],
    ) -> Result<Box<dyn AnimationFile>> {
        let format = self.animation_format(animation, result);
        check_size(format, result)?;
        let metadata = self.metadata(&animation.metadata, animation.size, result);
        let plays = animation.plays.map_or(0, NonZeroU32::get);
        let shape = animation::Shape { size: result, kind: animation.kind, frames: animation.frames, plays };
        animation::create(output, format, shape, &metadata)
    }
}
