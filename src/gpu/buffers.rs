//! Which buffer holds each feature map, and how large the buffers are.

use std::cmp::Ordering;

use crate::{Network, network::BLOCK, picture::Depth};

/// The feature buffers of a network. One is used again by later maps as soon as nothing reads the earlier one any more.
#[derive(Debug)]
pub(super) struct Buffers {
    /// For each map its buffer; None for the picture and for maps that need not exist.
    pub(super) of_map: Vec<Option<usize>>,
    /// For each buffer, the most blocks of 4 channels that it must hold for each LR pixel.
    pub(super) blocks: Vec<f64>,
}

impl Buffers {
    /// `exists` tells which maps but the picture need a buffer at all.
    pub(super) fn new(network: &Network, exists: impl Fn(usize) -> bool) -> Self {
        let lifetimes = network.lifetimes();
        let mut of_map = vec![None; network.maps().len()];
        let mut all: Vec<f64> = Vec::new();
        let mut free: Vec<usize> = Vec::new();
        for op in 0..network.ops().len() {
            for (map, lifetime) in lifetimes.iter().enumerate().skip(1) {
                if *lifetime.start() == op && exists(map) {
                    let blocks = network.maps()[map].channels as f64 / BLOCK as f64 * network.density(map);
                    of_map[map] = Some(take(&mut free, &mut all, blocks));
                }
            }
            for (map, lifetime) in lifetimes.iter().enumerate().skip(1) {
                if *lifetime.end() == op {
                    free.extend(of_map[map]);
                }
            }
        }
        Self { of_map, blocks: all }
    }

    /// The largest inner edge of tiles for which every buffer stays below `max_bytes` and all together below
    /// `max_total_bytes`; 0 when there is none. `stored_bytes` is the size of one stored value.
    pub(super) fn largest_tile(
        &self,
        halo: u32,
        scale: u32,
        stored_bytes: u64,
        max_bytes: u64,
        max_total_bytes: u64,
    ) -> u32 {
        let block_bytes = (BLOCK as u64 * stored_bytes) as f64;
        let most = self.blocks.iter().copied().fold(1.0, f64::max);
        let all = self.blocks.iter().sum::<f64>().max(1.0);
        let outer_area = (max_bytes as f64 / most).min(max_total_bytes as f64 / all) / block_bytes;
        let enlarged_edge = (max_bytes / Depth::Sixteen.pixel_bytes() as u64).isqrt() / u64::from(scale);
        let largest = (outer_area.sqrt() as u64).saturating_sub(2 * u64::from(halo)).min(enlarged_edge);
        u32::try_from(largest).unwrap_or(u32::MAX)
    }

    /// Bytes of each buffer for tiles with an outer edge of `outer` pixels.
    pub(super) fn bytes(&self, outer: u32, stored_bytes: u64) -> Vec<u64> {
        let block_bytes = BLOCK as u64 * stored_bytes;
        let bytes = |&blocks: &f64| (blocks * f64::from(outer).powi(2)).ceil() as u64 * block_bytes;
        self.blocks.iter().map(bytes).collect()
    }
}

/// The free buffer that fits best; if none is large enough the largest grows, and if none is free there is a new one.
fn take(free: &mut Vec<usize>, all: &mut Vec<f64>, blocks: f64) -> usize {
    let waste = |&place: &usize| {
        let size = all[free[place]];
        if size >= blocks { (0, size - blocks) } else { (1, blocks - size) }
    };
    let best = (0..free.len()).min_by(|one, other| waste(one).partial_cmp(&waste(other)).unwrap_or(Ordering::Equal));
    let buffer = match best {
        Some(place) => free.swap_remove(place),
        None => {
            all.push(0.0);
            all.len() - 1
        }
    };
    all[buffer] = all[buffer].max(blocks);
    buffer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_tile_fits_and_one_more_does_not() {
        let buffers = Buffers { of_map: Vec::new(), blocks: vec![16.0, 16.0, 2.5] };
        let (limit, halo) = (128 << 20, 10);
        let most = |tile: u32| buffers.bytes(tile + 2 * halo, 4).into_iter().max().expect("buffers");
        let all = |tile: u32| buffers.bytes(tile + 2 * halo, 4).into_iter().sum::<u64>();
        let largest = buffers.largest_tile(halo, 2, 4, limit, u64::MAX);
        assert!(most(largest) <= limit && most(largest + 1) > limit, "{largest}");
        let largest = buffers.largest_tile(halo, 2, 4, u64::MAX, limit);
        assert!(all(largest) <= limit && all(largest + 1) > limit, "{largest}");
        assert_eq!(buffers.largest_tile(halo, 2, 4, 100, 100), 0);
    }
}
