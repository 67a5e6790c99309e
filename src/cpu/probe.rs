//! What a layer of a network makes of a tile, on the CPU.

use std::sync::Arc;

use super::{
    Prepared, picture_features,
    stream::{self, RowPlan},
};
use crate::{Network, TileInput, network::Slice};

/// The ops of a network up to a layer, ready to run: fast and row by row where its ops allow that, else with plain loops.
pub struct Probe {
    engine: Engine,
    op: usize,
    output: Slice,
}

enum Engine {
    Rows(Arc<RowPlan>),
    Loops(Box<Prepared>),
}

impl Probe {
    /// None for an op that makes no map: the last one, which makes the enlarged picture.
    #[must_use]
    pub fn new(network: &Network, op: usize) -> Option<Self> {
        let output = network.ops().get(op)?.writes()?;
        let engine = match RowPlan::for_steps(network, 0..op + 1) {
            Some(plan) => Engine::Rows(Arc::new(plan)),
            None => Engine::Loops(Box::new(Prepared::new(network))),
        };
        Some(Self { engine, op, output })
    }

    /// `[height][width][channels]` of what the layer makes of a tile, with zeros around it where the picture goes on.
    #[must_use]
    pub fn run(&self, input: &TileInput) -> Vec<f32> {
        match &self.engine {
            Engine::Rows(plan) => {
                let size = [input.window.part.width, input.window.part.height].map(|length| length as usize);
                stream::features(plan, self.op, self.output.channels, size, input.depth, &input.rgba)
            }
            Engine::Loops(prepared) => {
                let maps = prepared.run_until(self.op + 1, picture_features(input));
                let map = &maps[self.output.map];
                let pixels = map.data.chunks_exact(map.channels);
                pixels.flat_map(|pixel| &pixel[self.output.first..][..self.output.channels]).copied().collect()
            }
        }
    }
}
