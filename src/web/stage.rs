//! A part of a network for js/cpu/stage.js: pictures come in as rows, and go on as the rows that the next part needs.

use std::{ops::Range, sync::Arc};

use js_sys::{Array, Float32Array, Uint8Array};
use wasm_bindgen::{JsCast, prelude::*};

use super::{object, to_js};
use crate::{
    Error, Network,
    cpu::stream::{Batch, RowPlan, RowStage, sample, step},
    network::Weights,
    picture::Depth,
};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What goes from one stage to the next. */
export interface StageBatch {
    /** The picture's next rows, RGBA. */
    picture: Uint8Array;
    /** The next rows of the feature maps that stages behind need. */
    parts: { part: number; values: Float32Array }[];
    /** Rows of the enlarged picture, RGBA. */
    pixels: Uint8Array;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "StageBatch")]
    pub type StageBatch;
    #[wasm_bindgen(method, getter, structural)]
    fn picture(this: &StageBatch) -> Vec<u8>;
    #[wasm_bindgen(method, getter, structural)]
    fn parts(this: &StageBatch) -> Array;

    /// One of a batch's parts.
    type PartRows;
    #[wasm_bindgen(method, getter, structural)]
    fn part(this: &PartRows) -> usize;
    #[wasm_bindgen(method, getter, structural)]
    fn values(this: &PartRows) -> Vec<f32>;
}

/// Some steps of a network, one after the other.
#[wasm_bindgen]
pub struct NetworkStage {
    plan: Arc<RowPlan>,
    steps: Range<usize>,
}

#[wasm_bindgen]
impl NetworkStage {
    /// The steps from `from` to before `to` of the network in a weight file.
    #[wasm_bindgen(constructor)]
    pub fn new(weights: &[u8], from: usize, to: usize) -> Result<NetworkStage, JsValue> {
        let steps = from..to;
        let network = Weights::parse(weights).and_then(|weights| Network::from_weights(&weights)).map_err(to_js)?;
        let plan = RowPlan::for_steps(&network, steps.clone());
        let reason = "it does not go row by row".into();
        let plan = plan.ok_or_else(|| to_js(Error::RefusedModel { reason }))?;
        Ok(Self { plan: Arc::new(plan), steps })
    }

    /// Begins a picture of that many pixels, padding included, with 16 bits a channel or 8.
    pub fn begin(&self, width: usize, height: usize, is_16_bit: bool) -> PictureStage {
        let sample = sample(if is_16_bit { Depth::Sixteen } else { Depth::Eight });
        PictureStage(RowStage::new(
            self.plan.clone(),
            self.steps.clone(),
            [width, height],
            sample,
            step(&self.plan, width),
        ))
    }
}

/// A picture on its way through a stage.
#[wasm_bindgen]
pub struct PictureStage(RowStage);

#[wasm_bindgen]
impl PictureStage {
    /// Takes what the stage before has made of the picture, and gives what the next one needs.
    pub fn push(&mut self, batch: &StageBatch) -> StageBatch {
        let taken = |part: JsValue| {
            let part: PartRows = part.unchecked_into();
            (part.part(), part.values())
        };
        let parts = batch.parts().iter().map(taken).collect();
        let made = self.0.push(Batch { picture: batch.picture(), parts, pixels: Vec::new() });
        let parts = made.parts.iter().map(|(part, values)| {
            let values = Float32Array::from(&values[..]);
            JsValue::from(object(&[("part", (*part as f64).into()), ("values", values.into())]))
        });
        object(&[
            ("picture", Uint8Array::from(&made.picture[..]).into()),
            ("parts", parts.collect::<Array>().into()),
            ("pixels", Uint8Array::from(&made.pixels[..]).into()),
        ])
        .unchecked_into()
    }
}
