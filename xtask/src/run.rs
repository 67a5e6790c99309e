//! Running other programs, and saying which.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::paths;

/// A program to be run in the repository's root folder, without a standard input that it could wait for.
pub fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(paths::root()).stdin(Stdio::null());
    command
}

/// Shows the command, runs it with its output going straight through, and fails unless it succeeds.
pub fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    eprintln!("    $ {line}");
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if !status.success() {
        bail!("`{line}` failed with {status}");
    }
    Ok(())
}

/// What the command printed on its standard output; fails with what it printed on its standard error.
pub fn output(command: &mut Command) -> Result<String> {
    let line = line(command);
    let output = command.output().map_err(|error| not_started(command, &error))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        bail!("`{line}` failed with {}: {}", output.status, reason.trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` printed something that is not UTF-8"))
}

/// Whether the command can be started and succeeds; what it prints is thrown away.
pub fn succeeds(command: &mut Command) -> bool {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// The first of these programs that is in a folder of PATH.
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&folders).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| file.is_file())
}

fn not_started(command: &Command, error: &io::Error) -> anyhow::Error {
    let name = name(command.get_program());
    if error.kind() == io::ErrorKind::NotFound {
        anyhow::anyhow!("`{name}` is not installed, or not in a folder of PATH")
    } else {
        anyhow::anyhow!("`{name}` could not be started: {error}")
    }
}

/// The command as a person would type it: paths inside the repository relative, the program by its name.
fn line(command: &Command) -> String {
    let mut line = name(command.get_program());
    for argument in command.get_args() {
        let argument = Path::new(argument);
        let argument = argument.strip_prefix(paths::root()).unwrap_or(argument);
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

fn name(program: &OsStr) -> String {
    Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        let mut command = program("/usr/bin/node");
        command.arg("--test").arg(paths::root().join("tests/browser/page.test.mjs"));
        assert_eq!(line(&command), "node --test tests/browser/page.test.mjs");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut program("no-such-program-anywhere")).unwrap_err();
        assert_eq!(error.to_string(), "`no-such-program-anywhere` is not installed, or not in a folder of PATH");
    }

    #[test]
    fn a_failing_program_fails_with_its_status_and_its_words() {
        let cargo = || program(env!("CARGO"));
        assert!(run(cargo().arg("--version")).is_ok());
        let error = output(cargo().arg("no-such-command")).unwrap_err().to_string();
        assert!(error.starts_with("`cargo no-such-command` failed with exit status: 101: "), "{error}");
        assert!(!succeeds(cargo().arg("no-such-command")));
    }
}
