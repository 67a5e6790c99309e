//! The one class that pages use.

use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, prelude::*};

use super::{
    callback::Thrown,
    cpu::CpuSource,
    insight::Origin,
    invalid,
    model::{self, Engine, Model},
    now, object,
    observer::JsObserver,
    picture::picture_of,
    sink::Sink,
    size::size,
    to_js,
    types::{
        CreateOptions, ModelFile, ModelInfo, ModelsByKind, PictureSource, PixelOptions, Plan, Seen, SuggestOptions,
        Suggestion, UpscaleOptions, UpscaleResult,
    },
    weight_files::WeightFiles,
};
use crate::{
    BackendChoice, BackendInfo, BackendOptions, Network, Precision, Result, Size,
    backend::open::{Chosen, choose},
    file_size,
    gpu::BlockingChoice,
    models::SliderValues,
    picture::{Content, ContentKind, FileFormat, Saving, Wear},
    resize::{NetworkOptions, Resampler},
};

/// Enlarges pictures.
#[wasm_bindgen]
pub struct Upscaler {
    pub(super) inner: crate::Upscaler,
    /// None for a classical filter.
    pub(super) origin: Option<Origin>,
    /// What create() was asked for.
    size: Size,
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
    pub async fn suggest(picture: PictureSource, options: Option<SuggestOptions>) -> Result<Suggestion, JsValue> {
        suggest(picture.into(), options.as_ref()).await.map_err(to_js)
    }

