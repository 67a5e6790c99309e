//! Colour for the transparent pixels of a picture, so that no edge gets a fringe of what a file hides there.

use std::borrow::Cow;

use super::{Depth, Picture};

/// Red, green, blue, and how much of the pixel is known: a number from 0 to 1.
type Pixel = [f32; 4];

impl Picture {
    /// The same picture with the colours of transparent pixels replaced by those of visible pixels near by: what can be seen stays as it is.
    ///
    /// Pull-push over halved copies (Gortler et al., "The Lumigraph", 1996): each copy is the mean of what is known of the larger one,
    /// and where a copy knows nothing it takes the colour of the smaller one.
    #[must_use]
    pub fn bled(&self) -> Cow<'_, Self> {
        let depth = self.kind.depth;
        let is_clear = |pixel: &[u8]| pixel.iter().all(|&byte| byte == 0);
        let sample = depth.pixel_bytes() / 4;
        let mut pixels = self.rgba.chunks_exact(4 * sample);
        if !self.kind.alpha || !pixels.any(|pixel| is_clear(&pixel[3 * sample..])) {
            return Cow::Borrowed(self);
        }
        let mut copies = vec![Copy::halved([self.width, self.height].map(|length| length as usize), |x, y| {
            known(self, depth, x, y)
        })];
        while let Some(last) = copies.last().filter(|copy| copy.size != [1, 1]) {
            copies.push(Copy::halved(last.size, |x, y| last.at(x, y)));
        }
        for index in (1..copies.len()).rev() {
            let (larger, smaller) = copies.split_at_mut(index);
            larger[index - 1].fill(&smaller[0]);
        }
        let mut bled = self.clone();
        let width = self.width as usize;
        for (index, pixel) in bled.rgba.chunks_exact_mut(4 * sample).enumerate() {
            if is_clear(&pixel[3 * sample..]) {
                let colour = copies[0].between(index % width, index / width);
                pixel[..3 * sample].copy_from_slice(&depth.samples(colour[..3].iter().copied()));
            }
        }
        Cow::Owned(bled)
    }
}

/// What is known of a pixel: its colour, as much as it can be seen.
fn known(picture: &Picture, depth: Depth, x: usize, y: usize) -> Pixel {
    let bytes = depth.pixel_bytes();
    let pixel = &picture.rgba[(y * picture.width as usize + x) * bytes..][..bytes];
    let mut values = depth.values(pixel).map(f32::from);
    let mut next = || values.next().unwrap_or_default();
    let [red, green, blue, alpha] = [next(), next(), next(), next()];
    [red, green, blue, alpha / f32::from(depth.max())]
}

/// A smaller copy of a picture.
struct Copy {
    size: [usize; 2],
    pixels: Vec<Pixel>,
}

impl Copy {
    /// Half as wide and high as a picture of that size, rounded up.
    fn halved(size: [usize; 2], at: impl Fn(usize, usize) -> Pixel) -> Self {
        let half = size.map(|length| length.div_ceil(2));
        let mean = |x: usize, y: usize| {
            let mut sum = [0.0; 4];
            let mut count = 0.0;
            for y in 2 * y..(2 * y + 2).min(size[1]) {
                for x in 2 * x..(2 * x + 2).min(size[0]) {
                    let pixel = at(x, y);
                    (0..3).for_each(|colour| sum[colour] += pixel[colour] * pixel[3]);
                    sum[3] += pixel[3];
                    count += 1.0;
                }
            }
            let [red, green, blue, weight] = sum;
            if weight > 0.0 { [red / weight, green / weight, blue / weight, weight / count] } else { [0.0; 4] }
        };
        let pixels = (0..half[1]).flat_map(|y| (0..half[0]).map(move |x| (x, y))).map(|(x, y)| mean(x, y)).collect();
        Self { size: half, pixels }
    }

    fn at(&self, x: usize, y: usize) -> Pixel {
        self.pixels[y * self.size[0] + x]
    }

