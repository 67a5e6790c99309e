//! TIFF files to pixels. The `tiff` crate reads the directories, and others decompress; what the samples mean is told apart here,
//! since `tiff` and `image` refuse most kinds, and panic on tiles in separate planes.

mod chunk;
mod colours;
mod exif;
mod layout;
mod samples;

use image::{
    ColorType, ImageDecoder, ImageError, ImageFormat, ImageResult,
    error::{DecodingError, LimitError, LimitErrorKind, UnsupportedError, UnsupportedErrorKind},
    metadata::Orientation,
};
use tiff::{TiffError, decoder::ifd::Value, tags::Tag};

use super::{cmyk::Cmyk, metadata::INCH};
use colours::Range;
use layout::{File, Layout, Numbers};

/// The tag of an XMP packet.
const XMP: Tag = Tag::Unknown(700);

/// Of the tag `NewSubfileType`: that a picture is a smaller copy of another one.
#[cfg(not(target_arch = "wasm32"))]
const IS_REDUCED: u32 = 1;

/// The numbers of the directories that are pages, as far as they can be read.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn pages(file: &[u8]) -> Vec<usize> {
    let Ok(mut tags) = layout::open(file) else { return Vec::new() };
    let mut pages = Vec::new();
    for directory in 0.. {
        let kind = tags.find_tag_unsigned(Tag::NewSubfileType).ok().flatten().unwrap_or(0_u32);
        if kind & IS_REDUCED == 0 {
            pages.push(directory);
        }
        if !tags.more_images() || tags.next_image().is_err() {
            break;
        }
    }
    pages
}

/// A TIFF file of which one directory is read.
pub(super) struct TiffDecoder<'a> {
    file: &'a [u8],
    tags: File<'a>,
    layout: Layout,
    range: Range,
}

impl<'a> TiffDecoder<'a> {
    pub(super) fn new(file: &'a [u8], directory: usize) -> ImageResult<Self> {
        let mut tags = layout::open(file)?;
        if directory > 0 {
            tags.seek_to_image(directory).map_err(explain)?;
        }
        let layout = Layout::new(&mut tags)?;
        Ok(Self { file, tags, layout, range: Range::default() })
    }

    /// How many pixels there are to a metre.
    pub(super) fn density(&mut self) -> Option<[u32; 2]> {
        let unit = self.tags.find_tag_unsigned(Tag::ResolutionUnit).ok().flatten().unwrap_or(2_u16);
        let metre = match unit {
            2 => INCH,
            3 => 0.01,
            _ => return None,
        };
        let mut number = |tag| match self.tags.get_tag(tag) {
            Ok(Value::Rational(number, by)) if number > 0 && by > 0 => {
                Some((f64::from(number) / f64::from(by) / metre).round() as u32)
            }
            _ => None,
        };
        Some([number(Tag::XResolution)?, number(Tag::YResolution)?])
    }

    /// What a person should know of the pixels, once the size is known to be fine. Numbers with a point may go beyond black and
    /// white, and only all of them tell how far.
    ///
    /// # Errors
    /// As of reading the pixels.
    pub(super) fn measure(&mut self) -> ImageResult<Option<String>> {
        if self.layout.numbers == Numbers::Whole {
            return Ok(None);
        }
        let mut range: Option<Range> = None;
        let channels = self.layout.colours.channels();
        samples::rows(self.file, &self.layout, &mut |_, row| {
            for pixel in row.chunks_exact(self.layout.samples) {
                for &value in pixel[..channels].iter().filter(|value| value.is_finite()) {
                    range = Some(range.map_or(Range { low: value, high: value }, |range| range.with(value)));
                }
            }
        })?;
        let Some(range) = range.filter(|range| range.low < 0.0 || range.high > 1.0) else { return Ok(None) };
        self.range = range;
        Ok(Some(format!(
            "The TIFF's numbers go from {} to {} in place of 0 to 1. They were scaled so that the lowest is black and the highest \
             white.",
            range.low, range.high
        )))
    }
}

impl ImageDecoder for TiffDecoder<'_> {
    fn dimensions(&self) -> (u32, u32) {
        self.layout.size.into()
    }

    fn color_type(&self) -> ColorType {
        let is_deep = self.layout.bits > 8;
        match (self.layout.colours.is_grey(), self.layout.alpha.is_some(), is_deep) {
            (true, false, false) => ColorType::L8,
            (true, true, false) => ColorType::La8,
            (false, false, false) => ColorType::Rgb8,
            (false, true, false) => ColorType::Rgba8,
            (true, false, true) => ColorType::L16,
            (true, true, true) => ColorType::La16,
            (false, false, true) => ColorType::Rgb16,
            (false, true, true) => ColorType::Rgba16,
        }
    }

    fn icc_profile(&mut self) -> ImageResult<Option<Vec<u8>>> {
        Ok(layout::bytes(&mut self.tags, Tag::IccProfile))
    }

    fn exif_metadata(&mut self) -> ImageResult<Option<Vec<u8>>> {
        Ok(exif::exif(&mut self.tags))
    }

    fn xmp_metadata(&mut self) -> ImageResult<Option<Vec<u8>>> {
        Ok(layout::bytes(&mut self.tags, XMP))
    }

    fn orientation(&mut self) -> ImageResult<Orientation> {
        let number = self.tags.find_tag_unsigned(Tag::Orientation).ok().flatten();
        Ok(number.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms))
    }

    fn read_image(mut self, buffer: &mut [u8]) -> ImageResult<()> {
        let profile = self.layout.colours.is_cmyk().then(|| self.icc_profile().ok().flatten()).flatten();
        let inks = profile.and_then(|profile| Cmyk::new(&profile));
        let color = self.color_type();
        let row_bytes = self.layout.size[0] as usize * usize::from(color.bytes_per_pixel());
        let is_deep = color.bytes_per_pixel() / color.channel_count() > 1;
        samples::rows(self.file, &self.layout, &mut |y, row| {
            let line = &mut buffer[y * row_bytes..][..row_bytes];
            let mut values = self.layout.pixels(row, self.range, inks.as_ref());
            // A cast to an integer saturates, and makes 0 of what is no number.
            if is_deep {
                let words = line.as_chunks_mut().0.iter_mut().zip(&mut values);
                words.for_each(|(word, value)| *word = ((value * 65_535.0 + 0.5) as u16).to_ne_bytes());
            } else {
                line.iter_mut().zip(&mut values).for_each(|(byte, value)| *byte = (value * 255.0 + 0.5) as u8);
            }
        })
    }

    fn read_image_boxed(self: Box<Self>, buffer: &mut [u8]) -> ImageResult<()> {
        (*self).read_image(buffer)
    }
}

/// The error for a kind that is not read; it completes "This is".
fn unsupported(kind: &str) -> ImageError {
    let kind = UnsupportedErrorKind::GenericFeature(format!("a TIFF {kind}"));
    ImageError::Unsupported(UnsupportedError::from_format_and_kind(ImageFormat::Tiff.into(), kind))
}

fn damaged(reason: impl Into<String>) -> ImageError {
    ImageError::Decoding(DecodingError::new(ImageFormat::Tiff.into(), reason.into()))
}

fn no_memory() -> ImageError {
    ImageError::Limits(LimitError::from_kind(LimitErrorKind::InsufficientMemory))
}

fn explain(error: TiffError) -> ImageError {
    match error {
        TiffError::IoError(error) => ImageError::IoError(error),
        TiffError::UnsupportedError(error) => unsupported(&format!("of a rare kind ({error})")),
        TiffError::LimitsExceeded => no_memory(),
        other => damaged(other.to_string()),
    }
}