    /// Looks at a picture, without a request.
    pub async fn classify(picture: PictureSource) -> Result<Seen, JsValue> {
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

    /// How much noise it takes away, 0 to 1; undefined where its model has no slider for that.
    #[wasm_bindgen(getter)]
    pub fn denoise(&self) -> Option<f32> {
        self.origin.as_ref()?.files.denoise()
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
    pub async fn estimate(&self, width: u32, height: u32, options: Option<PixelOptions>) -> Result<f64, JsValue> {
        let size = size(options.as_ref().map(|options| options.as_ref()), self.size).map_err(to_js)?;
        let upscaler = self.upscaler(options.as_ref()).map_err(to_js)?;
        upscaler.estimate(width, height, size, &now).await.map_err(to_js)
    }

    /// Tells what an upscale would make of a picture, and about how large and when.
    pub async fn plan(&self, picture: PictureSource, options: Option<UpscaleOptions>) -> Result<Plan, JsValue> {
        self.make_plan(picture.into(), options.as_ref()).await.map_err(to_js)
    }

    /// Enlarges a picture and makes a file of it.
    pub async fn upscale(
        &self,
        picture: PictureSource,
        options: Option<UpscaleOptions>,
    ) -> Result<UpscaleResult, JsValue> {
        let thrown = Thrown::default();
        self.run(picture.into(), options.as_ref(), &thrown).await.map_err(|error| thrown.or(error))
    }
}

/// What a person asks of one upscale.
struct Asked {
    size: Size,
    /// None where no file is to be made.
    saving: Option<Saving>,
}

impl Asked {
    fn new(options: Option<&UpscaleOptions>, default: Size) -> Result<Self> {
        let size = size(options.map(|options| options.as_ref()), default)?;
        let format = match options.and_then(UpscaleOptions::format).as_deref() {
            None => None,
            Some("none") => return Ok(Self { size, saving: None }),
            Some(name) => Some(name.parse()?),
        };
        let quality = match options.and_then(UpscaleOptions::quality) {
            None => Saving::default().quality,
            Some(quality) if (1.0..=100.0).contains(&quality) => quality as u8,
            Some(other) => return Err(invalid("quality", &other.to_string(), "a number from 1 to 100")),
        };
        let strips_metadata = options.and_then(UpscaleOptions::strip_metadata).unwrap_or_default();
        let keeps_print_size = options.and_then(UpscaleOptions::keep_print_size).unwrap_or_default();
        Ok(Self { size, saving: Some(Saving { format, quality, strips_metadata, keeps_print_size }) })
    }
}

/// The word for a format.
fn word(format: Option<FileFormat>) -> JsValue {
    format.map_or(JsValue::UNDEFINED, |format| format.name().to_ascii_lowercase().into())
}

impl Upscaler {
    /// What goes by these options.
    fn upscaler(&self, options: Option<&PixelOptions>) -> Result<crate::Upscaler> {
        let tta = options.and_then(PixelOptions::tta).unwrap_or_default();
        if tta { self.inner.with_tta() } else { Ok(self.inner.clone()) }
    }

    async fn make_plan(&self, picture: JsValue, options: Option<&UpscaleOptions>) -> Result<Plan> {
        let Asked { size, saving } = Asked::new(options, self.size)?;
        let picture = picture_of(picture).await?;
        let result = self.inner.result_size(&picture, size)?;
        let format = saving.map(|saving| saving.format(&picture, result));
        let bytes = saving.map_or(Ok(0.0), |saving| file_size::about(&picture, result, &saving))?;
        let upscaler = self.upscaler(options.map(AsRef::as_ref))?;
        let milliseconds = upscaler.estimate(picture.width, picture.height, size, &now).await?;
        Ok(object(&[
            ("inputWidth", picture.width.into()),
            ("inputHeight", picture.height.into()),
            ("width", result[0].into()),
            ("height", result[1].into()),
            ("format", word(format)),
            ("bytes", bytes.into()),
            ("milliseconds", milliseconds.into()),
        ])
        .unchecked_into())
    }

    async fn run(&self, picture: JsValue, options: Option<&UpscaleOptions>, thrown: &Thrown) -> Result<UpscaleResult> {
        let Asked { size, saving } = Asked::new(options, self.size)?;
        let upscaler = self.upscaler(options.map(AsRef::as_ref))?;
        let started = now();
        let picture = picture_of(picture).await?;
        let mut observer = JsObserver::new((picture.width, picture.height), options, thrown.clone());
        let sink = Sink::new(options.and_then(UpscaleOptions::on_bytes), thrown.clone());
        let mut format = None;
        if let Some(saving) = saving {
            let result = self.inner.result_size(&picture, size)?;
            format = Some(saving.format(&picture, result));
            let file = saving.create(sink.clone(), &picture, result)?;
            upscaler.upscale_to_file(&picture, size, file, &mut observer).await?;
        } else {
            upscaler.upscale(&picture, size, &mut |_| Ok(()), &mut observer).await?;
        }
        let blob = match format {
            Some(format) => sink.into_blob(format.media_type())?,
            None => None,
        };
        let BackendInfo { name, adapter, precision, blocking, warnings, .. } = self.inner.info();
        let warnings: Array = warnings.into_iter().chain(observer.warnings).map(JsValue::from).collect();
        Ok(object(&[
            ("blob", blob.map_or(JsValue::NULL, JsValue::from)),
            ("format", word(format)),
            ("width", observer.output_size.0.into()),
            ("height", observer.output_size.1.into()),
            ("tiles", (observer.tiles as f64).into()),
            ("milliseconds", (now() - started).into()),
            ("model", self.model().into()),
            ("backend", name.into()),
            ("adapter", adapter.into()),
            ("precision", precision.into()),
            ("blocking", blocking.map_or(JsValue::UNDEFINED, |blocking| blocking.name().into())),
            ("tta", upscaler.is_tta().into()),
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
    let scale = model::scale(options.and_then(CreateOptions::scale))?;
    let model = Model::open(options, scale, &options_of_networks.sliders).await?;
    let (inner, origin) = match &model.engine {
        Engine::Network(network, files) => {
            let backend = options_of_networks.backend;
            let inner = open(network, files.clone(), backend, threads).await?;
            (inner, Some(Origin { files: files.clone(), layers: network.layers(), backend, threads }))
        }
        Engine::Filter(filter) => {
            options_of_networks.check_for(*filter)?;
            let resampler = Resampler::new(*filter, scale.map(|scale| scale.ceil() as u32))?;
            (crate::Upscaler::new(Box::new(resampler)), None)
        }
    };
    let size = scale.map_or(Size::Model, Size::Scale);
    // The network itself, which may be large, is needed no more.
    Ok(Upscaler { info: model.info(inner.scale()), inner, origin, size, model: model.name })
}

/// Opens the backend of a person's choice, and another where it fails.
pub(super) async fn open(
    network: &Network,
    weights: WeightFiles,
    options: BackendOptions,
    threads: Option<usize>,
) -> Result<crate::Upscaler> {
    let mut cpu = CpuSource::new(weights, options, threads);
    let backend = match choose(network, options).await? {
        Chosen::Gpu(gpu) => gpu,
        Chosen::Cpu(warnings) => cpu.open(network, warnings).await?,
    };
    let fallback = cpu.into_fallback(&*backend);
    Ok(crate::Upscaler::new(backend).with_fallback(fallback))
}

/// What a picture shows, and that in the words of `Seen`.
async fn look_at(picture: JsValue) -> Result<(ContentKind, Object)> {
    let picture = picture_of(picture).await?;
    let (content, wear) = (Content::measure(&picture), Wear::measure(&picture));
    let seen = object(&[
        ("kind", content.kind().name().into()),
        ("reason", content.reason().into()),
        ("cleanUp", wear.clean_up().into()),
        ("wear", wear.reason().into()),
    ]);
    Ok((content.kind(), seen))
}

/// The names of the site's models for each kind of picture.
async fn automatic(options: Option<&SuggestOptions>) -> Result<impl Fn(ContentKind) -> Result<String>> {
    let scale = model::scale(options.and_then(SuggestOptions::scale))?;
    let index = model::index(&model::folder(options.and_then(SuggestOptions::models_url))).await?;
    Ok(move |kind| index.automatic(kind, scale).map(|model| model.name.clone()))
}

async fn suggest(picture: JsValue, options: Option<&SuggestOptions>) -> Result<Suggestion> {
    let name_for = automatic(options).await?;
    let (kind, seen) = look_at(picture).await?;
    let model = object(&[("model", name_for(kind)?.into())]);
    Ok(Object::assign(&seen, &model).unchecked_into())
}

async fn classify(picture: JsValue) -> Result<Seen> {
    Ok(look_at(picture).await?.1.unchecked_into())
}

async fn models_by_kind(options: Option<&SuggestOptions>) -> Result<ModelsByKind> {
    let name_for = automatic(options).await?;
    let (photo, graphic) = (name_for(ContentKind::Photo)?, name_for(ContentKind::Graphic)?);
    Ok(object(&[("photo", photo.into()), ("graphic", graphic.into())]).unchecked_into())
}
