//! The frames of an animation, one after the other. What a frame has in common with the one before is enlarged once.

use std::{borrow::Cow, ops::ControlFlow, rc::Rc};

use super::{
    FinishedTile, Observer, TO_SIZE, Upscaler,
    alpha::Alpha,
    direct,
    pass::{self, Progress, go_on},
    tiles::paste,
};
use crate::{
    Backend, BackendKind, Error, Picture, Result, Size,
    picture::{Animation, AnimationFile, MAX_MEGAPIXELS, crop, difference},
    resize::{Resize, passes},
    tile::{Reach, Rect},
};

/// How far a change reaches beside the network: alpha's filter and what it is held to.
const SMALLEST_RADIUS: u32 = 8;

/// What one pass made of the last frame.
struct Made {
    picture: Picture,
    enlarged: Vec<u8>,
    /// Another one may round otherwise.
    backend: Rc<dyn Backend>,
}

/// Follows a frame as a part of an animation.
struct FrameObserver<'a> {
    observer: &'a mut dyn Observer,
    /// Tiles of all frames and all passes, and those that are done.
    total: usize,
    done: usize,
    /// Tiles of this pass, if all of the frame went through.
    share: usize,
    /// Where in the enlarged frame that which is made lies, and that frame's width and height.
    origin: [u32; 2],
    whole: [u32; 2],
    warned: Vec<String>,
}

impl Observer for FrameObserver<'_> {
    fn tile(&mut self, tile: &FinishedTile<'_>) -> ControlFlow<()> {
        let part = Rect { x: self.origin[0] + tile.part.x, y: self.origin[1] + tile.part.y, ..tile.part };
        let done = self.done + self.share * tile.done / tile.total;
        let (whole, rgba, total) = (self.whole, tile.rgba, self.total);
        self.observer.tile(&FinishedTile { part, whole, rgba, done, total })
    }

    fn warn(&mut self, sentence: &str) {
        if !self.warned.iter().any(|warned| warned == sentence) {
            self.warned.push(sentence.into());
            self.observer.warn(sentence);
        }
    }

    fn wait(&mut self) -> ControlFlow<()> {
        self.observer.wait()
    }
}

impl Upscaler {
    /// Width and height of the result of an animation.
    ///
    /// # Errors
    /// As [`Upscaler::result_size`]; [`Error::FrameTooLarge`] for more than [`MAX_MEGAPIXELS`].
    pub fn animation_size(&self, animation: &Animation<'_>, size: Size) -> Result<[u32; 2]> {
        let [width, height] = self.size_of_result(animation.size, size)?;
        if u64::from(width) * u64::from(height) > u64::from(MAX_MEGAPIXELS) * 1_000_000 {
            return Err(Error::FrameTooLarge { width, height, max_megapixels: MAX_MEGAPIXELS });
        }
        Ok([width, height])
    }

    /// Enlarges the frames of an animation and writes them to a file, one after the other; no more than a few enlarged ones are in memory.
    /// Each has the same bytes as if it were enlarged alone. Where only a part of a frame is another than in the frame before, only
    /// that part and what of its surroundings the network sees go through it. All of the frame does where the place of a pixel or what
    /// is far away counts: with classical filters, with [`Upscaler::with_tta`], networks that look at all of a picture or whose tiles only come close, and pixels
    /// between transparent and opaque.
    ///
    /// The observer's tiles are counted over all frames, as if all of each were made.
    ///
    /// # Errors
    /// As [`Upscaler::upscale`] and [`Upscaler::animation_size`], and what decoding a frame or writing the file fails with.
    pub async fn upscale_animation(
        &self,
        animation: &Animation<'_>,
        size: Size,
        mut file: Box<dyn AnimationFile>,
        observer: &mut dyn Observer,
    ) -> Result<()> {
        let result = self.animation_size(animation, size)?;
        animation.warnings.iter().for_each(|warning| observer.warn(warning));
        let shares = self.tiles_of_passes(animation, result);
        let total = shares.iter().sum::<usize>() * animation.frames;
        go_on(observer.start(result[0], result[1], total))?;
        let mut observer =
            FrameObserver { observer, total, done: 0, share: 0, origin: [0; 2], whole: result, warned: Vec::new() };
        let mut made: Vec<Option<Made>> = shares.iter().map(|_| None).collect();
        for frame in animation.frames() {
            let frame = frame?;
            let rgba = self.upscale_frame(&frame.picture, result, &shares, &mut made, &mut observer).await?;
            file.write(rgba, frame.delay)?;
        }
        file.finish()
    }

    /// How many tiles each pass of a frame has.
    fn tiles_of_passes(&self, animation: &Animation<'_>, result: [u32; 2]) -> Vec<usize> {
        if !self.goes_through_network(animation.size, result) {
            return vec![1];
        }
        let (backend, scale) = (self.backend(), self.scale());
        let size = |pass| animation.size.map(|length| length * scale.pow(pass));
        (0..passes(animation.size, result, scale))
            .map(|pass| pass::tiles(&*backend, size(pass), animation.kind.depth, self.tta))
            .collect()
    }

