//! Runs a network on a GPU with wgpu, natively and in the browser from the same code and shaders.
//!
//! `plan` turns ops into dispatches over a few reused buffers, `kernels` compiles the shaders and packs weights for
//! them, `run` puts a tile through. Weights are uploaded once. Each tile is one compute pass and one submit, and
//! several tiles are under way at a time so that the GPU never waits for the way back.

mod device;
mod kernels;
mod plan;
mod run;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

use std::cell::RefCell;

pub use kernels::shader_variants;

use crate::{Backend, BackendInfo, Error, Network, Precision, Result, Run, TileInput};
use device::Device;
use kernels::Kernel;
use plan::Plan;
use run::Slot;

/// The GPU backend.
pub struct Gpu {
    device: Device,
    plan: Plan,
    kernels: Vec<Kernel>,
    /// Feature maps between layers, shared by all tiles: the GPU runs one tile after another.
    features: Vec<wgpu::Buffer>,
    /// What belongs to one tile under way; those that no tile uses at the moment.
    idle: RefCell<Vec<Slot>>,
    scale: u32,
    halo: u32,
    tile: u32,
    info: BackendInfo,
}

impl Gpu {
    /// Opens the fastest adapter, uploads the weights and compiles the shaders. `tile` is the inner edge of tiles in LR
    /// pixels, None for a good one. With `allow_software` an adapter that simulates a GPU on the CPU will do.
    ///
    /// # Errors
    /// [`Error::NoGpu`] when there is no adapter that will do, [`Error::Gpu`] when it refuses the work,
    /// [`Error::InvalidOption`] when `tile` is too large for its memory limits or it lacks the precision asked for.
    pub async fn open(
        network: &Network,
        precision: Precision,
        tile: Option<u32>,
        allow_software: bool,
    ) -> Result<Self> {
        let device = Device::open(precision, allow_software).await?;
        let plan = Plan::new(network);
        // A weight beyond the range of f16 would become infinite.
        let half = device.half && network.fits_f16();
        if precision == Precision::F16 && !half {
            let reason = "The precision f16 cannot hold this model's weights; choose f32.";
            return Err(Error::InvalidOption(reason.into()));
        }
        let (halo, scale) = (network.radius(), network.scale());
        let largest = plan.largest_tile(halo, scale, if half { 2 } else { 4 }, device.max_buffer_bytes());
        let tile = match tile {
            Some(tile) if tile > largest => {
                let reason = format!("Tiles of {tile} pixels exceed this GPU's buffers; it takes at most {largest}.");
                return Err(Error::InvalidOption(reason));
            }
            Some(tile) => tile,
            None if largest == 0 => {
                return Err(Error::Gpu("this model's feature maps exceed the GPU's buffers at any tile size".into()));
            }
            None => device.preferred_tile().min(largest),
        };
        let outer = tile + 2 * halo;
        let (kernels, features) = device
            .checked(|| {
                let kernels = kernels::build(&device, network, &plan, half);
                let features = plan.create_features(&device, outer, half);
                (kernels, features)
            })
            .await?;
        let info = BackendInfo {
            name: "gpu",
            adapter: device.name.clone(),
            precision: if half { "f16" } else { "f32" },
            warnings: device.warnings(),
        };
        Ok(Self { device, plan, kernels, features, idle: RefCell::default(), scale, halo, tile, info })
    }
}

impl Backend for Gpu {
    fn info(&self) -> &BackendInfo {
        &self.info
    }

    fn scale(&self) -> u32 {
        self.scale
    }

    fn halo(&self) -> u32 {
        self.halo
    }

    fn tile(&self) -> u32 {
        self.tile
    }

    fn in_flight(&self) -> usize {
        2
    }

    fn run(&self, input: TileInput) -> Run<'_> {
        let slot = self.idle.borrow_mut().pop().unwrap_or_else(|| Slot::new(self));
        let submitted = slot.submit(self, &input);
        Box::pin(async move {
            let (pixels, slot) = submitted.read(&self.device).await?;
            self.idle.borrow_mut().push(slot);
            Ok(pixels)
        })
    }
}
