//! What a picture file is: its pixels, whether they are grey or transparent in places, how many bits they have, and its metadata.

#[cfg(not(target_arch = "wasm32"))]
mod animation;
mod bleed;
mod block;
mod bmp;
mod cmyk;
mod content;
mod decode;
mod depth;
mod exif;
mod file;
#[cfg(not(target_arch = "wasm32"))]
mod guard;
mod ico;
mod jpeg;
mod jpeg_decoder;
mod jpeg_file;
mod jpeg_quality;
mod jpeg_scan;
mod kind;
mod metadata;
pub(crate) mod orient;
mod png_file;
mod png_metadata;
mod rgba;
mod saving;
mod shared_writer;
mod tiff;
mod wear;
mod webp_file;
mod whole;
mod xmp;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use animation::difference;
#[cfg(not(target_arch = "wasm32"))]
pub use animation::{Animation, AnimationFile, Delay, Frame, Frames, MAX_ANIMATION_MEGAPIXELS, decode_frame};
pub use content::{Content, ContentKind};
pub use decode::{MAX_MEGAPIXELS, decode};
#[cfg(not(target_arch = "wasm32"))]
pub use decode::{decode_page, pages};
pub use depth::Depth;
pub use file::{FileFormat, PictureFile, create};
pub use jpeg_file::JpegFile;
pub use kind::Kind;
pub use metadata::Metadata;
pub use png_file::PngFile;
pub use saving::Saving;
pub use shared_writer::SharedWriter;
pub use wear::Wear;
pub use webp_file::WebPFile;

use std::borrow::Cow;

use crate::tile::Rect;

/// A decoded picture, upright.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels, at least 1.
    pub width: u32,
    /// Height in pixels, at least 1.
    pub height: u32,
    /// Red, green, blue and alpha (not premultiplied) of each pixel, rows from top to bottom: samples of the kind's depth.
    pub rgba: Vec<u8>,
    /// What the file stored, and so what the result stores.
    pub kind: Kind,
    /// What the file says beside its pixels.
    pub metadata: Metadata,
    /// The file's format, where results can have it.
    pub format: Option<FileFormat>,
    /// How strongly the file was compressed where it is a JPEG: 1 to 100 on the scale of libjpeg.
    pub jpeg_quality: Option<u8>,
    /// What a person should know of how the file was read, in sentences.
    pub warnings: Vec<String>,
}

impl Picture {
    /// The same pixels, eight bits a channel.
    #[must_use]
    pub fn in_eight_bits(&self) -> Cow<'_, Self> {
        match self.kind.depth.to_eight(&self.rgba) {
            Cow::Borrowed(_) => Cow::Borrowed(self),
            Cow::Owned(rgba) => {
                let kind = Kind { depth: Depth::Eight, ..self.kind };
                let Self { width, height, format, jpeg_quality, .. } = *self;
                let (metadata, warnings) = (self.metadata.clone(), self.warnings.clone());
                Cow::Owned(Self { width, height, rgba, kind, metadata, format, jpeg_quality, warnings })
            }
        }
    }

    /// A copy of the pixels of one part. Beyond the right and the lower edge the picture is mirrored,
    /// its last pixels once.
    #[must_use]
    pub fn crop(&self, part: Rect) -> Vec<u8> {
        let inside =
            Rect { width: part.width.min(self.width - part.x), height: part.height.min(self.height - part.y), ..part };
        let bytes = self.kind.depth.pixel_bytes();
        let pixels = crop(&self.rgba, bytes, self.width, inside);
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
                self.rgba[pixel * bytes..][..bytes].iter().copied()
            })
            .collect()
    }
}

/// A copy of one part of a picture that is `width` pixels wide and has `bytes` bytes a pixel.
pub(crate) fn crop(rgba: &[u8], bytes: usize, width: u32, part: Rect) -> Vec<u8> {
    let mut pixels = Vec::with_capacity(part.area() * bytes);
    for y in part.y..part.y + part.height {
        let start = (y as usize * width as usize + part.x as usize) * bytes;
        pixels.extend_from_slice(&rgba[start..start + part.width as usize * bytes]);
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_beyond_the_edge_are_mirrored() {
        let rgba = (0..6_u8).flat_map(|value| [value, 0, 0, 255]).collect();
        let picture = Picture { width: 3, height: 2, rgba, ..Picture::default() };
        let reds = |part| picture.crop(part).chunks_exact(4).map(|pixel| pixel[0]).collect::<Vec<_>>();
        assert_eq!(reds(Rect { x: 1, y: 0, width: 2, height: 1 }), [1, 2]);
        assert_eq!(reds(Rect { x: 1, y: 1, width: 4, height: 2 }), [4, 5, 4, 3, 1, 2, 1, 0]);
        // Further than the picture is wide there is only its first column.
        assert_eq!(reds(Rect { x: 0, y: 0, width: 7, height: 1 }), [0, 1, 2, 1, 0, 0, 0]);
    }
}
