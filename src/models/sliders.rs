//! Sliders: files of other weights of a model's shape, and how much of each a person wants.
//!
//! A network whose weights lie between those of two networks does what lies between what they do, as long as one was
//! trained on from the other (network interpolation of ESRGAN, Wang et al. 2018). It costs nothing while it runs.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Model, file::verify};
use crate::{Error, Result};

/// What a slider changes, by the words of `models/index.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SliderName {
    /// How much detail is made up: 0 keeps to what is there.
    Strength,
    /// How much noise is taken away: 0 keeps it.
    Denoise,
}

impl fmt::Display for SliderName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Strength => "strength",
            Self::Denoise => "denoise",
        })
    }
}

/// One slider of a model.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Slider {
    /// What it changes.
    pub name: SliderName,
    /// A short title for people.
    pub title: String,
    /// One sentence on what it does.
    pub summary: String,
    /// Where it is unless a person moves it, 0 to 1.
    pub default: f32,
    /// The value that the model's own weights stand for, 0 to 1.
    pub base: f32,
    /// The value that the slider's file stands for, 0 or 1, and not the base.
    pub end: u8,
    /// The weight file of the end, or of its difference to the model's own weights, beside the index.
    pub file: String,
    /// SHA-256 of that file in hexadecimal.
    pub sha256: String,
    /// Size of that file.
    pub bytes: usize,
}

impl Slider {
    /// Checks that a weight file is the one that the index means.
    ///
    /// # Errors
    /// [`Error::DamagedModel`] when it is another.
    pub fn verify(&self, file: &[u8]) -> Result<()> {
        verify(&self.file, file, &self.sha256, self.bytes)
    }

    /// Checks the numbers that an index gives.
    pub(super) fn check(&self) -> Result<()> {
        let is_share = |value| (0.0..=1.0).contains(&value);
        if self.end <= 1 && is_share(self.base) && self.base != f32::from(self.end) && is_share(self.default) {
            return Ok(());
        }
        let (name, file) = (self.name, &self.file);
        let reason = format!(
            "the base and the default of the slider {name} of {file} must be from 0 to 1, and its end the 0 or 1 that the \
             base is not"
        );
        Err(Error::DamagedModel { reason })
    }

    /// How much of its file is to be mixed with the model's own weights where the slider is at a value; less than 0 where that
    /// lies on the other side of the base.
    pub(crate) fn share(&self, value: f32) -> f32 {
        (value - self.base) / (f32::from(self.end) - self.base)
    }
}

/// Where a person puts the sliders; None leaves one at its default.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SliderValues {
    /// From 0 to 1.
    pub strength: Option<f32>,
    /// From 0 to 1.
    pub denoise: Option<f32>,
}

impl SliderValues {
    /// The sliders that a person moved.
    pub fn moved(&self) -> impl Iterator<Item = (SliderName, f32)> {
        [(SliderName::Strength, self.strength), (SliderName::Denoise, self.denoise)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
    }

    /// Checks that every value is a share.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] that names the first that is not in 0..=1.
    pub fn check(&self) -> Result<()> {
        match self.moved().find(|(_, value)| !(0.0..=1.0).contains(value)) {
            Some((name, value)) => Err(Error::InvalidOption(format!("The {name} is {value}; it must be 0 to 1."))),
            None => Ok(()),
        }
    }

    /// Checks that a model has the sliders that a person moved; `name` is the model's.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] that tells what sliders there are, or as [`SliderValues::check`].
    pub fn check_for(&self, name: &str, sliders: &[Slider]) -> Result<()> {
        self.check()?;
        let is_missing = |(moved, _): &(SliderName, f32)| sliders.iter().all(|slider| slider.name != *moved);
        let Some((missing, _)) = self.moved().find(is_missing) else { return Ok(()) };
        let has = match sliders {
            [] => "none".to_owned(),
            some => some.iter().map(|slider| slider.name.to_string()).collect::<Vec<_>>().join(" and "),
        };
        Err(Error::InvalidOption(format!("The model {name} has no slider for {missing}; it has {has}.")))
    }

    /// Where a slider is, 0 to 1.
    pub(crate) fn value_of(&self, slider: &Slider) -> f32 {
        self.moved().find(|(moved, _)| *moved == slider.name).map_or(slider.default, |(_, value)| value)
    }
}

impl Model {
    /// Whether it has that slider.
    #[must_use]
    pub fn has_slider(&self, name: SliderName) -> bool {
        self.sliders.iter().any(|slider| slider.name == name)
    }

