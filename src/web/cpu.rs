//! The CPU in a browser: as many workers as are of use, else one thread.

use std::{cell::RefCell, rc::Rc};

use js_sys::Reflect;

use super::{pool::Pool, weight_files::WeightFiles};
use crate::{
    Backend, BackendOptions, Error, Fallback, Network, Result, backend::open::Chosen, cpu::Cpu, upscaler::Recovery,
};

/// More workers than this take more memory than they are worth.
const MOST_THREADS: usize = 8;

/// What it takes to open the CPU again and again.
#[derive(Clone)]
pub(super) struct CpuSource {
    weights: WeightFiles,
    options: BackendOptions,
    /// The most workers.
    threads: usize,
    /// What a person should know of how it came to this.
    warnings: Vec<String>,
}

impl CpuSource {
    /// `threads` is what a person asked for, at least 1.
    pub(super) fn new(weights: WeightFiles, options: BackendOptions, threads: Option<usize>) -> Self {
        let threads = threads.unwrap_or_else(|| cores().min(MOST_THREADS));
        Self { weights, options, threads, warnings: Vec::new() }
    }

    /// Opens the CPU for the network in the weight file. Workers may not start for want of memory, so then half as many are tried.
    pub(super) async fn open(&mut self, network: &Network, warnings: Vec<String>) -> Result<Box<dyn Backend>> {
        self.warnings.extend(warnings);
        let before = self.warnings.len();
        loop {
            match Pool::start(network, &self.weights, self.threads, self.options.tile, self.warnings.clone()).await {
                Ok(Some(pool)) => {
                    self.threads = pool.stages();
                    return Ok(Box::new(pool));
                }
                Ok(None) => return Ok(Box::new(Cpu::new(network, self.options.tile, self.warnings.clone()))),
                Err(reason) => {
                    self.threads /= 2;
                    // One sentence is enough, however often it happens.
                    self.warnings.truncate(before);
                    self.warnings
                        .push(format!("A worker could not be started ({reason}), so there are fewer threads."));
                }
            }
        }
    }

    /// Opens a GPU or the CPU in the place of a backend that failed. Where a worker did, there are half as many, as in
    /// [`CpuSource::open`].
    async fn open_after(&mut self, failure: Error, recovery: &mut Recovery) -> Result<Box<dyn Backend>> {
        let network = self.weights.network()?;
        let warnings = if let Error::Worker(reason) = &failure {
            self.threads /= 2;
            vec![format!("A worker stopped ({reason}), so fewer threads go on.")]
        } else {
            match recovery.open_after(failure, &network).await? {
                Chosen::Gpu(gpu) => return Ok(gpu),
                Chosen::Cpu(warnings) => warnings,
            }
        };
        self.open(&network, warnings).await
    }

    /// Opens something in the place of whatever fails, that backend at first.
    pub(super) fn into_fallback(self, backend: &dyn Backend) -> Fallback {
        let recovery = Recovery::new(backend, self.options);
        let state = Rc::new(RefCell::new((self, recovery)));
        Box::new(move |failure| {
            let kept = state.clone();
            Box::pin(async move {
                let (mut source, mut recovery) = kept.borrow().clone();
                let backend = source.open_after(failure, &mut recovery).await?;
                kept.replace((source, recovery));
                Ok(backend)
            })
        })
    }
}

/// How many threads the machine runs at once, as the browser tells; 1 where it does not.
fn cores() -> usize {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into());
    let cores = navigator.and_then(|navigator| Reflect::get(&navigator, &"hardwareConcurrency".into()));
    cores.ok().and_then(|cores| cores.as_f64()).map_or(1, |cores| cores as usize)
}
