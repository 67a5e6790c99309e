//! The CPU backend over several workers: each runs some steps of the network, and rows go from one to the next.

use std::{cell::Cell, rc::Rc};

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::JsFuture;

use super::{describe, weight_files::WeightFiles};
use crate::{
    Backend, BackendInfo, BackendKind, Error, Network, Result, Run, Stream, TileInput,
    cpu::{
        self,
        stream::{self, RowPlan},
    },
    picture::{Depth, crop},
    tile::{Reach, Rect, Tiling},
};

#[wasm_bindgen(raw_module = "./js/cpu/pool.js")]
extern "C" {
    /// See js/cpu/pool.js.
    type StagePool;
    #[wasm_bindgen(static_method_of = StagePool, catch)]
    async fn start(module: JsValue, weights: &Uint8Array, ends: Vec<u32>) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    fn begin(this: &StagePool) -> f64;
    #[wasm_bindgen(method)]
    fn push(this: &StagePool, id: f64, width: u32, height: u32, is_16_bit: bool, rgba: Uint8Array) -> Promise;
    #[wasm_bindgen(method)]
    fn end(this: &StagePool, id: f64);
    #[wasm_bindgen(method)]
    fn close(this: &StagePool);
}

/// Workers that end with the last that needs them.
struct Workers(StagePool);

impl Drop for Workers {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// The CPU backend over workers.
pub(super) struct Pool {
    workers: Rc<Workers>,
    stages: usize,
    /// Knows the network's steps and runs none.
    plan: RowPlan,
    scale: u32,
    tiling: Tiling,
    tile: u32,
    /// The most rows of a strip.
    most_rows: u32,
    info: BackendInfo,
}

impl Pool {
    /// Starts at most `threads` workers with a network and its weight files. None where more than one cannot be of use. `tile` is that
    /// of [`crate::BackendOptions`]. Fails with the reason why a worker cannot be started.
    pub(super) async fn start(
        network: &Network,
        weights: &WeightFiles,
        threads: usize,
        tile: Option<u32>,
        warnings: Vec<String>,
    ) -> Result<Option<Self>, String> {
        let Some(plan) = RowPlan::for_steps(network, 0..0) else { return Ok(None) };
        let stages = plan.stages(network, threads);
        if stages.len() < 2 {
            return Ok(None);
        }
        let ends = stages.iter().map(|steps| steps.end as u32).collect();
        let file = weights.for_workers().map_err(|error| error.to_string())?;
        let pool = StagePool::start(wasm_bindgen::module(), &file, ends).await;
        let pool = pool.map_err(|reason| describe(&reason))?;
        Ok(Some(Self {
            workers: Rc::new(Workers(pool.unchecked_into())),
            stages: stages.len(),
            plan,
            scale: network.scale(),
            tiling: network.tiling(),
            tile: tile.unwrap_or_else(|| cpu::preferred_tile(network)),
            most_rows: tile.unwrap_or(u32::MAX),
            info: BackendInfo {
                name: "cpu",
                kind: BackendKind::Network,
                adapter: format!("{} threads", stages.len()),
                precision: "f32",
                blocking: None,
                warnings,
            },
        }))
    }

    /// How many workers there are.
    pub(super) fn stages(&self) -> usize {
        self.stages
    }

    /// A picture of `size` that is padded to `padded`.
    fn picture(&self, size: [u32; 2], padded: [u32; 2], depth: Depth) -> PictureOnItsWay {
        let id = self.workers.0.begin();
        let scale = self.scale;
        let strip = self.most_rows.min(stream::step(&self.plan, padded[0] as usize) as u32);
        PictureOnItsWay {
            workers: self.workers.clone(),
            id,
            padded,
            depth,
            width: size[0],
            scale,
            strip,
            stages: self.stages,
            left: Rc::new(Cell::new(size[1] * scale)),
        }
    }
}

impl Backend for Pool {
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

    /// Each tile is spread over all workers, and takes the memory of a picture of its size.
    fn in_flight(&self) -> usize {
        1
    }

    /// A tile as a picture of its own.
    fn run(&self, input: TileInput) -> Run<'_> {
        let size = [input.window.part.width, input.window.part.height];
        let bytes = input.depth.pixel_bytes();
        let mut picture = self.picture(size, size, input.depth);
        let strips = input.rgba.chunks((picture.strip * size[0]) as usize * bytes);
        let runs: Vec<_> = strips.map(|strip| picture.push(strip.to_vec())).collect();
        Box::pin(async move {
            let mut enlarged = Vec::new();
            for run in runs {
                enlarged.extend(run.await?);
            }
            drop(picture);
            Ok(crop(&enlarged, bytes, size[0] * self.scale, input.keep.scaled(self.scale)))
        })
    }

    fn stream(&self, width: u32, height: u32, depth: Depth) -> Option<Box<dyn Stream>> {
        let size = [width, height];
        let padded = size.map(|length| self.tiling.padded(length));
        cpu::has_room(&self.plan, padded[0]).then(|| Box::new(self.picture(size, padded, depth)) as Box<dyn Stream>)
    }

    fn reach(&self) -> Option<Reach> {
        Some(self.plan.reach())
    }

    fn lead(&self, row: u32) -> u32 {
        self.plan.lead(row as usize) as u32
    }
}

/// A picture that goes through the workers.
struct PictureOnItsWay {
    workers: Rc<Workers>,
    id: f64,
    /// Width and height with the padding.
    padded: [u32; 2],
    depth: Depth,
    width: u32,
    scale: u32,
    /// Rows of a strip.
    strip: u32,
    /// Workers.
    stages: usize,
    /// Rows of the enlarged picture that are still to come.
    left: Rc<Cell<u32>>,
}

impl Drop for PictureOnItsWay {
    fn drop(&mut self) {
        self.workers.0.end(self.id);
    }
}

impl Stream for PictureOnItsWay {
    fn strip(&self) -> u32 {
        self.strip
    }

    /// Each worker has one at work and one that waits. With more, what is cancelled would go on for long.
    fn in_flight(&self) -> usize {
        2 * self.stages
    }

    fn push(&mut self, rgba: Vec<u8>) -> Run<'static> {
        let [width, height] = self.padded;
        let (is_16_bit, bytes) = (self.depth == Depth::Sixteen, self.depth.pixel_bytes());
        let made = self.workers.0.push(self.id, width, height, is_16_bit, Uint8Array::from(&rgba[..]));
        let (made, left) = (JsFuture::from(made), self.left.clone());
        let (padded, width) = (width * self.scale, self.width * self.scale);
        Box::pin(async move {
            let pixels = made.await.map_err(|reason| Error::Worker(describe(&reason)))?;
            let pixels = pixels.unchecked_into::<Uint8Array>().to_vec();
            // Below and beside the picture lies what was made of the padding.
            let height = ((pixels.len() / (padded as usize * bytes)) as u32).min(left.get());
            left.set(left.get() - height);
            Ok(crop(&pixels, bytes, padded, Rect { x: 0, y: 0, width, height }))
        })
    }
}
