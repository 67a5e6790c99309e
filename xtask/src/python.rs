//! Python programs, in an environment that belongs to this repository alone.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::{cargo, needs, paths, run};

/// What the training recipe's tests ask for, and a line that succeeds on a Python that has all of it.
const TRAINING: Packages = Packages {
    requirements: "training/requirements.txt",
    check: "import torch, numpy, PIL, safetensors, pytest, ruff",
};

/// The same for the peers of `cargo xtask bench native`.
const BENCH: Packages =
    Packages { requirements: "benches/native/requirements.txt", check: "import ncnn, numpy, onnx, safetensors, torch" };

struct Packages {
    requirements: &'static str,
    check: &'static str,
}

/// Checks the Python code and runs the tests of the recipe and of the bench.
pub fn test_training() -> Result<()> {
    let tests = ["training/tests", "benches/native/tests"];
    if let Some(folder) = tests.iter().find(|folder| !paths::root().join(folder).is_dir()) {
        bail!("there is no {folder}/ to run");
    }
    let python = environment(&TRAINING)?;
    install(&python, &BENCH, &["-r", BENCH.requirements])?;
    run::run(run::program(&python).args(["-m", "ruff", "check", "--config", "training/ruff.toml"]).args([
        "training",
        "tests/golden",
        "benches",
    ]))?;
    run::run(run::program(&python).args(["-m", "pytest", "-q"]).args(tests))
}

/// An environment with as many of the bench's peers as can be installed; those that cannot say so when they start.
pub fn bench_environment() -> Result<PathBuf> {
    let python = environment_for(&BENCH)?;
    let file = paths::root().join(BENCH.requirements);
    let requirements = fs::read_to_string(&file).with_context(|| format!("{} could not be read", file.display()))?;
    for requirement in requirements.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Err(error) = install(&python, &BENCH, &[requirement]) {
            eprintln!("    {requirement} is not there: {error:#}");
        }
    }
    Ok(python)
}

/// An environment with up-to-date packages; its Python.
fn environment(packages: &Packages) -> Result<PathBuf> {
    let python = environment_for(packages)?;
    install(&python, packages, &["-r", packages.requirements])?;
    Ok(python)
}

/// Makes the environment unless it is there, and returns its Python.
fn environment_for(packages: &Packages) -> Result<PathBuf> {
    let folder = cargo::target_folder()?.join("venv");
    let python = folder.join("bin/python");
    if !works(&python, "import pip") {
        create(&folder, packages)?;
    }
    Ok(python)
}

fn install(python: &Path, packages: &Packages, what: &[&str]) -> Result<()> {
    let mut install = run::program(python);
    install.args(["-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]);
    if works(python, packages.check) {
        // Then there is nothing to watch, and pip would say so in fifty lines.
        install.arg("--quiet");
    }
    run::run(install.args(what))
}

/// Where the system's Python has everything, its packages are used, because PyTorch is several gigabytes.
fn create(folder: &Path, packages: &Packages) -> Result<()> {
    needs::demand(needs::TRAINING)?;
    let mut venv = run::program("python3");
    venv.args(["-m", "venv", "--clear"]);
    if works(Path::new("python3"), packages.check) {
        venv.arg("--system-site-packages");
    } else {
        eprintln!("    PyTorch is not installed here and comes with pip, which can take minutes.");
    }
    run::run(venv.arg(folder))
}

fn works(python: &Path, code: &str) -> bool {
    run::succeeds(run::program(python).args(["-c", code]))
}
