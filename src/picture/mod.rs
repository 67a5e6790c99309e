//! What a picture file is: its pixels, whether they are grey or clear in places, and its colour profile.

mod block;
mod content;
mod decode;
mod encode;
mod jpeg;
mod jpeg_decoder;
mod orient;
mod rgba;

pub use content::{Content, ContentKind};
pub use decode::{MAX_MEGAPIXELS, decode};
pub use encode::{PngFile, PngRows};

use crate::tile::Rect;

/// A decoded picture, upright, 8 bits a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels, at least 1.
    pub width: u32,
    /// Height in pixels, at least 1.
    pub height: u32,
    /// Four bytes a pixel (red, green, blue, alpha; alpha not premultiplied), rows from top to bottom.
    pub rgba: Vec<u8>,
    /// What the file stored, and so what the result stores.
    pub kind: Kind,
    /// ICC colour profile, carried to the result untouched.
    pub icc_profile: Option<Vec<u8>>,
}

/// Which channels a picture file stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// One channel of grey in place of three of colour.
    pub grey: bool,
    /// A channel of alpha.
    pub alpha: bool,
}

impl Picture {
    /// A copy of the pixels of one part, four bytes a pixel. Beyond the right and the lower edge the picture is mirrored,
    /// its last pixels once.
    #[must_use]
    pub fn crop(&self, part: Rect) -> Vec<u8> {
        let inside =
            Rect { width: part.width.min(self.width - part.x), height: part.height.min(self.height - part.y), ..part };
        let pixels = crop(&self.rgba, self.width, inside);
        if inside == part {
            return pixels;
        }
        let mirrored = |index: u32, length: u32| {
            if index < length { index } else { (2 * (length - 1)).saturating_sub(index) }
        };
        let places = (part.y..part.y + part.height).flat_map(|y| (part.x..part.x + part.width).map(move |x| (x, y)));
        places
            .flat_map(|(x, y)| {
                let pixel = mirrored(y, self.height) as usize * self.width as usize + mirrored(x, self.width) as usize;
                self.rgba[pixel * 4..][..4].iter().copied()
            })
            .collect()
    }
}

/// A copy of one part of RGBA pixels that are `width` pixels wide.
pub(crate) fn crop(rgba: &[u8], width: u32, part: Rect) -> Vec<u8> {
    let mut pixels = Vec::with_capacity(part.area() * 4);
    for y in part.y..part.y + part.height {
        let start = (y as usize * width as usize + part.x as usize) * 4;
        pixels.extend_from_slice(&rgba[start..start + part.width as usize * 4]);
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_beyond_the_edge_are_mirrored() {
        let rgba = (0..6_u8).flat_map(|value| [value, 0, 0, 255]).collect();
        let kind = Kind { grey: false, alpha: false };
        let picture = Picture { width: 3, height: 2, rgba, kind, icc_profile: None };
        let reds = |part| picture.crop(part).chunks_exact(4).map(|pixel| pixel[0]).collect::<Vec<_>>();
        assert_eq!(reds(Rect { x: 1, y: 0, width: 2, height: 1 }), [1, 2]);
        assert_eq!(reds(Rect { x: 1, y: 1, width: 4, height: 2 }), [4, 5, 4, 3, 1, 2, 1, 0]);
        // Further than the picture is wide there is only its first column.
        assert_eq!(reds(Rect { x: 0, y: 0, width: 7, height: 1 }), [0, 1, 2, 1, 0, 0, 0]);
    }
}
