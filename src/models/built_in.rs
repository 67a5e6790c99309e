//! The models inside the command and the native library; a page fetches the same files from its own site.

use super::{Index, Model, SliderValues};
use crate::{Error, Network, Result, network::Weights};

const INDEX: &[u8] = include_bytes!("../../models/index.json");

/// The named files of `models/` and their content.
macro_rules! files {
    ($($name:literal),* $(,)?) => { &[$(($name, include_bytes!(concat!("../../models/", $name)))),*] };
}

/// Every weight file that the index lists, those of sliders too.
const FILES: &[(&str, &[u8])] = files![
    "photo-x4.safetensors",
    "photo-x4-strength.safetensors",
    "photo-x4-denoise.safetensors",
    "fidelity-x4.safetensors",
    "text-x4.safetensors",
    "fast-x4.safetensors",
    "fidelity-x2.safetensors",
    "text-x2.safetensors",
    "fast-x2.safetensors",
    "srcnn-x4.safetensors",
];

/// Every built-in model.
///
/// # Errors
/// [`Error::DamagedModel`] when the crate was built with a broken index.
pub fn built_in_index() -> Result<Index> {
    Index::parse(INDEX)
}

/// The network of a built-in model, by its name or for a purpose (see [`Index::choose`]), its sliders at their
/// defaults.
///
/// # Errors
/// [`Error::UnknownModel`] with the names there are.
pub fn built_in(name: &str) -> Result<Network> {
    let index = built_in_index()?;
    Network::from_weights(&built_in_weights(index.choose(name, None)?, &SliderValues::default())?)
}

/// The weights of a built-in model with its sliders at those values.
///
/// # Errors
/// [`Error::InvalidOption`] for sliders that it does not have or values out of range.
pub fn built_in_weights(model: &Model, values: &SliderValues) -> Result<Weights> {
    let shares = model.shares(values)?;
    let own = content(&model.file)?;
    model.verify(own)?;
    let mut others = Vec::new();
    for (slider, share) in shares {
        let other = content(&slider.file)?;
        slider.verify(other)?;
        others.push((Weights::parse(other)?, share));
    }
    Weights::parse(own)?.extrapolate(&others)
}

fn content(name: &str) -> Result<&'static [u8]> {
    let found = FILES.iter().find(|(file, _)| *file == name).map(|(_, content)| *content);
    found.ok_or_else(|| Error::DamagedModel {
        reason: format!("{name} is in the index of models and not in the program"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_in_the_index_loads_and_is_what_it_says() {
        let index = built_in_index().expect("index");
        let files = index.models.iter().map(|model| 1 + model.sliders.len()).sum::<usize>();
        assert_eq!(files, FILES.len());
        for model in &index.models {
            for at in [0.0, 1.0] {
                let mut values = SliderValues::default();
                for slider in &model.sliders {
                    match slider.name {
                        super::super::SliderName::Strength => values.strength = Some(at),
                        super::super::SliderName::Denoise => values.denoise = Some(at),
                    }
                }
                let weights = built_in_weights(model, &values).expect(&model.name);
                let network = Network::from_weights(&weights).expect(&model.name);
                assert_eq!(network.scale(), model.scale, "{}", model.name);
            }
        }
    }
}
