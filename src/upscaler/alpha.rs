//! How opaque a picture is in places, enlarged apart from its colours.
//!
//! By the network, as a grey picture of its own: over 28 drawn masks (letters, shapes, lines, hair, cut-outs, shadows, feathers) that
//! is 3.3 to 6.6 dB better than a Lanczos filter. But networks draw edges where there are none but soft transitions, and keep the
//! stairs of alpha that knows only transparent and opaque: there the filter does it. See README.md.

use super::{
    pass::Stop,
    tiles::{alpha_as_colour, input, paste},
};
use crate::{
    Backend, BackendKind, Error, Picture, TileInput,
    picture::Depth,
    resize::Filter,
    tile::{Grid, Tile, Tiling},
};

/// What enlarges alpha where the network does not.
const FILTER: Filter = Filter::Lanczos;

/// How far around a pixel it matters how soft alpha is: 3 pixels, and 1 more between the pixels.
const HALO: u32 = 4;

/// Of the rise over 7 pixels, the share within 3 above which an edge is hard enough for the network to begin, and to do it alone.
const HARDNESS: [f32; 2] = [0.8, 0.95];

/// How the alpha of a picture is enlarged.
pub(super) struct Alpha<'a> {
    picture: &'a Picture,
    way: Way,
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// All is opaque.
    Opaque,
    Filter(Filter),
    Network,
}

impl<'a> Alpha<'a> {
    /// Looks at a picture that a backend is to enlarge.
    pub(super) fn new(picture: &'a Picture, backend: &dyn Backend) -> Self {
        let max = picture.kind.depth.max();
        let alphas = || picture.kind.depth.values(&picture.rgba).skip(3).step_by(4);
        let way = if !picture.kind.alpha || alphas().all(|alpha| alpha == max) {
            Way::Opaque
        } else if let BackendKind::Filter(filter) = backend.info().kind {
            Way::Filter(filter)
        } else if alphas().all(|alpha| alpha == 0 || alpha == max) {
            Way::Filter(FILTER)
        } else {
            Way::Network
        };
        Self { picture, way }
    }

    /// Whether the alpha of a part is enlarged the same apart from the rest, to the last bit. A network may round it otherwise in other
    /// tiles, and so may a filter whose places are no exact numbers.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn is_local(&self, scale: u32) -> bool {
        match self.way {
            Way::Opaque => true,
            Way::Filter(_) => scale.is_power_of_two(),
            Way::Network => false,
        }
    }

    /// Whether all pixels have the alpha that a backend gives them.
    pub(super) fn is_opaque(&self) -> bool {
        self.way == Way::Opaque
    }

    /// The enlarged alpha of a tile's inner part, whose edges are at most the backend's own: a sample for each pixel.
    async fn enlarge(&self, backend: &dyn Backend, tile: &Tile) -> Result<Vec<u8>, Stop> {
        let draw = async || {
            let mut input = input(self.picture, tile, &backend.tiling());
            alpha_as_colour(&mut input.rgba, input.depth);
            backend.run(input).await.map_err(Stop::Failed)
        };
        self.enlarge_with(backend.scale(), tile, draw).await
    }

    /// The same for any tile, by what makes the enlarged inner part of alpha as a grey picture, where that is needed: RGBA.
    pub(super) async fn enlarge_with(
        &self,
        scale: u32,
        tile: &Tile,
        draw: impl AsyncFnOnce() -> Result<Vec<u8>, Stop>,
    ) -> Result<Vec<u8>, Stop> {
        let picture = self.picture;
        let tiling = Tiling::with_halo(HALO);
        let around = input(picture, &tile.grown(&tiling, picture.width, picture.height), &tiling);
        let area = Area::new(&around, scale);
        let filter = match self.way {
            Way::Filter(filter) => filter,
            Way::Opaque | Way::Network => FILTER,
        };
        let depth = picture.kind.depth;
        if area.is_constant() {
            return Ok(depth.samples(area.places().map(|_| area.alpha[0])));
        }
        let filtered = filter.enlarge(&around, scale);
        let mut values: Vec<f32> =
            alpha_of(&filtered, depth).zip(area.places()).map(|(value, place)| area.bounded(value, &place)).collect();
        let hardness = area.hardness();
        if self.way == Way::Network && hardness.iter().any(|&hardness| hardness > 0.0) {
            let drawn = draw().await?;
            if depth.values(&drawn).skip(3).step_by(4).any(|marker| marker == 0) {
                return Err(Stop::Failed(Error::NotFinite));
            }
            for ((value, drawn), place) in values.iter_mut().zip(green_of(&drawn, depth)).zip(area.places()) {
                *value += (drawn - *value) * area.between(&hardness, place);
            }
        }
        let kept = values.into_iter().zip(area.places()).map(|(value, place)| area.kept(value, &place));
        Ok(depth.samples(kept))
    }
}