    /// How much of which slider's weights is to be mixed with the model's own, as [`crate::network::Weights::mix`] does it,
    /// less than 0 where the slider is on the other side of what the model's own weights stand for. Sliders of which nothing is
    /// needed are left out.
    ///
    /// # Errors
    /// As [`SliderValues::check_for`].
    pub fn shares(&self, values: &SliderValues) -> Result<Vec<(&Slider, f32)>> {
        values.check_for(&self.name, &self.sliders)?;
        let shares = self.sliders.iter().map(|slider| (slider, slider.share(values.value_of(slider))));
        Ok(shares.filter(|(_, share)| *share != 0.0).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{models::Index, network::Weights};

    /// `fast-x4` with sliders for strength, which its own weights have at 1, and for denoise, which they have at 0.
    fn model() -> Model {
        let index = Index::parse(include_bytes!("../../models/index.json")).expect("index");
        let mut model = index.choose("fast-x4", None).expect("listed").clone();
        let slider = |name, base, end, default| Slider {
            name,
            base,
            end,
            default,
            title: String::new(),
            summary: String::new(),
            file: format!("{name}.safetensors"),
            sha256: String::new(),
            bytes: 0,
        };
        model.sliders = vec![slider(SliderName::Strength, 1.0, 0, 1.0), slider(SliderName::Denoise, 0.0, 1, 0.25)];
        model
    }

    fn values(strength: Option<f32>, denoise: Option<f32>) -> SliderValues {
        SliderValues { strength, denoise }
    }

    #[test]
    fn shares_are_distances_from_the_base() {
        let model = model();
        for (values, expected) in [
            (values(None, None), vec![("denoise", 0.25)]),
            (values(Some(1.0), Some(0.0)), vec![]),
            (values(Some(0.0), Some(0.0)), vec![("strength", 1.0)]),
            (values(Some(0.75), Some(1.0)), vec![("strength", 0.25), ("denoise", 1.0)]),
        ] {
            let shares = model.shares(&values).expect("sound");
            let named: Vec<_> = shares.iter().map(|(slider, share)| (slider.name.to_string(), *share)).collect();
            assert_eq!(named, expected.into_iter().map(|(name, share)| (name.to_owned(), share)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_base_between_the_ends_has_shares_on_both_sides() {
        let mut model = model();
        model.sliders[0].base = 0.75;
        for (strength, share) in [(0.0, Some(1.0)), (0.75, None), (0.375, Some(0.5)), (1.0, Some(-1.0 / 3.0))] {
            let shares = model.shares(&values(Some(strength), Some(0.0))).expect("sound");
            assert_eq!(shares.first().map(|(_, share)| *share), share, "{strength}");
        }
    }

    #[test]
    fn both_ends_of_a_slider_are_the_files_themselves() {
        let file = include_bytes!("../../models/fast-x4.safetensors");
        // The same network with other numbers: f16 of the file's end with one bit of each changed.
        let mut changed = file.to_vec();
        let numbers = 8 + u64::from_le_bytes(file[..8].try_into().expect("eight bytes")) as usize;
        changed[numbers..].iter_mut().step_by(2).for_each(|byte| *byte ^= 0x10);
        let [own, other] = [&file[..], &changed[..]].map(|file| Weights::parse(file).expect("sound"));
        let at = |strength| {
            let model = model();
            let shares = model.shares(&values(Some(strength), Some(0.0))).expect("sound");
            let others: Vec<_> = shares.into_iter().map(|(_, share)| (other.clone(), share)).collect();
            own.mix(&others).expect("fits")
        };
        for name in own.names() {
            let [own, other, half] =
                [&own, &other, &at(0.5)].map(|weights| weights.get(name).expect("there").data.clone());
            assert_eq!(at(1.0).get(name).expect("there").data, own, "{name}");
            assert_eq!(at(0.0).get(name).expect("there").data, other, "{name}");
            assert_ne!(own, other, "{name}");
            for ((own, other), half) in own.iter().zip(&other).zip(&half) {
                assert!((half - (own + other) / 2.0).abs() <= f32::EPSILON * own.abs().max(other.abs()), "{name}");
            }
        }
    }

    #[test]
    fn bad_values_and_missing_sliders_are_told() {
        let mut model = model();
        model.sliders.remove(0);
        for (values, expected) in [
            (values(Some(0.5), None), "The model fast-x4 has no slider for strength; it has denoise."),
            (values(None, Some(-0.5)), "The denoise is -0.5; it must be 0 to 1."),
            (values(None, Some(f32::NAN)), "The denoise is NaN; it must be 0 to 1."),
        ] {
            let error = model.shares(&values).expect_err("must be refused");
            assert_eq!((error.code(), &*error.to_string()), ("invalid-option", expected));
        }
    }
}
