//! What a word after `--model` or `--mix` names: a classical filter, a built-in model, or a weight file.

use std::path::{Path, PathBuf};

use lenslet::{
    Error, Result,
    models::{self, Model, SliderValues},
    network::Weights,
    resize::Filter,
};

use super::read;

pub(super) enum Source {
    Filter(Filter),
    Listed(Model),
    File(PathBuf),
}

impl Source {
    /// What the word names. What is built in goes before a file of the same name; `./NAME` is the file.
    pub(super) fn find(word: &str, scale: Option<f64>) -> Result<Self> {
        if let Some(filter) = Filter::find(word) {
            return Ok(Self::Filter(filter));
        }
        match models::built_in_index()?.choose(word, scale) {
            Ok(model) => Ok(Self::Listed(model.clone())),
            Err(Error::UnknownModel { .. }) if Path::new(word).exists() => Ok(Self::File(word.into())),
            Err(error) => Err(error),
        }
    }

    /// Its name for reports.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Filter(filter) => filter.name().into(),
            Self::Listed(model) => model.name.clone(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// Its weights, with the sliders at those values. The scale asked for is for files that tell none.
    pub(super) fn weights(&self, scale: Option<f64>, sliders: &SliderValues) -> Result<Weights> {
        match self {
            Self::Filter(filter) => {
                let name = filter.name();
                Err(Error::InvalidOption(format!(
                    "{name} is a classical filter, and has no weights to look at or mix."
                )))
            }
            Self::Listed(model) => models::built_in_weights(model, sliders),
            Self::File(path) => {
                sliders.check_for(&self.name(), &[])?;
                let file_name = path.file_name().unwrap_or_default().to_string_lossy();
                if ["param", "bin"].iter().any(|ending| path.extension().is_some_and(|found| found == *ending)) {
                    let [param, bin] = ["param", "bin"].map(|ending| read(&path.with_extension(ending)));
                    return models::read_ncnn(&file_name, &param?, &bin?, scale);
                }
                models::read(&file_name, &read(path)?, scale)
            }
        }
    }
}
