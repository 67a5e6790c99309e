//! Which backend to take, and whether the GPU can be trusted.

use super::{Backend, BackendChoice, BackendOptions, Precision, self_test};
use crate::{
    Error, Network, Result,
    cpu::Cpu,
    gpu::{Gpu, GpuOptions},
};

/// Opens the backend of a person's choice for a network.
///
/// # Errors
/// [`Error::NoGpu`] or [`Error::Gpu`] when a GPU was asked for and cannot be used, [`Error::InvalidOption`] for a tile of zero.
pub async fn open_backend(network: &Network, options: BackendOptions) -> Result<Box<dyn Backend>> {
    Ok(match choose(network, options).await? {
        Chosen::Gpu(gpu) => gpu,
        Chosen::Cpu(warnings) => Box::new(Cpu::new(network, options.tile, warnings)),
    })
}

/// What a person's choice comes to on this machine.
pub(crate) enum Chosen {
    /// A GPU that is open.
    Gpu(Box<dyn Backend>),
    /// The CPU, and what a person should know about that.
    Cpu(Vec<String>),
}

/// Looks for a GPU where a person's choice leaves it open.
///
/// # Errors
/// As [`open_backend`].
pub(crate) async fn choose(network: &Network, options: BackendOptions) -> Result<Chosen> {
    if options.tile == Some(0) {
        return Err(Error::InvalidOption("A tile must be at least 1 pixel wide.".into()));
    }
    let reason = match options.choice {
        BackendChoice::Cpu => return Ok(Chosen::Cpu(Vec::new())),
        BackendChoice::Gpu => return Ok(Chosen::Gpu(Box::new(open_gpu(network, options).await?))),
        BackendChoice::Auto => match open_gpu(network, options).await {
            Ok(gpu) => return Ok(Chosen::Gpu(Box::new(gpu))),
            Err(Error::NoGpu(reason) | Error::Gpu(reason) | Error::DeviceLost(reason)) => reason,
            Err(Error::OutOfMemory(_)) => "the GPU has too little memory".into(),
            Err(other) => return Err(other),
        },
    };
    Ok(Chosen::Cpu(vec![on_cpu_because(&reason)]))
}

/// A GPU that computes what it should, in f16 if a person leaves the choice and that is precise enough.
pub(crate) async fn open_gpu(network: &Network, options: BackendOptions) -> Result<Gpu> {
    let BackendOptions { choice, precision, tile, blocking } = options;
    let allow_software = choice == BackendChoice::Gpu;
    let gpu = Gpu::open(network, GpuOptions { precision, tile, blocking, allow_software }).await?;
    if precision == Precision::F16 {
        // Who asks for f16 by name gets it, coarse or not.
        return Ok(gpu);
    }
    let difference = self_test::difference(&gpu, network).await?;
    let is_half = gpu.info().precision == "f16";
    if difference <= if is_half { self_test::BOUNDS.0 } else { self_test::BOUNDS.1 } {
        return Ok(gpu);
    }
    if is_half {
        drop(gpu);
        return Box::pin(open_gpu(network, BackendOptions { precision: Precision::F32, ..options })).await;
    }
    Err(Error::Gpu(format!("it computes other colours than the CPU, up to {difference} of 255 apart")))
}

fn on_cpu_because(reason: &str) -> String {
    let mut sentence = format!("{reason}, so the CPU does the work; a real GPU would be faster.");
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    sentence
}
