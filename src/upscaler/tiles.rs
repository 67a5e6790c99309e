//! Tiles and strips out of a picture, and enlarged tiles into rows.

use crate::{
    Picture, TileInput,
    picture::Depth,
    tile::{Rect, Tile, Tiling, Window},
};

/// The pixels of a tile's outer part, as a backend takes them.
pub(super) fn input(picture: &Picture, tile: &Tile, tiling: &Tiling) -> TileInput {
    let whole = [tiling.padded(picture.width), tiling.padded(picture.height)];
    let window = Window { part: tile.outer, whole };
    TileInput { rgba: picture.crop(tile.outer), depth: picture.kind.depth, window, keep: tile.keep() }
}

/// The rows of a strip with their padding, and after the last the padding below.
pub(super) fn padded_rows(picture: &Picture, strip: &Tile, tiling: &Tiling) -> Vec<u8> {
    let end = strip.inner.y + strip.inner.height;
    let end = if end == picture.height { tiling.padded(end) } else { end };
    picture.crop(Rect { width: tiling.padded(picture.width), height: end - strip.inner.y, ..strip.inner })
}

/// Puts alpha in place of the colours of RGBA pixels.
pub(super) fn alpha_as_colour(rgba: &mut [u8], depth: Depth) {
    let sample = depth.pixel_bytes() / 4;
    for pixel in rgba.chunks_exact_mut(4 * sample) {
        for colour in 0..3 {
            pixel.copy_within(3 * sample.., colour * sample);
        }
    }
}

/// Copies a tile into the row of tiles that is `width` pixels wide and has `bytes` bytes a pixel.
pub(super) fn paste(strip: &mut [u8], bytes: usize, width: u32, part: Rect, rgba: &[u8]) {
    let row = part.width as usize * bytes;
    for (y, pixels) in rgba.chunks_exact(row).enumerate() {
        let start = (y * width as usize + part.x as usize) * bytes;
        strip[start..start + row].copy_from_slice(pixels);
    }
}
