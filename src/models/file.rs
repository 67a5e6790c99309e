//! Weight files: those that people bring, and whether one is the file that the index means.

use sha2::{Digest, Sha256};

#[cfg(any(not(target_arch = "wasm32"), feature = "conversion"))]
use crate::conversion;
use crate::{Error, Result, network::Weights};

/// Reads a weight file that a person brings. Some networks do not tell their scale; where the file itself does not
/// either, it is the one in the file's name (`x4` or `4x`), or else the one asked for, if that is a whole number.
///
/// # Errors
/// As [`Weights::parse`]; for files of ncnn and ONNX also [`Error::UnsupportedModel`] when they are of no known architecture.
pub fn read(name: &str, file: &[u8], asked_scale: Option<f64>) -> Result<Weights> {
    Ok(with_scale(parse(file)?, name, asked_scale))
}

/// Reads a file of any kind.
#[cfg(any(not(target_arch = "wasm32"), feature = "conversion"))]
pub(crate) fn parse(file: &[u8]) -> Result<Weights> {
    if conversion::is_foreign(file) { conversion::weights(file) } else { Weights::parse(file) }
}

/// The page's first module is given what the second has made of other files.
#[cfg(all(target_arch = "wasm32", not(feature = "conversion")))]
fn parse(file: &[u8]) -> Result<Weights> {
    Weights::parse(file)
}

/// Reads ncnn's pair of files, as [`read`] does it with both in one ZIP archive.
///
/// # Errors
/// As [`read`].
#[cfg(not(target_arch = "wasm32"))]
pub fn read_ncnn(name: &str, param: &[u8], bin: &[u8], asked_scale: Option<f64>) -> Result<Weights> {
    Ok(with_scale(conversion::ncnn_weights(param, bin)?, name, asked_scale))
}

fn with_scale(weights: Weights, name: &str, asked_scale: Option<f64>) -> Weights {
    let asked_scale = asked_scale.filter(|scale| scale.fract() == 0.0).map(|scale| scale as u32);
    match scale_in_name(name).or(asked_scale) {
        Some(scale) if weights.metadata("scale").is_none() => weights.with_metadata("scale", &scale.to_string()),
        _ => weights,
    }
}

/// Checks that a file's content has the SHA-256 of the index, in hexadecimal; `bytes` is what the index says of its size.
pub(super) fn verify(name: &str, content: &[u8], sha256: &str, bytes: usize) -> Result<()> {
    let found: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    if found == sha256 {
        return Ok(());
    }
    let size = content.len();
    let reason = format!("{name} has {size} bytes with SHA-256 {found}, the index says {bytes} bytes with {sha256}");
    Err(Error::DamagedModel { reason })
}

/// The number in a word such as `x4` or `4x`.
fn scale_in_name(name: &str) -> Option<u32> {
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    words
        .filter_map(|word| {
            let word = word.to_ascii_lowercase();
            let number = word.strip_prefix('x').or_else(|| word.strip_suffix('x'))?;
            number.parse().ok().filter(|scale| (1..=16).contains(scale))
        })
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_a_word_of_the_name() {
        for (name, scale) in [
            ("srcnn_x3.pth", Some(3)),
            ("2x-photo.safetensors", Some(2)),
            ("RealESRGAN_X4plus.pth", None),
            ("x99_64x64.pth", None),
            ("plain.pth", None),
        ] {
            assert_eq!(scale_in_name(name), scale, "{name}");
        }
    }

    #[test]
    fn another_file_than_the_index_means_is_refused() {
        const SHA256_OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        verify("a.safetensors", b"abc", SHA256_OF_ABC, 3).expect("the file that is meant");
        let error = verify("a.safetensors", b"abd", SHA256_OF_ABC, 3).expect_err("one bit differs");
        assert_eq!(error.code(), "damaged-model");
    }
}
