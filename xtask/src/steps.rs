//! What each stage of the tests runs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::stage::Stage;
use crate::{cargo, dist, needs, npm, paths, python, run, setup, wasm};

/// Runs one stage, unless this machine lacks what it needs. What is lacking the stage setup installs, if it `installs` at all.
pub fn run(stage: Stage, installs: bool) -> Result<()> {
    needs::demand(needs::of(stage))?;
    match stage {
        Stage::Setup => setup::set_up(installs),
        Stage::Format => format(),
        Stage::Lint => lint(),
        Stage::Docs => docs(),
        Stage::Rust => rust(),
        Stage::Web => dist::build(),
        Stage::Javascript => javascript(),
        Stage::Browser => browser(),
        Stage::Training => python::test_training(),
    }
}

/// The library's WebAssembly side is code that a native build never sees, so it is checked on its own.
const WEB_LIBRARY: [&str; 5] = ["--package", "lenslet", "--lib", "--target", wasm::TARGET];

fn format() -> Result<()> {
    run::run(cargo::command().args(["fmt", "--all", "--check"]))?;
    run::run(cargo::command().args(["fmt", "--check", "--manifest-path", "fuzz/Cargo.toml"]))
}

fn lint() -> Result<()> {
    let clippy =
        |arguments: &[&str]| run::run(cargo::command().arg("clippy").args(arguments).args(["--", "-D", "warnings"]));
    clippy(&["--workspace", "--all-targets"])?;
    // As other programs use it: without the command.
    clippy(&["--package", "lenslet", "--lib", "--no-default-features"])?;
    clippy(&["--package", "lenslet", "--lib", "--bins", "--tests", "--target", wasm::TARGET])?;
    clippy(&[
        "--package",
        "lenslet",
        "--lib",
        "--target",
        wasm::TARGET,
        "--no-default-features",
        "--features",
        "conversion",
    ])?;
    // The fuzz targets are a workspace of their own, which takes the same versions of everything. Without its default features
    // it is checked by any compiler, and nothing of libFuzzer is built.
    let lock = |folder: &Path| folder.join("Cargo.lock");
    fs::copy(lock(paths::root()), lock(&paths::root().join("fuzz"))).context("fuzz/Cargo.lock could not be written")?;
    let target = cargo::target_folder()?.join("fuzz");
    let fuzz = ["--manifest-path", "fuzz/Cargo.toml", "--no-default-features", "--all-targets", "--no-deps"];
    clippy(&[&fuzz[..], &["--target-dir", &target.to_string_lossy()]].concat())
}

fn docs() -> Result<()> {
    let doc = |flags| {
        let mut command = cargo::command();
        command.args(["doc", "--no-deps"]).env("RUSTDOCFLAGS", flags);
        command
    };
    run::run(doc("-D warnings").arg("--workspace"))?;
    // What .cargo/config.toml says of the target counts for the compiler alone.
    run::run(doc("-D warnings -C target-feature=+simd128").args(WEB_LIBRARY))
}

/// All but this program is tested as it is released, because the reference loops are very slow without optimisation.
fn rust() -> Result<()> {
    let xtask = run::run(cargo::command().args(["test", "--package", "xtask"]));
    let mut others = cargo::command();
    others.args(["test", "--release", "--workspace", "--exclude", "xtask", "--no-fail-fast"]);
    if env::var_os("XDG_RUNTIME_DIR").is_none() {
        // Without a desktop session there is none, and Vulkan drivers complain about that at every start.
        others.env("XDG_RUNTIME_DIR", env::temp_dir());
    }
    let others = run::run(&mut others);
    xtask.and(others)
}

fn javascript() -> Result<()> {
    npm::install(&paths::browser_tests())?;
    npm::install(&paths::browser_bench())?;
    let compiler = paths::browser_tests().join("node_modules/.bin/tsc");
    for project in ["js", "www", "www/worker", "benches/browser"] {
        run::run(run::program(&compiler).args(["--project", &format!("{project}/jsconfig.json")]))?;
    }
    run::run(
        run::program("node")
            .args(["--test", "--test-reporter=spec"])
            .args(test_files(&paths::browser_bench())?)
            .envs(needs::chromium().map(|file| ("CHROMIUM", file))),
    )
}

fn browser() -> Result<()> {
    if !paths::dist().join("index.html").is_file() {
        bail!("there is no dist/index.html to test; run the stage web too");
    }
    if !paths::browser_tests().join("node_modules").is_dir() {
        npm::install(&paths::browser_tests())?;
    }
    run::run(cargo::command().args(["build", "--release", "--package", "lenslet", "--bin", "lenslet"]))?;
    let command = cargo::target_folder()?.join("release").join(format!("lenslet{}", env::consts::EXE_SUFFIX));
    run::run(
        run::program("node")
            .args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
            .args(test_files(&paths::browser_tests())?)
            .env("LENSLET_XTASK", env::current_exe().context("this program's own path is not known")?)
            .env("LENSLET_COMMAND", command)
            .envs(needs::chromium().map(|file| ("CHROMIUM", file)))
            .envs(needs::firefox().map(|file| ("FIREFOX", file)))
            .current_dir(paths::browser_tests()),
    )
}

/// Named one by one, because Node 20 does not take a pattern, and a folder without tests must not pass.
fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("{} could not be read", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(".test.mjs") {
                files.push(path);
            }
        }
    }
    files.sort();
    if files.is_empty() {
        bail!("{} holds no *.test.mjs, so there is nothing to run", folder.display());
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_found_in_folders_too_and_packages_keep_theirs() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, "").unwrap();
            file
        };
        write("node_modules/package/its.test.mjs");
        write("harness.mjs");
        assert!(test_files(folder.path()).is_err());
        let expected = [write("page/view.test.mjs"), write("pool.test.mjs")];
        assert_eq!(test_files(folder.path()).unwrap(), expected);
    }
}
