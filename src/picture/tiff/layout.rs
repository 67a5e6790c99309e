//! How a TIFF file stores its picture, by the tags of its directory.

use std::io::Cursor;

use image::ImageResult;
use tiff::{
    decoder::{Decoder, Limits},
    tags::{ByteOrder, CompressionMethod, PhotometricInterpretation, Tag, ValueBuffer},
};

use super::{
    colours::{Alpha, Colours, YCbCr},
    damaged, explain, unsupported,
};

/// The most samples of a pixel: colours, alpha, and some that are passed over.
const MAX_SAMPLES: usize = 16;

pub(super) type File<'a> = Decoder<Cursor<&'a [u8]>>;

/// What a sample is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    Whole,
    /// With a point, of 16, 32 or 64 bits; 0 is black and 1 is white.
    Floats,
}

/// What was done to samples before they were compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Predictor {
    None,
    /// Each is told by how much it differs from the one before.
    Horizontal,
    /// That of bytes, after those of the same weight were put together.
    Floats,
}

/// How the picture is stored.
pub(super) struct Layout {
    pub(super) size: [u32; 2],
    /// Of each sample.
    pub(super) bits: usize,
    /// Of each pixel.
    pub(super) samples: usize,
    pub(super) numbers: Numbers,
    pub(super) colours: Colours,
    pub(super) alpha: Option<Alpha>,
    /// Whether each sample of all pixels is stored apart from the others.
    pub(super) is_planar: bool,
    pub(super) compression: CompressionMethod,
    /// What JPEG strips and tiles have in common.
    pub(super) jpeg_tables: Option<Vec<u8>>,
    /// Whether a fax's lines are told by the lines before.
    pub(super) is_fax_of_two_dimensions: bool,
    pub(super) predictor: Predictor,
    /// Whether the first pixel is in a byte's lowest bit.
    pub(super) is_reversed: bool,
    pub(super) is_big_endian: bool,
    /// Width and height of a tile, or of a strip, which is as wide as the picture.
    pub(super) chunk: [usize; 2],
    /// Where strips or tiles begin, and how many bytes they have.
    pub(super) offsets: Vec<u64>,
    pub(super) lengths: Vec<u64>,
}

pub(super) fn open(file: &[u8]) -> ImageResult<File<'_>> {
    let mut limits = Limits::default();
    // What a tag holds lies in the file, and in memory it takes at most so many times as much.
    limits.ifd_value_size = file.len().saturating_mul(64);
    Ok(Decoder::new(Cursor::new(file))
        .map_err(|error| match error {
            tiff::TiffError::UnsupportedError(tiff::TiffUnsupportedError::UnknownInterpretation) => {
                unsupported("of colours that are not known here")
            }
            other => explain(other),
        })?
        .with_limits(limits))
}

/// The bytes of a tag, if there is one that can be read.
pub(super) fn bytes(file: &mut File<'_>, tag: Tag) -> Option<Vec<u8>> {
    let mut buffer = ValueBuffer::empty(tiff::tags::Type::BYTE);
    file.image_ifd().find_tag_buf(tag, &mut buffer).ok()??;
    Some(buffer.as_bytes().to_vec()).filter(|bytes| !bytes.is_empty())
}

