//! What the command line says, and which part answers it.

mod bench;
mod inspect;
mod list;
mod upscale;

use std::{fs, path::Path, process::ExitCode};

use clap::{Args, Parser, Subcommand, ValueEnum};
use lenslet::{
    Backend, BackendChoice, Error, Network, Precision, Result, models,
    network::Weights,
    open_backend,
    resample::{Filter, Resampler},
};

/// Enlarges pictures with a compact super-resolution network, on a GPU or without one.
#[derive(Parser)]
#[command(version)]
struct Command {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Enlarge pictures and write them as PNG.
    Upscale(upscale::Options),
    /// List the built-in models.
    Models(list::Options),
    /// Tell what a weight file holds.
    Inspect(inspect::Options),
    /// Measure how fast a model runs on this machine.
    Bench(bench::Options),
}

/// Options that choose a model and what runs it.
#[derive(Args)]
struct Engine {
    /// A built-in model's name, or a weight file (.safetensors, .pth).
    #[arg(long, value_name = "NAME|FILE", default_value = "first-x4")]
    model: String,
    /// Interpolate the weights with another model's of the same shape; the share is how much of that, from 0 to 1.
    #[arg(long, value_name = "NAME|FILE:SHARE", value_parser = parse_mix)]
    mix: Option<Mix>,
    /// What does the work. The last four are classical filters, for comparison.
    #[arg(long, value_enum, default_value_t)]
    backend: BackendOption,
    /// How a GPU stores values between layers; auto takes f16 where it can.
    #[arg(long, value_enum, default_value_t)]
    precision: PrecisionOption,
    /// Inner edge of tiles in pixels of the input [default: the backend's own].
    #[arg(long, value_name = "PX")]
    tile: Option<u32>,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum BackendOption {
    /// A real GPU if there is one, else the CPU.
    #[default]
    Auto,
    /// A GPU, even one simulated in software.
    Gpu,
    /// All cores.
    Cpu,
    Nearest,
    Bilinear,
    Bicubic,
    Lanczos,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum PrecisionOption {
    #[default]
    Auto,
    F32,
    F16,
}

/// Runs the command; the exit status is 0 when everything worked, 1 when something failed and 2 for bad usage.
pub(crate) fn run() -> ExitCode {
    let done = match Command::parse().action {
        Action::Upscale(options) => return upscale::run(&options),
        Action::Models(options) => list::run(&options),
        Action::Inspect(options) => inspect::run(&options),
        Action::Bench(options) => bench::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lenslet: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Engine {
    /// Opens the backend; `scale` is what the person asked for, if anything.
    fn open(&self, scale: Option<u32>) -> Result<Box<dyn Backend>> {
        let filter = match self.backend {
            BackendOption::Nearest => Filter::Nearest,
            BackendOption::Bilinear => Filter::Bilinear,
            BackendOption::Bicubic => Filter::Bicubic,
            BackendOption::Lanczos => Filter::Lanczos,
            BackendOption::Auto => return self.open_network(BackendChoice::Auto, scale),
            BackendOption::Gpu => return self.open_network(BackendChoice::Gpu, scale),
            BackendOption::Cpu => return self.open_network(BackendChoice::Cpu, scale),
        };
        Ok(Box::new(Resampler::new(filter, scale.unwrap_or(4))?))
    }

    fn open_network(&self, choice: BackendChoice, scale: Option<u32>) -> Result<Box<dyn Backend>> {
        let network = self.network(scale)?;
        if let Some(asked) = scale.filter(|&asked| asked != network.scale()) {
            return Err(Error::UnsupportedScale { model: self.model.clone(), scale: network.scale(), asked });
        }
        let precision = match self.precision {
            PrecisionOption::Auto => Precision::Auto,
            PrecisionOption::F32 => Precision::F32,
            PrecisionOption::F16 => Precision::F16,
        };
        pollster::block_on(open_backend(&network, choice, precision, self.tile))
    }

    /// The network, mixed if the person says so.
    fn network(&self, scale: Option<u32>) -> Result<Network> {
        let weights = load_weights(&self.model, scale)?;
        match &self.mix {
            Some(Mix { model, share }) => Network::from_weights(&weights.mix(&load_weights(model, scale)?, *share)?),
            None => Network::from_weights(&weights),
        }
    }

    /// The model's name for reports; a classical filter has none.
    fn model_name(&self) -> Option<String> {
        let has_model = matches!(self.backend, BackendOption::Auto | BackendOption::Gpu | BackendOption::Cpu);
        has_model.then(|| match &self.mix {
            Some(Mix { model, share }) => format!("{} + {model}:{share}", self.model),
            None => self.model.clone(),
        })
    }
}

/// Another model and how much of it.
#[derive(Clone)]
struct Mix {
    model: String,
    share: f32,
}

fn parse_mix(text: &str) -> Result<Mix, String> {
    const EXPECTED: &str = "expected a model, a colon and a share from 0 to 1, such as other.pth:0.4";
    let (model, share) = text.rsplit_once(':').ok_or(EXPECTED)?;
    match share.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) && !model.is_empty() => Ok(Mix { model: model.into(), share }),
        _ => Err(EXPECTED.into()),
    }
}

/// A built-in model by its name, or a weight file by its path.
fn load_weights(name: &str, scale: Option<u32>) -> Result<Weights> {
    let path = Path::new(name);
    match models::built_in_weights(name) {
        Err(Error::UnknownModel { .. }) if path.exists() => {
            let file_name = path.file_name().unwrap_or_default().to_string_lossy();
            models::read(&file_name, &read(path)?, scale)
        }
        loaded => loaded,
    }
}

/// A file's content; the error names the file.
fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| at(path, &error))
}

/// An I/O error with the file's name before it.
fn at(path: &Path, error: &std::io::Error) -> Error {
    Error::Io(std::io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// The most memory that this process ever had, in bytes; None where the system does not tell.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}
