//! What each stage of the tests runs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::stage::Stage;
use crate::{dist, needs, npm, paths, python, run, setup, wasm};

/// Runs one stage.
pub fn run(stage: Stage) -> Result<()> {
    match stage {
        Stage::Setup => setup::set_up(),
        Stage::Format => run::run(run::cargo().args(["fmt", "--all", "--check"])),
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

fn lint() -> Result<()> {
    run::run(run::cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    let web = ["--package", "lenslet", "--all-targets", "--target", wasm::TARGET];
    run::run(run::cargo().arg("clippy").args(web).args(["--", "-D", "warnings"]))
}

fn docs() -> Result<()> {
    let doc = |flags| {
        let mut command = run::cargo();
        command.args(["doc", "--no-deps"]).env("RUSTDOCFLAGS", flags);
        command
    };
    run::run(doc("-D warnings").arg("--workspace"))?;
    // What .cargo/config.toml says of the target counts for the compiler alone.
    run::run(doc("-D warnings -C target-feature=+simd128").args(WEB_LIBRARY))
}

/// The crate is tested as it is released, because the reference loops are very slow without optimisation.
fn rust() -> Result<()> {
    let xtask = run::run(run::cargo().args(["test", "--package", "xtask"]));
    let mut lenslet = run::cargo();
    lenslet.args(["test", "--release", "--package", "lenslet", "--no-fail-fast"]);
    if env::var_os("XDG_RUNTIME_DIR").is_none() {
        // Without a desktop session there is none, and Vulkan drivers complain about that at every start.
        lenslet.env("XDG_RUNTIME_DIR", env::temp_dir());
    }
    let lenslet = run::run(&mut lenslet);
    xtask.and(lenslet)
}

fn javascript() -> Result<()> {
    npm::install(&paths::browser_tests())?;
    npm::install(&paths::browser_bench())?;
    let compiler = paths::browser_tests().join("node_modules/.bin/tsc");
    for project in ["js", "www", "benches/browser"] {
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
    needs::demand(needs::BROWSERS)?;
    if !paths::browser_tests().join("node_modules").is_dir() {
        npm::install(&paths::browser_tests())?;
    }
    run::run(run::cargo().args(["build", "--release", "--package", "lenslet", "--bin", "lenslet"]))?;
    let command = paths::target()?.join("release").join(format!("lenslet{}", env::consts::EXE_SUFFIX));
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
    let entries = fs::read_dir(folder).with_context(|| format!("{} could not be read", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    if files.is_empty() {
        bail!("{} holds no *.test.mjs, so there is nothing to run", folder.display());
    }
    Ok(files)
}
