//! At most 256 colours for a picture that may have more, through the crate `quantette`.

use std::collections::HashMap;

use quantette::{ImageRef, PaletteSize, Pipeline, deps::palette::Srgb};

use crate::{Error, Result};

/// The most colours of a palette, a transparent one included.
const MAX_COLOURS: usize = 256;

/// What is less opaque is transparent: a palette has nothing between.
const OPAQUE: u8 = 128;

/// A picture in the colours of a palette.
pub(super) struct Indexed {
    /// Red, green and blue of each colour.
    pub(super) palette: Vec<u8>,
    pub(super) indices: Vec<u8>,
    /// The index of what is transparent.
    pub(super) transparent: Option<u8>,
}

impl Indexed {
    /// `width` x `height` pixels, RGBA of 8 bits. A picture of few enough colours keeps them all; others get a palette by Wu's method in
    /// Oklab, and Floyd and Steinberg's dithering.
    ///
    /// # Errors
    /// [`Error::Encode`] where the numbers of pixels do not fit each other.
    pub(super) fn new(rgba: &[u8], [width, height]: [u32; 2]) -> Result<Self> {
        let pixels = rgba.as_chunks::<4>().0;
        let is_clear = |pixel: &[u8; 4]| pixel[3] < OPAQUE;
        let has_clear = pixels.iter().any(is_clear);
        let room = MAX_COLOURS - usize::from(has_clear);
        let (mut palette, mut indices) = match exact(pixels, room) {
            Some(found) => found,
            None => quantised(pixels, [width, height], room)?,
        };
        let transparent = has_clear.then_some((palette.len() / 3) as u8);
        if let Some(index) = transparent {
            palette.extend([0; 3]);
            let clear = indices.iter_mut().zip(pixels).filter(|(_, pixel)| is_clear(pixel));
            clear.for_each(|(place, _)| *place = index);
        }
        Ok(Self { palette, indices, transparent })
    }
}

/// Every colour of the opaque pixels, if there are few enough. Transparent pixels get any index.
fn exact(pixels: &[[u8; 4]], room: usize) -> Option<(Vec<u8>, Vec<u8>)> {
    let (mut palette, mut known) = (Vec::new(), HashMap::new());
    let index = |&[red, green, blue, alpha]: &[u8; 4]| {
        if alpha < OPAQUE {
            return Some(0);
        }
        let next = known.len();
        let index = *known.entry([red, green, blue]).or_insert_with(|| {
            palette.extend([red, green, blue]);
            next
        });
        (index < room).then_some(index as u8)
    };
    let indices = pixels.iter().map(index).collect::<Option<_>>()?;
    Some((palette, indices))
}

fn quantised(pixels: &[[u8; 4]], [width, height]: [u32; 2], room: usize) -> Result<(Vec<u8>, Vec<u8>)> {
    let colours: Vec<_> = pixels.iter().map(|&[red, green, blue, _]| Srgb::new(red, green, blue)).collect();
    let image = ImageRef::new(width, height, &colours).map_err(|error| Error::Encode(error.to_string()))?;
    let size = PaletteSize::try_from(room as u16).unwrap_or(PaletteSize::MAX);
    let (palette, indices) =
        Pipeline::new().palette_size(size).input_image(image).output_srgb8_indexed_image().into_parts();
    Ok((palette.into_iter().flat_map(|colour| [colour.red, colour.green, colour.blue]).collect(), indices))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colours(indexed: &Indexed) -> Vec<Option<[u8; 3]>> {
        let colour = |&index: &u8| {
            (Some(index) != indexed.transparent).then(|| indexed.palette.as_chunks().0[usize::from(index)])
        };
        indexed.indices.iter().map(colour).collect()
    }

    #[test]
    fn few_colours_are_kept() {
        for count in [1, 2, 255, 256] {
            let rgba: Vec<u8> = (0..1024_u32).flat_map(|at| [(at % count) as u8, 77, 3, 255]).collect();
            let indexed = Indexed::new(&rgba, [32, 32]).expect("fits");
            assert_eq!((indexed.palette.len(), indexed.transparent), (count as usize * 3, None));
            assert!(
                colours(&indexed)
                    .iter()
                    .zip(rgba.as_chunks::<4>().0)
                    .all(|(got, pixel)| got.as_ref() == pixel.first_chunk())
            );
        }
    }

    #[test]
    fn many_colours_are_near_and_what_is_transparent_stays_so() {
        let pixel = |at: u32| {
            let (x, y) = (at % 64, at / 64);
            [(x * 4) as u8, (y * 4) as u8, ((x + y) * 2) as u8, if x < 9 { y as u8 * 3 } else { 255 }]
        };
        let rgba: Vec<u8> = (0..4096).flat_map(pixel).collect();
        let indexed = Indexed::new(&rgba, [64, 64]).expect("fits");
        assert!(indexed.palette.len() <= 256 * 3);
        let (mut sum, mut opaque) = (0, 0);
        for (got, &[red, green, blue, alpha]) in colours(&indexed).into_iter().zip(rgba.as_chunks::<4>().0) {
            assert_eq!(got.is_none(), alpha < 128);
            if let Some(got) = got {
                sum +=
                    got.iter().zip([red, green, blue]).map(|(got, value)| u32::from(got.abs_diff(value))).sum::<u32>();
                opaque += 3;
            }
        }
        assert!(sum < 10 * opaque, "{} on average", f64::from(sum) / f64::from(opaque));
    }
}
