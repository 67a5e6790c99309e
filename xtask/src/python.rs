//! The training recipe's tests, in a Python environment that belongs to this repository alone.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::{needs, paths, run};

/// Succeeds on a Python that has all that training/requirements.txt asks for.
const HAS_EVERYTHING: &str = "import torch, numpy, PIL, safetensors, pytest, ruff";

/// Checks the recipe and runs its tests.
pub fn test_training() -> Result<()> {
    if !paths::root().join("training/tests").is_dir() {
        bail!("there is no training/tests/ to run");
    }
    let python = environment()?;
    run::run(run::program(&python).args([
        "-m",
        "ruff",
        "check",
        "--config",
        "training/ruff.toml",
        "training",
        "tests/golden",
    ]))?;
    run::run(run::program(&python).args(["-m", "pytest", "training/tests", "-q"]))
}

/// Makes the environment unless it is there, brings its packages up to date and returns its Python.
fn environment() -> Result<PathBuf> {
    let folder = paths::target()?.join("venv");
    let python = folder.join("bin/python");
    if !works(&python, "import pip") {
        create(&folder)?;
    }
    let mut install = run::program(&python);
    install.args(["-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]);
    if works(&python, HAS_EVERYTHING) {
        // Then there is nothing to watch, and pip would say so in fifty lines.
        install.arg("--quiet");
    }
    run::run(install.args(["-r", "training/requirements.txt"]))?;
    Ok(python)
}

/// Where the system's Python has everything, its packages are used, because PyTorch is several gigabytes.
fn create(folder: &Path) -> Result<()> {
    needs::demand(needs::TRAINING)?;
    let mut venv = run::program("python3");
    venv.args(["-m", "venv", "--clear"]);
    if works(Path::new("python3"), HAS_EVERYTHING) {
        venv.arg("--system-site-packages");
    } else {
        eprintln!("    PyTorch is not installed here and comes with pip, which can take minutes.");
    }
    run::run(venv.arg(folder))
}

fn works(python: &Path, code: &str) -> bool {
    run::succeeds(run::program(python).args(["-c", code]))
}
