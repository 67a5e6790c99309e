//! Turns pixels upright, as a camera says it was held. Those of `image` are compiled once for each of its kinds of pixels.

use image::metadata::Orientation;

/// Whether rows become columns.
pub(crate) fn is_turned_aside(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
}

/// Where the pixels of a turned picture come from, as places among those of the picture, row by row.
#[derive(Clone, Copy)]
pub(crate) struct Origin {
    first: usize,
    /// How far it is from the origin of a pixel to that of the next column and of the next row.
    column: isize,
    row: isize,
    /// Width and height of the turned picture.
    pub(crate) size: [u32; 2],
}

impl Origin {
    /// For a picture of `width` x `height` pixels.
    pub(crate) fn new([width, height]: [u32; 2], orientation: Orientation) -> Self {
        let (across, down) = (width as usize, height as usize);
        let (last_row, last_column) = (across * (down - 1), across - 1);
        let width_down = across as isize;
        let (first, column, row) = match orientation {
            Orientation::NoTransforms => (0, 1, width_down),
            Orientation::FlipHorizontal => (last_column, -1, width_down),
            Orientation::FlipVertical => (last_row, 1, -width_down),
            Orientation::Rotate180 => (last_row + last_column, -1, -width_down),
            Orientation::Rotate90FlipH => (0, width_down, 1),
            Orientation::Rotate90 => (last_row, -width_down, 1),
            Orientation::Rotate270 => (last_column, width_down, -1),
            Orientation::Rotate270FlipH => (last_row + last_column, -width_down, -1),
        };
        let size = if is_turned_aside(orientation) { [height, width] } else { [width, height] };
        Self { first, column, row, size }
    }

    /// Of the pixel at a column and a row of the turned picture.
    pub(crate) fn of(self, x: usize, y: usize) -> usize {
        self.first.wrapping_add_signed(x as isize * self.column + y as isize * self.row)
    }
}

/// A picture of `width` x `height` pixels of `BYTES` bytes after it is turned, and its new width and height.
pub(crate) fn upright<const BYTES: usize>(
    samples: Vec<u8>,
    size: [u32; 2],
    orientation: Orientation,
) -> (Vec<u8>, [u32; 2]) {
    if orientation == Orientation::NoTransforms {
        return (samples, size);
    }
    let origin = Origin::new(size, orientation);
    let (pixels, _) = samples.as_chunks::<BYTES>();
    let mut upright = Vec::with_capacity(pixels.len());
    for y in 0..origin.size[1] as usize {
        upright.extend((0..origin.size[0] as usize).map(|x| pixels[origin.of(x, y)]));
    }
    (upright.into_flattened(), origin.size)
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, RgbaImage};

    use super::*;

    #[test]
    fn every_orientation_is_that_of_image() {
        let samples: Vec<u8> = (0..60).collect();
        for number in 1..=8 {
            let orientation = Orientation::from_exif(number).expect("an orientation");
            let (turned, size) = upright::<4>(samples.clone(), [5, 3], orientation);
            let image = RgbaImage::from_raw(5, 3, samples.clone()).expect("as large");
            let mut image = DynamicImage::from(image);
            image.apply_orientation(orientation);
            assert_eq!((size, &turned[..]), ([image.width(), image.height()], image.as_bytes()), "{number}");
        }
    }
}
