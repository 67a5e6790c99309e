//! How large the file of a result will be, from a few patches of the picture.

use std::{cell::Cell, io, rc::Rc};

use crate::{
    Picture, Result,
    picture::{Metadata, Saving},
    resample::{Filter, Pixels},
    tile::Rect,
};

/// Patches in each direction.
const PATCHES: u32 = 3;

/// Their edge in the result.
const EDGE: u32 = 192;

/// What a network draws takes so many times as many bytes as what the filter draws here.
const DETAIL: f64 = 1.2;

/// About how many bytes the file of the result of that size will have.
///
/// # Errors
/// Where such a file cannot be written.
pub fn about(picture: &Picture, result: [u32; 2], saving: &Saving) -> Result<f64> {
    let Picture { width, height, kind, .. } = *picture;
    let factor = f64::from(result[0]) / f64::from(width);
    let edge = |length: u32| length.min((f64::from(EDGE) / factor).ceil() as u32);
    let patch = [edge(width), edge(height)];
    let size = patch.map(|length| ((f64::from(length) * factor).round() as u32).max(1));
    // What a file has in any case.
    let bare = Picture { kind, format: picture.format, width: 1, height: 1, ..Picture::default() };
    let least = written(&bare, [1, 1], &vec![0; kind.depth.pixel_bytes()], saving)?;
    let (mut bytes, mut pixels) = (0.0, 0.0);
    for index in 0..PATCHES * PATCHES {
        let place = |index: u32, length: u32, patch: u32| (length - patch) * index / (PATCHES - 1);
        let (x, y) = (place(index % PATCHES, width, patch[0]), place(index / PATCHES, height, patch[1]));
        let part = picture.crop(Rect { x, y, width: patch[0], height: patch[1] });
        let crop = [0.0, 0.0, f64::from(patch[0]), f64::from(patch[1])];
        let enlarged = Pixels::new(&part, kind.depth, patch).resampled(Filter::Lanczos, crop, size);
        bytes += (written(&bare, size, &enlarged, saving)? - least).max(0.0);
        pixels += f64::from(size[0]) * f64::from(size[1]);
    }
    let Metadata { icc_profile, exif, xmp } = &picture.metadata;
    let metadata: usize = [icc_profile, exif, xmp].into_iter().flatten().map(Vec::len).sum();
    Ok(least + metadata as f64 + DETAIL * bytes / pixels * f64::from(result[0]) * f64::from(result[1]))
}

/// Bytes of a file with those pixels.
fn written(like: &Picture, size: [u32; 2], rgba: &[u8], saving: &Saving) -> Result<f64> {
    let count = Count::default();
    let mut file = saving.create(count.clone(), like, size)?;
    file.write(rgba)?;
    file.finish()?;
    Ok(count.0.get() as f64)
}

/// Counts the bytes that are written.
#[derive(Clone, Default)]
struct Count(Rc<Cell<usize>>);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
