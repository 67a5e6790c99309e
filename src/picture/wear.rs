//! What a picture has suffered: noise, and the traces of JPEG. It tells how much a photo model should clean up.
//!
//! The measures were settled on crops of 16 photographs that the model learned from, each with blur, noise and JPEG of several
//! strengths, by whether the photo model's result came closer to the original with cleaning or without.

use super::{
    Picture,
    block::{BLOCK, luma},
    content::places,
};

/// Rows, and as many columns, in which the steps between neighbours are looked at.
const LINES: usize = 512;

/// A step between neighbours counts by no more, so that no edge outweighs many blocks.
const MOST_STEP: f64 = 8.0;

/// Black and white clip noise: blocks as dark or as light tell nothing.
const TONES: std::ops::RangeInclusive<f64> = 8.0..=247.0;

/// The share of blocks that are quieter than the one whose noise counts: texture is in the others.
const QUIET_SHARE: usize = 10;

/// From where something is to be cleaned, to where all of it is.
const NOISE: [f64; 2] = [0.8, 2.8];
const BLOCKING: [f64; 2] = [0.1, 0.3];
const QUALITY: [f64; 2] = [97.0, 80.0];

/// Of a clean picture. Below, results of the photo model come no closer to the original, and the lines of its pixel shuffle begin to show.
const LEAST: f32 = 0.5;

/// What a picture has suffered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wear {
    /// The deviation of luma, of 255, in the quieter parts of the picture; detail that is nowhere missing counts too.
    pub noise: f64,
    /// How much larger the steps of luma, of 255, are at the borders of JPEG's blocks than within them.
    pub blocking: f64,
    /// The quality of the JPEG file that the picture came in, 1 to 100 on the scale of libjpeg.
    pub jpeg_quality: Option<u8>,
}

impl Wear {
    /// Looks at a picture; transparent pixels count as white.
    #[must_use]
    pub fn measure(picture: &Picture) -> Self {
        let jpeg_quality = picture.jpeg_quality;
        let picture = &*picture.in_eight_bits();
        Self { noise: noise(picture), blocking: blocking(picture), jpeg_quality }
    }

    /// How much is to be cleaned: 0.5, 0.75 or 1, so that a network is made ready for one of three pictures and not for each.
    #[must_use]
    pub fn clean_up(&self) -> f32 {
        let quality = self.jpeg_quality.map_or(0.0, |quality| rise(quality.into(), QUALITY));
        let worst = rise(self.noise, NOISE).max(rise(self.blocking, BLOCKING)).max(quality);
        LEAST + (1.0 - LEAST) * (2.0 * worst).round() as f32 / 2.0
    }

    /// The measures as a sentence.
    #[must_use]
    pub fn reason(&self) -> String {
        let noise = match rise(self.noise, NOISE) {
            none if none <= 0.0 => "It has hardly any noise",
            some if some < 1.0 => "It has some noise",
            _ => "It is noisy",
        };
        let file = self.jpeg_quality.map_or_else(String::new, |quality| format!(", was a JPEG of quality {quality}"));
        let blocks = match rise(self.blocking, BLOCKING) {
            none if none <= 0.0 => "shows no JPEG blocks",
            some if some < 1.0 => "shows faint JPEG blocks",
            _ => "shows JPEG blocks",
        };
        format!("{noise}{file} and {blocks}.")
    }
}

/// How far a value is on its way from the first bound to the other, 0 to 1.
fn rise(value: f64, [from, to]: [f64; 2]) -> f64 {
    ((value - from) / (to - from)).clamp(0.0, 1.0)
}

/// Luma of an eight-bit picture over white.
fn tone(picture: &Picture, x: usize, y: usize) -> f64 {
    let place = (y * picture.width as usize + x) * 4;
    let [colors @ .., alpha] = [0, 1, 2, 3].map(|channel| u32::from(picture.rgba[place + channel]));
    luma(colors.map(|color| (color * alpha + 255 * (255 - alpha)) / 255)).into()
}

/// The noise of the quieter blocks, by a mask that sees neither slopes nor straight edges (Immerkær, 1996).
fn noise(picture: &Picture) -> f64 {
    let [width, height] = [picture.width, picture.height].map(|side| side as usize);
    let mut blocks: Vec<f64> = places(width, height).filter_map(|place| noise_of_block(picture, place)).collect();
    let quiet = blocks.len() / QUIET_SHARE;
    if blocks.is_empty() { 0.0 } else { *blocks.select_nth_unstable_by(quiet, f64::total_cmp).1 }
}

/// None where the block reaches over the border or its tones are clipped.
fn noise_of_block(picture: &Picture, (left, top): (usize, usize)) -> Option<f64> {
    let [width, height] = [picture.width, picture.height].map(|side| side as usize);
    if left + BLOCK + 2 > width || top + BLOCK + 2 > height {
        return None;
    }
    let tones: [[f64; BLOCK + 2]; BLOCK + 2] =
        std::array::from_fn(|y| std::array::from_fn(|x| tone(picture, left + x, top + y)));
    let (mut sum, mut squares) = (0.0, 0.0);
    for y in 1..=BLOCK {
        for x in 1..=BLOCK {
            let across = |y: usize| tones[y][x - 1] - 2.0 * tones[y][x] + tones[y][x + 1];
            let response = (across(y - 1) - 2.0 * across(y) + across(y + 1)) / 6.0;
            squares += response * response;
            sum += tones[y][x];
        }
    }
    let count = (BLOCK * BLOCK) as f64;
    TONES.contains(&(sum / count)).then(|| (squares / count).sqrt())
}

