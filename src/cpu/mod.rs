//! Runs a network on the CPU: fast and row by row (`stream`) where its ops allow that, else with plain loops, which are also the
//! truth that tests hold everything else against.
//!
//! In the loops, feature maps lie row by row, all channels of a pixel together. On native, tiles run side by side on all cores; in a
//! browser, one after another, with a turn of the event loop between them so that a cancel gets through.

mod conv;
mod dy_sample;
mod features;
mod group_norm;
mod layer_norm;
mod max_pool;
mod pixel_shuffle;
mod pixel_unshuffle;
mod probe;
mod resize;
mod running;
pub(crate) mod stream;

use std::{ops::RangeInclusive, sync::Arc};

pub use features::Features;
pub use probe::Probe;
use stream::RowPlan;

use crate::{
    Backend, BackendInfo, BackendKind, Network, Run, Stream, TileInput,
    network::{BLOCK, Op},
    picture::{Depth, crop},
    tile::{Reach, Tiling},
};

/// The inner edge of tiles in LR pixels where the halo is small, and where it is large: that is work done twice.
const TILE: u32 = 64;
const TILE_WITH_LARGE_HALO: u32 = 128;
const LARGE_HALO: u32 = 16;

/// The most memory that the feature maps of one tile may take, and those of all tiles under way.
const MAX_TILE_BYTES: f64 = 512e6;
const MAX_BYTES: f64 = 3e9;

/// A network made ready for the CPU.
struct Prepared {
    network: Network,
    lifetimes: Vec<RangeInclusive<usize>>,
    /// For each op its weights in the order in which the loops read them; empty where it has none.
    weights: Vec<Vec<f32>>,
}

impl Prepared {
    fn new(network: &Network) -> Self {
        Self {
            lifetimes: network.lifetimes(),
            weights: network.ops().iter().map(pack).collect(),
            network: network.outline(),
        }
    }

    /// The enlarged picture, before it is clamped to 0..=1.
    fn run(&self, picture: Features) -> Features {
        let enlarged = self.network.ops().len();
        // Every network ends in the op that answers.
        self.run_until(enlarged, picture).swap_remove(0)
    }

    /// The maps that are alive after the first `end` ops; in the place of the picture the enlarged one, if one of them makes it.
    fn run_until(&self, end: usize, picture: Features) -> Vec<Features> {
        let windows = self.network.windows(picture.window);
        let mut maps = vec![picture];
        maps.extend(windows[1..].iter().map(|&window| Features::empty(window)));
        for (index, (op, weights)) in self.network.ops().iter().zip(&self.weights).enumerate().take(end) {
            if let Some(slice) = op.writes()
                && *self.lifetimes[slice.map].start() == index
            {
                maps[slice.map].allocate(self.network.maps()[slice.map].channels);
            }
            if let Some(enlarged) = run_packed(op, weights, &mut maps) {
                maps[0] = enlarged;
            }
            for (map, lifetime) in self.lifetimes.iter().enumerate().skip(1) {
                if *lifetime.end() == index && index + 1 < end {
                    maps[map].free();
                }
            }
        }
        maps
    }

    fn run_tile(&self, input: &TileInput) -> Vec<u8> {
        let enlarged = self.run(picture_features(input));
        let pixels = enlarged.data.as_chunks::<3>().0.iter();
        let marked = |colours: &[f32; 3]| if colours.iter().all(|value| value.is_finite()) { 1.0 } else { 0.0 };
        let values = pixels.flat_map(|colours @ &[red, green, blue]| [red, green, blue, marked(colours)]);
        let max = f32::from(input.depth.max());
        let rgba = input.depth.samples(values.map(|value| value.clamp(0.0, 1.0) * max));
        let bytes = input.depth.pixel_bytes();
        crop(&rgba, bytes, enlarged.window.part.width, input.keep.scaled(self.network.scale()))
    }
}

/// The picture as map 0: red, green, blue and a gap.
fn picture_features(input: &TileInput) -> Features {
    let max = f32::from(input.depth.max());
    let mut data: Vec<f32> = input.depth.values(&input.rgba).map(|value| f32::from(value) / max).collect();
    data.iter_mut().skip(3).step_by(4).for_each(|alpha| *alpha = 0.0);
    Features { window: input.window, channels: BLOCK, data }
}

