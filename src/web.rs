//! The door for JavaScript: thin, no logic of its own. Types for TypeScript are in `TYPES`.

use std::ops::ControlFlow;

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array, Uint8ClampedArray};
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Blob, BlobPropertyBag};

use crate::{
    BackendChoice, BackendInfo, Error, FinishedTile, Network, Observer, Precision, Result,
    models::{Index, Model},
    open_backend, picture,
};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export interface CreateOptions {
    /** Name of a model in models/index.json; the first one by default. */
    model?: string;
    /** "auto" takes a real GPU if there is one, else the CPU. */
    backend?: "auto" | "gpu" | "cpu";
    /** How a GPU stores values between layers; "auto" takes f16 where it can. */
    precision?: "auto" | "f32" | "f16";
    /** Inner edge of tiles in pixels of the input. */
    tile?: number;
    /** Folder of index.json and the weight files; models/ beside this module by default. */
    modelsUrl?: string;
}
/** What is about to be made, in pixels. */
export interface Start { width: number; height: number; inputWidth: number; inputHeight: number; tiles: number; }
/** A finished tile in pixels of the result; pixels are RGBA and the receiver's own. */
export interface Tile {
    x: number; y: number; width: number; height: number; pixels: Uint8ClampedArray; done: number; total: number;
}
export interface UpscaleOptions {
    /** Must be the model's own scale, which is the default. */
    scale?: number;
    /** Stops the work after the tile under way; the call rejects with code "cancelled". */
    signal?: AbortSignal;
    onStart?(start: Start): void;
    /** Tiles come row by row from left to right. */
    onTile?(tile: Tile): void;
}
export interface UpscaleResult {
    /** A PNG file. */
    blob: Blob;
    width: number; height: number; tiles: number; milliseconds: number;
    model: string; backend: "gpu" | "cpu"; adapter: string; precision: "f32" | "f16"; warnings: string[];
}
/** Every rejection is an Error with a sentence for a person and one of these words. */
export type ErrorCode = "empty-file" | "unsupported-format" | "damaged-picture" | "picture-too-large" | "damaged-model"
    | "refused-model" | "unsupported-model" | "unknown-model" | "unsupported-scale" | "invalid-option" | "no-gpu"
    | "gpu-failed" | "device-lost" | "cancelled" | "fetch-failed" | "encode-failed" | "io";
"#;

#[wasm_bindgen]
extern "C" {
    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "CreateOptions")]
    pub type CreateOptions;
    #[wasm_bindgen(method, getter, structural)]
    fn model(this: &CreateOptions) -> Option<String>;
    #[wasm_bindgen(method, getter, structural)]
    fn backend(this: &CreateOptions) -> Option<String>;
    #[wasm_bindgen(method, getter, structural)]
    fn precision(this: &CreateOptions) -> Option<String>;
    #[wasm_bindgen(method, getter, structural)]
    fn tile(this: &CreateOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural, js_name = modelsUrl)]
    fn models_url(this: &CreateOptions) -> Option<String>;

    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "UpscaleOptions")]
    pub type UpscaleOptions;
    #[wasm_bindgen(method, getter, structural)]
    fn scale(this: &UpscaleOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural)]
    fn signal(this: &UpscaleOptions) -> Option<AbortSignal>;
    #[wasm_bindgen(method, getter, structural, js_name = onStart)]
    fn on_start(this: &UpscaleOptions) -> Option<Function>;
    #[wasm_bindgen(method, getter, structural, js_name = onTile)]
    fn on_tile(this: &UpscaleOptions) -> Option<Function>;

    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "UpscaleResult")]
    pub type UpscaleResult;

    /// A picture file.
    #[wasm_bindgen(typescript_type = "Blob | Uint8Array")]
    pub type PictureFile;

    // These are in pages and workers alike, where `web_sys` has one binding for each.
    #[wasm_bindgen(js_name = fetch)]
    fn global_fetch(url: &str) -> Promise;
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: i32) -> JsValue;
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

#[wasm_bindgen(
    inline_js = "export function default_models_url() { return new URL('../../models/', import.meta.url).href; }"
)]
extern "C" {
    // This file lies two folders below lenslet.js.
    fn default_models_url() -> String;
}

/// A turn of the event loop, so that messages such as a cancel get through.
pub(crate) async fn next_turn() {
    let turn = Promise::new(&mut |resolve, _| {
        set_timeout(&resolve, 0);
    });
    // A timer always fires.
    let _ = JsFuture::from(turn).await;
}

#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// Enlarges pictures.
#[wasm_bindgen]
pub struct Upscaler {
    inner: crate::Upscaler,
    model: Model,
}

