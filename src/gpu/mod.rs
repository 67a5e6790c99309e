//! Runs a network on a GPU with wgpu, natively and in the browser from the same code and shaders.
//!
//! `plan` turns ops into dispatches over a few reused buffers, `kernels` compiles the shaders and packs weights for
//! them, `run` puts a tile through. Weights are uploaded once. A tile is one compute pass and one submit, or several
//! where that would keep the GPU busy for too long, and enough tiles are under way at a time that the GPU never waits for
//! the way back; `pace` measures both. Of several ways to block the convolutions, `trial` finds the fastest.

mod blocking;
mod buffers;
mod clock;
mod device;
mod entry;
mod features;
mod kernels;
#[cfg(not(target_arch = "wasm32"))]
mod layers;
mod pace;
#[cfg(not(target_arch = "wasm32"))]
mod peak;
mod plan;
mod remembered;
mod run;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod shader_tests;
mod source;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod trial;

use std::cell::RefCell;

pub use blocking::{Blocking, BlockingChoice};
#[cfg(not(target_arch = "wasm32"))]
pub use {layers::LayerTime, peak::Peak, source::shader_variants};

use crate::{
    Backend, BackendInfo, BackendKind, Error, FeaturesRun, Network, Precision, Result, Run, TileInput,
    tile::{Reach, Tiling},
};
use device::Device;
use kernels::Kernel;
use pace::Pace;
use plan::DispatchPlan;
use run::Slot;

/// The most memory that feature maps may take together: a GPU of 4 GB holds it beside weights and a desktop.
const MAX_FEATURE_BYTES: u64 = 1 << 30;

/// Where tiles of this edge do not fit, smaller ones will not do either: what is left is weights and halo.
pub(crate) const SMALLEST_TILE: u32 = 16;

/// How a GPU is to be used.
#[derive(Clone, Copy, Debug, Default)]
pub struct GpuOptions {
    /// How values between layers are stored.
    pub precision: Precision,
    /// The inner edge of tiles in LR pixels, None for a good one.
    pub tile: Option<u32>,
    /// How 3x3 convolutions are blocked.
    pub blocking: BlockingChoice,
    /// Whether an adapter that simulates a GPU on the CPU will do.
    pub allow_software: bool,
}

/// The GPU backend.
pub struct Gpu {
    device: Device,
    network: Network,
    plan: DispatchPlan,
    kernels: Vec<Kernel>,
    /// Feature maps between layers, shared by all tiles: the GPU runs one tile after another.
    features: Vec<wgpu::Buffer>,
    /// What group normalisations leave for themselves.
    statistics: wgpu::Buffer,
    /// Stands in for an output where there is none.
    unwritten: wgpu::Buffer,
    /// What belongs to one tile under way; those that no tile uses at the moment.
    idle: RefCell<Vec<Slot>>,
    pace: Pace,
    tile: u32,
    /// The largest outer edge of a tile.
    outer: u32,
    info: BackendInfo,
}

impl Gpu {
    /// Opens the fastest adapter, uploads the weights and compiles the shaders.
    ///
    /// # Errors
    /// [`Error::NoGpu`] when there is no adapter that will do, [`Error::Gpu`] when it refuses the work,
    /// [`Error::InvalidOption`] when the tile is too large for its memory limits or it lacks the precision asked for.
    pub async fn open(network: &Network, options: GpuOptions) -> Result<Self> {
        let device = Device::open(options.precision, options.allow_software).await?;
        // A weight beyond the range of f16 would become infinite.
        let half = device.half && network.fits_f16();
        if options.precision == Precision::F16 && !half {
            let reason = "The precision f16 cannot hold this model's weights; choose f32.";
            return Err(Error::InvalidOption(reason.into()));
        }
        let blocking = match options.blocking {
            BlockingChoice::Only(blocking) => blocking,
            BlockingChoice::Auto => trial::remembered_or_run(&device, network, half).await?,
            BlockingChoice::Trial => trial::run(&device, network, half).await?,
        };
        let plan = DispatchPlan::new(network, blocking, device.fuses());
        Self::new(device, network, plan, half, options.tile).await
    }

