//! Samples as decoders give them to RGBA. The conversions of `image` know colour spaces and every kind of result, and are many.

use image::ColorType;

/// Pixels of any colour type, in the machine's order of bytes, as red, green, blue and alpha: of 8 bits where the samples have so
/// many, else of 16.
pub(super) fn rgba(samples: Vec<u8>, color: ColorType) -> Vec<u8> {
    let channels = color.channel_count();
    match color.bytes_per_pixel() / channels {
        1 => with_four_channels(samples, channels, [u8::MAX]),
        2 => with_four_channels(samples, channels, [u8::MAX; 2]),
        _ => {
            let words = samples.as_chunks().0.iter().flat_map(|&sample| from_float(f32::from_ne_bytes(sample)));
            with_four_channels(words.collect(), channels, [u8::MAX; 2])
        }
    }
}

fn with_four_channels<const BYTES: usize>(bytes: Vec<u8>, channels: u8, opaque: [u8; BYTES]) -> Vec<u8> {
    match channels {
        1 => pixels::<BYTES, _>(&bytes, |[grey]| [grey, grey, grey, opaque]),
        2 => pixels::<BYTES, _>(&bytes, |[grey, alpha]| [grey, grey, grey, alpha]),
        3 => pixels::<BYTES, _>(&bytes, |[red, green, blue]| [red, green, blue, opaque]),
        _ => bytes,
    }
}

fn pixels<const BYTES: usize, const CHANNELS: usize>(
    bytes: &[u8],
    pixel: impl Fn([[u8; BYTES]; CHANNELS]) -> [[u8; BYTES]; 4],
) -> Vec<u8> {
    let samples = bytes.as_chunks::<BYTES>().0;
    let pixels = samples.as_chunks().0.iter().map(|&channels| pixel(channels));
    pixels.collect::<Vec<_>>().into_flattened().into_flattened()
}

/// The nearest of 16 bits to a share of full light.
fn from_float(sample: f32) -> [u8; 2] {
    ((sample * 65535.0).round() as u16).to_ne_bytes()
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, GrayAlphaImage, GrayImage, ImageBuffer, Luma, Rgb, Rgb32FImage, RgbImage, Rgba};

    use super::*;

    #[test]
    fn every_colour_type_becomes_what_image_makes_of_it() {
        let bytes = || (0..24_u8).map(|index| index.wrapping_mul(91)).collect::<Vec<_>>();
        let words = || (0..24_u16).map(|index| index.wrapping_mul(2741)).collect::<Vec<_>>();
        let floats = || (0..24_u8).map(|index| f32::from(index) / 12.0 - 0.5).collect::<Vec<_>>();
        let images: [Option<DynamicImage>; 7] = [
            GrayImage::from_raw(4, 3, bytes()).map(Into::into),
            GrayAlphaImage::from_raw(4, 3, bytes()).map(Into::into),
            RgbImage::from_raw(4, 2, bytes()).map(Into::into),
            ImageBuffer::<Luma<u16>, _>::from_raw(4, 3, words()).map(Into::into),
            ImageBuffer::<Rgb<u16>, _>::from_raw(4, 2, words()).map(Into::into),
            ImageBuffer::<Rgba<u16>, _>::from_raw(3, 2, words()).map(Into::into),
            Rgb32FImage::from_raw(4, 2, floats()).map(Into::into),
        ];
        for image in images {
            let image = image.expect("enough samples");
            let expected = match image.color().bytes_per_pixel() / image.color().channel_count() {
                1 => image.to_rgba8().into_raw(),
                _ => bytemuck::cast_slice(&image.to_rgba16()).to_vec(),
            };
            assert_eq!(rgba(image.as_bytes().to_vec(), image.color()), expected, "{:?}", image.color());
        }
    }
}
