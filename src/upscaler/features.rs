//! What a layer of the network answers on a part of a picture.

use super::{Upscaler, tiles::input};
use crate::{
    Backend, Error, Network, Picture, Result,
    cpu::Probe,
    network::Layer,
    tile::{Grid, Rect, Tile, Tiling},
};

/// The largest edge of a part that is looked at, in pixels of the picture.
pub(crate) const MAX_EDGE: u32 = 256;

/// The edge of the part that is looked at where nobody names one.
const USUAL_EDGE: u32 = 128;

/// What a layer answers on a part of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureMaps {
    /// Number of channels.
    pub channels: usize,
    /// Pixels of width of each channel's map; where a map is larger or smaller than the picture, its pixels that begin in the part.
    pub width: usize,
    /// Pixels of height, likewise.
    pub height: usize,
    /// `[channels][height][width]`, in the network's own units.
    pub values: Vec<f32>,
}

impl FeatureMaps {
    fn new(channels: usize, width: u32, height: u32) -> Self {
        let (width, height) = (width as usize, height as usize);
        Self { channels, width, height, values: vec![0.0; channels * width * height] }
    }

    /// The part to look at where nobody names one: 128 x 128 pixels in the middle of a picture, or as much as there is.
    #[must_use]
    pub fn usual_part(picture: &Picture) -> Rect {
        let [(x, width), (y, height)] = [picture.width, picture.height].map(|whole| {
            let edge = whole.min(USUAL_EDGE);
            ((whole - edge) / 2, edge)
        });
        Rect { x, y, width, height }
    }

    /// The least and the largest value of each channel.
    #[must_use]
    pub fn ranges(&self) -> Vec<[f32; 2]> {
        let range = |map: &[f32]| {
            map.iter()
                .fold([f32::INFINITY, f32::NEG_INFINITY], |[least, most], &value| [least.min(value), most.max(value)])
        };
        self.values.chunks_exact((self.width * self.height).max(1)).map(range).collect()
    }

    /// Puts in what lies in a part of `[height][width][channels]`, `row` pixels wide.
    fn put(&mut self, [x, y]: [u32; 2], values: &[f32], row: u32, part: Rect) {
        let plane = self.width * self.height;
        for down in 0..part.height {
            for across in 0..part.width {
                let from = ((part.y + down) * row + part.x + across) as usize * self.channels;
                let to = (y + down) as usize * self.width + (x + across) as usize;
                for channel in 0..self.channels {
                    self.values[channel * plane + to] = values[from + channel];
                }
            }
        }
    }
}

impl Upscaler {
    /// What a layer answers on a part of a picture, as in the whole picture: the part's surroundings count as far as tiles overlap.
    /// `network` is the one that this upscaler was opened with. A GPU answers in the precision of its storage.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] for a part beyond the picture, or larger than 256 pixels a side, or a layer of another network; the
    /// backend's own.
    pub async fn features(
        &self,
        network: &Network,
        layer: &Layer,
        picture: &Picture,
        part: Rect,
    ) -> Result<FeatureMaps> {
        check_part(part, picture)?;
        if part.width.max(part.height) > MAX_EDGE {
            let reason = format!(
                "The part has {} x {} pixels; layers are looked at on at most {MAX_EDGE} x {MAX_EDGE}.",
                part.width, part.height
            );
            return Err(Error::InvalidOption(reason));
        }
        let is_own = network.ops().get(layer.op).and_then(crate::network::Op::writes) == Some(layer.output);
        let Some(probe) = Probe::new(network, layer.op).filter(|_| is_own) else {
            return Err(Error::InvalidOption(format!("The network has no layer {}.", layer.name)));
        };
        let picture = picture.bled();
        loop {
            let backend = self.backend();
            match look(&*backend, network, layer, &probe, &picture, part).await {
                Err(failure) => self.replace(&backend, failure).await?,
                made => return made,
            }
        }
    }
}

/// Checks that a part lies inside a picture.
pub(crate) fn check_part(part: Rect, picture: &Picture) -> Result<()> {
    let fits = |start: u32, length: u32, whole: u32| length > 0 && start < whole && length <= whole - start;
    if fits(part.x, part.width, picture.width) && fits(part.y, part.height, picture.height) {
        return Ok(());
    }
    let Rect { x, y, width, height } = part;
    let reason = format!(
        "The part of {width} x {height} pixels at {x}, {y} does not lie in the picture of {} x {}.",
        picture.width, picture.height
    );
    Err(Error::InvalidOption(reason))
}

/// The tiles of a part of a picture, in the picture's pixels.
pub(super) fn tiles(picture: &Picture, part: Rect, tile: u32, tiling: Tiling) -> impl Iterator<Item = Tile> {
    let (width, height) = (picture.width, picture.height);
    Grid::new(part.width, part.height, tile, tiling).tiles().map(move |tile| {
        let inner = Rect { x: part.x + tile.inner.x, y: part.y + tile.inner.y, ..tile.inner };
        Tile { inner, outer: inner }.grown(&tiling, width, height)
    })
}

async fn look(
    backend: &dyn Backend,
    network: &Network,
    layer: &Layer,
    probe: &Probe,
    picture: &Picture,
    part: Rect,
) -> Result<FeatureMaps> {
    let (map, tiling) = (layer.output.map, network.tiling());
    let size = [picture.width, picture.height];
    let mut made: Option<(FeatureMaps, Rect)> = None;
    // The CPU takes the part as it is; a GPU's buffers are as large as its tiles.
    let tile = if backend.info().name == "gpu" { backend.tile() } else { MAX_EDGE };
    for tile in tiles(picture, part, tile, tiling) {
        let input = input(picture, &tile, &tiling);
        let values = match backend.features(&input, layer.op) {
            Some(run) => run.await?,
            None => {
                crate::turn::next_turn().await;
                probe.run(&input)
            }
        };
        let window = network.windows(input.window)[map];
        let in_map = |part: Rect| network.part_of_map(map, part, size, window.whole);
        let (maps, whole) = made.get_or_insert_with(|| {
            let whole = in_map(part);
            (FeatureMaps::new(layer.output.channels, whole.width, whole.height), whole)
        });
        let inner = in_map(tile.inner);
        let inside = Rect { x: inner.x - window.part.x, y: inner.y - window.part.y, ..inner };
        maps.put([inner.x - whole.x, inner.y - whole.y], &values, window.part.width, inside);
    }
    Ok(made.map_or_else(|| FeatureMaps::new(0, 0, 0), |(maps, _)| maps))
}
