//! `lenslet upscale`: pictures in, enlarged PNG files out.

use std::{
    collections::HashSet,
    fs,
    io::{BufWriter, IsTerminal, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lenslet::{Error, FinishedTile, Observer, Result, Upscaler, picture};
use serde::Serialize;
use tempfile::NamedTempFile;

use super::{Engine, at, peak_memory, read};

/// Set when the person interrupts the command; the work stops after the tile under way and cleans up.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The exit status of an interrupted command, as shells have it.
const INTERRUPTED_STATUS: u8 = 130;

#[derive(Args)]
pub(super) struct Options {
    /// The pictures.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// A .png file for one picture, or a folder [default: NAME-4x.png beside each picture, 4 being the scale].
    #[arg(short, long, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
    /// How many times wider and higher [default: the model's own, 4 for a classical filter].
    #[arg(long, value_name = "S")]
    scale: Option<u32>,
    #[command(flatten)]
    engine: Engine,
    /// Print one JSON object for each picture on stdout.
    #[arg(long)]
    json: bool,
    /// Print nothing but errors.
    #[arg(long, short)]
    quiet: bool,
}

/// What `--json` prints for a picture that worked.
#[derive(Serialize)]
struct Report<'a> {
    input: &'a Path,
    output: &'a Path,
    width: u32,
    height: u32,
    model: Option<String>,
    backend: &'a str,
    adapter: &'a str,
    precision: &'a str,
    milliseconds: f64,
    tiles: usize,
    peak_memory_bytes: Option<u64>,
    warnings: &'a [String],
}

/// What `--json` prints for a picture that failed.
#[derive(Serialize)]
struct Failure<'a> {
    input: &'a Path,
    error: String,
    code: &'a str,
}

pub(super) fn run(options: &Options) -> ExitCode {
    if options.inputs.len() > 1 && options.output.as_deref().is_some_and(|output| !is_folder(output)) {
        eprintln!("lenslet: With several pictures, -o must name a folder that exists or end in a slash.");
        return ExitCode::from(2);
    }
    let upscaler = match options.engine.open(options.scale) {
        Ok(backend) => Upscaler::new(backend),
        Err(error) => {
            eprintln!("lenslet: {error}");
            let is_usage = ["invalid-option", "unknown-model", "unsupported-scale"].contains(&error.code());
            return ExitCode::from(if is_usage { 2 } else { 1 });
        }
    };
    if !options.quiet {
        for warning in &upscaler.info().warnings {
            eprintln!("lenslet: {warning}");
        }
    }
    if let Err(error) = ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed)) {
        eprintln!("lenslet: An interrupt will leave a temporary file behind ({error}).");
    }
    let mut status = ExitCode::SUCCESS;
    let mut written = HashSet::new();
    for input in &options.inputs {
        if let Err(error) = upscale(&upscaler, input, options, &mut written) {
            eprintln!("lenslet: {}: {error}", input.display());
            if matches!(error, Error::Cancelled) {
                return ExitCode::from(INTERRUPTED_STATUS);
            }
            if options.json {
                print_json(&Failure { input, error: error.to_string(), code: error.code() });
            }
            status = ExitCode::FAILURE;
        }
    }
    status
}

