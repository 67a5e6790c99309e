//! Where each feature map of a tile lies in that of the whole picture.

use super::op::{Extent, Map};
use crate::tile::{Rect, Window};

/// The windows of all maps for a tile of the picture. The tile begins, and unless the picture ends there ends, at
/// multiples of what the maps' sizes are divided by.
pub(super) fn windows(maps: &[Map], tile: Window) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::with_capacity(maps.len());
    for map in maps {
        windows.push(match map.extent {
            Extent::Scaled { times, over } => {
                let scaled = |length: u32| length / over * times;
                each(tile, scaled, scaled)
            }
            Extent::Windows { of, kernel, stride } => {
                let fitting = |length: u32| if length < kernel { 0 } else { (length - kernel) / stride + 1 };
                each(windows[of], fitting, |start| start / stride)
            }
        });
    }
    windows
}

/// The first pixel of a map that belongs to what begins at a pixel of the picture.
pub(super) fn place(maps: &[Map], map: usize, at: u32) -> u32 {
    match maps[map].extent {
        Extent::Scaled { times, over } => at / over * times,
        Extent::Windows { of, stride, .. } => place(maps, of, at) / stride,
    }
}

/// A window with every length and every coordinate changed.
fn each(window: Window, length: impl Fn(u32) -> u32, start: impl Fn(u32) -> u32) -> Window {
    let Window { part, whole: [width, height] } = window;
    Window {
        part: Rect { x: start(part.x), y: start(part.y), width: length(part.width), height: length(part.height) },
        whole: [length(width), length(height)],
    }
}

/// How far the windows of a map are apart, and how many pixels one covers, in those of the scaled map it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lattice {
    pub(super) stride: u32,
    pub(super) footprint: u32,
}

impl Lattice {
    /// 1 and 1 for a map that is not made of windows.
    pub(super) fn of(maps: &[Map], map: usize) -> Self {
        match maps[map].extent {
            Extent::Scaled { .. } => Self { stride: 1, footprint: 1 },
            Extent::Windows { of, kernel, stride } => {
                let inner = Self::of(maps, of);
                Self { stride: inner.stride * stride, footprint: inner.footprint + (kernel - 1) * inner.stride }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOWS: [Map; 3] = [
        Map { channels: 4, extent: Extent::PICTURE },
        Map { channels: 4, extent: Extent::Windows { of: 0, kernel: 3, stride: 2 } },
        Map { channels: 4, extent: Extent::Windows { of: 1, kernel: 7, stride: 3 } },
    ];

    #[test]
    fn windows_of_a_tile_are_those_of_the_picture() {
        let whole = [101, 60];
        let tile = Window { part: Rect { x: 36, y: 0, width: 65, height: 60 }, whole };
        let maps = windows(&WINDOWS, tile);
        assert_eq!(maps[1].part, Rect { x: 18, y: 0, width: 32, height: 29 });
        assert_eq!(maps[2].part, Rect { x: 6, y: 0, width: 9, height: 8 });
        assert_eq!(maps[2].whole, [15, 8]);
        assert_eq!(maps[2].part.x + maps[2].part.width, maps[2].whole[0], "both end where the picture ends");
    }

    #[test]
    fn a_lattice_counts_in_pixels() {
        assert_eq!(Lattice::of(&WINDOWS, 2), Lattice { stride: 6, footprint: 15 });
    }

    #[test]
    fn scaled_maps_keep_to_whole_pixels() {
        let maps = [Extent::Scaled { times: 1, over: 2 }, Extent::Scaled { times: 4, over: 2 }]
            .map(|extent| Map { channels: 4, extent });
        let tile = Window { part: Rect { x: 6, y: 2, width: 10, height: 4 }, whole: [16, 6] };
        let windows = windows(&maps, tile);
        assert_eq!(windows[0].part, Rect { x: 3, y: 1, width: 5, height: 2 });
        assert_eq!(windows[1].part, Rect { x: 12, y: 4, width: 20, height: 8 });
    }
}
