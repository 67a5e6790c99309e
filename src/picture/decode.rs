//! Picture files to pixels, mostly through the `image` crate. The format is told by the content, never by a file name.

use std::io::Cursor;

use image::{
    ColorType, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits,
    codecs::ico::IcoDecoder,
    error::{LimitError, LimitErrorKind, UnsupportedErrorKind},
};

use super::{
    Depth, FileFormat, Kind, Metadata, Picture, bmp,
    ico::{self, IconPicture},
    jpeg,
    jpeg_decoder::JpegDecoder,
    jpeg_quality,
    orient::{is_turned_aside, upright},
    png_metadata,
    rgba::rgba,
    tiff::TiffDecoder,
};
#[cfg(not(target_arch = "wasm32"))]
use super::{guard, tiff};
use crate::{Error, Result};

/// The largest picture that is read, in millions of pixels: what 8-bit RGBA holds in half a gigabyte.
pub const MAX_MEGAPIXELS: u32 = 128;

/// Decodes a picture file and turns it upright as its EXIF or XMP orientation says. Of an animation, the first frame.
///
/// # Errors
/// [`Error::EmptyFile`], [`Error::UnsupportedFormat`], [`Error::UnsupportedKind`], [`Error::DamagedPicture`],
/// [`Error::DecoderFailed`], [`Error::PictureTooLarge`].
pub fn decode(file: &[u8]) -> Result<Picture> {
    if file.is_empty() {
        return Err(Error::EmptyFile);
    }
    let format = format_of(file).ok_or(Error::UnsupportedFormat)?;
    #[cfg(target_arch = "wasm32")]
    return decode_file(file, format, 0);
    // WebAssembly cannot unwind. There it is JavaScript that catches a panic, see `crate::web`.
    #[cfg(not(target_arch = "wasm32"))]
    guard::caught(|| decode_file(file, format, 0)).unwrap_or(Err(Error::DecoderFailed))
}

/// How many pages a TIFF file has; reduced copies of pages are none. 1 for any other file.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub fn pages(file: &[u8]) -> usize {
    directories(file).len().max(1)
}

/// Decodes a page of a TIFF file, counted from 0.
///
/// # Errors
/// As [`decode`], and [`Error::InvalidOption`] where there is no such page.
#[cfg(not(target_arch = "wasm32"))]
pub fn decode_page(file: &[u8], number: usize) -> Result<Picture> {
    let directories = directories(file);
    let Some(&directory) = directories.get(number) else {
        let count = directories.len();
        return Err(Error::InvalidOption(format!("The file has {count} pages, counted from 0; there is no {number}.")));
    };
    guard::caught(|| decode_file(file, ImageFormat::Tiff, directory)).unwrap_or(Err(Error::DecoderFailed))
}

#[cfg(not(target_arch = "wasm32"))]
fn directories(file: &[u8]) -> Vec<usize> {
    if format_of(file) != Some(ImageFormat::Tiff) {
        return Vec::new();
    }
    guard::caught(|| tiff::pages(file)).unwrap_or_default()
}

