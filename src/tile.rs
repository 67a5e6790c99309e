//! The tile grid: how a picture is cut so that the pieces, put side by side, equal the whole.
//!
//! All sizes here are in pixels of the low-resolution (LR) input. Each tile has an inner part, the pixels it answers
//! for, and an outer part: the inner part grown by the halo, cut off where the picture ends. The network runs over the
//! outer part and only the inner part of its output is kept; with a halo of the network's receptive-field radius no
//! kept pixel can see the difference between a cut and the rest of the picture.

/// A rectangle of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rect {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl Rect {
    /// This rectangle with every coordinate multiplied by `scale`: the same part of the enlarged picture.
    #[must_use]
    pub fn scaled(self, scale: u32) -> Self {
        Self { x: self.x * scale, y: self.y * scale, width: self.width * scale, height: self.height * scale }
    }

    /// Number of pixels.
    #[must_use]
    pub fn area(self) -> usize {
        self.width as usize * self.height as usize
    }
}

/// A part of a picture, or of the feature maps over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// The part.
    pub part: Rect,
    /// Width and height of the whole.
    pub whole: [u32; 2],
}

impl Window {
    /// All of a picture.
    #[must_use]
    pub fn whole(width: u32, height: u32) -> Self {
        Self { part: Rect { x: 0, y: 0, width, height }, whole: [width, height] }
    }
}

/// How pictures are cut into tiles for a backend's network, in LR pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiling {
    /// How far a tile's outer part goes beyond its inner part.
    pub halo: u32,
    /// Outer parts begin, and unless the picture ends there end, at multiples of this.
    pub align: u32,
    /// The picture is padded to multiples of this, mirrored at its right and lower edge.
    pub multiple: u32,
    /// The picture is padded to at least this width and height.
    pub smallest: u32,
}

impl Tiling {
    /// Tiles with a halo that may lie anywhere.
    #[must_use]
    pub fn with_halo(halo: u32) -> Self {
        Self { halo, align: 1, multiple: 1, smallest: 1 }
    }

    /// A picture's width or height with its padding.
    #[must_use]
    pub fn padded(&self, length: u32) -> u32 {
        length.max(self.smallest).next_multiple_of(self.multiple)
    }
}

/// How a part of a picture can be enlarged apart from the rest, in LR pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// How far from a pixel the result still depends on it, to the last bit.
    pub radius: u32,
    /// Parts begin, and unless the picture ends there end, at multiples of this.
    pub align: u32,
}

impl Reach {
    /// Where the result of a picture of `width` x `height` pixels may be another one when pixels of a part are.
    #[must_use]
    pub fn touched(self, part: Rect, size: [u32; 2]) -> Rect {
        Self { align: 1, ..self }.apart(part, size)
    }

    /// What of a picture of `width` x `height` pixels must be enlarged, as a picture of its own, so that the result of a part is that
    /// of the whole picture.
    #[must_use]
    pub fn apart(self, part: Rect, [width, height]: [u32; 2]) -> Rect {
        let tiling = Tiling { halo: self.radius, align: self.align, multiple: 1, smallest: 1 };
        let (x, width) = grow(part.x, part.width, &tiling, width);
        let (y, height) = grow(part.y, part.height, &tiling, height);
        Rect { x, y, width, height }
    }
}

/// One tile of a [`Grid`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// The part of the picture that this tile answers for.
    pub inner: Rect,
    /// The inner part and its halo, inside the picture.
    pub outer: Rect,
}

impl Tile {
    /// The same inner part of a picture of `width` x `height` pixels with the outer part of another tiling.
    #[must_use]
    pub fn grown(&self, tiling: &Tiling, width: u32, height: u32) -> Self {
        let inner = self.inner;
        let (x, width) = grow(inner.x, inner.width, tiling, width);
        let (y, height) = grow(inner.y, inner.height, tiling, height);
        Self { inner, outer: Rect { x, y, width, height } }
    }

    /// The inner part in the coordinates of the outer part.
    #[must_use]
    pub fn keep(&self) -> Rect {
        Rect { x: self.inner.x - self.outer.x, y: self.inner.y - self.outer.y, ..self.inner }
    }
}

/// A picture, or what of it lies below a row, cut into tiles of nearly equal size.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    top: u32,
    width: u32,
    height: u32,
    columns: u32,
    rows: u32,
    tiling: Tiling,
}

impl Grid {
    /// Cuts `width` x `height` pixels into as few tiles as possible with inner edges of at most `tile` pixels.
    ///
    /// # Panics
    /// When a size is zero: pictures have at least one pixel and backends at least tiles of one.
    #[must_use]
    pub fn new(width: u32, height: u32, tile: u32, tiling: Tiling) -> Self {
        Self::below(0, width, height, tile, tiling)
    }