fn pack(op: &Op) -> Vec<f32> {
    if let Op::Conv(conv) = op { conv::pack(conv) } else { Vec::new() }
}

/// Runs one op over the maps of a tile; the last op answers with the enlarged picture.
///
/// # Panics
/// When a map that it reads or writes has fewer channels, or is of another size, than the op needs.
#[must_use]
pub fn run_op(op: &Op, maps: &mut [Features]) -> Option<Features> {
    run_packed(op, &pack(op), maps)
}

fn run_packed(op: &Op, weights: &[f32], maps: &mut [Features]) -> Option<Features> {
    let made = match op {
        Op::Conv(conv) => conv::run(conv, weights, maps),
        Op::MaxPool(pool) => max_pool::run(pool, maps),
        Op::Resize(resize) => resize::run(resize, maps),
        Op::PixelUnshuffle(unshuffle) => pixel_unshuffle::run(unshuffle, &maps[0]),
        Op::GroupNorm(norm) => group_norm::run(norm, maps),
        Op::LayerNorm(norm) => layer_norm::run(norm, maps),
        Op::DySample(sample) => dy_sample::run(sample, maps),
        Op::PixelShuffle(shuffle) => return Some(pixel_shuffle::run(shuffle, maps)),
    };
    if let Some(slice) = op.writes() {
        maps[slice.map].store(slice, &made);
    }
    None
}

/// All feature maps of a tile, and the enlarged picture before it is clamped to 0..=1. For tests, which look at each.
#[must_use]
pub fn run_all(network: &Network, input: &TileInput) -> (Vec<Features>, Option<Features>) {
    let mut maps = vec![picture_features(input)];
    for (map, window) in network.maps().iter().zip(network.windows(input.window)).skip(1) {
        let mut features = Features::empty(window);
        features.allocate(map.channels);
        maps.push(features);
    }
    let enlarged = network.ops().iter().find_map(|op| run_op(op, &mut maps));
    (maps, enlarged)
}

/// What a network makes of a tile, RGBA of the same depth: as [`Backend::run`], at once and on this thread.
#[cfg(any(not(target_arch = "wasm32"), feature = "conversion"))]
pub(crate) fn enlarge(network: &Network, input: &TileInput) -> Vec<u8> {
    match RowPlan::new(network) {
        Some(plan) => run_rows(&Arc::new(plan), input, network.scale()),
        None => Prepared::new(network).run_tile(input),
    }
}

/// What runs a network.
enum Engine {
    /// Row by row, fast.
    Rows(Arc<RowPlan>),
    /// Tile by tile with the loops, for networks with ops that do not go row by row.
    Loops(Arc<Prepared>),
}

/// The CPU backend.
pub struct Cpu {
    engine: Engine,
    scale: u32,
    tiling: Tiling,
    tile: u32,
    in_flight: usize,
    info: BackendInfo,
}

impl Cpu {
    /// Makes a network ready. `tile` is the inner edge of tiles in LR pixels, or the height of strips where the picture goes through
    /// row by row; None for a good one.
    #[must_use]
    pub fn new(network: &Network, tile: Option<u32>, warnings: Vec<String>) -> Self {
        let threads = stream::threads();
        let adapter = if threads == 1 { "1 thread".into() } else { format!("{threads} threads") };
        let tile = tile.unwrap_or_else(|| preferred_tile(network));
        let engine = match RowPlan::new(network) {
            Some(plan) => Engine::Rows(Arc::new(plan)),
            None => Engine::Loops(Arc::new(Prepared::new(network))),
        };
        // One more than run at a time, so that no thread waits while a finished tile is handed on. Rows keep all threads busy.
        let busy = if matches!(engine, Engine::Rows(_)) { 2 } else { threads + usize::from(threads > 1) };
        let affordable = MAX_BYTES / tile_bytes(network, f64::from(tile + 2 * network.tiling().halo));
        Self {
            engine,
            scale: network.scale(),
            tiling: network.tiling(),
            tile,
            in_flight: busy.min(affordable as usize).max(1),
            info: BackendInfo {
                name: "cpu",
                kind: BackendKind::Network,
                adapter,
                precision: "f32",
                blocking: None,
                warnings,
            },
        }
    }
}

