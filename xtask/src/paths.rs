//! Where things lie in the repository.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context, Result};

/// The repository's root folder.
pub fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        // Cargo sets this when it runs the program. What was compiled in is old once the folder has been moved, and
        // serves only where the program is started without cargo.
        let xtask = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let xtask = PathBuf::from(xtask);
        xtask.parent().map_or_else(|| xtask.clone(), Path::to_path_buf)
    });
    &ROOT
}

/// The folder that the page is built into.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The folder of the browser tests, which is also the home of the TypeScript compiler.
pub fn browser_tests() -> PathBuf {
    root().join("tests/browser")
}

/// The folder of the measurements in browsers, with npm packages of its own.
pub fn browser_bench() -> PathBuf {
    root().join("benches/browser")
}

/// The folder of the measurements beside other programs, with packages of its own.
pub fn native_bench() -> PathBuf {
    root().join("benches/native")
}

/// The folder where cargo keeps the sources of other crates.
pub fn cargo_home() -> Result<PathBuf> {
    let default = || Some(env::home_dir()?.join(".cargo"));
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(default).context("neither CARGO_HOME nor HOME is set")
}
