//! How large the file of a result will be, from a few patches of the picture.

use std::{cell::Cell, io, rc::Rc};

use crate::{
    Picture, Result,
    picture::{Metadata, Saving},
    resize::{Filter, Pixels},
    tile::Rect,
};

/// Patches in each direction.
const PATCHES: u32 = 3;

/// Their edge in the result.
const EDGE: u32 = 192;

/// What a network draws takes this many times the bytes of what the filter draws here. PNG files of four models then have 0.8 to 1.0
/// times the bytes that are told (medians over 25 photographs), and 1.2 to 1.9 times (over 12 small drawings).
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
    let Metadata { icc_profile, exif, xmp, .. } = &picture.metadata;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{Depth, FileFormat, Kind, SharedWriter};

    /// Waves and a little noise.
    fn picture(width: u32, height: u32, depth: Depth) -> Picture {
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let values = places.flat_map(|(x, y)| {
            let noise = (x * 7919 + y * 104_729 + x * y * 31) % 17;
            let tone = 120.0 + 60.0 * (x as f32 / 9.0 + (y as f32 / 7.0).sin()).sin() + noise as f32;
            [tone, tone * 0.9, tone * 0.7, 255.0].map(|value| value * f32::from(depth.max()) / 255.0)
        });
        let kind = Kind { depth, ..Kind::default() };
        Picture { width, height, rgba: depth.samples(values), kind, ..Picture::default() }
    }

    #[test]
    fn files_are_about_as_large_as_told() {
        for (format, depth) in [
            (FileFormat::Png, Depth::Eight),
            (FileFormat::Png, Depth::Sixteen),
            (FileFormat::Jpeg, Depth::Eight),
            (FileFormat::WebP, Depth::Eight),
        ] {
            let picture = picture(300, 200, depth);
            let saving = Saving { format: Some(format), ..Saving::default() };
            let told = about(&picture, [750, 500], &saving).expect("can be written");
            let crop = [0.0, 0.0, 300.0, 200.0];
            let rgba = Pixels::new(&picture.rgba, depth, [300, 200]).resampled(Filter::Lanczos, crop, [750, 500]);
            let output = SharedWriter::<Vec<u8>>::default();
            let mut file = saving.create(output.clone(), &picture, [750, 500]).expect("begins");
            file.write(&rgba).expect("writes");
            file.finish().expect("finishes");
            let share = told / DETAIL / output.take().len() as f64;
            assert!((0.8..1.25).contains(&share), "{format:?} {depth:?}: {share}");
        }
    }

    #[test]
    fn the_smallest_pictures_are_told_of_too() {
        for (width, height) in [(1, 1), (1, 70), (70, 1)] {
            let told = about(&picture(width, height, Depth::Eight), [width * 4, height * 4], &Saving::default());
            assert!(told.expect("can be written") > 0.0);
        }
    }
}
