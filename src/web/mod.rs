//! The door for JavaScript: thin, no logic of its own. Types for TypeScript are in `types`.

mod callback;
mod cpu;
mod insight;
mod model;
mod observer;
mod picture;
mod pool;
mod sink;
mod size;
mod slider_file;
mod stage;
mod types;
mod upscaler;
mod weight_files;

use js_sys::{Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use crate::{Error, Result};

#[wasm_bindgen]
extern "C" {
    // These are in pages and workers alike, where `web_sys` has one binding for each.
    #[wasm_bindgen(js_name = fetch)]
    fn global_fetch(url: &str) -> Promise;
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

fn invalid(option: &str, got: &str, expected: &str) -> Error {
    Error::InvalidOption(format!("The option {option} is \"{got}\"; it must be {expected}."))
}

async fn fetch(url: &str) -> Result<Uint8Array> {
    let failed = |reason| Error::Fetch { url: url.into(), reason };
    let response = JsFuture::from(global_fetch(url)).await.map_err(|reason| failed(describe(&reason)))?;
    let response: web_sys::Response = response.unchecked_into();
    if !response.ok() {
        return Err(failed(format!("HTTP status {}", response.status())));
    }
    let body = response.array_buffer().map_err(|reason| failed(describe(&reason)))?;
    let body = JsFuture::from(body).await.map_err(|reason| failed(describe(&reason)))?;
    Ok(Uint8Array::new(&body))
}

/// The bytes of a Blob or a `Uint8Array`, which are the caller's then; `what` names it in the error.
async fn array_of(file: JsValue, what: &str) -> Result<Uint8Array> {
    let unreadable = |reason| Error::InvalidOption(format!("The {what} file cannot be read: {reason}"));
    match file.dyn_into::<Blob>() {
        Ok(blob) => {
            let buffer = JsFuture::from(blob.array_buffer()).await.map_err(|reason| unreadable(describe(&reason)))?;
            Ok(Uint8Array::new(&buffer))
        }
        Err(other) => match other.dyn_into::<Uint8Array>() {
            Ok(array) => Ok(array),
            Err(_) => Err(unreadable("expected a Blob or a Uint8Array.".into())),
        },
    }
}

fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a field of a fresh plain object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object
}

fn describe(reason: &JsValue) -> String {
    reason.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{reason:?}"), |error| String::from(error.message()))
}

fn to_js(error: Error) -> JsValue {
    let thrown = js_sys::Error::new(&error.to_string());
    // As above: a fresh object.
    let _ = Reflect::set(&thrown, &"code".into(), &error.code().into());
    thrown.into()
}