/// The alpha of a picture that goes through row by row: made in rows of tiles.
pub(super) struct AlphaRows<'a> {
    alpha: Alpha<'a>,
    tiles: Box<dyn Iterator<Item = Tile>>,
    /// Samples of enlarged rows that are made and not yet used.
    ready: Vec<u8>,
}

impl<'a> AlphaRows<'a> {
    /// From a row of the picture on.
    pub(super) fn new(alpha: Alpha<'a>, backend: &dyn Backend, row: u32) -> Self {
        let Picture { width, height, .. } = *alpha.picture;
        let grid = Grid::below(row, width, height, backend.tile(), backend.tiling());
        Self { alpha, tiles: Box::new(grid.tiles()), ready: Vec::new() }
    }

    /// Puts alpha into the next enlarged rows.
    async fn put(&mut self, backend: &dyn Backend, rgba: &mut [u8]) -> Result<(), Stop> {
        if self.alpha.is_opaque() {
            return Ok(());
        }
        let Picture { width, kind, .. } = *self.alpha.picture;
        let width = width * backend.scale();
        let sample = kind.depth.pixel_bytes() / 4;
        let needed = rgba.len() / 4;
        while self.ready.len() < needed {
            let mut row = Vec::new();
            for tile in self.tiles.by_ref() {
                let made = self.alpha.enlarge(backend, &tile).await?;
                let part = tile.inner.scaled(backend.scale());
                row.resize(width as usize * part.height as usize * sample, 0);
                paste(&mut row, sample, width, part, &made);
                if part.x + part.width == width {
                    break;
                }
            }
            self.ready.append(&mut row);
        }
        put(&self.ready[..needed], kind.depth, rgba);
        self.ready.drain(..needed);
        Ok(())
    }
}

/// Where the alpha of a pass comes from.
pub(super) enum AlphaWay<'a> {
    /// Made with each tile.
    Tiles(Alpha<'a>),
    /// Made ahead, for strips.
    Rows(AlphaRows<'a>),
}

impl AlphaWay<'_> {
    /// Puts alpha into the next enlarged tile or strip.
    pub(super) async fn put(&mut self, backend: &dyn Backend, tile: &Tile, rgba: &mut [u8]) -> Result<(), Stop> {
        match self {
            Self::Tiles(alpha) if alpha.is_opaque() => {}
            Self::Tiles(alpha) => put(&alpha.enlarge(backend, tile).await?, alpha.picture.kind.depth, rgba),
            Self::Rows(rows) => rows.put(backend, rgba).await?,
        }
        Ok(())
    }
}

/// Puts samples of alpha into pixels.
pub(super) fn put(alpha: &[u8], depth: Depth, rgba: &mut [u8]) {
    let sample = depth.pixel_bytes() / 4;
    for (pixel, alpha) in rgba.chunks_exact_mut(4 * sample).zip(alpha.chunks_exact(sample)) {
        pixel[3 * sample..].copy_from_slice(alpha);
    }
}

fn alpha_of(rgba: &[u8], depth: Depth) -> impl Iterator<Item = f32> {
    depth.values(rgba).skip(3).step_by(4).map(f32::from)
}

fn green_of(rgba: &[u8], depth: Depth) -> impl Iterator<Item = f32> {
    depth.values(rgba).skip(1).step_by(4).map(f32::from)
}

/// The alpha of a tile and of the pixels around it, and where the pixels of the enlarged inner part lie between them.
struct Area {
    alpha: Vec<f32>,
    width: usize,
    height: usize,
    /// Left and top of the inner part.
    first: [usize; 2],
    /// Width and height of the enlarged inner part.
    enlarged: [usize; 2],
    scale: f32,
}

