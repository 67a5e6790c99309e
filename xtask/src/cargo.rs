//! The cargo that runs this program.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::run;

/// Cargo itself, to be given its arguments.
pub fn command() -> Command {
    run::program(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Its build folder, wherever the person's settings have put it.
pub fn target_folder() -> Result<PathBuf> {
    let metadata = run::output(command().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata).context("`cargo metadata` did not print JSON")?;
    let folder = metadata["target_directory"].as_str();
    Ok(PathBuf::from(folder.context("`cargo metadata` named no target_directory")?))
}
