//! Twin of `shaders/pixel_shuffle.wgsl`, which `tail` in `shaders/conv.wgsl` does too: the enlarged picture's pixels.

use super::Features;
use crate::{
    network::PixelShuffle,
    tile::{Rect, Window},
};

/// Moves `3 * scale * scale` channels to the 3 channels of `scale` x `scale` pixels (PyTorch's order: channel
/// `(colour * scale + dy) * scale + dx`) and adds the picture's own pixel to each of them if it is to.
pub(super) fn run(shuffle: &PixelShuffle, maps: &[Features]) -> Features {
    let (scale, source) = (shuffle.scale, &maps[shuffle.source.map]);
    let (width, height) = (source.width() * scale, source.height() * scale);
    let mut data = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let values = source.at(shuffle.source, x / scale, y / scale);
            let inside = y % scale * scale + x % scale;
            for colour in 0..3 {
                let moved = values[colour * scale * scale + inside];
                let pixel = (y / scale * source.width() + x / scale) * maps[0].channels + colour;
                data.push(if shuffle.adds_picture { moved + maps[0].data[pixel] } else { moved });
            }
        }
    }
    let part = Rect { width: width as u32, height: height as u32, ..source.window.part.scaled(scale as u32) };
    let whole = source.window.whole.map(|length| length * scale as u32);
    Features { window: Window { part, whole }, channels: 3, data }
}
