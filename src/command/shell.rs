//! `lenslet completions` and `lenslet man`: what a shell and `man` know of the command, made from its own options.

use std::{fs, io, path::PathBuf};

use clap::Args;
use clap_complete::Shell;
use lenslet::Result;

use super::at;

#[derive(Args)]
pub(super) struct Completions {
    /// The shell they are for.
    shell: Shell,
}

#[derive(Args)]
pub(super) struct Man {
    /// Folder to write the pages to, `lenslet.1` and one for each subcommand; made where it is missing.
    folder: PathBuf,
}

/// Prints a script for the shell to read.
pub(super) fn completions(options: &Completions, mut command: clap::Command) -> Result<()> {
    let name = command.get_name().to_owned();
    clap_complete::generate(options.shell, &mut command, name, &mut io::stdout());
    Ok(())
}

/// Writes the manual pages.
pub(super) fn man(options: &Man, command: clap::Command) -> Result<()> {
    let folder = &options.folder;
    fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(command, folder))
        .map_err(|error| at(folder, &error))
}