    /// The same for the rows from `top` on alone, of a picture of `width` x `height` pixels.
    ///
    /// # Panics
    /// As [`Grid::new`], and when there are no such rows.
    #[must_use]
    pub fn below(top: u32, width: u32, height: u32, tile: u32, tiling: Tiling) -> Self {
        assert!(width > 0 && height > top && tile > 0, "a grid needs sizes above zero");
        Self { top, width, height, columns: width.div_ceil(tile), rows: (height - top).div_ceil(tile), tiling }
    }

    /// Cuts the rows from `top` on into as few strips of the whole width as possible, each at most `rows` pixels high.
    ///
    /// # Panics
    /// As [`Grid::below`].
    #[must_use]
    pub fn strips(width: u32, height: u32, rows: u32, top: u32) -> Self {
        Self { columns: 1, ..Self::below(top, width, height, rows, Tiling::with_halo(0)) }
    }

    /// Number of tiles in a row.
    #[must_use]
    pub fn columns(&self) -> u32 {
        self.columns
    }

    /// Number of rows of tiles.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Number of tiles.
    #[must_use]
    pub fn count(&self) -> usize {
        self.columns as usize * self.rows as usize
    }

    /// The tiles row by row, each row from left to right.
    pub fn tiles(self) -> impl Iterator<Item = Tile> {
        (0..self.rows).flat_map(move |row| (0..self.columns).map(move |column| self.tile(column, row)))
    }

    fn tile(&self, column: u32, row: u32) -> Tile {
        let (x, width) = part(self.width, self.columns, column);
        let (y, height) = part(self.height - self.top, self.rows, row);
        let inner = Rect { x, y: self.top + y, width, height };
        Tile { inner, outer: inner }.grown(&self.tiling, self.width, self.height)
    }
}

/// Start and length of the `index`-th of `parts` nearly equal parts of a length.
fn part(length: u32, parts: u32, index: u32) -> (u32, u32) {
    let start = |index: u32| (u64::from(length) * u64::from(index) / u64::from(parts)) as u32;
    (start(index), start(index + 1) - start(index))
}

/// Start and length grown by the halo and to aligned ends on both sides, inside a picture's padded length.
fn grow(start: u32, length: u32, tiling: &Tiling, picture: u32) -> (u32, u32) {
    let from = start.saturating_sub(tiling.halo) / tiling.align * tiling.align;
    let to = (start + length)
        .saturating_add(tiling.halo)
        .div_ceil(tiling.align)
        .saturating_mul(tiling.align)
        .min(tiling.padded(picture));
    (from, to - from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_every_pixel_once() {
        for (width, height, tile, halo) in [(1, 1, 32, 10), (97, 61, 32, 10), (64, 64, 64, 3), (7, 200, 5, 0)] {
            let mut seen = vec![0; (width * height) as usize];
            for Tile { inner, .. } in Grid::new(width, height, tile, Tiling::with_halo(halo)).tiles() {
                assert!(inner.width <= tile && inner.height <= tile);
                for y in inner.y..inner.y + inner.height {
                    for x in inner.x..inner.x + inner.width {
                        seen[(y * width + x) as usize] += 1;
                    }
                }
            }
            assert!(seen.iter().all(|&count| count == 1), "{width} x {height} by {tile}");
        }
    }

    #[test]
    fn halo_reaches_the_full_radius_or_the_edge() {
        for Tile { inner, outer } in Grid::new(97, 61, 32, Tiling::with_halo(10)).tiles() {
            assert_eq!(outer.x, inner.x.saturating_sub(10));
            assert_eq!(outer.y, inner.y.saturating_sub(10));
            assert_eq!(outer.x + outer.width, (inner.x + inner.width + 10).min(97));
            assert_eq!(outer.y + outer.height, (inner.y + inner.height + 10).min(61));
        }
    }

    #[test]
    fn outer_parts_are_aligned_and_padded() {
        let tiling = Tiling { halo: 10, align: 6, multiple: 2, smallest: 15 };
        for Tile { inner, outer } in Grid::new(97, 7, 32, tiling).tiles() {
            assert!(outer.x % 6 == 0 && outer.x <= inner.x.saturating_sub(10));
            let end = outer.x + outer.width;
            assert!(end == 98 || end % 6 == 0 && end >= inner.x + inner.width + 10, "{outer:?}");
            assert_eq!((outer.y, outer.height), (0, 16));
        }
    }

    #[test]
    fn keep_is_the_inner_part_seen_from_the_outer() {
        let tile = Grid::new(97, 61, 32, Tiling::with_halo(10)).tiles().nth(1).expect("four columns");
        assert_eq!(tile.keep(), Rect { x: 10, y: 0, width: tile.inner.width, height: tile.inner.height });
    }
}
