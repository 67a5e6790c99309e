//! What lies behind a result: the layers of the network, and where it guessed.

use js_sys::{Array, Float32Array, Object, Uint8Array};
use wasm_bindgen::{JsCast, prelude::*};

use super::{
    callback::Thrown,
    invalid, object,
    observer::JsObserver,
    picture::picture_of,
    to_js,
    types::{DoubtMap, DoubtOptions, FeaturesOptions, LayerFeatures, LayerInfo, Part, PictureSource},
    upscaler::{Upscaler, open},
    weight_files::WeightFiles,
};
use crate::{BackendOptions, Error, FeatureMaps, Result, network::Layer, tile::Rect};

/// What an upscaler came from, as far as it takes that to look behind its results. Classical filters have none.
pub(super) struct Origin {
    pub(super) files: WeightFiles,
    pub(super) layers: Vec<Layer>,
    pub(super) backend: BackendOptions,
    pub(super) threads: Option<usize>,
}

#[wasm_bindgen]
impl Upscaler {
    /// The layers of the network that features() tells of, in the order in which they run; empty for a classical filter.
    #[wasm_bindgen(getter, unchecked_return_type = "LayerInfo[]")]
    pub fn layers(&self) -> Array {
        self.layers_of_network().iter().map(info).collect()
    }

    /// What a layer of the network answers on a part of a picture.
    pub async fn features(
        &self,
        picture: PictureSource,
        options: Option<FeaturesOptions>,
    ) -> Result<LayerFeatures, JsValue> {
        self.look(picture.into(), options.as_ref()).await.map_err(to_js)
    }

    /// How far what the model makes of a picture goes beyond what the picture supports. Takes about as long as three upscales where
    /// the model has a slider for strength, else as one.
    pub async fn doubt(&self, picture: PictureSource, options: Option<DoubtOptions>) -> Result<DoubtMap, JsValue> {
        let thrown = Thrown::default();
        self.measure(picture.into(), options.as_ref(), &thrown).await.map_err(|error| thrown.or(error))
    }
}

impl Upscaler {
    fn layers_of_network(&self) -> &[Layer] {
        self.origin.as_ref().map_or(&[], |origin| &origin.layers)
    }

    async fn look(&self, picture: JsValue, options: Option<&FeaturesOptions>) -> Result<LayerFeatures> {
        let asked = options.map_or(JsValue::UNDEFINED, FeaturesOptions::layer);
        let layers = self.layers_of_network();
        let place = if asked.is_undefined() { Some(0.0) } else { asked.as_f64().filter(|place| *place >= 0.0) };
        let layer = match asked.as_string() {
            Some(name) => layers.iter().find(|layer| layer.name == name),
            None => place.and_then(|place| layers.get(place as usize)),
        };
        let (Some(layer), Some(origin)) = (layer, &self.origin) else {
            let asked = asked.as_string().unwrap_or_else(|| format!("{asked:?}"));
            return Err(invalid("layer", &asked, "the name or the number of one of the upscaler's layers"));
        };
        let picture = picture_of(picture).await?;
        let part = part(options.and_then(FeaturesOptions::part), || FeatureMaps::usual_part(&picture))?;
        // Made anew: kept beside the backend it would take its memory twice.
        let network = origin.files.network()?;
        let maps = self.inner.features(&network, layer, &picture, part).await?;
        let ranges: Vec<f32> = maps.ranges().concat();
        Ok(object(&[
            ("layer", info(layer)),
            ("part", part_object(part)),
            ("width", maps.width.into()),
            ("height", maps.height.into()),
            ("channels", maps.channels.into()),
            ("values", Float32Array::from(&maps.values[..]).into()),
            ("ranges", Float32Array::from(&ranges[..]).into()),
        ])
        .unchecked_into())
    }

    async fn measure(&self, picture: JsValue, options: Option<&DoubtOptions>, thrown: &Thrown) -> Result<DoubtMap> {
        let picture = picture_of(picture).await?;
        let whole = || Rect { x: 0, y: 0, width: picture.width, height: picture.height };
        let part = part(options.and_then(DoubtOptions::part), whole)?;
        let ends = match &self.origin {
            Some(origin) => origin.ends().await?,
            None => None,
        };
        let size = (picture.width, picture.height);
        let mut observer = JsObserver::new(size, options.map(AsRef::as_ref), thrown.clone());
        let doubt = self.inner.doubt(ends.as_ref(), &picture, part, &mut observer).await?;
        Ok(object(&[
            ("part", part_object(part)),
            ("width", doubt.width.into()),
            ("height", doubt.height.into()),
            ("levels", Uint8Array::from(&doubt.levels[..]).into()),
            ("comparesEnds", ends.is_some().into()),
        ])
        .unchecked_into())
    }
}

impl Origin {
    /// Upscalers for both ends of the model's slider for strength; None where it has none.
    async fn ends(&self) -> Result<Option<[crate::Upscaler; 2]>> {
        let Some([faithful, lively]) = self.files.ends_of_strength().await? else { return Ok(None) };
        let opened = async |files: WeightFiles| open(&files.network()?, files, self.backend, self.threads).await;
        Ok(Some([opened(faithful).await?, opened(lively).await?]))
    }
}

fn info(layer: &Layer) -> JsValue {
    let fields: LayerInfo = object(&[
        ("name", (&*layer.name).into()),
        ("weights", (&*layer.weights).into()),
        ("channels", layer.output.channels.into()),
        ("scale", layer.scale.into()),
    ])
    .unchecked_into();
    fields.into()
}

fn part_object(part: Rect) -> JsValue {
    let Rect { x, y, width, height } = part;
    let fields: Object =
        object(&[("x", x.into()), ("y", y.into()), ("width", width.into()), ("height", height.into())]);
    fields.into()
}

fn part(asked: Option<Part>, default: impl FnOnce() -> Rect) -> Result<Rect, Error> {
    let Some(asked) = asked else { return Ok(default()) };
    let pixels = |value: Option<f64>| {
        let value = value.unwrap_or(f64::NAN);
        let is_whole = value >= 0.0 && value.fract() == 0.0 && value <= f64::from(u32::MAX);
        let told = || invalid("part", &value.to_string(), "x, y, width and height in whole pixels of the picture");
        if is_whole { Ok(value as u32) } else { Err(told()) }
    };
    Ok(Rect {
        x: pixels(asked.x())?,
        y: pixels(asked.y())?,
        width: pixels(asked.width())?,
        height: pixels(asked.height())?,
    })
}