    /// Makes the steps of a plan ready to run.
    async fn new(device: Device, network: &Network, plan: DispatchPlan, half: bool, tile: Option<u32>) -> Result<Self> {
        let largest = plan.largest_tile(&device, network, half);
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
        let outer = network.tiling().padded(tile + 2 * margin(network));
        let made = device.checked(|| {
            let create = |label, size| device.create_storage(label, size);
            let bytes = plan.buffers.bytes(outer, stored_bytes(half));
            (
                kernels::build(&device, network, &plan, half),
                bytes.into_iter().map(|size| create("features", size)).collect(),
                create("statistics", 8 * plan.groups.max(1) as u64),
                create("unwritten", 16),
            )
        });
        let (kernels, features, statistics, unwritten) = match made.await {
            // Whether the GPU has the memory that its limits promise shows only here.
            Err(Error::OutOfMemory(_)) if tile > SMALLEST_TILE => {
                let mut gpu = Box::pin(Self::new(device, network, plan, half, Some(smaller(tile)))).await?;
                gpu.info
                    .warnings
                    .push(format!("The GPU has too little memory for tiles of {tile} pixels, so they are smaller."));
                return Ok(gpu);
            }
            other => other?,
        };
        let info = BackendInfo {
            name: "gpu",
            kind: BackendKind::Network,
            adapter: device.name.clone(),
            precision: if half { "f16" } else { "f32" },
            blocking: Some(plan.blocking),
            warnings: device.warnings(),
        };
        Ok(Self {
            pace: Pace::new(device.is_software),
            device,
            network: network.outline(),
            plan,
            kernels,
            features,
            statistics,
            unwritten,
            idle: RefCell::default(),
            tile,
            outer,
            info,
        })
    }

    /// The device, for tests that end it.
    #[cfg(all(test, not(target_arch = "wasm32")))]
    pub(crate) fn device(&self) -> wgpu::Device {
        self.device.device.clone()
    }

    /// Adds what a person should know of how it came to this GPU.
    pub(crate) fn warn(&mut self, warnings: &[String]) {
        self.info.warnings.extend_from_slice(warnings);
    }
}

/// The tile to try where one that large did not do.
pub(crate) fn smaller(tile: u32) -> u32 {
    (tile / 2).max(SMALLEST_TILE.min(tile))
}

impl DispatchPlan {
    /// The largest inner edge of tiles that a GPU has memory for, 0 where there is none.
    fn largest_tile(&self, device: &Device, network: &Network, half: bool) -> u32 {
        let (bytes, max_bytes) = (stored_bytes(half), device.max_buffer_bytes());
        self.buffers.largest_tile(margin(network), network.scale(), bytes, max_bytes, MAX_FEATURE_BYTES)
    }
}

/// How far a tile's outer part may go beyond its inner part: it grows by less than the alignment at each end.
fn margin(network: &Network) -> u32 {
    let tiling = network.tiling();
    tiling.halo + tiling.align - 1
}

/// Size of a stored value.
fn stored_bytes(half: bool) -> u64 {
    if half { 2 } else { 4 }
}

impl Backend for Gpu {
    fn info(&self) -> &BackendInfo {
        &self.info
    }

    fn scale(&self) -> u32 {
        self.network.scale()
    }

    fn tiling(&self) -> Tiling {
        self.network.tiling()
    }

    fn tile(&self) -> u32 {
        self.tile
    }

    fn reach(&self) -> Option<Reach> {
        self.network.reach()
    }

    fn in_flight(&self) -> usize {
        self.pace.in_flight(self.plan.flops() * f64::from(self.outer).powi(2))
    }

    fn run(&self, input: TileInput) -> Run<'_> {
        let slot = self.idle.borrow_mut().pop().unwrap_or_else(|| Slot::new(self));
        let submitted = slot.submit(self, &input);
        Box::pin(async move {
            let made = submitted.read(self).await;
            if let Err(Error::OutOfMemory(_)) = made {
                // What this GPU holds is what the next attempt lacks.
                self.device.device.destroy();
            }
            let (pixels, slot) = made?;
            self.idle.borrow_mut().push(slot);
            Ok(pixels)
        })
    }

    fn features<'a>(&'a self, input: &'a TileInput, op: usize) -> Option<FeaturesRun<'a>> {
        let output = self.network.ops()[op].writes()?;
        // The last of its steps leaves what the op makes.
        let step = self.plan.steps.iter().rposition(|step| step.op == op)?;
        Some(Box::pin(self.features_after(input, step, output)))
    }
}
