//! Flat colours stay exactly what they are: white 255, grey neutral, a logo's blue that blue.
//!
//! Networks are a step or so off on flat areas, more on saturated ones and where the picture ends. Where a pixel and its eight
//! neighbours have one colour there is nothing to draw, and the enlarged pixel takes that colour. See README.md for what that gains.

use crate::{
    Backend, BackendKind, Picture,
    picture::FileFormat,
    tile::{Rect, Tile},
};

/// Puts the picture's own colour into the flat places of a tile that a backend has enlarged.
pub(super) fn keep_flat(picture: &Picture, tile: &Tile, backend: &dyn Backend, rgba: &mut [u8]) {
    // JPEG makes flat blocks of gentle shades; the steps between them are for the network to smooth. A classical filter is to be seen
    // as it is.
    if picture.format == Some(FileFormat::Jpeg) || backend.info().kind != BackendKind::Network {
        return;
    }
    let scale = backend.scale();
    let bytes = picture.kind.depth.pixel_bytes();
    let colour_bytes = bytes / 4 * 3;
    let (scale, row) = (scale as usize, tile.inner.width as usize * scale as usize * bytes);
    let Rect { x: left, y: top, width, height } = tile.inner;
    for y in 0..height {
        for x in 0..width {
            let Some(colour) = flat(picture, left + x, top + y, colour_bytes) else { continue };
            for line in 0..scale {
                let start = (y as usize * scale + line) * row + x as usize * scale * bytes;
                for pixel in rgba[start..start + scale * bytes].chunks_exact_mut(bytes) {
                    pixel[..colour_bytes].copy_from_slice(colour);
                }
            }
        }
    }
}

/// The colour of a pixel, if its neighbours in the picture have the same one.
fn flat(picture: &Picture, x: u32, y: u32, colour_bytes: usize) -> Option<&[u8]> {
    let bytes = colour_bytes / 3 * 4;
    let row = picture.width as usize * bytes;
    let at = y as usize * row + x as usize * bytes;
    let colour = &picture.rgba[at..at + colour_bytes];
    let [first, last] = [x.saturating_sub(1), (x + 1).min(picture.width - 1)].map(|x| x as usize * bytes);
    let mut rows = y.saturating_sub(1)..=(y + 1).min(picture.height - 1);
    let is_flat = rows.all(|y| {
        let pixels = &picture.rgba[y as usize * row..][first..last + bytes];
        pixels.chunks_exact(bytes).all(|pixel| pixel[..colour_bytes] == *colour)
    });
    is_flat.then_some(colour)
}
