//! Where models come from in a page: the site's own folder, a file of the person's, or a classical filter.

use js_sys::Object;
use wasm_bindgen::{JsCast, prelude::*};

use super::{
    array_of, fetch, invalid, object,
    slider_file::SliderFile,
    types::{CreateOptions, Mix, ModelFile, ModelInfo},
    weight_files::{WeightFile, WeightFiles},
};
use crate::{
    Error, Network, Result,
    models::{self, Index, SliderName, SliderValues},
    picture::ContentKind,
    resize::{Filter, MAX_SCALE},
    tile::Tiling,
};

#[wasm_bindgen(
    inline_js = "export function default_models_url() { return new URL('../../models/', import.meta.url).href; }"
)]
extern "C" {
    // This file lies two folders below lenslet.js.
    fn default_models_url() -> String;
}

/// What enlarges.
pub(super) enum Engine {
    Network(Network, WeightFiles),
    Filter(Filter),
}

/// What enlarges and what it came from.
pub(super) struct Model {
    pub(super) name: String,
    pub(super) engine: Engine,
    bytes: u32,
}

/// What is asked of every model that is read.
struct Asked {
    folder: String,
    scale: Option<f64>,
    clean_up: Option<f32>,
}

impl Model {
    /// The model that the options ask for, with its sliders where they say, mixed with another if they say so.
    pub(super) async fn open(
        options: Option<&CreateOptions>,
        scale: Option<f64>,
        sliders: &SliderValues,
    ) -> Result<Self> {
        let clean_up = options.and_then(CreateOptions::clean_up).map(|value| value as f32);
        let asked = Asked { folder: folder(options.and_then(CreateOptions::models_url)), scale, clean_up };
        let source = options.map_or(JsValue::UNDEFINED, CreateOptions::model);
        if let Some(filter) = source.as_string().as_deref().and_then(Filter::find) {
            return Ok(Self { name: filter.name().into(), engine: Engine::Filter(filter), bytes: 0 });
        }
        let (mut name, mut files) = asked.read(&source, sliders).await?;
        if let Some(mix) = options.and_then(CreateOptions::mix) {
            let (other, others) = asked.read(&Mix::model(&mix), &SliderValues::default()).await?;
            files.mix = Some((Box::new(others), mix.share() as f32));
            name = format!("{name} + {other}");
        }
        let bytes = files.bytes();
        Ok(Self { name, engine: Engine::Network(files.network()?, files), bytes })
    }

    /// A weight file, without making anything ready to run it.
    pub(super) async fn inspect(model: &ModelFile) -> Result<ModelInfo> {
        let (name, content) = (model.name(), array_of(model.file(), "model").await?);
        let files = WeightFile::brought(content, name.clone(), None).await?.into();
        let (network, bytes) = (WeightFiles::network(&files)?, files.bytes());
        let scale = network.scale();
        Ok(Self { name, engine: Engine::Network(network, files), bytes }.info(scale))
    }

    /// `scale` is how many times it enlarges.
    pub(super) fn info(&self, scale: u32) -> ModelInfo {
        let (architecture, parameters, radius, tiling, flops) = match &self.engine {
            Engine::Network(network, _) => (
                network.architecture(),
                network.parameters(),
                network.radius(),
                network.tiling(),
                Some(network.flops_per_pixel()),
            ),
            Engine::Filter(filter) => {
                ("classical filter", 0, Some(filter.radius()), Tiling::with_halo(filter.radius()), None)
            }
        };
        let fields: Object = object(&[
            ("name", (&*self.name).into()),
            ("architecture", architecture.into()),
            ("scale", scale.into()),
            ("parameters", (parameters as f64).into()),
            ("bytes", self.bytes.into()),
            ("radius", radius.into()),
            ("halo", tiling.halo.into()),
            ("flopsPerPixel", flops.into()),
        ]);
        fields.unchecked_into()
    }
}

impl Asked {
    /// How much the model is to clean where a person does not say; None where it has no slider for it.
    fn clean_up(&self, model: &models::Model) -> Option<f32> {
        self.clean_up.filter(|_| model.has_slider(SliderName::Denoise))
    }

    /// Name and files of a model: the person's, or the site's own by a word of [`Index::choose`]; without
    /// one, the model that is chosen for photos.
    async fn read(&self, source: &JsValue, sliders: &SliderValues) -> Result<(String, WeightFiles)> {
        let word = source.as_string();
        if word.is_none() && source.is_object() {
            let file = source.unchecked_ref::<ModelFile>();
            let (name, content) = (file.name(), array_of(file.file(), "model").await?);
            sliders.check_for(&name, &[])?;
            return Ok((name.clone(), WeightFile::brought(content, name, self.scale).await?.into()));
        }
        if word.is_none() && !source.is_undefined() && !source.is_null() {
            let reason = "The option model must be a model's name or an object with name and file.";
            return Err(Error::InvalidOption(reason.into()));
        }
        if word.as_deref() == Some("auto") {
            let reason = "A model is made ready before there is a picture: ask Upscaler.suggest() for the name of the \
                          model that suits one.";
            return Err(Error::InvalidOption(reason.into()));
        }
        if let Some(filter) = word.as_deref().and_then(Filter::find) {
            return Err(Error::InvalidOption(format!("{} is a classical filter, and cannot be mixed.", filter.name())));
        }
        let index = index(&self.folder).await?;
        let model = match word {
            Some(word) => index.choose(&word, self.scale)?,
            None => index.automatic(ContentKind::Photo, self.scale)?,
        };
        let sliders = &SliderValues { denoise: sliders.denoise.or_else(|| self.clean_up(model)), ..*sliders };
        sliders.check_for(&model.name, &model.sliders)?;
        let own = fetch(&format!("{}{}", self.folder, model.file)).await?;
        model.verify(&own.to_vec())?;
        let mut files = WeightFiles::from(WeightFile::own(own));
        for slider in &model.sliders {
            let mut file = SliderFile::unused(slider, format!("{}{}", self.folder, slider.file));
            file.put(sliders.value_of(slider)).await?;
            files.sliders.push(file);
        }
        Ok((model.name.clone(), files))
    }
}

/// The site's index of models.
pub(super) async fn index(folder: &str) -> Result<Index> {
    Index::parse(&fetch(&format!("{folder}index.json")).await?.to_vec())
}

/// The folder of the index and the weight files, with a slash at its end.
pub(super) fn folder(asked: Option<String>) -> String {
    let mut folder = asked.unwrap_or_else(default_models_url);
    if !folder.ends_with('/') {
        folder.push('/');
    }
    folder
}

/// Checks a scale.
pub(super) fn scale(asked: Option<f64>) -> Result<Option<f64>> {
    match asked {
        Some(scale) if !(1.0..=MAX_SCALE).contains(&scale) => {
            Err(invalid("scale", &scale.to_string(), &format!("a number from 1 to {MAX_SCALE}")))
        }
        other => Ok(other),
    }
}
