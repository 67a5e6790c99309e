//! Twin of `shaders/dy_sample.wgsl`: a map sampled where offsets say.

use super::Features;
use crate::network::DySample;

/// `[height * scale][width * scale][channels]`.
pub(super) fn run(sample: &DySample, maps: &[Features]) -> Vec<f32> {
    let (source, offsets) = (&maps[sample.source.map], &maps[sample.offsets.map]);
    let (scale, groups, channels) = (sample.scale, sample.groups, sample.source.channels);
    let (width, height) = (source.width(), source.height());
    let own_place = |inside: usize| (inside as f32 - (scale as f32 - 1.0) / 2.0) / scale as f32;
    let mut data = Vec::with_capacity(width * height * scale * scale * channels);
    for y in 0..height * scale {
        for x in 0..width * scale {
            let (column, row, dx, dy) = (x / scale, y / scale, x % scale, y % scale);
            let offsets = offsets.at(sample.offsets, column, row);
            for channel in 0..channels {
                let group = channel / (channels / groups);
                let offset = |axis: usize| offsets[((axis * groups + group) * scale + dy) * scale + dx];
                let at_x = neighbours(column as f32 + offset(0) + own_place(dx), width);
                let at_y = neighbours(row as f32 + offset(1) + own_place(dy), height);
                let value = |x: usize, y: usize| source.at(sample.source, x, y)[channel];
                let line = |y: usize| value(at_x.0, y) * (1.0 - at_x.2) + value(at_x.1, y) * at_x.2;
                data.push(line(at_y.0) * (1.0 - at_y.2) + line(at_y.1) * at_y.2);
            }
        }
    }
    data
}

/// The pixels before and behind a position, and the share of the second.
fn neighbours(position: f32, length: usize) -> (usize, usize, f32) {
    let last = length - 1;
    let position = position.clamp(0.0, last as f32);
    let first = position as usize;
    (first, (first + 1).min(last), position - first as f32)
}
