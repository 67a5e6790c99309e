//! Runs a network on the CPU with plain loops: the truth that tests hold the GPU against.
//!
//! Feature maps lie row by row, all channels of a pixel together. On native, tiles run side by side on all cores; in a
//! browser, one after another, with a turn of the event loop between them so that a cancel gets through.

mod conv3x3;
mod pixel_shuffle;

use std::sync::Arc;

use conv3x3::Conv3x3;
use pixel_shuffle::pixel_shuffle;

use crate::{Backend, BackendInfo, Network, Run, TileInput, network::Op, picture::crop};

/// A feature map.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Channels of each pixel.
    pub channels: usize,
    /// `[height][width][channels]`.
    pub data: Vec<f32>,
}

/// A network made ready for the CPU.
struct Prepared {
    steps: Vec<Step>,
    scale: usize,
}

/// An op made ready.
enum Step {
    Conv3x3(Conv3x3),
    PixelShuffle { source: usize, scale: usize },
}

impl Step {
    fn new(op: &Op, scale: u32) -> Self {
        match op {
            Op::Conv3x3(conv) => Self::Conv3x3(Conv3x3::new(conv)),
            Op::PixelShuffle(shuffle) => Self::PixelShuffle { source: shuffle.source.0, scale: scale as usize },
        }
    }

    fn run(&self, values: &[Features]) -> Features {
        match self {
            Self::Conv3x3(conv) => conv.run(values),
            Self::PixelShuffle { source, scale } => pixel_shuffle(&values[*source], &values[0], *scale),
        }
    }
}

impl Prepared {
    fn new(network: &Network) -> Self {
        let steps = network.ops().iter().map(|op| Step::new(op, network.scale()));
        Self { steps: steps.collect(), scale: network.scale() as usize }
    }

    /// The enlarged picture, before it is clamped to 0..=1.
    fn run(&self, picture: Features) -> Features {
        let mut values = vec![picture];
        for step in &self.steps {
            values.push(step.run(&values));
        }
        values.swap_remove(values.len() - 1)
    }

    fn run_tile(&self, input: &TileInput) -> Vec<u8> {
        let pixels = input.rgba.as_chunks::<4>().0.iter();
        let picture = Features {
            width: input.width as usize,
            height: input.height as usize,
            channels: 3,
            data: pixels.flat_map(|&[red, green, blue, _]| [red, green, blue]).map(|v| f32::from(v) / 255.0).collect(),
        };
        let enlarged = self.run(picture);
        let quantized = |value: f32| (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
        let pixels = enlarged.data.as_chunks::<3>().0.iter();
        let rgba: Vec<u8> =
            pixels.flat_map(|&[red, green, blue]| [quantized(red), quantized(green), quantized(blue), 255]).collect();
        crop(&rgba, enlarged.width as u32, input.keep.scaled(self.scale as u32))
    }
}

/// Runs one op of a network of that scale. `values` are the picture (3 channels in 0..=1) and what the ops before made.
///
/// # Panics
/// When `values` has fewer values, or values of other sizes, than the op reads.
#[must_use]
pub fn run_op(op: &Op, scale: u32, values: &[Features]) -> Features {
    Step::new(op, scale).run(values)
}

/// The CPU backend.
pub struct Cpu {
    prepared: Arc<Prepared>,
    halo: u32,
    tile: u32,
    threads: usize,
    info: BackendInfo,
}

impl Cpu {
    /// Makes a network ready. `tile` is the inner edge of tiles in LR pixels, None for a good one.
    #[must_use]
    pub fn new(network: &Network, tile: Option<u32>, warnings: Vec<String>) -> Self {
        #[cfg(not(target_arch = "wasm32"))]
        let threads = rayon::current_num_threads();
        #[cfg(target_arch = "wasm32")]
        let threads = 1;
        let adapter = if threads == 1 { "1 thread".into() } else { format!("{threads} threads") };
        Self {
            prepared: Arc::new(Prepared::new(network)),
            halo: network.radius(),
            tile: tile.unwrap_or(64),
            threads,
            info: BackendInfo { name: "cpu", adapter, precision: "f32", warnings },
        }
    }
}

impl Backend for Cpu {
    fn info(&self) -> &BackendInfo {
        &self.info
    }

    fn scale(&self) -> u32 {
        self.prepared.scale as u32
    }

    fn halo(&self) -> u32 {
        self.halo
    }

    fn tile(&self) -> u32 {
        self.tile
    }

    fn in_flight(&self) -> usize {
        // One more than run at a time, so that no thread waits while a finished tile is handed on.
        self.threads + usize::from(self.threads > 1)
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn run(&self, input: TileInput) -> Run<'_> {
        let (sender, receiver) = futures_channel::oneshot::channel();
        let prepared = self.prepared.clone();
        rayon::spawn(move || {
            // Nobody receives when the upscale was cancelled: then there is nothing to do at all.
            if !sender.is_canceled() {
                let _ = sender.send(prepared.run_tile(&input));
            }
        });
        Box::pin(async move { receiver.await.map_err(|_| crate::Error::Cancelled) })
    }

    #[cfg(target_arch = "wasm32")]
    fn run(&self, input: TileInput) -> Run<'_> {
        Box::pin(async move {
            crate::web::next_turn().await;
            Ok(self.prepared.run_tile(&input))
        })
    }
}
