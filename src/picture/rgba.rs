//! Samples as decoders give them to RGBA. The conversions of `image` know colour spaces and every kind of result, and are many.

use image::ColorType;

/// Pixels of any colour type, in the machine's order of bytes, as red, green, blue and alpha of 8 bits.
pub(super) fn rgba(samples: Vec<u8>, color: ColorType) -> Vec<u8> {
    let channels = color.channel_count();
    let bytes = match color.bytes_per_pixel() / channels {
        1 => samples,
        2 => samples.as_chunks().0.iter().map(|&sample| from_16(u16::from_ne_bytes(sample))).collect(),
        _ => samples.as_chunks().0.iter().map(|&sample| from_float(f32::from_ne_bytes(sample))).collect(),
    };
    match channels {
        1 => pixels(&bytes, |[grey]| [grey, grey, grey, u8::MAX]),
        2 => pixels(&bytes, |[grey, alpha]| [grey, grey, grey, alpha]),
        3 => pixels(&bytes, |[red, green, blue]| [red, green, blue, u8::MAX]),
        _ => bytes,
    }
}

fn pixels<const CHANNELS: usize>(bytes: &[u8], pixel: impl Fn([u8; CHANNELS]) -> [u8; 4]) -> Vec<u8> {
    bytes.as_chunks().0.iter().map(|&channels| pixel(channels)).collect::<Vec<_>>().into_flattened()
}

/// The nearest of 8 bits.
fn from_16(sample: u16) -> u8 {
    ((u32::from(sample) + 128) / 257) as u8
}

/// The nearest of 8 bits to a share of full light.
fn from_float(sample: f32) -> u8 {
    (sample * 255.0).round() as u8
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
            GrayImage::from_raw(8, 3, bytes()).map(Into::into),
            GrayAlphaImage::from_raw(4, 3, bytes()).map(Into::into),
            RgbImage::from_raw(4, 2, bytes()).map(Into::into),
            ImageBuffer::<Luma<u16>, _>::from_raw(8, 3, words()).map(Into::into),
            ImageBuffer::<Rgb<u16>, _>::from_raw(4, 2, words()).map(Into::into),
            ImageBuffer::<Rgba<u16>, _>::from_raw(3, 2, words()).map(Into::into),
            Rgb32FImage::from_raw(4, 2, floats()).map(Into::into),
        ];
        for image in images {
            let image = image.expect("enough samples");
            assert_eq!(
                rgba(image.as_bytes().to_vec(), image.color()),
                image.to_rgba8().into_raw(),
                "{:?}",
                image.color()
            );
        }
    }
}
