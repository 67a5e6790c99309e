//! Twin of `shaders/resize.wgsl`: bilinear and bicubic enlargement of feature maps.

use super::Features;
use crate::network::{Resize, ResizeFilter, Slice};

/// `[height][width][channels]` of the output map's size.
pub(super) fn run(resize: &Resize, maps: &[Features]) -> Vec<f32> {
    let (source, output) = (&maps[resize.source.map], &maps[resize.output.map]);
    let taps = |axis: usize, index: usize| match resize.filter {
        ResizeFilter::Bilinear => bilinear(source, output, axis, index),
        ResizeFilter::Bicubic => bicubic(source, output, axis, index),
    };
    let columns: Vec<_> = (0..output.width()).map(|x| taps(0, x)).collect();
    let mut data = Vec::with_capacity(output.width() * output.height() * resize.source.channels);
    for y in 0..output.height() {
        let rows = taps(1, y);
        for columns in &columns {
            data.extend(sample(source, resize.source, columns, &rows));
        }
    }
    data
}

/// Pixels along one axis of the source, and how much each counts.
type Taps = Vec<(usize, f32)>;

fn sample(source: &Features, slice: Slice, columns: &Taps, rows: &Taps) -> Vec<f32> {
    let mut sums = vec![0.0; slice.channels];
    for &(row, row_share) in rows {
        let mut line = vec![0.0; slice.channels];
        for &(column, share) in columns {
            let values = source.at(slice, column, row);
            line.iter_mut().zip(values).for_each(|(sum, value)| *sum += share * value);
        }
        sums.iter_mut().zip(line).for_each(|(sum, value)| *sum += row_share * value);
    }
    sums
}

/// Start, length and whole length of a map along an axis.
fn axis_of(map: &Features, axis: usize) -> (usize, usize, usize) {
    let part = map.window.part;
    let (start, length) = if axis == 0 { (part.x, part.width) } else { (part.y, part.height) };
    (start as usize, length as usize, map.window.whole[axis] as usize)
}

/// Two neighbours. The ratio is that of the whole maps, so that every tile agrees on where a pixel lies.
fn bilinear(source: &Features, output: &Features, axis: usize, index: usize) -> Taps {
    let (start, length, whole) = axis_of(source, axis);
    let (output_start, _, output_whole) = axis_of(output, axis);
    let ratio = whole as f32 / output_whole as f32;
    let position = (((output_start + index) as f32 + 0.5) * ratio - 0.5).max(0.0);
    let first = position as usize;
    let share = position - first as f32;
    let local = |index: usize| index.clamp(start, start + length - 1) - start;
    vec![(local(first), 1.0 - share), (local((first + 1).min(whole - 1)), share)]
}

/// Four neighbours; beyond the edges the picture is mirrored, its last pixel twice.
fn bicubic(source: &Features, output: &Features, axis: usize, index: usize) -> Taps {
    let (_, length, _) = axis_of(source, axis);
    let (_, output_length, _) = axis_of(output, axis);
    let factor = (output_length / length) as f32;
    let position = (index as f32 + 0.5) / factor - 0.5;
    let first = position.floor();
    let share = position - first;
    (-1..=2).map(|tap| (mirrored(first as isize + tap, length), cubic((share - tap as f32).abs()))).collect()
}

/// Keys' cubic with a = -0.5.
fn cubic(distance: f32) -> f32 {
    let x = distance;
    if x <= 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

fn mirrored(index: isize, length: usize) -> usize {
    let last = length as isize - 1;
    let index = if index < 0 { -1 - index } else { index };
    let index = if index > last { 2 * last + 1 - index } else { index };
    // Maps narrower than the filter are mirrored into once and end there.
    index.clamp(0, last) as usize
}
