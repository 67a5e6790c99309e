//! How clear a picture is in places, enlarged apart from its colours.

use super::pass::input;
use crate::{
    Picture,
    resample::Filter,
    tile::{Cut, Tile},
};

/// Alpha is enlarged by this filter.
const FILTER: Filter = Filter::Lanczos;

/// Puts the enlarged alpha into a finished tile. The filter rings at edges; no pixel gets less or more than the four pixels of the
/// picture around it, so that what is opaque or clear stays exactly so.
pub(super) fn enlarge_alpha(picture: &Picture, tile: &Tile, scale: u32, rgba: &mut [u8]) {
    if !picture.kind.alpha {
        return;
    }
    let cut = Cut::with_halo(FILTER.radius());
    let tile = tile.cut(&cut, picture.width, picture.height);
    let input = input(picture, &tile, &cut);
    let depth = input.depth;
    let sample = depth.pixel_bytes() / 4;
    let alpha: Vec<u16> = depth.values(&input.rgba).skip(3).step_by(4).collect();
    // Many opaque pictures have an alpha channel, and filtering it takes longer than a quick network.
    if alpha.iter().all(|&alpha| alpha == depth.max()) {
        return;
    }
    let enlarged = FILTER.enlarge(&input, scale);
    let [outer_width, outer_height] = [tile.outer.width, tile.outer.height].map(|length| length as usize);
    let width = tile.inner.scaled(scale).width as usize;
    let keep = tile.keep();
    // The pixels of the outer part before and behind a place of the enlarged inner part, along one side.
    let around = |place: usize, first: u32, length: usize| {
        let centre = (place as f32 + 0.5) / scale as f32 - 0.5 + first as f32;
        [centre.floor().max(0.0) as usize, (centre.ceil() as usize).min(length - 1)]
    };
    let pixels = rgba.chunks_exact_mut(4 * sample).zip(depth.values(&enlarged).skip(3).step_by(4));
    for (index, (pixel, value)) in pixels.enumerate() {
        let columns = around(index % width, keep.x, outer_width);
        let rows = around(index / width, keep.y, outer_height);
        let corners = rows.map(|row| columns.map(|column| alpha[row * outer_width + column]));
        let [least, most] = corners
            .as_flattened()
            .iter()
            .fold([u16::MAX, 0], |[least, most], &corner| [least.min(corner), most.max(corner)]);
        let bounded = value.clamp(least, most);
        pixel[3 * sample..].copy_from_slice(&depth.samples(std::iter::once(bounded.into())));
    }
}
