//! The one class that pages use.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{Blob, BlobPropertyBag};

use super::{
    bytes_of,
    cpu::CpuSource,
    describe, invalid,
    model::{self, Engine, Model},
    now, object,
    observer::JsObserver,
    to_js,
    types::{
        CreateOptions, ModelFile, ModelInfo, ModelsByKind, PictureFile, Seen, SuggestOptions, Suggestion,
        UpscaleOptions, UpscaleResult,
    },
};
use crate::{
    BackendChoice, BackendInfo, BackendOptions, Error, Network, Precision, Result,
    backend::{Chosen, choose},
    gpu::BlockingChoice,
    models::SliderValues,
    network::Weights,
    picture::{self, Content, ContentKind},
    resample::{NetworkOptions, Resampler},
};

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

    /// Looks at a picture and names the model of the site that suits it.
    pub async fn suggest(picture: PictureFile, options: Option<SuggestOptions>) -> Result<Suggestion, JsValue> {
        suggest(picture.into(), options.as_ref()).await.map_err(to_js)
    }

    /// Looks at a picture, without a request.
    pub async fn classify(picture: PictureFile) -> Result<Seen, JsValue> {
        classify(picture.into()).await.map_err(to_js)
    }

    /// Names the models of the site that suit each kind of picture, for pages that make them ready beforehand.
    #[wasm_bindgen(js_name = modelsByKind)]
    pub async fn models_by_kind(options: Option<SuggestOptions>) -> Result<ModelsByKind, JsValue> {
        models_by_kind(options.as_ref()).await.map_err(to_js)
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
        self.inner.info().adapter
    }

    /// How values between layers are stored.
    #[wasm_bindgen(getter, unchecked_return_type = "\"f32\" | \"f16\"")]
    pub fn precision(&self) -> String {
        self.inner.info().precision.into()
    }

    /// What a person should know about this choice, in sentences.
    #[wasm_bindgen(getter)]
    pub fn warnings(&self) -> Vec<String> {
        self.inner.info().warnings
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
        let makes_file = match options.and_then(UpscaleOptions::format).as_deref() {
            None | Some("png") => true,
            Some("none") => false,
            Some(other) => return Err(invalid("format", other, "png or none")),
        };
        let started = now();
        let input = picture::decode(&bytes_of(file, "picture").await?)?;
        let mut observer = JsObserver::new((input.width, input.height), options);
        let mut png = Vec::new();
        if makes_file {
            self.inner.upscale_to_png(&input, &mut png, &mut observer).await?;
        } else {
            self.inner.upscale(&input, &mut |_| Ok(()), &mut observer).await?;
        }
        let parts = Array::of1(&Uint8Array::from(&png[..]));
        let bag = BlobPropertyBag::new();
        bag.set_type("image/png");
        let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &bag)
            .map_err(|reason| Error::Encode(describe(&reason)))?;
        let BackendInfo { name, adapter, precision, blocking, warnings } = self.inner.info();
        let warnings: Array = warnings.into_iter().chain(observer.warnings).map(JsValue::from).collect();
        Ok(object(&[
            ("blob", blob.into()),
            ("width", observer.output_size.0.into()),
            ("height", observer.output_size.1.into()),
            ("tiles", (observer.tiles as f64).into()),
            ("milliseconds", (now() - started).into()),
            ("model", self.model().into()),
            ("backend", name.into()),
            ("adapter", adapter.into()),
            ("precision", precision.into()),
            ("blocking", blocking.map_or(JsValue::UNDEFINED, |blocking| blocking.name().into())),
            ("warnings", warnings.into()),
        ])
        .unchecked_into())
    }
}

async fn create(options: Option<&CreateOptions>) -> Result<Upscaler> {
    let word = |read: fn(&CreateOptions) -> Option<String>| options.and_then(read);
    let choice = match word(CreateOptions::backend).as_deref() {
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
    let threads = match options.and_then(CreateOptions::threads) {
        Some(threads) if threads < 1.0 || threads.fract() != 0.0 => {
            return Err(invalid("threads", &threads.to_string(), "a whole number of at least 1"));
        }
        threads => threads.map(|threads| threads as usize),
    };
    let share = |read: fn(&CreateOptions) -> Option<f64>| options.and_then(read).map(|value| value as f32);
    let options_of_networks = NetworkOptions {
        backend: BackendOptions {
            choice,
            precision,
            tile: options.and_then(CreateOptions::tile).map(|tile| tile as u32),
            blocking: word(CreateOptions::blocking).map_or(Ok(BlockingChoice::Auto), |name| name.parse())?,
        },
        mix: options.and_then(CreateOptions::mix).is_some(),
        sliders: SliderValues { strength: share(CreateOptions::strength), denoise: share(CreateOptions::denoise) },
        threads: threads.is_some(),
    };
    let model = Model::open(options, &options_of_networks.sliders).await?;
    let inner = match &model.engine {
        Engine::Network(network, weights) => open(network, weights, options_of_networks.backend, threads).await?,
        Engine::Filter(filter) => {
            options_of_networks.check_for(*filter)?;
            let scale = model::scale(options.and_then(CreateOptions::scale))?;
            crate::Upscaler::new(Box::new(Resampler::new(*filter, scale)?))
        }
    };
    // The network itself, which may be large, is needed no more.
    Ok(Upscaler { info: model.info(inner.scale()), inner, model: model.name })
}

/// Opens the backend of a person's choice, and another where it fails.
async fn open(
    network: &Network,
    weights: &Weights,
    options: BackendOptions,
    threads: Option<usize>,
) -> Result<crate::Upscaler> {
    let mut cpu = CpuSource::new(weights, options, threads)?;
    let backend = match choose(network, options).await? {
        Chosen::Gpu(gpu) => gpu,
        Chosen::Cpu(warnings) => cpu.open(network, warnings).await?,
    };
    let fallback = cpu.into_fallback(&*backend);
    Ok(crate::Upscaler::new(backend).with_fallback(fallback))
}

async fn look_at(picture: JsValue) -> Result<Content> {
    Ok(Content::measure(&picture::decode(&bytes_of(picture, "picture").await?)?))
}

/// The names of the site's models for each kind of picture.
async fn automatic(options: Option<&SuggestOptions>) -> Result<impl Fn(ContentKind) -> Result<String>> {
    let scale = model::scale(options.and_then(SuggestOptions::scale))?;
    let index = model::index(&model::folder(options.and_then(SuggestOptions::models_url))).await?;
    Ok(move |kind| index.automatic(kind, scale).map(|model| model.name.clone()))
}

async fn suggest(picture: JsValue, options: Option<&SuggestOptions>) -> Result<Suggestion> {
    let name_for = automatic(options).await?;
    let content = look_at(picture).await?;
    Ok(object(&[
        ("model", name_for(content.kind())?.into()),
        ("kind", content.kind().name().into()),
        ("reason", content.reason().into()),
    ])
    .unchecked_into())
}

async fn classify(picture: JsValue) -> Result<Seen> {
    let content = look_at(picture).await?;
    Ok(object(&[("kind", content.kind().name().into()), ("reason", content.reason().into())]).unchecked_into())
}

async fn models_by_kind(options: Option<&SuggestOptions>) -> Result<ModelsByKind> {
    let name_for = automatic(options).await?;
    let (photo, graphic) = (name_for(ContentKind::Photo)?, name_for(ContentKind::Graphic)?);
    Ok(object(&[("photo", photo.into()), ("graphic", graphic.into())]).unchecked_into())
}
