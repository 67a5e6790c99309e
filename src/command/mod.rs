//! What the command line says, and which part answers it.

mod bench;
mod inspect;
mod models;
mod upscale;

use std::{fs, path::Path, process::ExitCode};

use clap::{Args, Parser, Subcommand, ValueEnum};
use lenslet::{
    Backend, BackendChoice, Error, Network, Precision, Result, open_backend,
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
    Models(models::Options),
    /// Tell what a weight file holds.
    Inspect(inspect::Options),
    /// Measure how fast a model runs on this machine.
    Bench(bench::Options),
}

/// Options that choose a model and what runs it.
#[derive(Args)]
struct Engine {
    /// A built-in model's name, or a weight file (.safetensors).
    #[arg(long, value_name = "NAME|FILE", default_value = "first-x4")]
    model: String,
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
        Action::Models(options) => models::run(&options),
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
        let network = load_model(&self.model)?;
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

    /// The model's name for reports; a classical filter has none.
    fn model_name(&self) -> Option<&str> {
        matches!(self.backend, BackendOption::Auto | BackendOption::Gpu | BackendOption::Cpu).then_some(&self.model)
    }
}

/// A built-in model by its name, or a weight file by its path.
fn load_model(name: &str) -> Result<Network> {
    match lenslet::models::built_in(name) {
        Err(Error::UnknownModel { .. }) if Path::new(name).exists() => Network::load(&read(Path::new(name))?),
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
