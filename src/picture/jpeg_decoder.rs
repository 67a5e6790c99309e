//! JPEG files to pixels, through `zune-jpeg` as `image` does it, but from bytes in a vector. `image`'s TIFF decoder reads
//! the JPEG data of TIFF files so too; other readers would put further copies of the whole decoder into the page's wasm.

use image::{
    ColorType, ImageDecoder, ImageError, ImageFormat, ImageResult,
    error::{DecodingError, LimitError, LimitErrorKind, UnsupportedError, UnsupportedErrorKind},
};
use zune_jpeg::{
    errors::DecodeErrors,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

use super::cmyk::Cmyk;

/// A JPEG file of which the headers are read.
pub(super) struct JpegDecoder {
    decoder: zune_jpeg::JpegDecoder<ZCursor<Vec<u8>>>,
    dimensions: (u32, u32),
    color_type: ColorType,
    /// For CMYK with a profile, which then need no profile any more.
    cmyk: Option<(ColorSpace, Cmyk)>,
    /// The file, where components come in sequential scans of their own: of these `zune-jpeg` makes other colours.
    apart: Option<Vec<u8>>,
}

impl JpegDecoder {
    /// Reads the headers. `is_apart` tells whether components come in sequential scans of their own.
    pub(super) fn new(file: &[u8], is_apart: bool) -> ImageResult<Self> {
        // How large a picture may be, the caller decides by its dimensions.
        let options =
            DecoderOptions::default().set_strict_mode(false).set_max_width(usize::MAX).set_max_height(usize::MAX);
        let mut decoder = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(file.to_vec()), options);
        decoder.decode_headers().map_err(explain)?;
        let info = decoder.info();
        let (width, height, components) =
            info.map(|info| (info.width, info.height, info.components)).unwrap_or_default();
        let stored = decoder.input_colorspace();
        let cmyk = stored.filter(|stored| components == 4 && matches!(stored, ColorSpace::CMYK | ColorSpace::YCCK));
        let cmyk = cmyk.and_then(|stored| decoder.icc_profile().and_then(|icc| Some((stored, Cmyk::new(&icc)?))));
        // Without a profile zune-jpeg makes red, green and blue of CMYK.
        let (color_space, color_type) = match (stored, &cmyk) {
            (Some(ColorSpace::Luma), _) => (ColorSpace::Luma, ColorType::L8),
            (_, Some((stored, _))) => (*stored, ColorType::Rgb8),
            _ => (ColorSpace::RGB, ColorType::Rgb8),
        };
        decoder.set_options(options.jpeg_set_out_colorspace(color_space));
        let apart = is_apart.then(|| file.to_vec());
        Ok(Self { decoder, dimensions: (width.into(), height.into()), color_type, cmyk, apart })
    }
}

/// Pixels of a file whose components come in scans of their own.
fn read_apart(file: &[u8], cmyk: Option<&Cmyk>, buffer: &mut [u8]) -> ImageResult<()> {
    let damaged = |reason: String| ImageError::Decoding(DecodingError::new(ImageFormat::Jpeg.into(), reason));
    let mut decoder = jpeg_decoder::Decoder::new(file);
    let samples = decoder.decode().map_err(|error| damaged(error.to_string()))?;
    if decoder.info().is_some_and(|info| info.pixel_format == jpeg_decoder::PixelFormat::CMYK32) {
        for (pixel, &inks) in buffer.as_chunks_mut().0.iter_mut().zip(samples.as_chunks().0) {
            *pixel = cmyk.map_or_else(|| plain_rgb(inks), |cmyk| cmyk.to_rgb(inks));
        }
    } else if samples.len() == buffer.len() {
        buffer.copy_from_slice(&samples);
    } else {
        return Err(damaged("its scans are of another size than the picture".into()));
    }
    Ok(())
}

/// Red, green and blue of inks of which no profile tells how they look.
fn plain_rgb([inks @ .., black]: [u8; 4]) -> [u8; 3] {
    inks.map(|ink| ((u32::from(!ink) * u32::from(!black) + 127) / 255) as u8)
}

impl ImageDecoder for JpegDecoder {
    fn dimensions(&self) -> (u32, u32) {
        self.dimensions
    }

    fn color_type(&self) -> ColorType {
        self.color_type
    }

    fn icc_profile(&mut self) -> ImageResult<Option<Vec<u8>>> {
        Ok(self.decoder.icc_profile().filter(|_| self.cmyk.is_none()))
    }

    fn exif_metadata(&mut self) -> ImageResult<Option<Vec<u8>>> {
        Ok(self.decoder.exif().cloned())
    }

    fn xmp_metadata(&mut self) -> ImageResult<Option<Vec<u8>>> {
        Ok(self.decoder.xmp().cloned())
    }

    fn read_image(mut self, buffer: &mut [u8]) -> ImageResult<()> {
        if let Some(file) = self.apart {
            return read_apart(&file, self.cmyk.as_ref().map(|(_, cmyk)| cmyk), buffer);
        }
        let Some((stored, cmyk)) = self.cmyk else {
            return self.decoder.decode_into(buffer).map_err(explain);
        };
        let mut samples = vec![0; buffer.len() / 3 * 4];
        self.decoder.decode_into(&mut samples).map_err(explain)?;
        for (pixel, &sample) in buffer.as_chunks_mut().0.iter_mut().zip(samples.as_chunks().0) {
            *pixel = cmyk.to_rgb(if stored == ColorSpace::YCCK { inks(sample) } else { sample.map(|value| !value) });
        }
        Ok(())
    }

    fn read_image_boxed(self: Box<Self>, buffer: &mut [u8]) -> ImageResult<()> {
        (*self).read_image(buffer)
    }
}

/// The inks of a sample of luma, two of chroma, and black. Files hold inks inverted, as Adobe's programs and all browsers
/// have it; luma and chroma are those of the inks as if they were red, green and blue.
fn inks([luma, blue, red, black]: [u8; 4]) -> [u8; 4] {
    let [luma, blue, red] = [f32::from(luma), f32::from(blue) - 128.0, f32::from(red) - 128.0];
    let colours = [luma + 1.402 * red, luma - 0.344_136 * blue - 0.714_136 * red, luma + 1.772 * blue];
    // A cast to an integer saturates.
    let [c, m, y] = colours.map(|value| (value + 0.5) as u8);
    [c, m, y, !black]
}

fn explain(error: DecodeErrors) -> ImageError {
    let format = ImageFormat::Jpeg.into();
    match error {
        DecodeErrors::Unsupported(scheme) => {
            let kind = UnsupportedErrorKind::GenericFeature(format!("{scheme:?}"));
            ImageError::Unsupported(UnsupportedError::from_format_and_kind(format, kind))
        }
        DecodeErrors::LargeDimensions(_) => ImageError::Limits(LimitError::from_kind(LimitErrorKind::DimensionError)),
        other => ImageError::Decoding(DecodingError::new(format, other)),
    }
}
