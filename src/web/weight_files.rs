//! The weight files of a model as they came: what it takes to make its weights again, for a backend in the place of one that failed.
//!
//! They lie outside of this module's memory, which never shrinks, and most hold 8 bits or f16: made weights would take more bytes.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, prelude::*};

use super::{describe, slider_file::SliderFile};
use crate::{
    Error, Network, Result,
    models::{self, SliderName},
    network::Weights,
};

#[wasm_bindgen(raw_module = "./js/io/foreign-weights.js")]
extern "C" {
    /// See js/io/foreign-weights.js.
    #[wasm_bindgen(js_name = toSafetensors, catch)]
    async fn to_safetensors(file: &Uint8Array) -> Result<JsValue, JsValue>;
}

/// A weight file.
#[derive(Clone)]
pub(super) struct WeightFile {
    /// In safetensors.
    content: Uint8Array,
    /// Size of the file as it came.
    bytes: u32,
    /// Where a person has brought it: its name, and the scale that was asked for, which may tell what the file does not.
    brought: Option<(String, Option<f64>)>,
}

impl WeightFile {
    /// A file of the site's.
    pub(super) fn own(content: Uint8Array) -> Self {
        Self { bytes: content.length(), content, brought: None }
    }

    /// A file that a person has brought. What is no safetensors file the second module makes one of.
    ///
    /// # Errors
    /// [`Error::Conversion`] when that module cannot.
    pub(super) async fn brought(content: Uint8Array, name: String, asked_scale: Option<f64>) -> Result<Self> {
        let bytes = content.length();
        // The opening brace of the header, behind its length.
        let is_safetensors = content.length() > 8 && content.get_index(8) == b'{';
        // A copy, since the array is still theirs.
        let content = if is_safetensors {
            content.slice(0, bytes)
        } else {
            to_safetensors(&content).await.map_err(|thrown| conversion_failed(&thrown))?.unchecked_into()
        };
        Ok(Self { content, bytes, brought: Some((name, asked_scale)) })
    }

    pub(super) fn weights(&self) -> Result<Weights> {
        let content = self.content.to_vec();
        match &self.brought {
            Some((name, asked_scale)) => models::read(name, &content, *asked_scale),
            None => Weights::parse(&content),
        }
    }
}

/// The error for what the second module threw.
fn conversion_failed(thrown: &JsValue) -> Error {
    const CODES: [&str; 4] = ["damaged-model", "refused-model", "unsupported-model", "fetch-failed"];
    let found = Reflect::get(thrown, &"code".into()).ok().and_then(|code| code.as_string());
    let code = CODES.into_iter().find(|code| found.as_deref() == Some(*code)).unwrap_or(CODES[0]);
    Error::Conversion { code, sentence: describe(thrown) }
}

/// A weight file and those that are mixed in.
#[derive(Clone)]
pub(super) struct WeightFiles {
    file: WeightFile,
    /// What sliders mix in.
    pub(super) sliders: Vec<SliderFile>,
    /// The other model of a mix, and its share.
    pub(super) mix: Option<(Box<WeightFiles>, f32)>,
}

impl From<WeightFile> for WeightFiles {
    fn from(file: WeightFile) -> Self {
        Self { file, sliders: Vec::new(), mix: None }
    }
}

impl WeightFiles {
    /// Size of the file in bytes, without those that are mixed in.
    pub(super) fn bytes(&self) -> u32 {
        self.file.bytes
    }

    /// The mixed weights.
    ///
    /// # Errors
    /// As [`Weights::parse`] and [`Weights::mix`].
    pub(super) fn weights(&self) -> Result<Weights> {
        let mut weights = self.file.weights()?;
        if self.has_moved_sliders() {
            let others = self.sliders.iter().filter_map(SliderFile::mixed_in);
            weights = weights.extrapolate(&others.collect::<Result<Vec<_>>>()?)?;
        }
        match &self.mix {
            Some((other, share)) => weights.mix(&[(other.weights()?, *share)]),
            None => Ok(weights),
        }
    }

    fn has_moved_sliders(&self) -> bool {
        self.sliders.iter().any(SliderFile::is_moved)
    }

    /// Where the slider for denoising is; None where there is none.
    pub(super) fn denoise(&self) -> Option<f32> {
        self.sliders.iter().find(|slider| slider.name() == SliderName::Denoise).map(SliderFile::value)
    }

    /// The same with the slider for strength at 0 and at 1; None where there is none.
    ///
    /// # Errors
    /// As [`SliderFile::load`].
    pub(super) async fn ends_of_strength(&self) -> Result<Option<[Self; 2]>> {
        let strength = self.sliders.iter().position(|slider| slider.name() == SliderName::Strength);
        let Some(strength) = strength else { return Ok(None) };
        let mut files = self.clone();
        files.sliders[strength].load().await?;
        let at = |value: f32| {
            let mut files = files.clone();
            files.sliders[strength].move_to(value);
            files
        };
        Ok(Some([at(0.0), at(1.0)]))
    }

    /// The network of the mixed weights.
    ///
    /// # Errors
    /// As [`Network::load`], and as [`WeightFiles::weights`].
    pub(super) fn network(&self) -> Result<Network> {
        Network::from_weights(&self.weights()?)
    }

    /// One weight file with all of that, for workers: the site's own as it is where nothing is mixed in.
    ///
    /// # Errors
    /// As [`WeightFiles::weights`] and [`Weights::to_safetensors`].
    pub(super) fn for_workers(&self) -> Result<Uint8Array> {
        if !self.has_moved_sliders() && self.mix.is_none() && self.file.brought.is_none() {
            return Ok(self.file.content.clone());
        }
        Ok(Uint8Array::from(&self.weights()?.to_safetensors()?[..]))
    }
}
