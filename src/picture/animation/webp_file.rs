//! Frames to an animated WebP file, without loss. The crate `image-webp` encodes each as a file of its own; what puts them together is a
//! few headers.

use std::io::{Seek, SeekFrom, Write};

use image_webp::{ColorType, WebPEncoder};

use super::{
    Delay,
    delay::Ticks,
    file::{AnimationFile, Changes, Shape},
    webp::{FILE_HEAD_BYTES, HAS_ALPHA, IS_ANIMATION, IS_NOT_BLENDED, TICKS_PER_SECOND},
};
use crate::{
    Error, Result,
    picture::{Depth, Kind, Metadata, crop},
    tile::Rect,
};

/// In the chunk `VP8X`, with what else there is.
const HAS_PROFILE: u8 = 0x20;
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;

/// The most thousandths of a second of a frame.
const MAX_TICKS: u32 = (1 << 24) - 1;

/// An animated WebP file in the making: 8 bits, at most 16,384 pixels a side.
pub(super) struct AnimatedWebPFile<W: Write + Seek> {
    output: W,
    shape: Shape,
    changes: Changes,
    ticks: Ticks,
    /// What follows the frames.
    exif: Option<Vec<u8>>,
    xmp: Option<Vec<u8>>,
}

impl<W: Write + Seek> AnimatedWebPFile<W> {
    pub(super) fn new(output: W, shape: Shape, metadata: &Metadata) -> Result<Self> {
        // Grey becomes colours, which a profile of grey does not describe.
        let profile = metadata.icc_profile.as_ref().filter(|profile| profile.get(16..20) != Some(b"GRAY"));
        let (exif, xmp) = (metadata.exif.clone(), metadata.xmp.clone());
        let flags = [
            (IS_ANIMATION, true),
            (HAS_ALPHA, shape.kind.alpha),
            (HAS_PROFILE, profile.is_some()),
            (HAS_EXIF, exif.is_some()),
            (HAS_XMP, xmp.is_some()),
        ];
        let flags = flags.into_iter().filter(|(_, is_set)| *is_set).map(|(flag, _)| flag).sum();
        let mut head = vec![flags, 0, 0, 0];
        shape.size.iter().for_each(|length| head.extend(three_bytes(length - 1)));
        // The background, which nobody shows, and how often it is played.
        let mut loops = vec![0; 4];
        loops.extend((shape.plays.min(u16::MAX.into()) as u16).to_le_bytes());
        let ticks = Ticks::new(TICKS_PER_SECOND, MAX_TICKS);
        let mut file = Self { output, shape, changes: Changes::default(), ticks, exif, xmp };
        // Its length is known in the end.
        file.put(b"RIFF\0\0\0\0WEBP")?;
        file.chunk(b"VP8X", &head)?;
        if let Some(profile) = profile {
            file.chunk(b"ICCP", profile)?;
        }
        file.chunk(b"ANIM", &loops)?;
        Ok(file)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.output.write_all(bytes).map_err(explain)
    }

    fn chunk(&mut self, name: &[u8; 4], content: &[u8]) -> Result<()> {
        let length = u32::try_from(content.len()).map_err(explain)?;
        self.put(name)?;
        self.put(&length.to_le_bytes())?;
        self.put(content)?;
        // Chunks begin at even places.
        self.put(&[0][..content.len() % 2])
    }
}

impl<W: Write + Seek> AnimationFile for AnimatedWebPFile<W> {
    fn write(&mut self, rgba: Vec<u8>, delay: Delay) -> Result<()> {
        let Shape { size: [width, _], kind, .. } = self.shape;
        let rgba = match kind.depth {
            Depth::Eight => rgba,
            depth @ Depth::Sixteen => depth.to_eight(&rgba).into_owned(),
        };
        self.shape.kind.depth = Depth::Eight;
        let (part, pixels) = self.changes.next(rgba, &self.shape);
        // Places are told by halves.
        let even =
            Rect { x: part.x & !1, y: part.y & !1, width: part.width + part.x % 2, height: part.height + part.y % 2 };
        let pixels = if even == part { pixels } else { crop(self.changes.last(), 4, width, even) };
        let color = if kind.alpha { ColorType::Rgba8 } else { ColorType::Rgb8 };
        let stored = Kind { grey: false, depth: Depth::Eight, ..kind }.stored(&pixels);
        let mut still = Vec::new();
        WebPEncoder::new(&mut still).encode(&stored, even.width, even.height, color).map_err(explain)?;
        let mut frame = Vec::with_capacity(still.len() + FILE_HEAD_BYTES);
        for number in [even.x / 2, even.y / 2, even.width - 1, even.height - 1, self.ticks.next(delay)] {
            frame.extend(three_bytes(number));
        }
        frame.push(IS_NOT_BLENDED);
        // What follows a file's head is the chunk of the pixels.
        frame.extend(still.get(FILE_HEAD_BYTES..).unwrap_or_default());
        self.chunk(b"ANMF", &frame)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        for (name, content) in [(b"EXIF", self.exif.take()), (b"XMP ", self.xmp.take())] {
            if let Some(content) = content {
                self.chunk(name, &content)?;
            }
        }
        let end = self.output.stream_position().map_err(explain)?;
        let Ok(length) = u32::try_from(end - 8) else {
            return Err(Error::Encode("a WebP file can have 4 GB at most. Choose png or a smaller scale".into()));
        };
        self.output.seek(SeekFrom::Start(4)).map_err(explain)?;
        self.put(&length.to_le_bytes())?;
        self.output.seek(SeekFrom::Start(end)).map_err(explain)?;
        self.output.flush().map_err(explain)
    }
}

fn three_bytes(number: u32) -> [u8; 3] {
    let [low, middle, high, _] = number.to_le_bytes();
    [low, middle, high]
}

fn explain(error: impl std::fmt::Display) -> Error {
    Error::Encode(error.to_string())
}