/// Enlarges one picture. `written` holds the outputs of this run, none of which another input may replace.
fn upscale(upscaler: &Upscaler, input: &Path, options: &Options, written: &mut HashSet<PathBuf>) -> Result<()> {
    let output = output_path(input, options.output.as_deref(), upscaler.scale())?;
    if written.contains(&output) {
        let reason = format!("{} already holds the result of another input. Enlarge this one apart.", output.display());
        return Err(Error::InvalidOption(reason));
    }
    let started = Instant::now();
    let decoded = picture::decode(&read_input(input)?)?;

    // Everything goes to a temporary file first: a failure leaves nothing half written and replaces nothing.
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| at(folder, &error))?;
    let mut file = temporary_file(folder).map_err(|error| at(folder, &error))?;
    let mut progress = Progress::new(input, !options.quiet);
    let mut writer = BufWriter::new(file.as_file_mut());
    pollster::block_on(upscaler.upscale_to_png(&decoded, &mut writer, &mut progress))?;
    writer.flush().map_err(|error| at(&output, &error))?;
    drop(writer);
    file.persist(&output).map_err(|error| at(&output, &error.error))?;

    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    progress.bar.finish_and_clear();
    let info = upscaler.info();
    if options.json {
        print_json(&Report {
            input,
            output: &output,
            width: progress.width,
            height: progress.height,
            model: options.engine.model_name(),
            backend: info.name,
            adapter: &info.adapter,
            precision: info.precision,
            milliseconds,
            tiles: progress.tiles,
            peak_memory_bytes: peak_memory(),
            warnings: &info.warnings,
        });
    } else if !options.quiet {
        let (width, height) = (progress.width, progress.height);
        let (name, adapter, seconds) = (info.name, &info.adapter, milliseconds / 1000.0);
        eprintln!("{}: {width} x {height}, {name} ({adapter}), {seconds:.1} s", output.display());
    }
    written.insert(output);
    Ok(())
}

/// The content of a picture file; a folder gets its own sentence.
fn read_input(input: &Path) -> Result<Vec<u8>> {
    if input.is_dir() {
        return Err(Error::InvalidOption("This is a folder. Name the pictures in it, for example with a *.".into()));
    }
    read(input)
}

fn is_folder(output: &Path) -> bool {
    output.is_dir() || output.as_os_str().to_string_lossy().ends_with(std::path::is_separator)
}

fn output_path(input: &Path, output: Option<&Path>, scale: u32) -> Result<PathBuf> {
    let stem = input.file_stem().unwrap_or_default().to_string_lossy();
    let name = format!("{stem}-{scale}x.png");
    let path = match output {
        None => input.with_file_name(name),
        Some(folder) if is_folder(folder) => folder.join(name),
        Some(file) => file.to_owned(),
    };
    if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png")) {
        let reason = format!("The output is a PNG file, so its name must end in .png, not {}.", path.display());
        return Err(Error::InvalidOption(reason));
    }
    if let (Ok(from), Ok(to)) = (input.canonicalize(), path.canonicalize())
        && from == to
    {
        return Err(Error::InvalidOption("The output would replace the input. Name another file with -o.".into()));
    }
    Ok(path)
}

/// A file beside the output that disappears unless it is persisted, with the rights of any new file.
fn temporary_file(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

fn print_json(value: &impl Serialize) {
    // Plain structs of strings and numbers always serialise.
    println!("{}", serde_json::to_string(value).unwrap_or_default());
}

/// A bar on stderr, when that is a terminal.
struct Progress {
    bar: ProgressBar,
    is_shown: bool,
    width: u32,
    height: u32,
    tiles: usize,
}

impl Progress {
    fn new(input: &Path, wanted: bool) -> Self {
        let bar = ProgressBar::hidden();
        let template = "{msg} [{bar:30}] {pos}/{len} tiles, {eta} left";
        bar.set_style(ProgressStyle::with_template(template).unwrap_or(ProgressStyle::default_bar()));
        bar.set_message(input.file_name().unwrap_or_default().to_string_lossy().into_owned());
        Self { bar, is_shown: wanted && std::io::stderr().is_terminal(), width: 0, height: 0, tiles: 0 }
    }
}

impl Observer for Progress {
    fn start(&mut self, width: u32, height: u32, tiles: usize) -> ControlFlow<()> {
        (self.width, self.height, self.tiles) = (width, height, tiles);
        self.bar.set_length(tiles as u64);
        if self.is_shown {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.tick();
        ControlFlow::Continue(())
    }

    fn tile(&mut self, _: &FinishedTile<'_>) -> ControlFlow<()> {
        self.bar.inc(1);
        if INTERRUPTED.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
