//! From Rust to the three files that a page loads: `lenslet.js`, `lenslet_bg.wasm` and their types.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::{cargo, imports, module, order, paths, run};

/// The Rust target of the page's engine.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that Rust can compile for [`TARGET`], and installs the standard library for it where it is missing.
pub fn ensure_target() -> Result<()> {
    if has_target()? {
        return Ok(());
    }
    let installed = run::run(run::program("rustup").args(["target", "add", TARGET]));
    if let Err(error) = installed {
        bail!(
            "Rust has no {TARGET} target here, and it could not be added: {error}. With rustup, run `rustup target \
             add {TARGET}`; with a distribution's Rust, install its package of that target (Debian: \
             libstd-rust-dev-wasm32, Fedora: rust-std-static-wasm32-unknown-unknown)"
        );
    }
    if !has_target()? {
        bail!(
            "rustup added {TARGET} to a toolchain that is not the one in use; run `rustup show` in this folder to \
             see which toolchain that is"
        );
    }
    Ok(())
}

/// Whether Rust can compile for [`TARGET`]. Looks for the standard library itself, because that also answers where Rust came without rustup.
pub fn has_target() -> Result<bool> {
    let libraries = run::output(run::program("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    let Ok(entries) = fs::read_dir(libraries.trim()) else {
        return Ok(false);
    };
    Ok(entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-")))
}

/// A module of the page's, by the crate's features.
pub struct Module {
    /// What its files are called.
    pub name: &'static str,
    /// As Cargo has them.
    features: &'static str,
    /// The most bytes that it may have as brotli sends it.
    pub max_bytes: usize,
}

/// The engine, and what reads weight files of rarer kinds when one first comes.
pub const MODULES: [Module; 2] = [
    Module { name: "lenslet", features: "", max_bytes: module::MAX_BROTLI_BYTES },
    Module { name: "lenslet-weights", features: "conversion", max_bytes: module::MAX_BROTLI_BYTES_OF_WEIGHTS },
];

/// Compiles a module and returns it as rustc made it.
pub fn compile(module: &Module, target_folder: &Path) -> Result<PathBuf> {
    run::run(
        cargo::command()
            .args(["build", "--package", "lenslet", "--lib", "--profile", "web", "--target", TARGET])
            .args(["--no-default-features", "--features", module.features])
            .arg("--config")
            .arg(format!("target.{TARGET}.rustflags={}", nameless_paths()?))
            // This variable would replace the flags in .cargo/config.toml, and with them SIMD, without a word.
            .env_remove("RUSTFLAGS"),
    )?;
    Ok(target_folder.join(TARGET).join("web/lenslet.wasm"))
}

/// Flags for rustc, as TOML. Where the code can panic it names its source file; that shall not tell visitors who built it
/// where, nor make the module differ from machine to machine. Cargo adds these flags to those in .cargo/config.toml.
fn nameless_paths() -> Result<String> {
    let flag = |folder: &Path, name: &str| format!("--remap-path-prefix={}={name}", folder.display());
    let flags = [flag(&paths::cargo_home()?, "cargo"), flag(paths::root(), "lenslet")];
    // Strings and lists are the same in JSON.
    Ok(serde_json::to_string(&flags)?)
}

/// Gives the module its JavaScript and TypeScript faces, in an otherwise empty folder inside `target_folder`.
pub fn bind(name: &str, module: &Path, target_folder: &Path) -> Result<PathBuf> {
    let folder = target_folder.join("wasm-bindgen").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("{} could not be emptied", folder.display()))?;
    }
    Bindgen::new()
        .input_path(module)
        .out_name(name)
        .web(true)?
        .typescript(true)
        // So that a plain `init()` finds the module beside its JavaScript.
        .omit_default_module_path(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&folder)
        .context("wasm-bindgen could not make the JavaScript for the module")?;
    let [module, script] = ["_bg.wasm", ".js"].map(|ending| folder.join(format!("{name}{ending}")));
    let unread = |file: &Path| format!("{} could not be read", file.display());
    let bytes = fs::read(&module).with_context(|| unread(&module))?;
    let text = fs::read_to_string(&script).with_context(|| unread(&script))?;
    let (bytes, text) = imports::shorten(&bytes, &text)?;
    let unwritten = |file: &Path| format!("{} could not be written", file.display());
    fs::write(&module, order::alike(&bytes)?).with_context(|| unwritten(&module))?;
    fs::write(&script, text).with_context(|| unwritten(&script))?;
    Ok(folder)
}
