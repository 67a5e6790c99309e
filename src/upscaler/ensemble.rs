//! The mean of what a network makes of a picture turned and mirrored in all eight ways, each turned back: geometric self-ensemble, a
//! form of test-time augmentation (TTA).
//!
//! All eight are made of one part of the picture before the next part is begun, so that memory is that of a part: what is around it is
//! cut out wide enough that its inner pixels are, in every orientation, those of the whole picture to the last bit. Each is made in 16 bits
//! and added up in integers, whose sum is the same in any order. So the result of a turned picture is the turned result.

use std::collections::VecDeque;

use image::metadata::Orientation;

use super::{
    pass::Stop,
    tiles::{alpha_as_colour, padded_rows},
};
use crate::{
    Backend, Error, Picture, Result, TileInput,
    backend::output_check,
    picture::{
        Depth, Kind,
        orient::{Origin, upright},
    },
    tile::{Grid, Reach, Rect, Tile, Tiling, Window},
};

/// How many orientations there are.
pub(super) const COUNT: usize = ORIENTATIONS.len();

const ORIENTATIONS: [Orientation; 8] = [
    Orientation::NoTransforms,
    Orientation::FlipHorizontal,
    Orientation::FlipVertical,
    Orientation::Rotate180,
    Orientation::Rotate90FlipH,
    Orientation::Rotate90,
    Orientation::Rotate270,
    Orientation::Rotate270FlipH,
];

/// The most memory for the sums of a part where the backend goes row by row and would take parts of any size: the larger they are, the
/// less is computed twice around them.
const MAX_SUM_BYTES: f64 = 64e6;

/// Where rounding depends on more pixels around than this, parts of such a backend are cut as tiles are, and only come close.
const LARGEST_EXACT_RADIUS: u32 = 128;

/// Enlarges parts of a picture in all orientations.
pub(super) struct Ensemble<'a> {
    backend: &'a dyn Backend,
    way: Way,
    /// The largest inner edge of parts, in LR pixels.
    tile: u32,
}

#[derive(Clone, Copy)]
enum Way {
    /// Each turned part as a picture of its own that goes row by row.
    Rows(Reach),
    /// Each as a tile.
    Tiles,
}

/// What of a picture is enlarged.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Channels {
    Colours,
    /// Alpha as a grey picture.
    Alpha,
}

/// What happens while a part is enlarged.
pub(super) enum Event<'a> {
    /// The backend is about to be waited for.
    Wait,
    /// Another orientation is done, of which there are as many in the sums.
    Added(&'a Sums),
}

/// Sums of enlarged pixels.
pub(super) struct Sums {
    /// Width and height.
    size: [u32; 2],
    /// How many pictures are in them.
    pub(super) count: usize,
    colours: Vec<[u32; 3]>,
}

/// A part of the picture turned in one of the ways.
struct Turned {
    orientation: Orientation,
    /// What was cut out, turned: 16 bits a channel.
    around: Picture,
    /// The part to answer for, in pixels of what was cut out.
    inner: Rect,
    /// What goes through the network, likewise; beyond the right and the lower edge lies the padding.
    outer: Rect,
    /// The same in pixels of the turned picture.
    window: Window,
}

impl<'a> Ensemble<'a> {
    pub(super) fn new(backend: &'a dyn Backend) -> Self {
        let bytes = f64::from(backend.scale()).powi(2) * size_of::<[u32; 3]>() as f64;
        Self::with_tile(backend, (MAX_SUM_BYTES / bytes).sqrt() as u32)
    }

    /// With parts of at most that inner edge where the backend goes row by row.
    fn with_tile(backend: &'a dyn Backend, tile: u32) -> Self {
        let goes_by_rows = |reach: &Reach| {
            let edge = tile + 2 * margin(reach.radius, reach.align);
            reach.radius <= LARGEST_EXACT_RADIUS && backend.stream(edge, edge, Depth::Sixteen).is_some()
        };
        match backend.reach().filter(goes_by_rows) {
            Some(reach) => Self { backend, way: Way::Rows(reach), tile },
            None => Self { backend, way: Way::Tiles, tile: backend.tile() },
        }
    }

    /// The parts of the rows of a picture from `row` on; their outer parts are what must be cut out.
    pub(super) fn grid(&self, row: u32, [width, height]: [u32; 2]) -> Grid {
        let halo = match self.way {
            Way::Rows(Reach { radius, align }) => margin(radius, align),
            Way::Tiles => margin(self.backend.tiling().halo, self.backend.tiling().align),
        };
        Grid::below(row, width, height, self.tile, Tiling::with_halo(halo))
    }

