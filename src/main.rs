//! The command `lenslet`: thin, no logic of its own.

#[cfg(not(target_arch = "wasm32"))]
mod command;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    command::run()
}

/// The WebAssembly build has no command; the page is its door.
#[cfg(target_arch = "wasm32")]
fn main() {}