impl Layout {
    pub(super) fn new(file: &mut File<'_>) -> ImageResult<Self> {
        let (width, height) = file.dimensions().map_err(explain)?;
        let mut numbers = |tag| file.find_tag_unsigned_vec::<u64>(tag).map(Option::unwrap_or_default).map_err(explain);
        let bits = numbers(Tag::BitsPerSample)?.first().map_or(1, |&bits| bits as usize);
        let samples = numbers(Tag::SamplesPerPixel)?.first().map_or(1, |&samples| samples as usize);
        let extra = numbers(Tag::ExtraSamples)?;
        let format = numbers(Tag::SampleFormat)?.first().copied().unwrap_or(1);
        let is_planar = samples > 1 && numbers(Tag::PlanarConfiguration)?.first() == Some(&2);
        let predictor = numbers(Tag::Predictor)?.first().copied().unwrap_or(1);
        let is_reversed = numbers(Tag::FillOrder)?.first() == Some(&2);
        // T4Options.
        let is_fax_of_two_dimensions = numbers(Tag::Unknown(292))?.first().is_some_and(|options| options & 1 == 1);
        let photometric = numbers(Tag::PhotometricInterpretation)?.first().copied().unwrap_or_default();
        let tile = [numbers(Tag::TileWidth)?, numbers(Tag::TileLength)?];
        let (chunk, offsets, lengths) = match [tile[0].first(), tile[1].first()] {
            [Some(&across), Some(&down)] => ([across, down], numbers(Tag::TileOffsets)?, numbers(Tag::TileByteCounts)?),
            _ => {
                let rows = numbers(Tag::RowsPerStrip)?.first().copied().unwrap_or(u64::MAX).min(height.into());
                ([width.into(), rows], numbers(Tag::StripOffsets)?, numbers(Tag::StripByteCounts)?)
            }
        };
        let compression = numbers(Tag::Compression)?.first().map_or(1, |&method| method as u16);
        let compression = CompressionMethod::from_u16_exhaustive(compression);
        let subsampling = numbers(Tag::ChromaSubsampling)?;
        let palette = numbers(Tag::ColorMap)?;

        let numbers = match (format, bits) {
            (1 | 4, 1..=32) => Numbers::Whole,
            (3, 16 | 32 | 64) => Numbers::Floats,
            (2, _) => return Err(unsupported("of signed numbers")),
            (5 | 6, _) => return Err(unsupported("of complex numbers")),
            _ => return Err(unsupported(&format!("of samples of {bits} bits"))),
        };
        let colours = match PhotometricInterpretation::from_u16(photometric as u16) {
            Some(PhotometricInterpretation::WhiteIsZero) => Colours::Grey { white_is_zero: true },
            Some(PhotometricInterpretation::BlackIsZero) => Colours::Grey { white_is_zero: false },
            Some(PhotometricInterpretation::RGB) => Colours::Rgb,
            Some(PhotometricInterpretation::RGBPalette) if numbers == Numbers::Whole && bits <= 16 => {
                Colours::palette(&palette, bits).ok_or_else(|| damaged("it has no palette"))?
            }
            Some(PhotometricInterpretation::CMYK) => Colours::Cmyk,
            Some(PhotometricInterpretation::YCbCr) => {
                let weights = file.get_tag_f32_vec(Tag::Unknown(529)).ok();
                // JPEG data comes with as much chroma as luma.
                let is_jpeg = compression == CompressionMethod::ModernJPEG;
                let units = match subsampling[..] {
                    [across @ (1 | 2 | 4), down @ (1 | 2 | 4)] => [across as usize, down as usize],
                    _ => [2, 2],
                };
                Colours::YCbCr(YCbCr::new(weights.as_deref(), if is_jpeg { [1, 1] } else { units }))
            }
            Some(
                PhotometricInterpretation::CIELab
                | PhotometricInterpretation::IccLab
                | PhotometricInterpretation::ItuLab,
            ) => {
                return Err(unsupported("of Lab colours"));
            }
            Some(PhotometricInterpretation::TransparencyMask) => return Err(unsupported("that is only a mask")),
            _ => return Err(unsupported("of colours that are not known here")),
        };
        if let Colours::YCbCr(YCbCr { units, .. }) = &colours
            && *units != [1, 1]
            && (bits != 8 || samples != 3 || is_planar || predictor != 1)
        {
            return Err(unsupported("of reduced chroma in a rare form"));
        }
        let channels = colours.channels();
        if samples < channels || samples > MAX_SAMPLES {
            return Err(unsupported(&format!("of {samples} samples for each pixel")));
        }
        let alpha = match (extra.first(), samples > channels) {
            (Some(1), true) => Some(Alpha::Premultiplied),
            // Programs have left out the tag, or written what means nothing, where colours are followed by alpha.
            (Some(2 | 999), true) => Some(Alpha::Straight),
            (None, true) if colours.is_rgb() => Some(Alpha::Straight),
            _ => None,
        };
        // The others have none, whatever the tag says.
        let has_predictor =
            [CompressionMethod::LZW, CompressionMethod::Deflate, CompressionMethod::OldDeflate].contains(&compression);
        let predictor = match predictor {
            _ if !has_predictor => Predictor::None,
            2 if [8, 16, 32].contains(&bits) => Predictor::Horizontal,
            3 if numbers == Numbers::Floats => Predictor::Floats,
            1 => Predictor::None,
            _ => return Err(unsupported("of samples that are told by others in a rare form")),
        };
        let chunk = chunk.map(|length| usize::try_from(length).unwrap_or(usize::MAX));
        if chunk.contains(&0) {
            return Err(damaged("its tiles have no size"));
        }
        let size = [width, height];
        let count = [0, 1].map(|axis: usize| (size[axis] as usize).div_ceil(chunk[axis]));
        let planes = if is_planar { samples } else { 1 };
        if offsets.len() < count[0] * count[1] * planes || offsets.len() != lengths.len() {
            return Err(damaged("some of its strips or tiles are missing"));
        }
        let jpeg_tables = bytes(file, Tag::JPEGTables);
        let is_big_endian = matches!(file.byte_order(), ByteOrder::BigEndian);
        Ok(Self {
            size,
            bits,
            samples,
            numbers,
            colours,
            alpha,
            is_planar,
            compression,
            jpeg_tables,
            is_fax_of_two_dimensions,
            predictor,
            is_reversed,
            is_big_endian,
            chunk,
            offsets,
            lengths,
        })
    }

    /// How many samples of a pixel lie together.
    pub(super) fn samples_together(&self) -> usize {
        if self.is_planar { 1 } else { self.samples }
    }
}
