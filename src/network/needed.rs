//! Which part of each feature map of a tile anybody looks at: less with every layer towards the end, because each
//! convolution uses up some of the halo.

use super::op::{Conv, Extent, Map, Op, Slice};
use crate::tile::{Rect, Window};

/// For each map the part that the ops after it need for the pixels of `keep`, in the map's own coordinates within the
/// tile. `windows` are those of the maps, and `keep` is in LR pixels of the tile.
pub(super) fn needed(maps: &[Map], ops: &[Op], windows: &[Window], keep: Rect) -> Vec<Rect> {
    let whole = |map: usize| {
        let Rect { width, height, .. } = windows[map].part;
        Rect { x: 0, y: 0, width, height }
    };
    let mut needed = vec![EMPTY; maps.len()];
    for op in ops.iter().rev() {
        match op {
            Op::Conv(conv) => {
                let output = needed[conv.output.map];
                for Slice { map, .. } in conv.combine.others() {
                    needed[map] = union(needed[map], output);
                }
                let seen = seen_by(conv, output, whole(conv.source.map));
                needed[conv.source.map] = union(needed[conv.source.map], seen);
            }
            Op::PixelShuffle(shuffle) => {
                needed[shuffle.source.map] = match maps[shuffle.source.map].extent {
                    Extent::Scaled { times, over: 1 } => keep.scaled(times),
                    _ => whole(shuffle.source.map),
                };
            }
            _ => {
                for Slice { map, .. } in op.reads() {
                    needed[map] = whole(map);
                }
            }
        }
    }
    needed
}

const EMPTY: Rect = Rect { x: 0, y: 0, width: 0, height: 0 };

fn union(one: Rect, other: Rect) -> Rect {
    if one.area() == 0 || other.area() == 0 {
        return if one.area() == 0 { other } else { one };
    }
    let (x, y) = (one.x.min(other.x), one.y.min(other.y));
    let right = (one.x + one.width).max(other.x + other.width);
    let bottom = (one.y + one.height).max(other.y + other.height);
    Rect { x, y, width: right - x, height: bottom - y }
}

/// What a convolution reads for a part of its output.
fn seen_by(conv: &Conv, output: Rect, source: Rect) -> Rect {
    if output.area() == 0 {
        return EMPTY;
    }
    let along = |start: u32, length: u32, limit: u32| {
        let [stride, padding, kernel, upsample] =
            [conv.stride, conv.padding, conv.kernel, conv.upsample].map(|size| size as u32);
        let first = (start * stride).saturating_sub(padding) / upsample;
        let end = (((start + length - 1) * stride + kernel).saturating_sub(padding)).div_ceil(upsample).min(limit);
        (first.min(end), end.saturating_sub(first))
    };
    let (x, width) = along(output.x, output.width, source.width);
    let (y, height) = along(output.y, output.height, source.height);
    Rect { x, y, width, height }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Activation, BLOCK, Combine, PixelShuffle, PixelUnshuffle};

    fn conv(source: usize, output: usize, kernel: usize, upsample: usize, combine: Combine) -> Op {
        let slice = |map| Slice { map, first: 0, channels: 4 };
        Op::Conv(Conv {
            source: slice(source),
            output: slice(output),
            kernel,
            stride: 1,
            padding: kernel / 2,
            upsample,
            weight: Vec::new(),
            bias: Vec::new(),
            activation: Activation::Identity,
            combine,
        })
    }

    #[test]
    fn the_halo_shrinks_layer_by_layer() {
        let slice = |map| Slice { map, first: 0, channels: 4 };
        let map = |times| Map { channels: BLOCK, extent: Extent::Scaled { times, over: 1 } };
        let maps = [map(1), map(1), map(1), map(1), map(2)];
        let ops = [
            Op::PixelUnshuffle(PixelUnshuffle { output: slice(1), factor: 1 }),
            conv(1, 2, 3, 1, Combine::Nothing),
            conv(2, 3, 5, 1, Combine::Add(vec![(slice(1), 1.0)])),
            conv(3, 4, 3, 2, Combine::Nothing),
            Op::PixelShuffle(PixelShuffle { source: slice(4), scale: 1, adds_picture: false }),
        ];
        let tile = Window { part: Rect { x: 50, y: 50, width: 40, height: 12 }, whole: [200, 200] };
        let windows = super::super::extent::windows(&maps, tile);
        let keep = Rect { x: 10, y: 1, width: 20, height: 10 };
        let needed = needed(&maps, &ops, &windows, keep);
        assert_eq!(needed[4], Rect { x: 20, y: 2, width: 40, height: 20 });
        // One pixel of the enlarged map is half a pixel of this one.
        assert_eq!(needed[3], Rect { x: 9, y: 0, width: 22, height: 12 });
        assert_eq!(needed[2], Rect { x: 7, y: 0, width: 26, height: 12 });
        assert_eq!(needed[1], Rect { x: 6, y: 0, width: 28, height: 12 });
    }
}
