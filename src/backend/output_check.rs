//! Whether what a backend made shows the part of the picture that it was made of.
//!
//! Drivers answer with black, scrambled or old pixels now and then, without a word, and f16 overflows where it is too narrow for a
//! network. Enlarging leaves the colours of an area as they are, so a few means tell.

use crate::{Error, Picture, Result, picture::Depth, tile::Rect};

/// Areas of at least this edge are compared, in LR pixels, or as much as there is of the picture.
const BLOCK: u32 = 16;

/// A smaller part of a larger picture says little: where a hard edge goes is for its surroundings to decide.
const SMALLEST: u32 = 8;

/// How far the colours of the areas of a tile may be off on average, of 255.
///
/// The models that come with Lenslet, at both ends of their sliders, are off by at most 14 in any area of 8 x 8 or 16 x 16 pixels
/// of the photographs and drawings of Set5, Set14 and Kodak (crops, and shrunk to a quarter), and by at most 33 of noise, checkers,
/// stripes, text and single dots in black and white or red and blue. Whole pictures of fewer pixels are off by at most 53 (a single
/// white one), 36 from two pixels on.
const MAX_MEAN: f64 = 64.0;

/// A part of a picture whose channels vary by this much or more has no single colour when it is enlarged.
const VARIED: u8 = 32;

/// Pixels of a part of a picture, 8 bits a channel.
#[derive(Clone, Copy)]
pub(crate) struct Pixels<'a> {
    rgba: &'a [[u8; 4]],
    width: u32,
    part: Rect,
    /// Width and height of the whole picture.
    whole: [u32; 2],
}

impl<'a> Pixels<'a> {
    /// All of `width` pixels in a row.
    pub(crate) fn all(rgba: &'a [u8], width: u32) -> Self {
        let rgba = rgba.as_chunks().0;
        let height = (rgba.len() / width as usize) as u32;
        Self { rgba, width, part: Rect { x: 0, y: 0, width, height }, whole: [width, height] }
    }

    /// The rows of one of `columns` x `rows` areas of nearly equal size.
    fn area(self, columns: u32, rows: u32, column: u32, row: u32) -> impl Iterator<Item = &'a [[u8; 4]]> {
        let cut = |start: u32, length: u32, parts: u32, index: u32| {
            (u64::from(start) + u64::from(length) * u64::from(index) / u64::from(parts)) as usize
        };
        let Rect { x, y, width, height } = self.part;
        let across = cut(x, width, columns, column)..cut(x, width, columns, column + 1);
        let down = cut(y, height, rows, row)..cut(y, height, rows, row + 1);
        down.map(move |y| &self.rgba[y * self.width as usize..][across.clone()])
    }

    fn pixels(self) -> impl Iterator<Item = [u8; 4]> {
        self.area(1, 1, 0, 0).flatten().copied()
    }

    /// Whether the part is large enough to tell colours.
    fn is_telling(self) -> bool {
        self.part.width >= SMALLEST.min(self.whole[0]) && self.part.height >= SMALLEST.min(self.whole[1])
    }

    /// The widest range of a colour.
    fn range(self) -> u8 {
        let range = |colour: usize| {
            let values = || self.pixels().map(|pixel| pixel[colour]);
            values().max().unwrap_or(0) - values().min().unwrap_or(0)
        };
        range(0).max(range(1)).max(range(2))
    }
}

/// The mean of each channel.
fn mean<'a>(rows: impl Iterator<Item = &'a [[u8; 4]]>) -> [f64; 4] {
    let (mut count, mut sums) = (0, [0; 4]);
    // 256 sums of two bytes each fit into one register, which is several times as fast as a sum for each channel.
    for pixels in rows.flat_map(|row| row.chunks(256)) {
        let (mut even, mut odd) = (0, 0);
        for &pixel in pixels {
            let pixel = u32::from_le_bytes(pixel);
            even += pixel & 0x00ff_00ff;
            odd += pixel >> 8 & 0x00ff_00ff;
        }
        for (sum, more) in sums.iter_mut().zip([even & 0xffff, odd & 0xffff, even >> 16, odd >> 16]) {
            *sum += u64::from(more);
        }
        count += pixels.len();
    }
    sums.map(|sum| sum as f64 / count as f64)
}

/// Checks an enlarged part of a picture, as a backend answers it, in 8 bits a channel.
///
/// # Errors
/// [`Error::NotFinite`] where pixels say so, [`Error::WrongColours`] where other colours came out than went in.
pub(crate) fn check(picture: &Picture, part: Rect, enlarged: &[u8], scale: u32) -> Result<()> {
    let enlarged = Pixels::all(enlarged, part.width * scale);
    let whole = [picture.width, picture.height];
    match picture.kind.depth {
        Depth::Eight => compare(Pixels { part, whole, ..Pixels::all(&picture.rgba, picture.width) }, enlarged),
        depth @ Depth::Sixteen => {
            let cropped = picture.crop(part);
            compare(Pixels { whole, ..Pixels::all(&depth.to_eight(&cropped), part.width) }, enlarged)
        }
    }
}