/// A good inner edge of tiles.
pub(crate) fn preferred_tile(network: &Network) -> u32 {
    let halo = network.tiling().halo;
    let tile = if halo > LARGE_HALO { TILE_WITH_LARGE_HALO } else { TILE };
    let largest_outer = (MAX_TILE_BYTES / tile_bytes(network, 1.0)).sqrt() as u32;
    tile.min(largest_outer.saturating_sub(2 * halo)).max(1)
}

/// Whether there is memory for the rows of a picture of that width, padding included.
pub(crate) fn has_room(plan: &RowPlan, width: u32) -> bool {
    stream::bytes(plan, width as usize) as f64 <= MAX_BYTES
}

/// Memory of the feature maps of a tile with that outer edge.
fn tile_bytes(network: &Network, outer: f64) -> f64 {
    outer.powi(2) * network.peak_values_per_pixel() * size_of::<f32>() as f64
}

/// A tile as a picture of its own.
fn run_rows(plan: &Arc<RowPlan>, input: &TileInput, scale: u32) -> Vec<u8> {
    let part = input.window.part;
    let size = [part.width, part.height].map(|length| length as usize);
    let enlarged = stream::Stream::new(plan, size, size, input.depth).push(&input.rgba);
    crop(&enlarged, input.depth.pixel_bytes(), part.width * scale, input.keep.scaled(scale))
}

impl Backend for Cpu {
    fn info(&self) -> &BackendInfo {
        &self.info
    }

    fn scale(&self) -> u32 {
        self.scale
    }

    fn tiling(&self) -> Tiling {
        self.tiling
    }

    fn tile(&self) -> u32 {
        self.tile
    }

    fn in_flight(&self) -> usize {
        self.in_flight
    }

    fn run(&self, input: TileInput) -> Run<'_> {
        let scale = self.scale;
        match &self.engine {
            Engine::Rows(plan) => {
                let plan = plan.clone();
                start(move || run_rows(&plan, &input, scale))
            }
            Engine::Loops(prepared) => {
                let prepared = prepared.clone();
                start(move || prepared.run_tile(&input))
            }
        }
    }

    fn stream(&self, width: u32, height: u32, depth: Depth) -> Option<Box<dyn Stream>> {
        let Engine::Rows(plan) = &self.engine else { return None };
        let size = [width, height];
        let padded = size.map(|length| self.tiling.padded(length) as usize);
        if !has_room(plan, padded[0] as u32) {
            return None;
        }
        let stream = stream::Stream::new(plan, size.map(|length| length as usize), padded, depth);
        Some(Box::new(running::Running::new(stream, self.tile)))
    }

    fn reach(&self) -> Option<Reach> {
        match &self.engine {
            Engine::Rows(plan) => Some(plan.reach()),
            Engine::Loops(prepared) => prepared.network.reach(),
        }
    }

    fn lead(&self, row: u32) -> u32 {
        match &self.engine {
            Engine::Rows(plan) => plan.lead(row as usize) as u32,
            Engine::Loops(_) => 0,
        }
    }
}

/// Does some work aside.
#[cfg(not(target_arch = "wasm32"))]
fn start<'a>(work: impl FnOnce() -> Vec<u8> + Send + 'static) -> Run<'a> {
    let (sender, receiver) = futures_channel::oneshot::channel();
    rayon::spawn(move || {
        // Nobody receives when the upscale was cancelled: then there is nothing to do at all.
        if !sender.is_canceled() {
            let _ = sender.send(work());
        }
    });
    Box::pin(async move { receiver.await.map_err(|_| crate::Error::Cancelled) })
}

/// Does some work when it is waited for.
#[cfg(target_arch = "wasm32")]
fn start<'a>(work: impl FnOnce() -> Vec<u8> + 'static) -> Run<'a> {
    Box::pin(async move {
        crate::turn::next_turn().await;
        Ok(work())
    })
}
