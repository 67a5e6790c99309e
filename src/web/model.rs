//! Where models come from in a page: the site's own folder, or a file of the person's.

use js_sys::Object;
use wasm_bindgen::{JsCast, prelude::*};

use super::{
    bytes_of, fetch, object,
    types::{CreateOptions, Mix, ModelFile, ModelInfo},
};
use crate::{
    Error, Network, Result,
    models::{self, Index},
    network::Weights,
};

#[wasm_bindgen(
    inline_js = "export function default_models_url() { return new URL('../../models/', import.meta.url).href; }"
)]
extern "C" {
    // This file lies two folders below lenslet.js.
    fn default_models_url() -> String;
}

/// A network and what it came from.
pub(super) struct Model {
    pub(super) name: String,
    pub(super) network: Network,
    bytes: usize,
}

impl Model {
    /// The model that the options ask for, mixed with another if they say so.
    pub(super) async fn open(options: Option<&CreateOptions>) -> Result<Self> {
        let mut folder = options.and_then(CreateOptions::models_url).unwrap_or_else(default_models_url);
        if !folder.ends_with('/') {
            folder.push('/');
        }
        let source = options.map_or(JsValue::UNDEFINED, CreateOptions::model);
        let (mut name, file) = read(&source, &folder).await?;
        let mut weights = models::read(&name, &file, None)?;
        if let Some(mix) = options.and_then(CreateOptions::mix) {
            let (other, file) = read(&Mix::model(&mix), &folder).await?;
            weights = weights.mix(&Weights::parse(&file)?, mix.share() as f32)?;
            name = format!("{name} + {other}");
        }
        Ok(Self { name, network: Network::from_weights(&weights)?, bytes: file.len() })
    }

    /// A weight file, without making anything ready to run it.
    pub(super) async fn inspect(model: &ModelFile) -> Result<ModelInfo> {
        let file = bytes_of(model.file(), "model").await?;
        let name = model.name();
        let network = Network::from_weights(&models::read(&name, &file, None)?)?;
        Ok(Self { name, network, bytes: file.len() }.info())
    }

    pub(super) fn info(&self) -> ModelInfo {
        let network = &self.network;
        let fields: Object = object(&[
            ("name", (&*self.name).into()),
            ("architecture", network.architecture().into()),
            ("scale", network.scale().into()),
            ("parameters", (network.parameters() as f64).into()),
            ("bytes", (self.bytes as f64).into()),
            ("radius", network.radius().into()),
            ("halo", network.cut().halo.into()),
            ("flopsPerPixel", network.flops_per_pixel().into()),
        ]);
        fields.unchecked_into()
    }
}

/// Name and bytes of a weight file: the site's own by name, the first one by default, or the person's.
async fn read(source: &JsValue, folder: &str) -> Result<(String, Vec<u8>)> {
    let name = source.as_string();
    if name.is_none() && source.is_object() {
        let file = source.unchecked_ref::<ModelFile>();
        return Ok((file.name(), bytes_of(file.file(), "model").await?));
    }
    if name.is_none() && !source.is_undefined() && !source.is_null() {
        let reason = "The option model must be a model's name or an object with name and file.";
        return Err(Error::InvalidOption(reason.into()));
    }
    let index = Index::parse(&fetch(&format!("{folder}index.json")).await?)?;
    let model = index.find(name.as_deref())?;
    let file = fetch(&format!("{folder}{}", model.file)).await?;
    model.verify(&file)?;
    Ok((model.name.clone(), file))
}
