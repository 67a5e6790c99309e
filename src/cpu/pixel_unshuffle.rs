//! Twin of `shaders/pixel_unshuffle.wgsl`: squares of the picture's pixels as channels.

use super::Features;
use crate::network::PixelUnshuffle;

/// `[height / factor][width / factor][3 * factor * factor]`, in PyTorch's order: channel
/// `(colour * factor + dy) * factor + dx`.
pub(super) fn run(unshuffle: &PixelUnshuffle, picture: &Features) -> Vec<f32> {
    let factor = unshuffle.factor;
    let (width, height) = (picture.width() / factor, picture.height() / factor);
    let mut data = Vec::with_capacity(width * height * 3 * factor * factor);
    for y in 0..height {
        for x in 0..width {
            for channel in 0..3 * factor * factor {
                let (colour, dy, dx) = (channel / (factor * factor), channel / factor % factor, channel % factor);
                let pixel = (y * factor + dy) * picture.width() + x * factor + dx;
                data.push(picture.data[pixel * picture.channels + colour]);
            }
        }
    }
    data
}
