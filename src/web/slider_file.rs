//! The file of a slider's other end, which is fetched where something of it is needed.

use super::{fetch, weight_files::WeightFile};
use crate::{
    Result,
    models::{Slider, SliderName},
    network::Weights,
};

/// The other end of a slider.
#[derive(Clone)]
pub(super) struct SliderFile {
    slider: Slider,
    url: String,
    /// None until something of it is needed.
    content: Option<WeightFile>,
    /// Where the slider is, 0 to 1.
    value: f32,
}

impl SliderFile {
    /// The file of a slider that is where the model's own weights are, which has not been asked for.
    pub(super) fn unused(slider: &Slider, url: String) -> Self {
        Self { slider: slider.clone(), url, content: None, value: slider.base }
    }

    /// Puts the slider to a value from 0 to 1, and fetches the file where something of it is needed.
    ///
    /// # Errors
    /// As [`SliderFile::load`].
    pub(super) async fn put(&mut self, value: f32) -> Result<()> {
        self.value = value;
        if self.is_moved() { self.load().await } else { Ok(()) }
    }

    /// Fetches the file where it is not here.
    ///
    /// # Errors
    /// [`crate::Error::Fetch`], and [`crate::Error::DamagedModel`] when it is another than the index means.
    pub(super) async fn load(&mut self) -> Result<()> {
        if self.content.is_none() {
            let bytes = fetch(&self.url).await?;
            self.slider.verify(&bytes.to_vec())?;
            self.content = Some(WeightFile::own(bytes));
        }
        Ok(())
    }

    pub(super) fn name(&self) -> SliderName {
        self.slider.name
    }

    /// Where the slider is, 0 to 1.
    pub(super) fn value(&self) -> f32 {
        self.value
    }

    /// Moves it to a value from 0 to 1, once the file has come.
    pub(super) fn move_to(&mut self, value: f32) {
        self.value = value;
    }

    pub(super) fn is_moved(&self) -> bool {
        self.share() != 0.0
    }

    fn share(&self) -> f32 {
        self.slider.share(self.value)
    }

    /// The weights to mix in and their share; None where nothing of them is needed.
    pub(super) fn mixed_in(&self) -> Option<Result<(Weights, f32)>> {
        match &self.content {
            Some(file) if self.is_moved() => Some(file.weights().map(|weights| (weights, self.share()))),
            _ => None,
        }
    }
}
