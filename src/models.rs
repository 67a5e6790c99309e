//! The models that come with Lenslet: `models/index.json` and the weight files it lists.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{Error, Result};

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

/// The models inside the command and the native library; a page fetches the same files from its own site.
#[cfg(not(target_arch = "wasm32"))]
mod built_in {
    use super::{Index, Model};
    use crate::{Error, Network, Result};

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
        let index = built_in_index()?;
        load(index.find(Some(name))?)
    }

    fn load(model: &Model) -> Result<Network> {
        let (_, file) = FILES.iter().find(|(file, _)| *file == model.file).ok_or_else(|| Error::DamagedModel {
            reason: format!("{} is in the index of models and not in the program", model.file),
        })?;
        model.verify(file)?;
        Network::load(file)
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
pub use built_in::{built_in, built_in_index};