    /// The colour at a pixel of the picture that this is the half of, between the four nearest pixels here.
    fn between(&self, x: usize, y: usize) -> Pixel {
        // The nearest pixel, and its neighbour on the side of the place.
        let sides = [(x, self.size[0]), (y, self.size[1])].map(|(place, length)| {
            let near = place / 2;
            let next = if place % 2 == 0 { near.saturating_sub(1) } else { (near + 1).min(length - 1) };
            [(near, 0.75), (next, 0.25)]
        });
        let mut sum = [0.0; 4];
        for (y, share_y) in sides[1] {
            for (x, share_x) in sides[0] {
                let pixel = self.at(x, y);
                (0..4).for_each(|channel| sum[channel] += pixel[channel] * share_x * share_y);
            }
        }
        sum
    }

    /// Takes from a copy half as large what is not known here; all of that is known there.
    fn fill(&mut self, half: &Self) {
        for y in 0..self.size[1] {
            for x in 0..self.size[0] {
                let pixel = &mut self.pixels[y * self.size[0] + x];
                // One of four pixels that is known is enough: those of the half are further away.
                let known = (4.0 * pixel[3]).min(1.0);
                if known < 1.0 {
                    let colour = half.between(x, y);
                    (0..3)
                        .for_each(|channel| pixel[channel] = pixel[channel] * known + colour[channel] * (1.0 - known));
                    pixel[3] = 1.0;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Kind;

    /// Alpha and colour by place; 16 bits are the same numbers times 257.
    fn picture(width: u32, height: u32, depth: Depth, at: impl Fn(u32, u32) -> [u8; 4]) -> Picture {
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let values = places.flat_map(|(x, y)| at(x, y)).map(|value| f32::from(value) * f32::from(depth.max()) / 255.0);
        let rgba = depth.samples(values);
        Picture { width, height, rgba, kind: Kind { alpha: true, depth, ..Kind::default() }, ..Picture::default() }
    }

    #[test]
    fn what_can_be_seen_stays_and_what_is_hidden_takes_its_colour() {
        const SECRET: [u8; 4] = [255, 0, 255, 0];
        for depth in [Depth::Eight, Depth::Sixteen] {
            for (width, height) in [(1, 1), (1, 70), (37, 1), (64, 64), (61, 53)] {
                // A disc of orange, softer at its edge, in the middle.
                let input = picture(width, height, depth, |x, y| {
                    let far = f64::from(x.abs_diff(width / 2)).hypot(f64::from(y.abs_diff(height / 2)));
                    match far {
                        ..8.0 => [250, 120, 10, 255],
                        ..10.0 => [250, 120, 10, 90],
                        _ => SECRET,
                    }
                });
                let bled = input.bled().in_eight_bits().into_owned();
                let input = input.in_eight_bits().into_owned();
                for (before, after) in input.rgba.as_chunks::<4>().0.iter().zip(bled.rgba.as_chunks::<4>().0) {
                    assert_eq!(after[3], before[3]);
                    assert_eq!(after[..3], [250, 120, 10], "{before:?} in {width} x {height}");
                }
            }
        }
    }

    #[test]
    fn near_colours_go_before_far_ones() {
        let input = picture(64, 8, Depth::Eight, |x, _| match x {
            0..8 => [200, 0, 0, 255],
            56.. => [0, 0, 200, 255],
            _ => [9, 9, 9, 0],
        });
        let bled = input.bled();
        let red = |x: usize| bled.rgba[(3 * 64 + x) * 4];
        assert!(red(9) > 180 && red(54) < 20, "{} {}", red(9), red(54));
        assert!((8..55).all(|x| red(x) + 12 >= red(x + 1)), "red fades from left to right");
    }

    #[test]
    fn what_shows_nothing_or_hides_nothing_is_left_alone() {
        let opaque = picture(5, 5, Depth::Eight, |x, _| [x as u8, 1, 2, 1]);
        assert!(matches!(opaque.bled(), Cow::Borrowed(_)));
        let transparent = picture(5, 5, Depth::Eight, |_, _| [77, 1, 2, 0]);
        assert!(
            transparent.bled().rgba.as_chunks::<4>().0.iter().all(|&pixel| pixel == [0; 4]),
            "nothing is known of it"
        );
    }
}
