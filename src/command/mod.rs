//! What the command line says, and which part answers it.

mod bench;
mod content;
mod engine;
mod input;
mod inspect;
mod list;
mod look;
mod output;
mod progress;
mod ready;
mod result;
mod shell;
mod source;
mod upscale;

use std::{
    fs,
    io::{self, Read},
    path::Path,
    process::ExitCode,
};

use clap::{CommandFactory, Parser, Subcommand};
use lenslet::{Error, Result};

/// Enlarges pictures with a small super-resolution network, on a GPU or without one.
#[derive(Parser)]
#[command(version)]
struct Command {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Enlarge pictures and animations.
    Upscale(upscale::Options),
    /// List what there is to enlarge with.
    Models(list::Options),
    /// Tell what a weight file holds and what its layers answer, where it guesses, or what a picture is taken for.
    Inspect(inspect::Options),
    /// Measure how fast a model runs on this machine.
    Bench(bench::Options),
    /// Print what completes this command in a shell.
    Completions(shell::Completions),
    /// Write the manual pages of this command.
    Man(shell::Man),
}

/// Runs the command; the exit status is 0 when everything worked, 1 when something failed and 2 for bad usage.
pub(crate) fn run() -> ExitCode {
    let done = match Command::parse().action {
        Action::Upscale(options) => return upscale::run(&options),
        Action::Models(options) => list::run(&options),
        Action::Inspect(options) => inspect::run(&options),
        Action::Bench(options) => bench::run(&options),
        Action::Completions(options) => shell::completions(&options, Command::command()),
        Action::Man(options) => shell::man(&options, Command::command()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lenslet: {error}");
            ExitCode::FAILURE
        }
    }
}

/// In the place of a file's name: standard input or output.
const STREAM: &str = "-";

fn is_stream(path: &Path) -> bool {
    path == Path::new(STREAM)
}

/// The content of a file or of standard input; the error names the file.
fn read(path: &Path) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    let read = if is_stream(path) {
        io::stdin().lock().read_to_end(&mut content).map(drop)
    } else {
        fs::read(path).map(|bytes| content = bytes)
    };
    read.map(|()| content).map_err(|error| at(path, &error))
}

/// An I/O error with the file's name before it.
fn at(path: &Path, error: &io::Error) -> Error {
    Error::Io(io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// The most memory that this process ever had, in bytes; None where the system does not tell.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}
