//! Files that animations are written to, frame by frame.

use std::io::{Seek, Write};

use super::{Delay, apng_file::ApngFile, gif_file::GifFile, webp_file::AnimatedWebPFile};
use crate::{
    Error, Result,
    picture::{FileFormat, Kind, Metadata, crop},
    tile::Rect,
};

/// Takes the frames of an animation from the first to the last.
pub trait AnimationFile {
    /// Adds a frame, all of it: RGBA of the depth that the file was begun with.
    ///
    /// # Errors
    /// [`Error::Encode`] when it cannot be written.
    fn write(&mut self, rgba: Vec<u8>, delay: Delay) -> Result<()>;

    /// Ends the file.
    ///
    /// # Errors
    /// [`Error::Encode`] when frames are missing or the end cannot be written.
    fn finish(self: Box<Self>) -> Result<()>;
}

/// What all frames have in common.
pub(in crate::picture) struct Shape {
    pub(in crate::picture) size: [u32; 2],
    pub(in crate::picture) kind: Kind,
    pub(in crate::picture) frames: usize,
    /// How many times they are played; 0 for ever.
    pub(in crate::picture) plays: u32,
}

/// Starts a file of so many frames of `width` x `height` pixels of that kind, played so many times, 0 for ever.
///
/// # Errors
/// [`Error::InvalidOption`] for a format that holds no animations, [`Error::Encode`] when the beginning cannot be written.
pub(in crate::picture) fn create<W: Write + Seek + 'static>(
    output: W,
    format: FileFormat,
    shape: Shape,
    metadata: &Metadata,
) -> Result<Box<dyn AnimationFile>> {
    Ok(match format {
        FileFormat::Gif => Box::new(GifFile::new(output, shape, metadata)?),
        FileFormat::Png => Box::new(ApngFile::new(output, shape, metadata)?),
        FileFormat::WebP => Box::new(AnimatedWebPFile::new(output, shape, metadata)?),
        FileFormat::Jpeg => {
            return Err(Error::InvalidOption("JPEG holds no animations. Choose gif, png or webp.".into()));
        }
    })
}

/// Finds what of a frame is to be written.
#[derive(Default)]
pub(super) struct Changes {
    before: Option<Vec<u8>>,
}

impl Changes {
    /// The smallest part of the next frame that holds all that differs from the one before, one pixel at least, and its pixels.
    pub(super) fn next(&mut self, rgba: Vec<u8>, shape: &Shape) -> (Rect, Vec<u8>) {
        let [width, height] = shape.size;
        let bytes = shape.kind.depth.pixel_bytes();
        let part = match &self.before {
            Some(before) => difference(before, &rgba, bytes, width).unwrap_or(Rect { x: 0, y: 0, width: 1, height: 1 }),
            None => Rect { x: 0, y: 0, width, height },
        };
        let pixels = crop(&rgba, bytes, width, part);
        self.before = Some(rgba);
        (part, pixels)
    }

    /// All of the last frame.
    pub(super) fn last(&self) -> &[u8] {
        self.before.as_deref().unwrap_or_default()
    }
}

/// The smallest part of two pictures of one size that holds all in which they differ; None where they are the same.
pub(crate) fn difference(one: &[u8], other: &[u8], bytes: usize, width: u32) -> Option<Rect> {
    let row_bytes = width as usize * bytes;
    let rows = || one.chunks_exact(row_bytes).zip(other.chunks_exact(row_bytes));
    let top = rows().position(|(one, other)| one != other)?;
    let bottom = rows().rposition(|(one, other)| one != other)?;
    let (mut left, mut right) = (width as usize, 0);
    for (one, other) in rows().take(bottom + 1).skip(top) {
        let mut pixels = one.chunks_exact(bytes).zip(other.chunks_exact(bytes));
        let Some(first) = pixels.position(|(one, other)| one != other) else { continue };
        left = left.min(first);
        let mut pixels = one.chunks_exact(bytes).zip(other.chunks_exact(bytes));
        right = right.max(pixels.rposition(|(one, other)| one != other).unwrap_or(first));
    }
    let [x, y, right, bottom] = [left, top, right + 1, bottom + 1].map(|length| length as u32);
    Some(Rect { x, y, width: right - x, height: bottom - y })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_is_the_smallest_part() {
        let one = vec![7; 6 * 5 * 4];
        assert_eq!(difference(&one, &one, 4, 6), None);
        let with = |places: &[(usize, usize)]| {
            let mut other = one.clone();
            places.iter().for_each(|(x, y)| other[(y * 6 + x) * 4 + 2] = 9);
            difference(&one, &other, 4, 6)
        };
        assert_eq!(with(&[(5, 4)]), Some(Rect { x: 5, y: 4, width: 1, height: 1 }));
        assert_eq!(with(&[(4, 1), (2, 3)]), Some(Rect { x: 2, y: 1, width: 3, height: 3 }));
        assert_eq!(with(&[(0, 0), (5, 0), (3, 4)]), Some(Rect { x: 0, y: 0, width: 6, height: 5 }));
    }
}