/// The number of the directory is that of TIFF files; others have number 0.
fn decode_file(file: &[u8], format: ImageFormat, directory: usize) -> Result<Picture> {
    let explain = |error| explain(format, error);
    let (mut warnings, mut density, mut jpeg_quality) = (Vec::new(), None, None);
    let mut decoder: Box<dyn ImageDecoder + '_> = match format {
        ImageFormat::Jpeg => {
            let is_apart =
                jpeg::check(file).map_err(|reason| Error::DamagedPicture { format: name(format), reason })?;
            density = jpeg::density(file);
            jpeg_quality = jpeg_quality::quality(file);
            Box::new(JpegDecoder::new(file, is_apart).map_err(explain)?)
        }
        ImageFormat::Tiff => {
            let mut decoder = TiffDecoder::new(file, directory).map_err(explain)?;
            check_size(format, decoder.dimensions())?;
            warnings.extend(decoder.measure().map_err(explain)?);
            density = decoder.density();
            Box::new(decoder)
        }
        ImageFormat::Ico => match ico::largest(file) {
            // It has one of its own, and is no icon in turn.
            Some(IconPicture::Png(png)) => {
                return Ok(Picture { format: None, ..decode_file(png, ImageFormat::Png, 0)? });
            }
            Some(IconPicture::Bitmap(icon)) => Box::new(IcoDecoder::new(Cursor::new(icon)).map_err(explain)?),
            None => return Err(Error::DamagedPicture { format: name(format), reason: "its end is missing".into() }),
        },
        _ => Box::new(ImageReader::with_format(Cursor::new(file), format).into_decoder().map_err(explain)?),
    };
    let (width, height) = decoder.dimensions();
    check_size(format, (width, height))?;
    // Decoders also allocate by what a header claims; 16-bit RGBA of the largest picture is the most that is sound.
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(u64::from(MAX_MEGAPIXELS) * 1_000_000 * 8);
    decoder.set_limits(limits).map_err(explain)?;
    // Metadata that cannot be read is no reason to refuse the pixels.
    let mut metadata = match format {
        ImageFormat::Png => png_metadata::read(file),
        ImageFormat::Bmp => {
            Metadata { icc_profile: bmp::icc_profile(file), density: bmp::density(file), ..Metadata::default() }
        }
        _ => Metadata {
            icc_profile: decoder.icc_profile().unwrap_or_default(),
            exif: decoder.exif_metadata().unwrap_or_default(),
            xmp: decoder.xmp_metadata().unwrap_or_default(),
            density,
            ..Metadata::default()
        },
    };
    if let Some(described) =
        metadata.icc_profile.as_deref().and_then(|profile| misdescribed(profile, decoder.color_type()))
    {
        metadata.icc_profile = None;
        if let Some(described) = described {
            warnings.push(described.into());
        }
    }
    let orientation = match format {
        // One of its own tags says it.
        ImageFormat::Tiff => decoder.orientation().ok(),
        _ => None,
    };
    let orientation = orientation.unwrap_or_else(|| metadata.orientation());
    let color = decoder.color_type();
    let depth = if color.bytes_per_pixel() / color.channel_count() > 1 { Depth::Sixteen } else { Depth::Eight };
    let kind = Kind { grey: !color.has_color(), alpha: color.has_alpha(), depth };
    let mut samples = Vec::new();
    let bytes = usize::try_from(decoder.total_bytes()).unwrap_or(usize::MAX);
    let no_memory = |_| explain(ImageError::Limits(LimitError::from_kind(LimitErrorKind::InsufficientMemory)));
    samples.try_reserve_exact(bytes).map_err(no_memory)?;
    samples.resize(bytes, 0);
    decoder.read_image(&mut samples).map_err(explain)?;
    let rgba = rgba(samples, color);
    let before = [width, height];
    if is_turned_aside(orientation) {
        metadata.density = metadata.density.map(|[across, down]| [down, across]);
    }
    let (rgba, [width, height]) = match depth {
        Depth::Eight => upright::<4>(rgba, before, orientation),
        Depth::Sixteen => upright::<8>(rgba, before, orientation),
    };
    let format = match format {
        ImageFormat::Png => Some(FileFormat::Png),
        ImageFormat::Jpeg => Some(FileFormat::Jpeg),
        ImageFormat::WebP => Some(FileFormat::WebP),
        _ => None,
    };
    Ok(Picture { width, height, rgba, kind, metadata, format, jpeg_quality, warnings })
}

fn format_of(file: &[u8]) -> Option<ImageFormat> {
    // TIFF files with offsets of 64 bits.
    if file.starts_with(b"II+\0") || file.starts_with(b"MM\0+") {
        return Some(ImageFormat::Tiff);
    }
    if ico::is_icon(file) {
        return Some(ImageFormat::Ico);
    }
    image::guess_format(file).ok()
}

fn check_size(format: ImageFormat, (width, height): (u32, u32)) -> Result<()> {
    if u64::from(width) * u64::from(height) > u64::from(MAX_MEGAPIXELS) * 1_000_000 {
        return Err(Error::PictureTooLarge { width, height, max_megapixels: MAX_MEGAPIXELS });
    }
    if width == 0 || height == 0 {
        return Err(Error::DamagedPicture { format: name(format), reason: "it has no pixels".into() });
    }
    Ok(())
}

/// What is to be told, if anything, where a profile describes other colours than there are.
fn misdescribed(profile: &[u8], color: ColorType) -> Option<Option<&'static str>> {
    match (profile.get(16..20)?, color.has_color()) {
        // Inks have become red, green and blue.
        (b"CMYK", true) => Some(None),
        (b"GRAY", true) => {
            Some(Some("The file's colour profile is one of grey, and the picture has colours. It was left out."))
        }
        (b"RGB " | b"CMYK", false) => {
            Some(Some("The file's colour profile is one of colours, and the picture is grey. It was left out."))
        }
        _ => None,
    }
}

fn explain(format: ImageFormat, error: ImageError) -> Error {
    match error {
        ImageError::Unsupported(error) => match error.kind() {
            UnsupportedErrorKind::GenericFeature(kind) if format == ImageFormat::Tiff => {
                Error::UnsupportedKind { kind: kind.clone() }
            }
            UnsupportedErrorKind::Format(_) => Error::UnsupportedFormat,
            _ => Error::UnsupportedKind { kind: format!("a {} of a rare kind", name(format)) },
        },
        ImageError::Limits(limit) if limit.kind() == LimitErrorKind::DimensionError => {
            Error::DamagedPicture { format: name(format), reason: "its size is out of range".into() }
        }
        other => Error::DamagedPicture { format: name(format), reason: other.to_string() },
    }
}

/// The format's name as people write it.
fn name(format: ImageFormat) -> String {
    match format {
        ImageFormat::WebP => "WebP".into(),
        other => format!("{other:?}").to_ascii_uppercase(),
    }
}
