//! The door of the page's second module, which is loaded when a file of these kinds is first read.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

use crate::models;

/// Makes a safetensors file of a weight file of any kind. Throws what [`crate::Error`] says, with its code.
#[allow(unreachable_pub, reason = "wasm-bindgen exports what is public")]
#[wasm_bindgen(js_name = toSafetensors)]
pub fn to_safetensors(file: &[u8]) -> Result<Vec<u8>, JsValue> {
    models::parse(file).and_then(|weights| weights.to_safetensors()).map_err(|error| {
        let thrown = js_sys::Error::new(&error.to_string());
        // A fresh object's field can be set.
        let _ = Reflect::set(&thrown, &"code".into(), &error.code().into());
        thrown.into()
    })
}
