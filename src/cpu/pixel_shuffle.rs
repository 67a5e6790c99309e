//! The last step of `shaders/conv3x3.wgsl`'s `tail`: pixel shuffle, plus the picture enlarged by nearest neighbour.

use super::Features;

/// Moves `3 * scale * scale` channels to the 3 channels of `scale` x `scale` pixels (PyTorch's order: channel
/// `(colour * scale + dy) * scale + dx`) and adds the picture's own pixel to each of them.
pub(super) fn pixel_shuffle(source: &Features, picture: &Features, scale: usize) -> Features {
    let (width, height) = (source.width * scale, source.height * scale);
    let mut data = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let pixel = y / scale * source.width + x / scale;
            let inside = y % scale * scale + x % scale;
            for colour in 0..3 {
                let moved = source.data[pixel * source.channels + colour * scale * scale + inside];
                data.push(moved + picture.data[pixel * 3 + colour]);
            }
        }
    }
    Features { width, height, channels: 3, data }
}
