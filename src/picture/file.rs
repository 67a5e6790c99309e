//! The picture files that results are written to.

use std::{io::Write, str::FromStr};

#[cfg(not(target_arch = "wasm32"))]
use super::animation::StillGifFile;
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
    /// At most 256 colours, of which one may be transparent, and at most 65,535 pixels a side. Written natively alone.
    Gif,
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
            // Enlarging makes colours between those that there are.
            Self::Gif => false,
        };
        channels && size.into_iter().all(|length| length <= self.max_side())
    }

    /// Whether it can hold an animation.
    #[must_use]
    pub const fn can_move(self) -> bool {
        !matches!(self, Self::Jpeg)
    }

    /// The most pixels in width and height.
    #[must_use]
    pub const fn max_side(self) -> u32 {
        match self {
            Self::Png => i32::MAX as u32,
            Self::Jpeg | Self::Gif => 65_535,
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
            Self::Gif => "gif",
        }
    }

    /// The type as in HTTP's `Content-Type`.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
        }
    }

    /// The name as people write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
const NAMES: &str = "png, jpeg, webp or gif";
#[cfg(target_arch = "wasm32")]
const NAMES: &str = "png, jpeg or webp";

/// By a name or the end of a file name: `png`, `apng`, `jpeg`, `jpg`, `webp` or `gif`, in any case.
impl FromStr for FileFormat {
    type Err = Error;

    /// # Errors
    /// [`Error::InvalidOption`] with the names there are.
    fn from_str(name: &str) -> Result<Self> {
        match name.to_ascii_lowercase().as_str() {
            "png" => Ok(Self::Png),
            "jpeg" | "jpg" => Ok(Self::Jpeg),
            "webp" => Ok(Self::WebP),
            #[cfg(not(target_arch = "wasm32"))]
            "apng" => Ok(Self::Png),
            #[cfg(not(target_arch = "wasm32"))]
            "gif" => Ok(Self::Gif),
            _ => Err(Error::InvalidOption(format!("There is no format \"{name}\" to write. Choose {NAMES}."))),
        }
    }
}

/// Whether a format can hold so many pixels.
///
/// # Errors
/// [`Error::InvalidOption`] where it cannot.
pub(super) fn check_size(format: FileFormat, [width, height]: [u32; 2]) -> Result<()> {
    let (name, max) = (format.name(), format.max_side());
    if width.max(height) > max || width.min(height) == 0 {
        return Err(Error::InvalidOption(format!(
            "A {name} file can have 1 to {max} pixels a side, not {width} x {height}. Choose png or a smaller scale."
        )));
    }
    Ok(())
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
/// A format need not hold all of a picture: JPEG lays what is transparent on white, JPEG, WebP and GIF round 16 bits to 8, and GIF has
/// 256 colours. The
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
    check_size(format, size)?;
    if !(1..=100).contains(&quality) {
        return Err(Error::InvalidOption(format!("The quality must be from 1 to 100, not {quality}.")));
    }
    Ok(match format {
        FileFormat::Png => Box::new(PngFile::new(output, size, kind, metadata)?),
        FileFormat::Jpeg => Box::new(JpegFile::new(output, size, kind, metadata, quality)?),
        FileFormat::WebP => Box::new(WebPFile::new(output, size, kind, metadata)?),
        #[cfg(not(target_arch = "wasm32"))]
        FileFormat::Gif => Box::new(StillGifFile::new(output, size, kind, metadata)?),
        #[cfg(target_arch = "wasm32")]
        FileFormat::Gif => return Err(Error::InvalidOption("GIF files are not written here. Choose png.".into())),
    })
}
