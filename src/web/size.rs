//! How large a result shall be, in JavaScript's terms.

use super::{invalid, types::SizeOptions};
use crate::{Result, Size};

/// Reads the options; `default` where they say nothing.
pub(super) fn size(options: Option<&SizeOptions>, default: Size) -> Result<Size> {
    let Some(options) = options else { return Ok(default) };
    let fit = options.fit().map(|fit| {
        let side = |asked: Option<f64>| pixels("fit", asked.unwrap_or(f64::NAN));
        Ok(Size::Fit(side(fit.width())?, side(fit.height())?))
    });
    let asked = [
        options.scale().map(|scale| Ok(Size::Scale(scale))),
        options.width().map(|width| pixels("width", width).map(Size::Width)),
        options.height().map(|height| pixels("height", height).map(Size::Height)),
        fit,
    ];
    let mut asked = asked.into_iter().flatten();
    match (asked.next(), asked.next()) {
        (Some(_), Some(_)) => Err(invalid("scale", "given together", "the only one of scale, width, height and fit")),
        (Some(size), None) => size,
        (None, _) => Ok(default),
    }
}

/// Checks a side.
fn pixels(option: &str, side: f64) -> Result<u32> {
    if side >= 1.0 && side.fract() == 0.0 && side <= f64::from(u32::MAX) {
        return Ok(side as u32);
    }
    Err(invalid(option, &side.to_string(), "a whole number of pixels of at least 1"))
}
