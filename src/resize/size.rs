//! How large the result shall be, and through how many passes of a network it comes to that.

use crate::{Error, Result};

/// The largest factor between a result and its picture.
pub const MAX_SCALE: f64 = 16.0;

/// PNG's own limit for a side.
const MAX_SIDE: f64 = ((1_u32 << 31) - 1) as f64;

/// How large a result shall be. Its shape is that of the picture, to the nearest pixel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Size {
    /// As many times wider and higher as the model makes it.
    #[default]
    Model,
    /// N times wider and higher, 1 to [`MAX_SCALE`] in any step.
    Scale(f64),
    /// N pixels wide.
    Width(u32),
    /// N pixels high.
    Height(u32),
    /// As large as fits into a width and height in pixels.
    Fit(u32, u32),
}

impl Size {
    /// Width and height of the result for a picture of that size and a model that enlarges `scale` times.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] unless the result is 1 to [`MAX_SCALE`] times as large as the picture;
    /// [`Error::OutputTooLarge`] where no file can hold it.
    pub fn of_result(self, picture: [u32; 2], scale: u32) -> Result<[u32; 2]> {
        let [width, height] = picture.map(f64::from);
        let factor = match self {
            Self::Model => f64::from(scale),
            Self::Scale(factor) => factor,
            Self::Width(asked) => f64::from(asked) / width,
            Self::Height(asked) => f64::from(asked) / height,
            Self::Fit(most_width, most_height) => (f64::from(most_width) / width).min(f64::from(most_height) / height),
        };
        let is_allowed = (1.0..=MAX_SCALE).contains(&factor);
        if let (Self::Scale(scale), false) = (self, is_allowed) {
            return Err(Error::InvalidOption(format!("The scale must be 1 to {MAX_SCALE}, not {scale}.")));
        }
        if !is_allowed {
            return Err(Error::InvalidOption(format!(
                "The result would be {factor:.2} times as large as the picture of {width} x {height} pixels; ask for 1 to \
                 {MAX_SCALE} times."
            )));
        }
        let [width, height] = [width, height].map(|length| (length * factor).round());
        if width > MAX_SIDE || height > MAX_SIDE {
            return Err(Error::OutputTooLarge { width: width as u64, height: height as u64 });
        }
        Ok([width as u32, height as u32])
    }
}

/// How often a picture goes through a network that enlarges `scale` times, at least once: until it is no smaller than the result.
pub(crate) fn passes(picture: [u32; 2], result: [u32; 2], scale: u32) -> u32 {
    let is_enough = |passes: &u32| {
        let factor = u64::from(scale).pow(*passes);
        (0..2).all(|side| u64::from(picture[side]) * factor >= u64::from(result[side]))
    };
    // What does not enlarge only restores, once.
    if scale == 1 { 1 } else { (1..).find(is_enough).unwrap_or(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_have_the_size_that_is_asked_for() {
        for (size, picture, expected) in [
            (Size::Model, [10, 7], [40, 28]),
            (Size::Scale(1.0), [10, 7], [10, 7]),
            (Size::Scale(2.5), [33, 1], [83, 3]),
            (Size::Scale(16.0), [1, 70], [16, 1120]),
            (Size::Width(100), [30, 20], [100, 67]),
            (Size::Height(100), [30, 20], [150, 100]),
            (Size::Fit(100, 50), [30, 20], [75, 50]),
            (Size::Fit(100, 500), [30, 20], [100, 67]),
        ] {
            assert_eq!(size.of_result(picture, 4).expect("a size"), expected, "{size:?}");
        }
    }

    #[test]
    fn what_shrinks_or_is_out_of_range_is_refused() {
        for size in [
            Size::Scale(0.5),
            Size::Scale(16.01),
            Size::Scale(f64::NAN),
            Size::Width(29),
            Size::Height(0),
            Size::Fit(481, 9),
        ] {
            assert_eq!(size.of_result([30, 20], 4).expect_err("refused").code(), "invalid-option", "{size:?}");
        }
        let sentence = Size::Width(15).of_result([30, 20], 4).expect_err("refused").to_string();
        assert_eq!(
            sentence,
            "The result would be 0.50 times as large as the picture of 30 x 20 pixels; ask for 1 to 16 times."
        );
        assert_eq!(Size::Scale(16.0).of_result([1 << 28, 1], 4).expect_err("refused").code(), "picture-too-large");
    }

    #[test]
    fn there_are_passes_until_the_result_is_reached() {
        for (result, scale, expected) in [
            ([10, 10], 4, 1),
            ([40, 40], 4, 1),
            ([41, 40], 4, 2),
            ([160, 160], 4, 2),
            ([160, 160], 2, 4),
            ([80, 80], 1, 1),
        ] {
            assert_eq!(passes([10, 10], result, scale), expected);
        }
    }
}
