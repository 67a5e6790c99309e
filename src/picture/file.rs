//! The picture files that results are written to.

use std::{io::Write, str::FromStr};

use super::{Depth, JpegFile, Kind, Metadata, PngFile, WebPFile};
use crate::{Error, Result};

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

impl FileFormat {
    /// Which format a result has where nobody says: the input's own if it can hold all of the result, or else PNG.
    #[must_use]
    pub fn for_result(input: Option<Self>, kind: Kind, size: [u32; 2]) -> Self {
        input.filter(|format| format.can_hold(kind, size)).unwrap_or(Self::Png)
    }

    /// Whether a picture of that kind and of `width` x `height` pixels loses nothing but what JPEG's compression takes.
    #[must_use]
    pub fn can_hold(self, kind: Kind, size: [u32; 2]) -> bool {
        let channels = match self {
            Self::Png => true,
            Self::Jpeg => kind.depth == Depth::Eight && !kind.alpha,
            Self::WebP => kind.depth == Depth::Eight,
        };
        channels && size.into_iter().all(|length| length <= self.max_side())
    }

    /// The most pixels in width and height.
    #[must_use]
    pub const fn max_side(self) -> u32 {
        match self {
            Self::Png => i32::MAX as u32,
            Self::Jpeg => 65_535,
            Self::WebP => 16_383,
        }
    }

    /// The end of file names, without its dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::WebP => "webp",
        }
    }

    /// The type as in HTTP's `Content-Type`.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
        }
    }

    /// The name as people write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
        }
    }
}

/// By a name or the end of a file name: `png`, `jpeg`, `jpg` or `webp`, in any case.
impl FromStr for FileFormat {
    type Err = Error;

    /// # Errors
    /// [`Error::InvalidOption`] with the names there are.
    fn from_str(name: &str) -> Result<Self> {
        match name.to_ascii_lowercase().as_str() {
            "png" => Ok(Self::Png),
            "jpeg" | "jpg" => Ok(Self::Jpeg),
            "webp" => Ok(Self::WebP),
            _ => {
                Err(Error::InvalidOption(format!("There is no format \"{name}\" to write. Choose png, jpeg or webp.")))
            }
        }
    }
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

/// Starts a file of `width` x `height` pixels of that kind, with that metadata in it (see [`Metadata::for_result`]).
///
/// A format need not hold all of a picture: JPEG lays what is transparent on white, and JPEG and WebP round 16 bits to 8. The
/// quality, from 1 to 100, is JPEG's alone.
///
/// # Errors
/// [`Error::InvalidOption`] when the format cannot hold the size, or for a quality that is out of range;
/// [`Error::Encode`] when the beginning cannot be written.
pub fn create<W: Write + 'static>(
    output: W,
    format: FileFormat,
    size: [u32; 2],
    kind: Kind,
    metadata: &Metadata,
    quality: u8,
) -> Result<Box<dyn PictureFile>> {
    let [width, height] = size;
    if width.max(height) > format.max_side() || width.min(height) == 0 {
        let (name, max) = (format.name(), format.max_side());
        return Err(Error::InvalidOption(format!(
            "A {name} file can have 1 to {max} pixels a side, not {width} x {height}. Choose png or a smaller scale."
        )));
    }
    if !(1..=100).contains(&quality) {
        return Err(Error::InvalidOption(format!("The quality must be from 1 to 100, not {quality}.")));
    }
    Ok(match format {
        FileFormat::Png => Box::new(PngFile::new(output, size, kind, metadata)?),
        FileFormat::Jpeg => Box::new(JpegFile::new(output, size, kind, metadata, quality)?),
        FileFormat::WebP => Box::new(WebPFile::new(output, size, kind, metadata)?),
    })
}
