//! The CPU in a browser: as many workers as are of use, else one thread.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Reflect, Uint8Array};

use super::pool::Pool;
use crate::{
    Backend, BackendOptions, Error, Fallback, Network, Result, backend::on_cpu_after, cpu::Cpu, network::Weights,
};

/// More workers than this take more memory than they are worth.
const MOST_THREADS: usize = 8;

/// What it takes to open the CPU again and again.
#[derive(Clone)]
pub(super) struct CpuSource {
    /// A weight file, outside of this module's memory.
    weights: Uint8Array,
    options: BackendOptions,
    /// At most so many workers.
    threads: usize,
    /// What a person should know of how it came to this.
    warnings: Vec<String>,
}

impl CpuSource {
    /// `threads` is what a person asked for, at least 1.
    pub(super) fn new(weights: &Weights, options: BackendOptions, threads: Option<usize>) -> Result<Self> {
        Ok(Self {
            weights: Uint8Array::from(&weights.to_safetensors()?[..]),
            options,
            threads: threads.unwrap_or_else(|| cores().min(MOST_THREADS)),
            warnings: Vec::new(),
        })
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

    /// Opens the CPU in the place of a backend that failed. As in [`CpuSource::open`], there are half as many workers.
    async fn open_after(&mut self, failure: Error) -> Result<Box<dyn Backend>> {
        let warning = match &failure {
            Error::Worker(reason) => {
                self.threads /= 2;
                format!("A worker stopped ({reason}), so fewer threads go on.")
            }
            other => match on_cpu_after(other, self.options.choice) {
                Some(warning) => warning,
                None => return Err(failure),
            },
        };
        let network = Network::load(&self.weights.to_vec())?;
        self.open(&network, vec![warning]).await
    }

    /// Opens the CPU in the place of whatever fails.
    pub(super) fn into_fallback(self) -> Fallback {
        let source = Rc::new(RefCell::new(self));
        Box::new(move |failure| {
            let kept = source.clone();
            Box::pin(async move {
                let mut source = kept.borrow().clone();
                let backend = source.open_after(failure).await?;
                kept.replace(source);
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
