//! The frames of animated WebP files. The crate `image-webp` decodes each as a file of its own: what it makes of animations is wrong where
//! frames are cleared.

use std::{io::Cursor, num::NonZeroU32};

use image::ColorType;
use image_webp::WebPDecoder;

use super::{
    Delay, Patches,
    canvas::{Dispose, Patch},
    max_frame_bytes,
};
use crate::{picture::rgba::rgba, tile::Rect};

/// Delays are in thousandths of a second.
pub(super) const TICKS_PER_SECOND: u32 = 1000;

/// Bytes of `RIFF`, a length and `WEBP`, of a chunk's name and length, and of what a frame says before its pixels.
pub(super) const FILE_HEAD_BYTES: usize = 12;
const CHUNK_HEAD_BYTES: usize = 8;
const FRAME_HEAD_BYTES: usize = 16;

/// In the chunk `VP8X`.
pub(super) const IS_ANIMATION: u8 = 0x02;
pub(super) const HAS_ALPHA: u8 = 0x10;

/// Of a frame: whether it becomes transparent afterwards, and whether it takes the place of what is there.
pub(super) const IS_CLEARED: u8 = 0x01;
pub(super) const IS_NOT_BLENDED: u8 = 0x02;

pub(super) struct WebPPatches<'a> {
    size: [u32; 2],
    plays: Option<NonZeroU32>,
    /// What follows the frames that were read.
    rest: &'a [u8],
    /// Whether the file is shorter than it says.
    is_cut: bool,
}

/// A chunk's name and content, and what follows it; None where it is not all there.
fn chunk(bytes: &[u8]) -> Option<([u8; 4], &[u8], &[u8])> {
    let (&name, rest) = bytes.split_first_chunk()?;
    let (&length, rest) = rest.split_first_chunk()?;
    let (content, rest) = rest.split_at_checked(u32::from_le_bytes(length) as usize)?;
    // A byte more where its length is odd.
    Some((name, content, rest.get(content.len() % 2..).unwrap_or_default()))
}

fn three_bytes(bytes: &[u8], at: usize) -> Option<u32> {
    let [low, middle, high] = *bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes([low, middle, high, 0]))
}

impl<'a> WebPPatches<'a> {
    /// None for a file that is no animation.
    pub(super) fn new(file: &'a [u8]) -> Option<Self> {
        if file.get(..4)? != b"RIFF" || file.get(8..FILE_HEAD_BYTES)? != b"WEBP" {
            return None;
        }
        let length = u32::from_le_bytes(*file[4..].first_chunk()?);
        let is_cut = file.len() - CHUNK_HEAD_BYTES < length as usize;
        let (name, content, mut rest) = chunk(&file[FILE_HEAD_BYTES..])?;
        if &name != b"VP8X" || content.first()? & IS_ANIMATION == 0 {
            return None;
        }
        let size = [three_bytes(content, 4)? + 1, three_bytes(content, 7)? + 1];
        let mut plays = None;
        while let Some((name, content, after)) = chunk(rest) {
            match &name {
                b"ANIM" => plays = NonZeroU32::new(u16::from_le_bytes(*content.get(4..)?.first_chunk()?).into()),
                b"ANMF" => break,
                _ => {}
            }
            rest = after;
        }
        Some(Self { size, plays, rest, is_cut })
    }

    pub(super) fn size(&self) -> [u32; 2] {
        self.size
    }
}

impl Patches for WebPPatches<'_> {
    fn next(&mut self) -> Result<Option<(Patch, Delay)>, String> {
        loop {
            if self.rest.is_empty() && !self.is_cut {
                return Ok(None);
            }
            let (name, content, after) = chunk(self.rest).ok_or("its end is missing")?;
            self.rest = after;
            if &name == b"ANMF" {
                return frame(content).map(Some);
            }
        }
    }

    fn plays(&self) -> Option<NonZeroU32> {
        self.plays
    }
}

/// A frame out of the content of its chunk.
fn frame(content: &[u8]) -> Result<(Patch, Delay), String> {
    const CUT: &str = "a frame is cut off";
    let number = |at| three_bytes(content, at).ok_or(CUT);
    // Places are told by halves.
    let part = Rect { x: number(0)? * 2, y: number(3)? * 2, width: number(6)? + 1, height: number(9)? + 1 };
    let flags = *content.get(15).ok_or(CUT)?;
    let file = file_of_frame(&content[FRAME_HEAD_BYTES..], [part.width, part.height]);
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(|error| error.to_string())?;
    decoder.set_memory_limit(usize::try_from(max_frame_bytes()).unwrap_or(usize::MAX));
    if decoder.dimensions() != (part.width, part.height) || part.area() as u64 * 4 > max_frame_bytes() {
        return Err("a frame has another size than it says".into());
    }
    let color = if decoder.has_alpha() { ColorType::Rgba8 } else { ColorType::Rgb8 };
    let mut samples = vec![0; part.area() * usize::from(color.bytes_per_pixel())];
    decoder.read_image(&mut samples).map_err(|error| error.to_string())?;
    let patch = Patch {
        part,
        rgba: rgba(samples, color),
        is_over: flags & IS_NOT_BLENDED == 0,
        dispose: if flags & IS_CLEARED == 0 { Dispose::Keep } else { Dispose::Clear },
    };
    Ok((patch, Delay { numerator: number(12)?, denominator: TICKS_PER_SECOND }))
}

/// A still picture of a frame's chunks.
fn file_of_frame(chunks: &[u8], [width, height]: [u32; 2]) -> Vec<u8> {
    let mut file = b"RIFF\0\0\0\0WEBP".to_vec();
    if chunks.starts_with(b"ALPH") {
        file.extend(b"VP8X");
        file.extend(10_u32.to_le_bytes());
        file.extend([HAS_ALPHA, 0, 0, 0]);
        [width, height].iter().for_each(|length| file.extend(&(length - 1).to_le_bytes()[..3]));
    }
    file.extend(chunks);
    let length = (file.len() - CHUNK_HEAD_BYTES) as u32;
    file[4..CHUNK_HEAD_BYTES].copy_from_slice(&length.to_le_bytes());
    file
}
