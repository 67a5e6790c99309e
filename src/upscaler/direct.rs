//! A classical filter brings a picture to any size at once.

use super::{FinishedTile, Observer, pass::go_on};
use crate::{
    Picture, Result,
    resize::{Filter, Resize},
    tile::Rect,
};

/// Rows of the picture at a time.
const STRIP: u32 = 64;

/// Resizes a picture; as [`super::Upscaler::upscale`], with strips of the result in place of tiles.
pub(super) fn resize(
    picture: &Picture,
    filter: Filter,
    result: [u32; 2],
    rows: &mut dyn FnMut(&[u8]) -> Result<()>,
    observer: &mut dyn Observer,
) -> Result<()> {
    let Picture { width, height, kind, .. } = *picture;
    let total = height.div_ceil(STRIP) as usize;
    go_on(observer.start(result[0], result[1], total))?;
    let mut resize = Resize::new(filter, kind, [width, height], result);
    let row = result[0] as usize * kind.depth.pixel_bytes();
    let mut y = 0;
    let strips = picture.rgba.chunks((STRIP * width) as usize * kind.depth.pixel_bytes());
    for (done, strip) in (1..).zip(strips) {
        go_on(observer.wait())?;
        let made = resize.push(strip);
        let part = Rect { x: 0, y, width: result[0], height: (made.len() / row) as u32 };
        if part.height > 0 {
            let rgba = &*kind.depth.to_eight(&made);
            go_on(observer.tile(&FinishedTile { part, whole: result, rgba, done, total }))?;
            rows(&made)?;
        }
        y += part.height;
    }
    Ok(())
}