/// The mean over rows and columns.
fn blocking(picture: &Picture) -> f64 {
    let [width, height] = [picture.width, picture.height].map(|side| side as usize);
    let rows = steps_at_borders(height, width, |line, place| tone(picture, place, line));
    let columns = steps_at_borders(width, height, |line, place| tone(picture, line, place));
    f64::midpoint(rows, columns)
}

/// How much larger steps are from one block to the next than elsewhere, on some of so many lines; `tone` takes line and place.
fn steps_at_borders(lines: usize, length: usize, tone: impl Fn(usize, usize) -> f64) -> f64 {
    let (mut sums, mut counts) = ([0.0; 2], [0.0; 2]);
    for line in (0..lines).step_by(lines.div_ceil(LINES)) {
        let mut steps = (1..length).map(|place| (tone(line, place) - tone(line, place - 1)).abs());
        let (Some(mut before), Some(mut here)) = (steps.next(), steps.next()) else { return 0.0 };
        for (place, after) in (2..).zip(steps) {
            let is_border = usize::from(place % BLOCK == 0);
            sums[is_border] += (here - f64::midpoint(before, after)).clamp(-MOST_STEP, MOST_STEP);
            counts[is_border] += 1.0;
            (before, here) = (here, after);
        }
    }
    if counts.contains(&0.0) { 0.0 } else { sums[1] / counts[1] - sums[0] / counts[0] }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, RgbaImage};
    use jpeg_encoder::{ColorType, Encoder};

    use super::*;
    use crate::picture::decode;

    /// Soft waves, with noise of about that deviation.
    fn waves(noise: f64) -> RgbaImage {
        let mut state = 1_u32;
        let mut random = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24) - 0.5
        };
        RgbaImage::from_fn(160, 120, |x, y| {
            let wave = 120.0 + 60.0 * (f64::from(x) / 9.0).sin() + 40.0 * (f64::from(y) / 11.0).cos();
            // A sum of four has a deviation of 0.58.
            let grain = noise / 0.577 * (random() + random() + random() + random());
            let tone = (wave + grain).clamp(0.0, 255.0).round() as u8;
            image::Rgba([tone, tone, tone, 255])
        })
    }

    fn as_png(picture: RgbaImage) -> Picture {
        let mut file = Cursor::new(Vec::new());
        DynamicImage::from(picture).write_to(&mut file, image::ImageFormat::Png).expect("written");
        decode(&file.into_inner()).expect("decoded")
    }

    fn as_jpeg(picture: RgbaImage, quality: u8) -> Picture {
        let mut file = Vec::new();
        let (width, height) = (picture.width() as u16, picture.height() as u16);
        Encoder::new(&mut file, quality).encode(&picture, width, height, ColorType::Rgba).expect("written");
        decode(&file).expect("decoded")
    }

    #[test]
    fn a_clean_picture_is_left_alone_and_a_noisy_one_cleaned() {
        let clean = Wear::measure(&as_png(waves(0.0)));
        assert!(clean.noise < 0.6, "{clean:?}");
        assert_eq!(clean.clean_up().to_bits(), LEAST.to_bits());
        assert_eq!(clean.reason(), "It has hardly any noise and shows no JPEG blocks.");
        let noisy = Wear::measure(&as_png(waves(5.0)));
        assert!((3.5..5.5).contains(&noisy.noise), "{noisy:?}");
        assert_eq!(noisy.clean_up().to_bits(), 1.0_f32.to_bits());
        assert_eq!(noisy.reason(), "It is noisy and shows no JPEG blocks.");
    }

    #[test]
    fn the_quality_of_a_jpeg_and_its_blocks_tell_how_much_is_cleaned() {
        for (quality, clean_up) in [(98, LEAST), (70, 1.0), (30, 1.0)] {
            let picture = as_jpeg(waves(1.0), quality);
            let wear = Wear::measure(&picture);
            assert_eq!(wear.jpeg_quality, Some(quality));
            assert_eq!(wear.clean_up().to_bits(), f32::to_bits(clean_up), "{quality}: {wear:?}");
        }
        let between = Wear { noise: 0.0, blocking: 0.0, jpeg_quality: Some(90) };
        assert_eq!(between.clean_up().to_bits(), 0.75_f32.to_bits());
        let stripped = as_jpeg(waves(3.0), 40);
        let rgba = RgbaImage::from_raw(stripped.width, stripped.height, stripped.rgba).expect("as large");
        let wear = Wear::measure(&as_png(rgba));
        assert!(wear.blocking > BLOCKING[1], "{wear:?}");
        assert_eq!((wear.jpeg_quality, wear.clean_up().to_bits()), (None, 1.0_f32.to_bits()));
    }

    #[test]
    fn tiny_pictures_tell_nothing() {
        for (width, height) in [(1, 1), (2, 9), (9, 3), (300, 1)] {
            let wear = Wear::measure(&as_png(RgbaImage::from_pixel(width, height, image::Rgba([90, 20, 200, 255]))));
            assert_eq!(wear, Wear { noise: 0.0, blocking: 0.0, jpeg_quality: None });
        }
    }
}
