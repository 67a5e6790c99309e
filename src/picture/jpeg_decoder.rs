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

/// A JPEG file of which the headers are read.
pub(super) struct JpegDecoder {
    decoder: zune_jpeg::JpegDecoder<ZCursor<Vec<u8>>>,
    dimensions: (u32, u32),
    color_type: ColorType,
}

impl JpegDecoder {
    pub(super) fn new(file: &[u8]) -> ImageResult<Self> {
        // How large a picture may be, the caller decides by its dimensions.
        let options =
            DecoderOptions::default().set_strict_mode(false).set_max_width(usize::MAX).set_max_height(usize::MAX);
        let mut decoder = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(file.to_vec()), options);
        decoder.decode_headers().map_err(explain)?;
        let (width, height) = decoder.info().map(|info| (info.width, info.height)).unwrap_or_default();
        let grey = decoder.input_colorspace() == Some(ColorSpace::Luma);
        // The colours of printing, CMYK and YCCK, become red, green and blue as well.
        let (color_space, color_type) =
            if grey { (ColorSpace::Luma, ColorType::L8) } else { (ColorSpace::RGB, ColorType::Rgb8) };
        decoder.set_options(options.jpeg_set_out_colorspace(color_space));
        Ok(Self { decoder, dimensions: (width.into(), height.into()), color_type })
    }
}

impl ImageDecoder for JpegDecoder {
    fn dimensions(&self) -> (u32, u32) {
        self.dimensions
    }

    fn color_type(&self) -> ColorType {
        self.color_type
    }

    fn icc_profile(&mut self) -> ImageResult<Option<Vec<u8>>> {
        Ok(self.decoder.icc_profile())
    }

    fn exif_metadata(&mut self) -> ImageResult<Option<Vec<u8>>> {
        Ok(self.decoder.exif().cloned())
    }

    fn xmp_metadata(&mut self) -> ImageResult<Option<Vec<u8>>> {
        Ok(self.decoder.xmp().cloned())
    }

    fn read_image(mut self, buffer: &mut [u8]) -> ImageResult<()> {
        self.decoder.decode_into(buffer).map_err(explain)
    }

    fn read_image_boxed(self: Box<Self>, buffer: &mut [u8]) -> ImageResult<()> {
        (*self).read_image(buffer)
    }
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
