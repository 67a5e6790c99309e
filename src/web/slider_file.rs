//! The file of a slider's other end, which may still be on its way where nothing of it is needed yet.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

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
    content: Content,
    /// How much of it is mixed in.
    share: f32,
}

#[derive(Clone)]
enum Content {
    Here(WeightFile),
    /// Bytes, or undefined where they could not be fetched.
    OnItsWay(Promise),
}

impl SliderFile {
    /// Asks for the file, and waits for it where a share is needed.
    ///
    /// # Errors
    /// As [`SliderFile::load`].
    pub(super) async fn fetch(slider: &Slider, url: String, share: f32) -> Result<Self> {
        let address = url.clone();
        let coming = async move { Ok(fetch(&address).await.map_or(JsValue::UNDEFINED, JsValue::from)) };
        let content = Content::OnItsWay(future_to_promise(coming));
        let mut file = Self { slider: slider.clone(), url, content, share };
        if share > 0.0 {
            file.load().await?;
        }
        Ok(file)
    }

    /// Waits for the file, and asks for it again where it did not come.
    ///
    /// # Errors
    /// [`crate::Error::Fetch`], and [`crate::Error::DamagedModel`] when it is another than the index means.
    pub(super) async fn load(&mut self) -> Result<()> {
        let Content::OnItsWay(coming) = &self.content else { return Ok(()) };
        let came = JsFuture::from(coming.clone()).await.ok().and_then(|bytes| bytes.dyn_into::<Uint8Array>().ok());
        let bytes = match came {
            Some(bytes) => bytes,
            None => fetch(&self.url).await?,
        };
        self.slider.verify(&bytes.to_vec())?;
        self.content = Content::Here(WeightFile::own(bytes));
        Ok(())
    }

    pub(super) fn name(&self) -> SliderName {
        self.slider.name
    }

    /// Where the slider is, 0 to 1.
    pub(super) fn value(&self) -> f32 {
        (f32::from(self.slider.base) - self.share).abs()
    }

    /// Moves it to a value from 0 to 1, once the file has come.
    pub(super) fn move_to(&mut self, value: f32) {
        self.share = (value - f32::from(self.slider.base)).abs();
    }

    pub(super) fn is_moved(&self) -> bool {
        self.share > 0.0
    }

    /// The weights to mix in and their share; None where nothing of them is needed.
    pub(super) fn mixed_in(&self) -> Option<Result<(Weights, f32)>> {
        match &self.content {
            Content::Here(file) if self.is_moved() => Some(file.weights().map(|weights| (weights, self.share))),
            _ => None,
        }
    }
}
