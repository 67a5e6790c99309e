//! npm packages, from lock files alone.

use std::path::Path;

use anyhow::Result;

use crate::run;

/// Installs exactly the packages of the folder's lock file.
pub fn install(folder: &Path) -> Result<()> {
    run::run(run::program("npm").args(["ci", "--no-fund", "--no-audit"]).current_dir(folder))
}
