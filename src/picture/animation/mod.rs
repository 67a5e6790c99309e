//! Pictures that move: the frames of GIF, animated PNG and animated WebP files, each as it is to be seen, and files of such.

mod apng;
mod apng_file;
mod canvas;
mod delay;
mod file;
mod gif;
mod gif_file;
mod palette;
mod webp;
mod webp_file;

use std::num::NonZeroU32;

use image::metadata::Orientation;

pub use delay::Delay;
pub use file::AnimationFile;
pub(crate) use file::difference;
pub(super) use file::{Shape, create};
pub(super) use gif_file::StillGifFile;

use self::{
    apng::ApngPatches,
    canvas::{Canvas, Patch},
    gif::GifPatches,
    webp::WebPPatches,
};
use super::{
    Depth, FileFormat, Kind, MAX_MEGAPIXELS, Metadata, Picture, decode, decode_page, guard,
    orient::{is_turned_aside, upright},
};
use crate::{Error, Result};

/// The most pixels of all frames of an animation together, in millions. What a file of a few kilobytes can ask for has no other end.
pub const MAX_ANIMATION_MEGAPIXELS: u32 = 4096;

/// An animation whose frames were looked at once.
pub struct Animation<'a> {
    file: &'a [u8],
    orientation: Orientation,
    /// Width and height of every frame.
    pub size: [u32; 2],
    /// What the frames store together: alpha where one of them is transparent somewhere.
    pub kind: Kind,
    /// How many frames there are, damaged ones not counted: at least one.
    pub frames: usize,
    /// How many times it is played; None for ever.
    pub plays: Option<NonZeroU32>,
    /// What the file says beside its pixels.
    pub metadata: Metadata,
    /// The file's format.
    pub format: FileFormat,
    /// What a person should know of how the file was read, in sentences.
    pub warnings: Vec<String>,
}

/// A frame as it is to be seen.
pub struct Frame {
    /// All of it, of the animation's kind and without its metadata.
    pub picture: Picture,
    /// How long it is shown.
    pub delay: Delay,
}

/// Frames as a file has them, one after the other.
trait Patches {
    /// The next one; None after the last, and the decoder's own words for one that is damaged.
    fn next(&mut self) -> Result<Option<(Patch, Delay)>, String>;

    /// How many times the animation is played; None for ever.
    fn plays(&self) -> Option<NonZeroU32>;
}

/// An animation that is begun.
struct Opened<'a> {
    patches: Box<dyn Patches + 'a>,
    format: FileFormat,
    size: [u32; 2],
    kind: Kind,
    /// How many frames the file announces, if it does.
    announced: Option<u32>,
}

/// Bytes of the largest frame that is read.
fn max_frame_bytes() -> u64 {
    u64::from(MAX_MEGAPIXELS) * 1_000_000 * 8
}

/// None for what is no animation by its first bytes, or not even sound in them.
fn open(file: &[u8]) -> Option<Opened<'_>> {
    let opened = if file.starts_with(gif::MAGIC) {
        let patches = GifPatches::new(file).ok()?;
        let (format, size) = (FileFormat::Gif, patches.size());
        Opened { patches: Box::new(patches), format, size, kind: Kind::default(), announced: None }
    } else if file.starts_with(apng::MAGIC) {
        let patches = ApngPatches::new(file).ok()??;
        let (format, size, kind, announced) = (FileFormat::Png, patches.size(), patches.kind(), patches.announced());
        Opened { patches: Box::new(patches), format, size, kind, announced: Some(announced) }
    } else {
        let patches = WebPPatches::new(file)?;
        let (format, size) = (FileFormat::WebP, patches.size());
        Opened { patches: Box::new(patches), format, size, kind: Kind::default(), announced: None }
    };
    let pixels = opened.size.map(u64::from).iter().product::<u64>();
    (1..=u64::from(MAX_MEGAPIXELS) * 1_000_000).contains(&pixels).then_some(opened)
}

impl<'a> Animation<'a> {
    /// Looks through a picture file. None where it is no animation, or has a single frame. Frames from the first damaged one on are left
    /// out, with a warning.
    ///
    /// # Errors
    /// [`Error::AnimationTooLarge`] for more than [`MAX_ANIMATION_MEGAPIXELS`], [`Error::DecoderFailed`], and as [`decode`] where what is
    /// beside the pixels cannot be read.
    pub fn open(file: &'a [u8]) -> Result<Option<Self>> {
        guard::caught(|| Self::look_through(file)).unwrap_or(Err(Error::DecoderFailed))
    }

