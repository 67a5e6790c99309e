//! `lenslet upscale`: pictures in, enlarged pictures out.

use std::{
    borrow::Cow,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::Ordering,
    time::Instant,
};

use clap::Args;
use lenslet::{
    Error, Result, Size, Upscaler, file_size,
    picture::{ContentKind, Saving, SharedWriter, Wear},
};
use serde::Serialize;

use super::{
    at,
    engine::Engine,
    input::Input,
    output::{Output, Taken},
    peak_memory,
    progress::{INTERRUPTED, Progress},
    read,
    ready::{Chosen, Ready},
    result::ResultOptions,
};

/// Results of more pixels are announced.
const ANNOUNCED_PIXELS: f64 = 50e6;

/// The exit status of an interrupted command, as shells have it.
const INTERRUPTED_STATUS: u8 = 130;

#[derive(Args)]
pub(super) struct Options {
    /// The pictures; - reads one from standard input.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    #[command(flatten)]
    result: ResultOptions,
    #[command(flatten)]
    engine: Engine,
    /// Make each result the mean of eight: the picture turned and mirrored in every way, enlarged and turned back (test-time
    /// augmentation). Eight times the time, a little closer to the truth; nothing for the classical filters.
    #[arg(long)]
    tta: bool,
    /// Take one frame of an animation or one page of a TIFF file, counted from 0 as by ImageMagick and ffmpeg [default: all frames,
    /// where the format of the result can hold them, or else the first; the first page].
    #[arg(long, value_name = "N")]
    frame: Option<usize>,
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
    input: Cow<'a, str>,
    output: Cow<'a, str>,
    width: u32,
    height: u32,
    format: String,
    /// How many frames were enlarged, where it is an animation.
    frames: Option<usize>,
    /// What the picture was taken for, where that chose the model.
    kind: Option<&'a str>,
    model: &'a str,
    /// How much was cleaned and what told it, where the picture did.
    clean_up: Option<CleanUp>,
    /// Whether it is the mean of eight, as `--tta` says.
    tta: bool,
    backend: &'a str,
    adapter: &'a str,
    precision: &'a str,
    milliseconds: f64,
    tiles: usize,
    peak_memory_bytes: Option<u64>,
    warnings: &'a [String],
}

/// What `--json` prints of how much a model cleaned, from 0 to 1, and of the measures behind it; see [`Wear`].
#[derive(Serialize)]
struct CleanUp {
    denoise: f32,
    noise: f64,
    blocking: f64,
    jpeg_quality: Option<u8>,
    reason: String,
}

impl From<Wear> for CleanUp {
    fn from(wear: Wear) -> Self {
        let Wear { noise, blocking, jpeg_quality } = wear;
        Self { denoise: wear.clean_up(), noise, blocking, jpeg_quality, reason: wear.reason() }
    }
}

/// What `--json` prints for a picture whose result was there before.
#[derive(Serialize)]
struct Skipped<'a> {
    input: Cow<'a, str>,
    output: Cow<'a, str>,
    skipped: bool,
}

/// What `--json` prints for a picture that failed.
#[derive(Serialize)]
struct Failure<'a> {
    input: Cow<'a, str>,
    error: String,
    code: &'a str,
}

pub(super) fn run(options: &Options) -> ExitCode {
    if options.inputs.len() > 1 && options.result.output.is_some() && !options.result.names_folder() {
        eprintln!("lenslet: With several pictures, -o must name a folder that exists or end in a slash.");
        return ExitCode::from(2);
    }
    if options.json && options.inputs.iter().any(|input| options.result.goes_to_stream(input)) {
        eprintln!("lenslet: With --json, standard output is not free for the picture. Name a file with -o.");
        return ExitCode::from(2);
    }
    let mut ready = match options
        .result
        .check()
        .and_then(|()| Ready::new(&options.engine, options.result.scale, options.tta, options.quiet))
    {
        Ok(ready) => ready,
        Err(error) => {
            eprintln!("lenslet: {error}");
            let is_usage = ["invalid-option", "unknown-model"].contains(&error.code());
            return ExitCode::from(if is_usage { 2 } else { 1 });
        }
    };
    if let Err(error) = ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed)) {
        eprintln!("lenslet: An interrupt will leave a temporary file behind ({error}).");
    }
    let mut status = ExitCode::SUCCESS;
    let mut taken = Taken::new(&options.inputs);
    for input in &options.inputs {
        if let Err(error) = upscale(options, &mut ready, input, &mut taken) {
            eprintln!("lenslet: {}: {error}", input.display());
            if matches!(error, Error::Cancelled) {
                return ExitCode::from(INTERRUPTED_STATUS);
            }
            if options.json {
                print_json(&Failure { input: input.to_string_lossy(), error: error.to_string(), code: error.code() });
            }
            status = ExitCode::FAILURE;
        }
    }
    status
}

