//! What a picture file is: its pixels, whether they are grey or clear in places, and its colour profile.

mod decode;
mod encode;
mod jpeg;

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
    /// A copy of the pixels of one part, four bytes a pixel.
    #[must_use]
    pub fn crop(&self, part: Rect) -> Vec<u8> {
        crop(&self.rgba, self.width, part)
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