/// As [`check`], for pixels of any origin.
pub(crate) fn compare(picture: Pixels<'_>, enlarged: Pixels<'_>) -> Result<()> {
    let [columns, rows] = [picture.part.width, picture.part.height].map(|length| (length / BLOCK).max(1));
    let (mut off, mut is_opaque, mut is_even) = (0.0, true, true);
    let mut first = None;
    for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
        let [expected, got] = [picture, enlarged].map(|pixels| mean(pixels.area(columns, rows, column, row)));
        off += (0..3).map(|colour| (got[colour] - expected[colour]).abs()).sum::<f64>() / 3.0;
        is_opaque &= got[3] == 255.0;
        is_even &= *first.get_or_insert(got) == got;
    }
    if !is_opaque && enlarged.pixels().any(|pixel| pixel[3] == 0) {
        return Err(Error::NotFinite);
    }
    if !picture.is_telling() {
        return Ok(());
    }
    if is_even && enlarged.range() == 0 && picture.range() >= VARIED {
        return Err(Error::WrongColours("all of it is of a single colour".into()));
    }
    let off = off / f64::from(columns * rows);
    if off > MAX_MEAN {
        return Err(Error::WrongColours(format!("they are {off:.0} of 255 apart")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Squares of colours, `scale` pixels for each.
    fn picture(width: u32, height: u32, scale: u32, colour: impl Fn(u32, u32) -> [u8; 4]) -> Vec<u8> {
        (0..width * height * scale * scale)
            .flat_map(|at| colour(at % (width * scale) / scale, at / (width * scale) / scale))
            .collect()
    }

    fn noise(x: u32, y: u32) -> [u8; 4] {
        [x * 7919 + y * 31, x * 104_729 + y * 57, (x + 3) * (y + 7) * 131]
            .map(|value| value as u8 / 2)
            .into_iter()
            .chain([255])
            .collect::<Vec<_>>()
            .try_into()
            .expect("four")
    }

    fn checked(size: (u32, u32), scale: u32, made: impl Fn(u32, u32) -> [u8; 4]) -> Option<&'static str> {
        let (width, height) = size;
        let (lr, hr) = (picture(width, height, 1, noise), picture(width, height, scale, made));
        let told = compare(Pixels::all(&lr, width), Pixels::all(&hr, width * scale));
        told.err().map(|error| match error {
            Error::NotFinite => "not finite",
            Error::WrongColours(reason) if reason.contains("single") => "single colour",
            Error::WrongColours(_) => "apart",
            other => panic!("{other}"),
        })
    }

    #[test]
    fn the_same_colours_pass_and_others_do_not() {
        for size in [(1, 1), (1, 40), (16, 16), (33, 17), (300, 5)] {
            for scale in [1, 2, 3, 4] {
                assert_eq!(checked(size, scale, noise), None, "{size:?}");
                let inverted = |x, y| noise(x, y).map(|value| 255 - value).map(|value| value | 1);
                assert_eq!(checked(size, scale, inverted), Some("apart"), "{size:?}");
                let black = if size == (1, 1) { None } else { Some("single colour") };
                assert_eq!(checked(size, scale, |_, _| [0, 0, 0, 255]), black, "{size:?}");
                let (width, height) = size;
                let marked = |x, y| if (x, y) == (width - 1, height - 1) { [0; 4] } else { noise(x, y) };
                assert_eq!(checked(size, scale, marked), Some("not finite"), "{size:?}");
            }
        }
    }

    #[test]
    fn a_single_colour_is_wrong_only_for_a_picture_with_several() {
        assert_eq!(checked((40, 40), 2, |_, _| [64, 64, 64, 255]), Some("single colour"));
        let (lr, hr) = (picture(9, 9, 1, |x, _| [x as u8; 4]), picture(9, 9, 2, |_, _| [4, 4, 4, 255]));
        assert!(compare(Pixels::all(&lr, 9), Pixels::all(&hr, 18)).is_ok());
    }

    #[test]
    fn only_the_part_counts() {
        let rgba = picture(50, 50, 1, |x, y| if x < 30 && y >= 20 { [200, 10, 90, 255] } else { [0; 4] });
        let wide = rgba.iter().flat_map(|&value| (u16::from(value) * 257).to_ne_bytes()).collect();
        let picture_of = |rgba, depth| {
            let kind = crate::picture::Kind { alpha: true, depth, ..Default::default() };
            Picture { width: 50, height: 50, rgba, kind, ..Picture::default() }
        };
        let part = Rect { x: 3, y: 20, width: 20, height: 30 };
        let made = picture(20, 30, 3, |_, _| [200, 10, 90, 255]);
        for whole in [picture_of(rgba, Depth::Eight), picture_of(wide, Depth::Sixteen)] {
            assert!(check(&whole, part, &made, 3).is_ok());
            assert!(check(&whole, Rect { x: 25, ..part }, &made, 3).is_err());
        }
    }
}
