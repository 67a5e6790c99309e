//! What goes on where a GPU fails or makes wrong pixels: the GPU again, more careful each time, and in the end the CPU.

use std::{cell::RefCell, rc::Rc};

use crate::{
    Backend, BackendChoice, BackendOptions, Error, Fallback, Network, Precision, Result,
    backend::{
        open::{Chosen, open_gpu},
        self_test,
    },
    cpu::Cpu,
    gpu::{SMALLEST_TILE, smaller},
};

/// How often a GPU is opened again.
const REOPENINGS: u32 = 2;

/// What runs a network at present, and what is tried next.
#[derive(Clone)]
pub(crate) struct Recovery {
    is_gpu: bool,
    /// Whether the GPU stores f16.
    is_half: bool,
    /// How the GPU was opened; the tile is its own.
    options: BackendOptions,
    reopenings_left: u32,
    /// A sentence for each failure.
    warnings: Vec<String>,
}

impl Recovery {
    /// For a backend that a person's choice came to.
    pub(crate) fn new(backend: &dyn Backend, options: BackendOptions) -> Self {
        let mut recovery =
            Self { is_gpu: true, is_half: false, options, reopenings_left: REOPENINGS, warnings: Vec::new() };
        recovery.look_at(backend);
        recovery
    }

    fn look_at(&mut self, backend: &dyn Backend) {
        let info = backend.info();
        (self.is_gpu, self.is_half) = (info.name == "gpu", info.precision == "f16");
        self.options.tile = Some(backend.tile());
    }

    /// Opens a GPU that is to go on after a failure, or leaves it to the CPU.
    ///
    /// # Errors
    /// The failure itself where nothing else can be tried: where it is not a GPU's, or the person has asked for a GPU by name and
    /// that has failed too often; and where the model changes colours whatever runs it.
    pub(crate) async fn open_after(&mut self, mut failure: Error, network: &Network) -> Result<Chosen> {
        if !self.is_gpu || matches!(failure, Error::WrongColours(_)) && self_test::changes_colours(network).await? {
            return Err(failure);
        }
        loop {
            let Some((what, is_last)) = told(&failure) else { return Err(failure) };
            let goes_on = if is_last { None } else { self.next(&failure) };
            if goes_on.is_none() && self.options.choice != BackendChoice::Auto {
                return Err(failure);
            }
            self.warnings.push(format!("{what}, so {}.", goes_on.unwrap_or("the CPU goes on")));
            if goes_on.is_none() {
                self.is_gpu = false;
                return Ok(Chosen::Cpu(self.warnings.clone()));
            }
            self.reopenings_left -= 1;
            match open_gpu(network, self.options).await {
                Ok(mut gpu) => {
                    gpu.warn(&self.warnings);
                    self.look_at(&gpu);
                    return Ok(Chosen::Gpu(Box::new(gpu)));
                }
                Err(other) => failure = other,
            }
        }
    }

    /// Changes the options to what is safer after a failure, and says how; None where nothing is.
    fn next(&mut self, failure: &Error) -> Option<&'static str> {
        let tile = self.options.tile.unwrap_or_default();
        let is_output = matches!(failure, Error::NotFinite | Error::WrongColours(_));
        if self.reopenings_left == 0 {
            None
        } else if is_output && self.is_half {
            (self.options.precision, self.is_half) = (Precision::F32, false);
            Some("it goes on in f32")
        } else if tile > SMALLEST_TILE {
            self.options.tile = Some(smaller(tile));
            Some("it goes on with smaller tiles")
        } else if matches!(failure, Error::Gpu(_) | Error::DeviceLost(_)) {
            Some("it is opened again")
        } else {
            None
        }
    }
}

/// What goes on natively where a backend fails.
pub(crate) fn fallback(network: Network, backend: &dyn Backend, options: BackendOptions) -> Fallback {
    let state = Rc::new((network, RefCell::new(Recovery::new(backend, options))));
    Box::new(move |failure| {
        let state = state.clone();
        Box::pin(async move {
            let (network, kept) = &*state;
            let mut recovery = kept.borrow().clone();
            let chosen = recovery.open_after(failure, network).await?;
            kept.replace(recovery);
            Ok(match chosen {
                Chosen::Gpu(gpu) => gpu,
                Chosen::Cpu(warnings) => Box::new(Cpu::new(network, options.tile, warnings)),
            })
        })
    })
}

/// A GPU's failure as the beginning of a sentence, and whether there is no use in trying the GPU again.
fn told(failure: &Error) -> Option<(String, bool)> {
    let what = match failure {
        Error::Gpu(reason) => format!("The GPU failed in the middle of the work ({reason})"),
        Error::DeviceLost(reason) => format!("The GPU was lost in the middle of the work ({reason})"),
        Error::OutOfMemory(reason) => format!("The GPU has too little memory ({reason})"),
        Error::NotFinite => "The GPU made values beyond all numbers".into(),
        Error::WrongColours(reason) => format!("The GPU made other colours than the picture has ({reason})"),
        Error::NoGpu(reason) | Error::InvalidOption(reason) => format!("The GPU could not be opened again ({reason})"),
        _ => return None,
    };
    Some((what, matches!(failure, Error::NoGpu(_))))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