    fn look_through(file: &'a [u8]) -> Result<Option<Self>> {
        let Some(Opened { mut patches, format, size, mut kind, announced }) = open(file) else { return Ok(None) };
        let too_large = || Error::AnimationTooLarge { max_megapixels: MAX_ANIMATION_MEGAPIXELS };
        let area = u64::from(size[0]) * u64::from(size[1]);
        let max = u64::from(MAX_ANIMATION_MEGAPIXELS) * 1_000_000;
        if announced.is_some_and(|frames| u64::from(frames) * area > max) {
            return Err(too_large());
        }
        let mut canvas = Canvas::new(size, kind.depth);
        let (mut frames, mut pixels, mut damage) = (0, 0, None);
        loop {
            match patches.next() {
                Ok(Some((patch, _))) => {
                    // A frame may be larger than what is seen of it.
                    pixels += area.max(patch.part.area() as u64);
                    if pixels > max {
                        return Err(too_large());
                    }
                    frames += 1;
                    kind.alpha |= is_transparent(canvas.draw(&patch), kind.depth);
                }
                Ok(None) => break,
                Err(reason) => {
                    damage = Some(reason);
                    break;
                }
            }
        }
        if frames == 0 || frames == 1 && damage.is_none() {
            return Ok(None);
        }
        let first = decode(file)?;
        let orientation = first.metadata.orientation();
        let size = if is_turned_aside(orientation) { [size[1], size[0]] } else { size };
        let warnings = damage.map(|reason| {
            let of = announced.map_or_else(String::new, |announced| format!(" of {announced}"));
            let plural = if frames == 1 { " is" } else { "s are" };
            format!("The animation is damaged or incomplete ({reason}): the first {frames}{of} frame{plural} taken.")
        });
        Ok(Some(Self {
            file,
            orientation,
            size,
            kind,
            frames,
            plays: patches.plays(),
            metadata: first.metadata,
            format,
            warnings: warnings.into_iter().collect(),
        }))
    }

    /// The frames, from the first to the last that is whole. Each is decoded when it is asked for, and the same as when it was looked at.
    #[must_use]
    pub fn frames(&self) -> Frames<'a> {
        Frames {
            opened: open(self.file),
            canvas: None,
            kind: self.kind,
            orientation: self.orientation,
            left: self.frames,
        }
    }
}

/// The frames of an animation, see [`Animation::frames`].
pub struct Frames<'a> {
    opened: Option<Opened<'a>>,
    canvas: Option<Canvas>,
    kind: Kind,
    orientation: Orientation,
    left: usize,
}

impl Frames<'_> {
    fn draw(&mut self) -> Result<Option<Frame>> {
        let Some(Opened { patches, format, size, .. }) = &mut self.opened else { return Ok(None) };
        let damaged = |reason| Error::DamagedPicture { format: format.name().into(), reason };
        let Some((patch, delay)) = patches.next().map_err(damaged)? else { return Ok(None) };
        let kind = self.kind;
        let rgba = self.canvas.get_or_insert_with(|| Canvas::new(*size, kind.depth)).draw(&patch).to_vec();
        let (rgba, [width, height]) = match kind.depth {
            Depth::Eight => upright::<4>(rgba, *size, self.orientation),
            Depth::Sixteen => upright::<8>(rgba, *size, self.orientation),
        };
        Ok(Some(Frame { picture: Picture { width, height, rgba, kind, ..Picture::default() }, delay }))
    }
}

impl Iterator for Frames<'_> {
    type Item = Result<Frame>;

    fn next(&mut self) -> Option<Result<Frame>> {
        self.left = self.left.checked_sub(1)?;
        let drawn = guard::caught(|| self.draw()).unwrap_or(Err(Error::DecoderFailed));
        if drawn.is_err() {
            self.left = 0;
        }
        drawn.transpose()
    }
}

/// One frame of an animation, or one page of a TIFF file, counted from 0. Of any other picture there is number 0.
///
/// # Errors
/// [`Error::InvalidOption`] where there is no such frame, [`Error::AnimationTooLarge`], and as [`decode`].
pub fn decode_frame(file: &[u8], number: usize) -> Result<Picture> {
    let none = |count: usize| {
        let has = if count == 1 {
            "1 frame or page, number 0".into()
        } else {
            format!("{count} frames or pages, 0 to {}", count - 1)
        };
        Error::InvalidOption(format!("The file has {has}; there is no number {number}."))
    };
    let pages = super::pages(file);
    if pages > 1 {
        return if number < pages { decode_page(file, number) } else { Err(none(pages)) };
    }
    let still = decode(file)?;
    let Some(opened) = open(file) else { return if number == 0 { Ok(still) } else { Err(none(1)) } };
    let area = u64::from(opened.size[0]) * u64::from(opened.size[1]);
    if area.saturating_mul(number as u64) > u64::from(MAX_ANIMATION_MEGAPIXELS) * 1_000_000 {
        return Err(Error::AnimationTooLarge { max_megapixels: MAX_ANIMATION_MEGAPIXELS });
    }
    let (kind, orientation) = (opened.kind, still.metadata.orientation());
    let mut frames = Frames { opened: Some(opened), canvas: None, kind, orientation, left: number + 1 };
    let (mut count, mut last) = (0, None);
    for frame in frames.by_ref() {
        last = Some(frame?);
        count += 1;
    }
    let Some(Frame { mut picture, .. }) = last.filter(|_| count == number + 1) else { return Err(none(count)) };
    picture.kind.alpha = is_transparent(&picture.rgba, kind.depth);
    Ok(Picture { metadata: still.metadata, format: still.format, warnings: still.warnings, ..picture })
}

fn is_transparent(rgba: &[u8], depth: Depth) -> bool {
    depth.values(rgba).skip(3).step_by(4).any(|alpha| alpha < depth.max())
}
