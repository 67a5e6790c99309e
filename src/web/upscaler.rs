//! The one class that pages use.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{Blob, BlobPropertyBag};

use super::{
    bytes_of, describe, invalid,
    model::Model,
    now, object,
    observer::JsObserver,
    to_js,
    types::{CreateOptions, ModelFile, ModelInfo, PictureFile, UpscaleOptions, UpscaleResult},
};
use crate::{BackendChoice, BackendInfo, Error, Precision, Result, open_backend, picture};

/// Enlarges pictures.
#[wasm_bindgen]
pub struct Upscaler {
    inner: crate::Upscaler,
    model: String,
    info: ModelInfo,
}

#[wasm_bindgen]
impl Upscaler {
    /// Fetches a model and makes the GPU or the CPU ready for it.
    pub async fn create(options: Option<CreateOptions>) -> Result<Upscaler, JsValue> {
        create(options.as_ref()).await.map_err(to_js)
    }

    /// Tells what a weight file holds, without making anything ready to run it.
    pub async fn inspect(model: ModelFile) -> Result<ModelInfo, JsValue> {
        Model::inspect(&model).await.map_err(to_js)
    }

    /// Name of the model.
    #[wasm_bindgen(getter)]
    pub fn model(&self) -> String {
        self.model.clone()
    }

    /// What the model is.
    #[wasm_bindgen(getter)]
    pub fn info(&self) -> ModelInfo {
        self.info.clone().unchecked_into()
    }

    /// How many times wider and higher the results are.
    #[wasm_bindgen(getter)]
    pub fn scale(&self) -> u32 {
        self.inner.scale()
    }

    /// What runs the network.
    #[wasm_bindgen(getter, unchecked_return_type = "\"gpu\" | \"cpu\"")]
    pub fn backend(&self) -> String {
        self.inner.info().name.into()
    }

    /// The GPU's name, or the number of threads.
    #[wasm_bindgen(getter)]
    pub fn adapter(&self) -> String {
        self.inner.info().adapter.clone()
    }

    /// How values between layers are stored.
    #[wasm_bindgen(getter, unchecked_return_type = "\"f32\" | \"f16\"")]
    pub fn precision(&self) -> String {
        self.inner.info().precision.into()
    }

    /// What a person should know about this choice, in sentences.
    #[wasm_bindgen(getter)]
    pub fn warnings(&self) -> Vec<String> {
        self.inner.info().warnings.clone()
    }

    /// About how many milliseconds a picture of that size will take, from a small measured trial on this machine.
    pub async fn estimate(&self, width: u32, height: u32) -> Result<f64, JsValue> {
        self.inner.estimate(width, height, &now).await.map_err(to_js)
    }

    /// Enlarges a picture file and makes a PNG file of it.
    pub async fn upscale(&self, file: PictureFile, options: Option<UpscaleOptions>) -> Result<UpscaleResult, JsValue> {
        self.run(file.into(), options.as_ref()).await.map_err(to_js)
    }
}

impl Upscaler {
    async fn run(&self, file: JsValue, options: Option<&UpscaleOptions>) -> Result<UpscaleResult> {
        let asked = options.and_then(UpscaleOptions::scale);
        if let Some(asked) = asked.filter(|&asked| asked != f64::from(self.scale())) {
            let (model, scale) = (self.model(), self.scale());
            return Err(Error::UnsupportedScale { model, scale, asked: asked as u32 });
        }
        let started = now();
        let input = picture::decode(&bytes_of(file, "picture").await?)?;
        let mut observer = JsObserver::new((input.width, input.height), options);
        let mut png = Vec::new();
        self.inner.upscale_to_png(&input, &mut png, &mut observer).await?;
        let parts = Array::of1(&Uint8Array::from(&png[..]));
        let bag = BlobPropertyBag::new();
        bag.set_type("image/png");
        let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &bag)
            .map_err(|reason| Error::Encode(describe(&reason)))?;
        let BackendInfo { name, adapter, precision, warnings } = self.inner.info();
        let warnings: Array = warnings.iter().map(|warning| JsValue::from_str(warning)).collect();
        Ok(object(&[
            ("blob", blob.into()),
            ("width", observer.output_size.0.into()),
            ("height", observer.output_size.1.into()),
            ("tiles", (observer.tiles as f64).into()),
            ("milliseconds", (now() - started).into()),
            ("model", self.model().into()),
            ("backend", (*name).into()),
            ("adapter", adapter.into()),
            ("precision", (*precision).into()),
            ("warnings", warnings.into()),
        ])
        .unchecked_into())
    }
}

async fn create(options: Option<&CreateOptions>) -> Result<Upscaler> {
    let word = |read: fn(&CreateOptions) -> Option<String>| options.and_then(read);
    let backend = match word(CreateOptions::backend).as_deref() {
        None | Some("auto") => BackendChoice::Auto,
        Some("gpu") => BackendChoice::Gpu,
        Some("cpu") => BackendChoice::Cpu,
        Some(other) => return Err(invalid("backend", other, "auto, gpu or cpu")),
    };
    let precision = match word(CreateOptions::precision).as_deref() {
        None | Some("auto") => Precision::Auto,
        Some("f32") => Precision::F32,
        Some("f16") => Precision::F16,
        Some(other) => return Err(invalid("precision", other, "auto, f32 or f16")),
    };
    let tile = options.and_then(CreateOptions::tile).map(|tile| tile as u32);
    let model = Model::open(options).await?;
    let backend = open_backend(&model.network, backend, precision, tile).await?;
    // The network itself, which may be large, is needed no more.
    Ok(Upscaler { inner: crate::Upscaler::new(backend), info: model.info(), model: model.name })
}
