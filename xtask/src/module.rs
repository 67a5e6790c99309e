//! What is asked of the wasm module that the page loads: it is small, and it names no folder of the machine that built it.

use std::path::Path;

use anyhow::{Context, Result, bail};
use brotli::enc::BrotliEncoderParams;

/// The most that a visitor may have to download before the page can enlarge anything.
pub const MAX_BROTLI_BYTES: usize = 500_000;

/// The same of the module that reads weight files of rarer kinds.
pub const MAX_BROTLI_BYTES_OF_WEIGHTS: usize = 200_000;

/// Fails when a module of `size` bytes with brotli is larger than `max`.
pub fn check_size(name: &str, size: usize, max: usize) -> Result<()> {
    if size > max {
        bail!(
            "{name}_bg.wasm is {} with brotli, and at most {} are allowed; find what grew, and leave it out or make \
             it smaller",
            kilobytes(size),
            kilobytes(max)
        );
    }
    Ok(())
}

/// Fails when the module names one of these folders.
pub fn check_paths<'a>(module: &[u8], folders: impl IntoIterator<Item = &'a Path>) -> Result<()> {
    for folder in folders {
        let folder = folder.to_str().context("a folder's name is not Unicode")?;
        let mut places = module.windows(folder.len()).enumerate().filter(|(_, bytes)| *bytes == folder.as_bytes());
        // A folder as short as /src is also a part of other paths.
        let is_part =
            |at: usize| at > 0 && (module[at - 1].is_ascii_alphanumeric() || b"-_.".contains(&module[at - 1]));
        if places.any(|(at, _)| !is_part(at)) {
            bail!("lenslet_bg.wasm names {folder}, a folder of this machine; leave it out with --remap-path-prefix");
        }
    }
    Ok(())
}

/// The size of these bytes as servers send them: by the best that brotli can.
pub fn brotli(mut bytes: &[u8]) -> Result<usize> {
    let best = BrotliEncoderParams { quality: 11, lgwin: 24, size_hint: bytes.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut bytes, &mut compressed, &best)?;
    Ok(compressed.len())
}

/// A size for people to read.
pub fn kilobytes(bytes: usize) -> String {
    format!("{} kB", bytes.div_ceil(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_that_is_too_large_is_refused() {
        assert!(check_size("lenslet", 470_000, 470_000).is_ok());
        let error = check_size("lenslet", 470_001, 470_000).unwrap_err().to_string();
        assert!(
            error.starts_with("lenslet_bg.wasm is 471 kB with brotli, and at most 470 kB are allowed; "),
            "{error}"
        );
    }

    /// Noise cannot be compressed, and the same noise again costs next to nothing, however far behind.
    #[test]
    fn a_size_counts_all_bytes_and_what_repeats_once() {
        let mut state = 1_u32;
        let noise = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as u8
        });
        let once: Vec<u8> = noise.take(100_000).collect();
        let size = brotli(&once.repeat(2)).unwrap();
        assert!((100_000..101_000).contains(&size), "{size}");
    }

    #[test]
    fn a_module_that_names_a_folder_of_this_machine_is_refused() {
        let module = b"panicked at /home/someone/lenslet/src/lib.rs";
        assert!(check_paths(module, [Path::new("/home/another"), Path::new("/cargo"), Path::new("/src")]).is_ok());
        let error = check_paths(module, [Path::new("/cargo"), Path::new("/home/someone")]).unwrap_err().to_string();
        assert!(error.starts_with("lenslet_bg.wasm names /home/someone, "), "{error}");
    }
}