#[wasm_bindgen]
impl Upscaler {
    /// Fetches a model and makes the GPU or the CPU ready for it.
    pub async fn create(options: Option<CreateOptions>) -> Result<Upscaler, JsValue> {
        create(options.as_ref()).await.map_err(to_js)
    }

    /// Name of the model.
    #[wasm_bindgen(getter)]
    pub fn model(&self) -> String {
        self.model.name.clone()
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
        let input = picture::decode(&bytes_of(file).await?)?;
        let mut observer = JsObserver {
            input_size: (input.width, input.height),
            output_size: (0, 0),
            tiles: 0,
            signal: options.and_then(UpscaleOptions::signal),
            on_start: options.and_then(UpscaleOptions::on_start),
            on_tile: options.and_then(UpscaleOptions::on_tile),
        };
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
    let mut folder = word(CreateOptions::models_url).unwrap_or_else(default_models_url);
    if !folder.ends_with('/') {
        folder.push('/');
    }
    let index = Index::parse(&fetch(&format!("{folder}index.json")).await?)?;
    let model = index.find(word(CreateOptions::model).as_deref())?.clone();
    let file = fetch(&format!("{folder}{}", model.file)).await?;
    model.verify(&file)?;
    let backend = open_backend(&Network::load(&file)?, backend, precision, tile).await?;
    Ok(Upscaler { inner: crate::Upscaler::new(backend), model })
}

fn invalid(option: &str, got: &str, expected: &str) -> Error {
    Error::InvalidOption(format!("The option {option} is \"{got}\"; it must be {expected}."))
}

async fn fetch(url: &str) -> Result<Vec<u8>> {
    let failed = |reason| Error::Fetch { url: url.into(), reason };
    let response = JsFuture::from(global_fetch(url)).await.map_err(|reason| failed(describe(&reason)))?;
    let response: web_sys::Response = response.unchecked_into();
    if !response.ok() {
        return Err(failed(format!("HTTP status {}", response.status())));
    }
    let body = response.array_buffer().map_err(|reason| failed(describe(&reason)))?;
    let body = JsFuture::from(body).await.map_err(|reason| failed(describe(&reason)))?;
    Ok(Uint8Array::new(&body).to_vec())
}

async fn bytes_of(file: JsValue) -> Result<Vec<u8>> {
    let unreadable = |reason| Error::InvalidOption(format!("The picture file cannot be read: {reason}"));
    match file.dyn_into::<Blob>() {
        Ok(blob) => {
            let buffer = JsFuture::from(blob.array_buffer()).await.map_err(|reason| unreadable(describe(&reason)))?;
            Ok(Uint8Array::new(&buffer).to_vec())
        }
        Err(other) => match other.dyn_into::<Uint8Array>() {
            Ok(array) => Ok(array.to_vec()),
            Err(_) => Err(unreadable("expected a Blob or a Uint8Array.".into())),
        },
    }
}

struct JsObserver {
    input_size: (u32, u32),
    output_size: (u32, u32),
    tiles: usize,
    signal: Option<AbortSignal>,
    on_start: Option<Function>,
    on_tile: Option<Function>,
}

impl JsObserver {
    fn flow(&self) -> ControlFlow<()> {
        if self.signal.as_ref().is_some_and(AbortSignal::aborted) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

impl Observer for JsObserver {
    fn start(&mut self, width: u32, height: u32, tiles: usize) -> ControlFlow<()> {
        (self.output_size, self.tiles) = ((width, height), tiles);
        call(self.on_start.as_ref(), || {
            let (input_width, input_height) = self.input_size;
            object(&[
                ("width", width.into()),
                ("height", height.into()),
                ("inputWidth", input_width.into()),
                ("inputHeight", input_height.into()),
                ("tiles", (tiles as f64).into()),
            ])
        });
        self.flow()
    }

    fn tile(&mut self, tile: &FinishedTile<'_>) -> ControlFlow<()> {
        call(self.on_tile.as_ref(), || {
            object(&[
                ("x", tile.part.x.into()),
                ("y", tile.part.y.into()),
                ("width", tile.part.width.into()),
                ("height", tile.part.height.into()),
                ("pixels", Uint8ClampedArray::from(tile.rgba).into()),
                ("done", (tile.done as f64).into()),
                ("total", (tile.total as f64).into()),
            ])
        });
        self.flow()
    }
}

/// Calls a callback if there is one. What it throws is its own affair and must not stop the work.
fn call(callback: Option<&Function>, argument: impl FnOnce() -> Object) {
    if let Some(callback) = callback {
        let _ = callback.call1(&JsValue::UNDEFINED, &argument());
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
