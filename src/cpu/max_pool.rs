//! Twin of `shaders/max_pool.wgsl`: the largest value of each window.

use super::Features;
use crate::network::MaxPool;

/// `[height][width][channels]` of the output map's size.
pub(super) fn run(pool: &MaxPool, maps: &[Features]) -> Vec<f32> {
    let (source, output) = (&maps[pool.source.map], &maps[pool.output.map]);
    let (kernel, stride) = (pool.kernel, pool.stride);
    let mut data = Vec::with_capacity(output.width() * output.height() * pool.source.channels);
    for y in 0..output.height() {
        for x in 0..output.width() {
            let mut largest = vec![f32::NEG_INFINITY; pool.source.channels];
            for row in y * stride..y * stride + kernel {
                for column in x * stride..x * stride + kernel {
                    let values = source.at(pool.source, column, row);
                    largest.iter_mut().zip(values).for_each(|(most, value)| *most = most.max(*value));
                }
            }
            data.extend(largest);
        }
    }
    data
}
