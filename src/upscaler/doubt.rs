//! How far a result goes beyond what its picture supports.

use std::ops::ControlFlow;

use super::{
    FinishedTile, Observer, Upscaler,
    features::{check_part, tiles},
    pass::go_on,
};
use crate::{
    Picture, Result, Size,
    picture::{Depth, Kind, crop},
    resize::{Filter, Pixels},
    tile::{Rect, Tile, Tiling},
};

/// Inner edge of the tiles in which it goes, in pixels of the picture.
const TILE: u32 = 128;

/// What shrinks a result back. Most pictures that are enlarged were once shrunk by something like it.
const SHRINK: Filter = Filter::Bicubic;

/// How far [`SHRINK`] looks, in pixels of the picture.
const SHRINK_RADIUS: u32 = 2;

/// A map of doubt over a part of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Pixels of width, those of the picture.
    pub width: u32,
    /// Pixels of height, likewise.
    pub height: u32,
    /// For each pixel of the picture, row by row, how far what was made of it goes beyond it: levels of 255.
    pub levels: Vec<u8>,
}

impl Upscaler {
    /// How far what the network makes of a part of a picture goes beyond what the picture supports, for each pixel of the picture, in
    /// levels of 255 (8-bit steps): the larger of
    ///
    /// - how far the result, shrunk back by a bicubic filter, leaves the pixel, and
    /// - how far two networks for the same picture disagree over the pixel's place, which are the ends of a model's slider: one that
    ///   keeps to the picture and one that makes detail up. `ends` are upscalers of the same scale; without them the first alone counts.
    ///
    /// Both are means over the colours, the second over the pixels of the result as well, of absolute differences. It is what the
    /// network makes before it is brought to another size; alpha counts nowhere. The observer's tiles are those of the map, grey.
    ///
    /// # Errors
    /// [`crate::Error::InvalidOption`] for a part beyond the picture, and as [`Upscaler::upscale`].
    pub async fn doubt(
        &self,
        ends: Option<&[Self; 2]>,
        picture: &Picture,
        part: Rect,
        observer: &mut dyn Observer,
    ) -> Result<Doubt> {
        check_part(part, picture)?;
        let picture = picture.bled();
        let tiling = self.backend().tiling();
        let tiling = Tiling { halo: tiling.halo + SHRINK_RADIUS, ..tiling };
        let all: Vec<_> = tiles(&picture, part, TILE, tiling).collect();
        let Rect { width, height, .. } = part;
        go_on(observer.start(width, height, all.len()))?;
        let mut levels = vec![0; part.area()];
        for (index, tile) in all.iter().enumerate() {
            let made = self.doubt_of(ends, &picture, tile, observer).await?;
            let place = Rect { x: tile.inner.x - part.x, y: tile.inner.y - part.y, ..tile.inner };
            for (row, made) in made.chunks_exact(place.width as usize).enumerate() {
                levels[(place.y as usize + row) * width as usize + place.x as usize..][..made.len()]
                    .copy_from_slice(made);
            }
            let rgba: Vec<u8> = made.iter().flat_map(|&level| [level, level, level, u8::MAX]).collect();
            let (done, total) = (index + 1, all.len());
            go_on(observer.tile(&FinishedTile { part: place, whole: [width, height], rgba: &rgba, done, total }))?;
        }
        Ok(Doubt { width, height, levels })
    }

    /// The doubt of the pixels of a tile's inner part.
    async fn doubt_of(
        &self,
        ends: Option<&[Self; 2]>,
        picture: &Picture,
        tile: &Tile,
        observer: &mut dyn Observer,
    ) -> Result<Vec<u8>> {
        let Rect { width, height, .. } = tile.outer;
        let size = [width.min(picture.width - tile.outer.x), height.min(picture.height - tile.outer.y)];
        let outer = Rect { width: size[0], height: size[1], ..tile.outer };
        let rgba = picture.kind.depth.to_eight(&picture.crop(outer)).into_owned();
        let kind = Kind { grey: picture.kind.grey, ..Kind::default() };
        let small =
            Picture { width: size[0], height: size[1], rgba, kind, format: picture.format, ..Picture::default() };
        let scale = self.scale();
        let keep = tile.keep();

        let result = self.enlarged(&small, observer).await?;
        let large = Pixels::new(&result, Depth::Eight, size.map(|length| length * scale));
        let [across, down] = size.map(|length| f64::from(length * scale));
        let shrunk = large.resampled(SHRINK, [0.0, 0.0, across, down], size);
        let [shrunk, given] = [&shrunk, &small.rgba].map(|rgba| crop(rgba, 4, size[0], keep));
        let mut levels: Vec<u32> = means(&shrunk, &given, keep.width, 1);
        if let Some([faithful, lively]) = ends {
            let ends = [faithful.enlarged(&small, observer).await?, lively.enlarged(&small, observer).await?];
            let [one, other] = ends.map(|rgba| crop(&rgba, 4, size[0] * scale, keep.scaled(scale)));
            let apart = means(&one, &other, keep.width * scale, scale);
            levels.iter_mut().zip(apart).for_each(|(level, apart)| *level = (*level).max(apart));
        }
        Ok(levels.into_iter().map(|level| level as u8).collect())
    }

    /// The pixels of an enlarged picture, RGBA.
    async fn enlarged(&self, picture: &Picture, observer: &mut dyn Observer) -> Result<Vec<u8>> {
        let mut enlarged = Vec::new();
        let mut rows = |rgba: &[u8]| {
            enlarged.extend_from_slice(rgba);
            Ok(())
        };
        self.upscale(picture, Size::Model, &mut rows, &mut Patient(observer)).await?;
        Ok(enlarged)
    }
}

/// An observer that hears of waits and warnings alone.
struct Patient<'a>(&'a mut dyn Observer);

impl Observer for Patient<'_> {
    fn warn(&mut self, sentence: &str) {
        self.0.warn(sentence);
    }

    fn wait(&mut self) -> ControlFlow<()> {
        self.0.wait()
    }
}

/// For each square of `edge` x `edge` pixels of two pictures `width` pixels wide, the mean absolute difference of their colours, rounded.
fn means(one: &[u8], other: &[u8], width: u32, edge: u32) -> Vec<u32> {
    let (width, edge) = (width as usize, edge as usize);
    let columns = width / edge;
    let rows = one.len() / 4 / width / edge;
    let mut sums = vec![0; columns * rows];
    let pixels = one.as_chunks::<4>().0.iter().zip(other.as_chunks::<4>().0);
    for (index, (one, other)) in pixels.enumerate() {
        let (x, y) = (index % width / edge, index / width / edge);
        sums[y * columns + x] += (0..3).map(|colour| u32::from(one[colour].abs_diff(other[colour]))).sum::<u32>();
    }
    let count = (3 * edge * edge) as u32;
    sums.iter().map(|sum| (sum + count / 2) / count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_over_squares_and_colours() {
        let one = [0_u8; 4 * 4 * 2];
        let mut other = one;
        // Of the second square's twelve values three are 20 off, one 60; alpha counts nowhere.
        for (at, value) in [(8, 20), (9, 20), (10, 20), (11, 255), (28, 60)] {
            other[at] = value;
        }
        assert_eq!(means(&one, &other, 4, 2), [0, 10]);
        assert_eq!(means(&one, &other, 4, 1), [0, 0, 20, 0, 0, 0, 0, 20]);
    }
}