    /// The pixels of an enlarged frame. `made` is what the passes made of the frame before.
    async fn upscale_frame(
        &self,
        frame: &Picture,
        result: [u32; 2],
        shares: &[usize],
        made: &mut [Option<Made>],
        observer: &mut FrameObserver<'_>,
    ) -> Result<Vec<u8>> {
        let mut picture = frame.bled().into_owned();
        for (made, &share) in made.iter_mut().zip(shares) {
            let (from, kind) = ([picture.width, picture.height], picture.kind);
            let goes_through = self.goes_through_network(from, result);
            let [width, height] = if goes_through { from.map(|length| length * self.scale()) } else { result };
            (observer.share, observer.whole) = (share, [width, height]);
            let rgba = self.pass_of_frame(picture, result, made, observer).await?.enlarged.clone();
            observer.done += share;
            picture = Picture { width, height, rgba, kind, ..Picture::default() };
        }
        let mut resize = Resize::new(TO_SIZE, picture.kind, [picture.width, picture.height], result);
        Ok(match resize.push(&picture.rgba) {
            Cow::Borrowed(_) => picture.rgba,
            Cow::Owned(resized) => resized,
        })
    }

    /// Takes a frame through the network once, or what of it is another than in the frame before.
    async fn pass_of_frame<'a>(
        &self,
        picture: Picture,
        result: [u32; 2],
        last: &'a mut Option<Made>,
        observer: &mut FrameObserver<'_>,
    ) -> Result<&'a Made> {
        go_on(observer.wait())?;
        let backend = self.backend();
        let before = last.take().filter(|made| Rc::ptr_eq(&made.backend, &backend));
        let enlarged = match before {
            Some(before) => self.changed(before, &picture, result, observer).await?,
            None => None,
        };
        let enlarged = match enlarged {
            Some(enlarged) => enlarged,
            None => self.all_of(&picture, result, observer).await?,
        };
        Ok(last.insert(Made { picture, enlarged, backend: self.backend() }))
    }

    /// An enlarged frame by what was made of the frame before; None where that does not help.
    async fn changed(
        &self,
        before: Made,
        picture: &Picture,
        result: [u32; 2],
        observer: &mut FrameObserver<'_>,
    ) -> Result<Option<Vec<u8>>> {
        let Made { picture: last, mut enlarged, backend } = before;
        let bytes = picture.kind.depth.pixel_bytes();
        let Some(changed) = difference(&last.rgba, &picture.rgba, bytes, picture.width) else {
            return Ok(Some(enlarged));
        };
        let is_local = |picture| Alpha::new(picture, &*backend).is_local(backend.scale());
        let Some(reach) = backend.reach().filter(|_| !self.tta && is_local(&last) && is_local(picture)) else {
            return Ok(None);
        };
        let reach = Reach { radius: reach.radius.max(SMALLEST_RADIUS), ..reach };
        let (size, scale) = ([picture.width, picture.height], backend.scale());
        let touched = reach.touched(changed, size);
        let part = reach.apart(touched, size);
        // Nearly all of it is as fast as all of it.
        if part.area() * 4 > size[0] as usize * size[1] as usize * 3 {
            return Ok(None);
        }
        let Rect { x, y, width, height } = part;
        let cut = Picture { width, height, rgba: picture.crop(part), kind: picture.kind, ..Picture::default() };
        observer.origin = [x, y].map(|place| place * scale);
        let made = self.all_of(&cut, result, observer).await;
        observer.origin = [0; 2];
        let made = made?;
        if !Rc::ptr_eq(&backend, &self.backend()) {
            return Ok(None);
        }
        let inside = Rect { x: touched.x - x, y: touched.y - y, ..touched }.scaled(scale);
        let pixels = crop(&made, bytes, width * scale, inside);
        let row = picture.width as usize * scale as usize;
        let place = touched.scaled(scale);
        paste(&mut enlarged[place.y as usize * row * bytes..], bytes, row as u32, place, &pixels);
        Ok(Some(enlarged))
    }

    /// All pixels that the network makes of a picture, or a filter that brings it to the result's size at once.
    async fn all_of(&self, picture: &Picture, result: [u32; 2], observer: &mut FrameObserver<'_>) -> Result<Vec<u8>> {
        let mut enlarged = Vec::new();
        let mut keep = |rows: &[u8]| {
            enlarged.extend_from_slice(rows);
            Ok(())
        };
        if let BackendKind::Filter(filter) = self.backend().info().kind
            && !self.goes_through_network([picture.width, picture.height], result)
        {
            direct::resize(picture, filter, result, &mut keep, observer)?;
        } else {
            self.pass(picture, &mut Progress::new(observer, result), &mut keep).await?;
        }
        Ok(enlarged)
    }
}