/// The four pixels around a point of the enlarged picture, and how near it is to the second column and row, from 0 to 1.
struct SamplePoint {
    columns: [usize; 2],
    rows: [usize; 2],
    shares: [f32; 2],
}

impl Area {
    fn new(input: &TileInput, scale: u32) -> Self {
        let (part, keep) = (input.window.part, input.keep);
        let kept = keep.scaled(scale);
        Self {
            alpha: alpha_of(&input.rgba, input.depth).collect(),
            width: part.width as usize,
            height: part.height as usize,
            first: [keep.x, keep.y].map(|length| length as usize),
            enlarged: [kept.width, kept.height].map(|length| length as usize),
            scale: scale as f32,
        }
    }

    fn is_constant(&self) -> bool {
        self.alpha.iter().all(|&alpha| alpha == self.alpha[0])
    }

    /// All pixels of the enlarged inner part, row by row.
    fn places(&self) -> impl Iterator<Item = SamplePoint> {
        let [width, height] = self.enlarged;
        let along = |place: usize, first: usize, length: usize| {
            let centre = ((place as f32 + 0.5) / self.scale - 0.5 + first as f32).max(0.0);
            let before = (centre as usize).min(length - 1);
            ([before, (before + 1).min(length - 1)], centre - before as f32)
        };
        (0..height).flat_map(move |y| {
            let (rows, share_y) = along(y, self.first[1], self.height);
            (0..width).map(move |x| {
                let (columns, share_x) = along(x, self.first[0], self.width);
                SamplePoint { columns, rows, shares: [share_x, share_y] }
            })
        })
    }

    fn corners(&self, values: &[f32], place: &SamplePoint) -> [f32; 4] {
        let [[a, b], [c, d]] = place.rows.map(|row| place.columns.map(|column| values[row * self.width + column]));
        [a, b, c, d]
    }

    /// A value between those of the pixels.
    fn between(&self, values: &[f32], place: SamplePoint) -> f32 {
        let [a, b, c, d] = self.corners(values, &place);
        let [x, y] = place.shares;
        let (above, below) = (a + (b - a) * x, c + (d - c) * x);
        above + (below - above) * y
    }

    /// A filter's value, no less or more than the four pixels around it: filters ring.
    fn bounded(&self, value: f32, place: &SamplePoint) -> f32 {
        let corners = self.corners(&self.alpha, place).into_iter();
        let (least, most) =
            corners.fold((f32::MAX, 0.0), |(least, most), corner| (corner.min(least), corner.max(most)));
        value.clamp(least, most)
    }

    /// An enlarged value, or that of the four pixels around it where they are equal: what is transparent or opaque stays exactly so.
    fn kept(&self, value: f32, place: &SamplePoint) -> f32 {
        let [first, rest @ ..] = self.corners(&self.alpha, place);
        if rest.iter().all(|&corner| corner == first) { first } else { value }
    }

    /// For each pixel how hard an edge it is at, from 0 to 1.
    fn hardness(&self) -> Vec<f32> {
        let spread = |values: &[f32], radius, pick: fn(f32, f32) -> f32| {
            spread_along(&spread_along(values, self.width, 1, radius, pick), self.height, self.width, radius, pick)
        };
        let range = |radius| -> Vec<f32> {
            let most = spread(&self.alpha, radius, f32::max);
            let least = spread(&self.alpha, radius, f32::min);
            most.into_iter().zip(least).map(|(most, least)| most - least).collect()
        };
        let steep = spread(&range(1), 1, f32::max);
        let share = |(steep, wide): (f32, f32)| if wide > 0.0 { steep / wide } else { 0.0 };
        let hard = |share: f32| ((share - HARDNESS[0]) / (HARDNESS[1] - HARDNESS[0])).clamp(0.0, 1.0);
        steep.into_iter().zip(range(3)).map(share).map(hard).collect()
    }
}

/// The least or the largest of values that lie `step` apart in lines of `length`, within a radius.
fn spread_along(values: &[f32], length: usize, step: usize, radius: usize, pick: fn(f32, f32) -> f32) -> Vec<f32> {
    let value = |at: usize| {
        let place = at / step % length;
        let start = at - place.min(radius) * step;
        let end = at + radius.min(length - 1 - place) * step;
        (start..=end).step_by(step).map(|at| values[at]).reduce(pick).unwrap_or_default()
    };
    (0..values.len()).map(value).collect()
}
