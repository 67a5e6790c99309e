//! The models that come with Lenslet, `models/index.json` and the weight files it lists, and those that people bring.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{Error, Result, network::Weights};

/// One entry of the index.
#[derive(Clone, Debug, Deserialize)]
pub struct Model {
    /// What people call it, for example in `--model`.
    pub name: String,
    /// Its weight file, beside the index.
    pub file: String,
    /// SHA-256 of the weight file in hexadecimal.
    pub sha256: String,
    /// Size of the weight file.
    pub bytes: usize,
    /// How many times it enlarges.
    pub scale: u32,
    /// A short title for people.
    pub title: String,
    /// One sentence on what it is for.
    pub summary: String,
}

/// The index: every model, the one to take by default first.
#[derive(Clone, Debug, Deserialize)]
pub struct Index {
    /// The models.
    pub models: Vec<Model>,
}

impl Index {
    /// Reads an index file.
    ///
    /// # Errors
    /// [`Error::DamagedModel`] when it is not such a file.
    pub fn parse(json: &[u8]) -> Result<Self> {
        serde_json::from_slice(json)
            .map_err(|error| Error::DamagedModel { reason: format!("the index of models cannot be read ({error})") })
    }

    /// The model of that name, or the first one.
    ///
    /// # Errors
    /// [`Error::UnknownModel`] with the names there are.
    pub fn find(&self, name: Option<&str>) -> Result<&Model> {
        let found = match name {
            Some(name) => self.models.iter().find(|model| model.name == name),
            None => self.models.first(),
        };
        found.ok_or_else(|| Error::UnknownModel {
            name: name.unwrap_or_default().into(),
            available: self.models.iter().map(|model| &*model.name).collect::<Vec<_>>().join(", "),
        })
    }
}

impl Model {
    /// Checks that a weight file is the one that the index means.
    ///
    /// # Errors
    /// [`Error::DamagedModel`] when it is another.
    pub fn verify(&self, file: &[u8]) -> Result<()> {
        let found: String = Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect();
        if found == self.sha256 {
            return Ok(());
        }
        let (name, expected, size, bytes) = (&self.file, &self.sha256, file.len(), self.bytes);
        let reason =
            format!("{name} has {size} bytes with SHA-256 {found}, the index says {bytes} bytes with {expected}");
        Err(Error::DamagedModel { reason })
    }
}

/// Reads a weight file that a person brings. Some networks do not tell their scale; where the file itself does not
/// either, it is the one asked for, or else the one in the file's name (`x4` or `4x`).
///
/// # Errors
/// As [`Weights::parse`].
pub fn read(name: &str, file: &[u8], asked_scale: Option<u32>) -> Result<Weights> {
    let weights = Weights::parse(file)?;
    match asked_scale.or_else(|| scale_in_name(name)) {
        Some(scale) if weights.metadata("scale").is_none() => Ok(weights.with_metadata("scale", &scale.to_string())),
        _ => Ok(weights),
    }
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

/// The models inside the command and the native library; a page fetches the same files from its own site.
#[cfg(not(target_arch = "wasm32"))]
mod built_in {
    use super::{Index, Model};
    use crate::{Error, Network, Result, network::Weights};

    const INDEX: &[u8] = include_bytes!("../models/index.json");
    const FILES: &[(&str, &[u8])] = &[("first-x4.safetensors", include_bytes!("../models/first-x4.safetensors"))];

    /// Every built-in model.
    ///
    /// # Errors
    /// [`Error::DamagedModel`] when the crate was built with a broken index.
    pub fn built_in_index() -> Result<Index> {
        Index::parse(INDEX)
    }

    /// The network of a built-in model.
    ///
    /// # Errors
    /// [`Error::UnknownModel`] with the names there are.
    pub fn built_in(name: &str) -> Result<Network> {
        Network::from_weights(&built_in_weights(name)?)
    }

    /// The weights of a built-in model.
    ///
    /// # Errors
    /// [`Error::UnknownModel`] with the names there are.
    pub fn built_in_weights(name: &str) -> Result<Weights> {
        let index = built_in_index()?;
        load(index.find(Some(name))?)
    }

    fn load(model: &Model) -> Result<Weights> {
        let (_, file) = FILES.iter().find(|(file, _)| *file == model.file).ok_or_else(|| Error::DamagedModel {
            reason: format!("{} is in the index of models and not in the program", model.file),
        })?;
        model.verify(file)?;
        Weights::parse(file)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn every_model_in_the_index_loads_and_is_what_it_says() {
            let index = built_in_index().expect("index");
            assert_eq!(index.models.len(), FILES.len());
            for model in &index.models {
                let network = built_in(&model.name).expect(&model.name);
                assert_eq!(network.scale(), model.scale, "{}", model.name);
            }
        }

        #[test]
        fn another_file_than_the_index_means_is_refused() {
            let index = built_in_index().expect("index");
            let mut file = FILES[0].1.to_vec();
            let last = file.len() - 1;
            file[last] ^= 1;
            let error = index.models[0].verify(&file).expect_err("one bit differs");
            assert_eq!(error.code(), "damaged-model");
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub use built_in::{built_in, built_in_index, built_in_weights};

#[cfg(test)]
mod tests {
    use super::scale_in_name;

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
}
