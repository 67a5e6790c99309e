//! Turns pixels upright, as a camera says it was held. Those of `image` are compiled once for each of its kinds of pixels.

use image::metadata::Orientation;

/// Whether rows become columns.
pub(super) fn is_turned_aside(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
}

/// A picture of `width` x `height` pixels of `bytes` bytes after it is turned, and its new width and height.
pub(super) fn upright<const BYTES: usize>(
    samples: Vec<u8>,
    [width, height]: [u32; 2],
    orientation: Orientation,
) -> (Vec<u8>, [u32; 2]) {
    let (across, down) = (width as usize, height as usize);
    // Where the first pixel comes from, and how far it is from there to that of the next column and of the next row.
    let (last_row, last_column) = (across * (down - 1), across - 1);
    let (first, column, row, turned) = match orientation {
        Orientation::NoTransforms => return (samples, [width, height]),
        Orientation::FlipHorizontal => (last_column, -1, width as isize, false),
        Orientation::FlipVertical => (last_row, 1, -(width as isize), false),
        Orientation::Rotate180 => (last_row + last_column, -1, -(width as isize), false),
        Orientation::Rotate90FlipH => (0, width as isize, 1, true),
        Orientation::Rotate90 => (last_row, -(width as isize), 1, true),
        Orientation::Rotate270 => (last_column, width as isize, -1, true),
        Orientation::Rotate270FlipH => (last_row + last_column, -(width as isize), -1, true),
    };
    let size = if turned { [height, width] } else { [width, height] };
    let (pixels, _) = samples.as_chunks::<BYTES>();
    let mut upright = Vec::with_capacity(pixels.len());
    for y in 0..size[1] as isize {
        upright.extend((0..size[0] as isize).map(|x| pixels[first.wrapping_add_signed(x * column + y * row)]));
    }
    (upright.into_flattened(), size)
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