/// Enlarges one picture or animation.
fn upscale(options: &Options, ready: &mut Ready<'_>, path: &Path, taken: &mut Taken) -> Result<()> {
    let started = Instant::now();
    let file = read_input(path)?;
    let input = Input::read(&file, options.frame, options.result.format()?)?;
    let Chosen { model, upscaler, kind, wear } = ready.choose(input.picture())?;
    let size = options.result.size();
    let result = input.result_size(upscaler, size)?;
    let (output, saving) = options.result.place(path, &input, result)?;
    taken.check(path, &output)?;
    if options.result.no_clobber && output.symlink_metadata().is_ok() {
        tell_skipped(options, path, &output);
        return Ok(());
    }
    let file = Output::create(&output, !options.result.no_clobber)?;
    let mut progress = Progress::new(path, !options.quiet);
    let pixels = f64::from(result[0]) * f64::from(result[1]) * input.frames().unwrap_or(1) as f64;
    if progress.is_shown && pixels > ANNOUNCED_PIXELS {
        announce(upscaler, path, &input, size, &saving)?;
    }
    let known = upscaler.info().warnings;
    let mut writer = SharedWriter::new(BufWriter::new(file.writer()?));
    match &input {
        Input::Still(picture) => {
            let picture_file = saving.create(writer.clone(), picture, result)?;
            pollster::block_on(upscaler.upscale_to_file(picture, size, picture_file, &mut progress))?;
        }
        Input::Moving { animation, .. } => {
            let animation_file = saving.create_animation(writer.clone(), animation, result)?;
            pollster::block_on(upscaler.upscale_animation(animation, size, animation_file, &mut progress))?;
        }
    }
    writer.flush().map_err(|error| at(&output, &error))?;
    file.finish()?;

    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    progress.bar.finish_and_clear();
    let mut info = upscaler.info();
    info.warnings.append(&mut progress.warnings);
    if !options.quiet {
        for warning in info.warnings.iter().filter(|warning| !known.contains(warning)) {
            eprintln!("lenslet: {warning}");
        }
    }
    if options.json {
        print_json(&Report {
            input: path.to_string_lossy(),
            output: output.to_string_lossy(),
            width: progress.width,
            height: progress.height,
            format: input.format(&saving, result).name().to_ascii_lowercase(),
            frames: input.frames(),
            kind: kind.map(ContentKind::name),
            model,
            clean_up: wear.map(CleanUp::from),
            tta: options.tta,
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
        let frames = input.frames().map_or_else(String::new, |frames| format!("{frames} frames of "));
        let (backend, adapter, seconds) = (info.name, &info.adapter, milliseconds / 1000.0);
        let seen = kind.map_or_else(String::new, |kind| format!("taken for a {}, ", kind.name()));
        let cleaned = wear.map_or_else(String::new, |wear| format!(" with denoise {}", wear.clean_up()));
        let averaged = if options.tta { ", mean of eight," } else { "" };
        let shown = output.display();
        eprintln!(
            "{shown}: {frames}{width} x {height}, {seen}{model}{cleaned}{averaged} on {backend} ({adapter}), {seconds:.1} s"
        );
    }
    taken.add(&output);
    Ok(())
}

fn tell_skipped(options: &Options, input: &Path, output: &Path) {
    if options.json {
        print_json(&Skipped { input: input.to_string_lossy(), output: output.to_string_lossy(), skipped: true });
    } else if !options.quiet {
        eprintln!("{}: is there already, so {} is skipped", output.display(), input.display());
    }
}

/// Says beforehand what will be made, about how long it takes and, of a picture, how large the file will be.
fn announce(upscaler: &Upscaler, path: &Path, input: &Input<'_>, size: Size, saving: &Saving) -> Result<()> {
    let picture = input.picture();
    let result = input.result_size(upscaler, size)?;
    let started = Instant::now();
    let now = || started.elapsed().as_secs_f64() * 1000.0;
    let milliseconds = pollster::block_on(upscaler.estimate(picture.width, picture.height, size, &now))?;
    let (name, [width, height]) = (input.format(saving, result).name(), result);
    let (made, minutes) = match input.frames() {
        Some(frames) => {
            let made = format!("{frames} frames of {width} x {height} pixels, a {name} file, in at most");
            (made, milliseconds * frames as f64 / 60_000.0)
        }
        None => {
            let megabytes = file_size::about(picture, result, saving)? / 1e6;
            let made = format!("{width} x {height} pixels, a {name} file of about {megabytes:.0} MB, in");
            (made, milliseconds / 60_000.0)
        }
    };
    eprintln!("{}: will be {made} about {minutes:.1} min", path.display());
    Ok(())
}

/// The content of a picture file; a folder gets its own sentence.
fn read_input(input: &Path) -> Result<Vec<u8>> {
    if input.is_dir() {
        return Err(Error::InvalidOption("This is a folder. Name the pictures in it, for example with a *.".into()));
    }
    read(input)
}

fn print_json(value: &impl Serialize) {
    // Plain structs of strings and numbers always serialise.
    println!("{}", serde_json::to_string(value).unwrap_or_default());
}