    /// How many LR pixels go through the network for a picture, halos included.
    pub(super) fn pixels(&self, size: [u32; 2]) -> f64 {
        let tiles = self.grid(0, size).tiles();
        tiles.map(|tile| (COUNT * self.outer(tile.inner, size).area()) as f64).sum()
    }

    /// What must go through the network for a part of a picture of that size.
    fn outer(&self, inner: Rect, [width, height]: [u32; 2]) -> Rect {
        match self.way {
            Way::Rows(reach) => reach.apart(inner, [width, height]),
            Way::Tiles => Tile { inner, outer: inner }.grown(&self.backend.tiling(), width, height).outer,
        }
    }

    /// Enlarges the inner part of a tile of [`Ensemble::grid`]. Of colours, what a backend makes of each tile is checked, where it does not
    /// take any colours.
    pub(super) async fn enlarge(
        &self,
        picture: &Picture,
        tile: &Tile,
        channels: Channels,
        takes_any_colours: bool,
        follow: &mut dyn FnMut(Event<'_>) -> Result<()>,
    ) -> Result<Sums, Stop> {
        let scale = self.backend.scale();
        let mut sums = Sums::new(tile.inner.scaled(scale));
        let around = cut_out(picture, tile.outer, channels);
        let turned = |&orientation: &Orientation| self.turned(picture, &around, tile, orientation);
        if matches!(self.way, Way::Rows(_)) {
            for part in ORIENTATIONS.iter().map(turned) {
                self.add_rows(&part, &mut sums, follow).await?;
                sums.count += 1;
                follow(Event::Added(&sums))?;
            }
            return Ok(sums);
        }
        let mut waiting = ORIENTATIONS.iter().map(turned);
        let mut running = VecDeque::new();
        loop {
            while running.len() < self.backend.in_flight()
                && let Some(part) = waiting.next()
            {
                let run = self.backend.run(part.input());
                running.push_back((part, run));
            }
            let Some((part, run)) = running.pop_front() else { return Ok(sums) };
            follow(Event::Wait)?;
            let made = run.await.map_err(Stop::Failed)?;
            if channels == Channels::Colours {
                let checked = output_check::check(&part.around, part.inner, &Depth::Sixteen.to_eight(&made), scale);
                match checked {
                    Err(Error::WrongColours(_)) if takes_any_colours => {}
                    other => other.map_err(Stop::Failed)?,
                }
            }
            let whole = Rect { x: 0, y: 0, ..part.inner }.scaled(scale);
            sums.add(&made, whole.width, 0, whole, part.orientation).map_err(Stop::Failed)?;
            sums.count += 1;
            follow(Event::Added(&sums))?;
        }
    }

    fn turned(&self, picture: &Picture, around: &Picture, tile: &Tile, orientation: Orientation) -> Turned {
        let whole = [picture.width, picture.height];
        let turned_whole = Origin::new(whole, orientation).size;
        let (rgba, [width, height]) = upright::<{ Depth::Sixteen.pixel_bytes() }>(
            around.rgba.clone(),
            [around.width, around.height],
            orientation,
        );
        let [place, inner] = [tile.outer, tile.inner].map(|part| turned_part(part, whole, orientation));
        let outer = self.outer(inner, turned_whole);
        let seen_from_place = |part: Rect| Rect { x: part.x - place.x, y: part.y - place.y, ..part };
        let tiling = self.backend.tiling();
        Turned {
            orientation,
            around: Picture { width, height, rgba, kind: around.kind, ..Picture::default() },
            inner: seen_from_place(inner),
            outer: seen_from_place(outer),
            window: Window { part: outer, whole: turned_whole.map(|length| tiling.padded(length)) },
        }
    }

    /// Takes a part through the network row by row, as a picture of its own.
    async fn add_rows(
        &self,
        part: &Turned,
        sums: &mut Sums,
        follow: &mut dyn FnMut(Event<'_>) -> Result<()>,
    ) -> Result<(), Stop> {
        let Rect { width, height, .. } = part.outer;
        let picture =
            Picture { width, height, rgba: part.around.crop(part.outer), kind: part.around.kind, ..Picture::default() };
        let (scale, depth, tiling) = (self.backend.scale(), picture.kind.depth, self.backend.tiling());
        let Some(mut stream) = self.backend.stream(width, height, depth) else { return Err(Error::Cancelled.into()) };
        let strips = Grid::strips(width, height, stream.strip(), 0).tiles();
        let in_flight = stream.in_flight();
        let mut pushed = strips.map(|strip| stream.push(padded_rows(&picture, &strip, &tiling)));
        let mut running: VecDeque<_> = pushed.by_ref().take(in_flight).collect();
        let (row, kept) = ((width * scale) as usize * depth.pixel_bytes(), part.keep().scaled(scale));
        let mut done = 0;
        while let Some(run) = running.pop_front() {
            follow(Event::Wait)?;
            let made = run.await.map_err(Stop::Failed)?;
            running.extend(pushed.next());
            sums.add(&made, width * scale, done, kept, part.orientation).map_err(Stop::Failed)?;
            done += made.len() / row;
        }
        Ok(())
    }
}

impl Turned {
    /// The inner part in the coordinates of the outer part.
    fn keep(&self) -> Rect {
        Rect { x: self.inner.x - self.outer.x, y: self.inner.y - self.outer.y, ..self.inner }
    }

    fn input(&self) -> TileInput {
        let rgba = self.around.crop(self.outer);
        TileInput { rgba, depth: self.around.kind.depth, window: self.window, keep: self.keep() }
    }
}

impl Sums {
    /// Of an enlarged part.
    fn new(part: Rect) -> Self {
        Self { size: [part.width, part.height], count: 0, colours: vec![[0; 3]; part.area()] }
    }

    /// Adds the rows of a turned picture from `first` on, of `width` pixels and 16 bits a channel, as far as they lie in `kept`, which is
    /// the part that the sums are of.
    ///
    /// # Errors
    /// [`Error::NotFinite`] where pixels say so.
    fn add(&mut self, rgba: &[u8], width: u32, first: usize, kept: Rect, orientation: Orientation) -> Result<()> {
        let origin = Origin::new(self.size, orientation);
        let (left, top) = (kept.x as usize, kept.y as usize);
        let (pixels, _) = rgba.as_chunks::<{ Depth::Sixteen.pixel_bytes() }>();
        for (y, row) in (first..).zip(pixels.chunks_exact(width as usize)) {
            if !(top..top + kept.height as usize).contains(&y) {
                continue;
            }
            for (x, pixel) in row[left..left + kept.width as usize].iter().enumerate() {
                let value = |at: usize| u16::from_ne_bytes([pixel[2 * at], pixel[2 * at + 1]]);
                if value(3) == 0 {
                    return Err(Error::NotFinite);
                }
                let sum = &mut self.colours[origin.of(x, y - top)];
                for (channel, sum) in sum.iter_mut().enumerate() {
                    *sum += u32::from(value(channel));
                }
            }
        }
        Ok(())
    }

    /// The mean of what was added so far: RGBA of that depth, opaque.
    pub(super) fn mean(&self, depth: Depth) -> Vec<u8> {
        let unit = self.count as u32 * u32::from(u16::MAX / depth.max());
        let mean = |sum: u32| (sum + unit / 2) / unit;
        let pixels =
            self.colours.iter().map(|&[red, green, blue]| [mean(red), mean(green), mean(blue), u32::from(depth.max())]);
        match depth {
            Depth::Eight => pixels.flat_map(|pixel| pixel.map(|value| value as u8)).collect(),
            Depth::Sixteen => pixels.flatten().flat_map(|value| (value as u16).to_ne_bytes()).collect(),
        }
    }
}

/// How far parts that begin and end at multiples of `align` in any orientation may go beyond their inner part.
fn margin(radius: u32, align: u32) -> u32 {
    radius + align - 1
}

/// A part of a picture in 16 bits a channel.
fn cut_out(picture: &Picture, part: Rect, channels: Channels) -> Picture {
    let depth = picture.kind.depth;
    let mut rgba = picture.crop(part);
    if channels == Channels::Alpha {
        alpha_as_colour(&mut rgba, depth);
    }
    let rgba = depth.to_sixteen(&rgba).into_owned();
    let kind = Kind { depth: Depth::Sixteen, ..picture.kind };
    Picture { width: part.width, height: part.height, rgba, kind, ..Picture::default() }
}

/// Where a part of a picture of `width` x `height` pixels lies when that is turned.
fn turned_part(part: Rect, [width, height]: [u32; 2], orientation: Orientation) -> Rect {
    let (left, top) = (part.x, part.y);
    let (right, bottom) = (width - left - part.width, height - top - part.height);
    let upright = |x, y| Rect { x, y, ..part };
    let aside = |x, y| Rect { x, y, width: part.height, height: part.width };
    match orientation {
        Orientation::NoTransforms => part,
        Orientation::FlipHorizontal => upright(right, top),
        Orientation::FlipVertical => upright(left, bottom),
        Orientation::Rotate180 => upright(right, bottom),
        Orientation::Rotate90FlipH => aside(top, left),
        Orientation::Rotate90 => aside(bottom, left),
        Orientation::Rotate270 => aside(top, right),
        Orientation::Rotate270FlipH => aside(bottom, right),
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
