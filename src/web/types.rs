//! What JavaScript hands in and gets back, as TypeScript sees it.

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::picture::Picture;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** A weight file of one's own: safetensors, PyTorch's .pth, .onnx, or a ZIP of ncnn's .param and .bin. */
export interface ModelFile { name: string; file: Blob | Uint8Array; }
/** What a weight file holds. */
export interface ModelInfo {
    name: string;
    /** What people call its kind of network. */
    architecture: string;
    /** How many times it enlarges. */
    scale: number;
    /** Number of trained values. */
    parameters: number;
    /** Size of the file. */
    bytes: number;
    /** Receptive-field radius in pixels of the input; undefined when it is the whole picture. */
    radius?: number;
    /** How far tiles overlap; less than the radius where that would be too costly. */
    halo: number;
    /** Floating-point operations for each pixel of the input; undefined for a classical filter. */
    flopsPerPixel?: number;
}
export interface Mix {
    /** Another model of the same shape. */
    model: string | ModelFile;
    /** How much of it, 0 to 1. */
    share: number;
}
export interface CreateOptions {
    /**
     * Name of a model in models/index.json; a purpose of one ("photo", "fidelity", "text", "fast", "history"); a
     * classical filter ("nearest", "bilinear", "bicubic", "lanczos"); or a weight file. By default the model for photos;
     * Upscaler.suggest() names the one for a given picture.
     */
    model?: string | ModelFile;
    /** How many times wider and higher, 4 by default where the model leaves a choice. */
    scale?: number;
    /** Interpolates the weights with another model's. */
    mix?: Mix;
    /** How much detail to make up, 0 to 1, where the model has such a slider; its own default otherwise. */
    strength?: number;
    /** How much noise to take away, 0 to 1, where the model has such a slider; its own default otherwise. */
    denoise?: number;
    /** The same in place of the default: Seen.cleanUp of a picture. Of no effect where the model has no such slider. */
    cleanUp?: number;
    /** "auto" takes a real GPU if there is one, else the CPU. */
    backend?: "auto" | "gpu" | "cpu";
    /** How a GPU stores values between layers; "auto" takes f16 where it can. */
    precision?: "auto" | "f32" | "f16";
    /** Inner edge of tiles in pixels of the input. */
    tile?: number;
    /**
     * How a GPU blocks 3x3 convolutions: "auto", the fastest in a short trial, which is remembered in the site's Cache
     * storage; "trial", the same with a new trial; "square-1", "square-2", "staged-square-1", "staged-square-2" or
     * "staged-pair".
     */
    blocking?: string;
    /**
     * The most workers on the CPU, each with some layers of the network; one for each core up to 8 by default, and fewer
     * where more would be of no use. With 1 the thread that calls does the work itself.
     */
    threads?: number;
    /** Folder of index.json and the weight files; models/ beside this module by default. */
    modelsUrl?: string;
}
export interface SuggestOptions {
    /** As of CreateOptions. */
    scale?: number;
    /** As of CreateOptions. */
    modelsUrl?: string;
}
/** What a picture was taken for. */
export interface Seen {
    /** A photograph, or text, a logo, a screenshot, a drawing. */
    kind: "photo" | "graphic";
    /** What speaks for that, as a sentence. */
    reason: string;
    /** How much noise and JPEG blocks a model should take away: 0.5, 0.75 or 1. */
    cleanUp: number;
    /** What speaks for that, as a sentence. */
    wear: string;
}
/** Which model suits a picture. */
export interface Suggestion extends Seen {
    /** Name of a model in models/index.json. */
    model: string;
}
/** Names of models in models/index.json, by the kind of picture that they suit. */
export type ModelsByKind = Record<Seen["kind"], string>;
/** What an upscale would make. */
export interface Plan {
    inputWidth: number; inputHeight: number; width: number; height: number;
    format?: "png" | "jpeg" | "webp";
    /** About the size of the file in bytes, from a few patches of the picture; 0 where none is made. */
    bytes: number;
    /** About how many milliseconds it takes, from a small measured trial on this machine. */
    milliseconds: number;
}
/** What is about to be made, in pixels. */
export interface Start { width: number; height: number; inputWidth: number; inputHeight: number; tiles: number; }
/** A finished tile; pixels are RGBA and the receiver's own. */
export interface Tile {
    x: number; y: number; width: number; height: number;
    /** Of what the tile is a part and x and y count pixels in: the result, or what is still to be brought to its size. */
    wholeWidth: number; wholeHeight: number;
    pixels: Uint8ClampedArray; done: number; total: number;
}
/** How large a result shall be, by one of these; by default by the scale that create() was asked for or the model's own. */
export interface SizeOptions {
    /** How many times wider and higher, 1 to 16 in any step. */
    scale?: number;
    /** Pixels of width. */
    width?: number;
    /** Pixels of height. */
    height?: number;
    /** The largest size of the picture's shape that fits. */
    fit?: { width: number; height: number };
}
/** What the pixels of a result depend on, beside the picture and the upscaler. */
export interface PixelOptions extends SizeOptions {
    /**
     * Makes the result the mean of eight: the picture turned and mirrored in every way, each enlarged and turned back (test-time
     * augmentation). It takes eight times as long and is a little closer to the truth. Refused for classical filters.
     */
    tta?: boolean;
}
/** What a callback throws ends the work, and the call rejects with just that. */
export interface UpscaleOptions extends PixelOptions {
    /** Stops the work after the tile under way; the call rejects with code "cancelled". */
    signal?: AbortSignal;
    onStart?(start: Start): void;
    /** Tiles come row by row from left to right; with tta each comes eight times, as it is so far. */
    onTile?(tile: Tile): void;
    /**
     * By default the picture's own format where that can hold the result, and else PNG. JPEG holds no alpha, which is laid on
     * white, and no side above 65,535 pixels, WebP (written without loss) none above 16,383; both have 8 bits a channel. "none" makes
     * no file, for callers whom the tiles are enough.
     */
    format?: "png" | "jpeg" | "webp" | "none";
    /** JPEG's, 1 to 100; 92 by default. */
    quality?: number;
    /** Leaves EXIF, with the place where a photo was taken, and XMP out of the file. The colour profile stays. */
    stripMetadata?: boolean;
    /** Gives the result more dots an inch, so that it is printed as large as the picture, in place of a larger print. */
    keepPrintSize?: boolean;
    /** Takes the file's bytes piece by piece in place of the result's blob, which is null then. */
    onBytes?(bytes: Uint8Array): void;
}
export interface UpscaleResult {
    /** The file, null where none was asked for or its bytes were taken. */
    blob: Blob | null;
    /** The file's format. */
    format?: "png" | "jpeg" | "webp";
    width: number; height: number; tiles: number; milliseconds: number;
    model: string; backend: "gpu" | "cpu"; adapter: string; precision: "f32" | "f16"; warnings: string[];
    /** How the GPU blocked 3x3 convolutions. */
    blocking?: string;
    /** Whether it is the mean of eight, as of PixelOptions. */
    tta: boolean;
}
/** A part of a picture, in its pixels. */
export interface Part { x: number; y: number; width: number; height: number; }
/** A layer of a network: what it makes is told with its activation and with what it is combined with. */
export interface LayerInfo {
    /** What to call it, such as "convolution 3 of block 2". */
    name: string;
    /** What its weights are called in the weight file; empty where it has none. */
    weights: string;
    channels: number;
    /** How many times as wide and high as the picture what it makes is. */
    scale: number;
}
export interface FeaturesOptions {
    /** The name of one of the upscaler's layers, or its place among them; the first by default. */
    layer?: string | number;
    /** At most 256 pixels a side; by default 128 in the middle of the picture, or what there is. */
    part?: Part;
}
/** What a layer answers on a part of a picture. */
export interface LayerFeatures {
    layer: LayerInfo;
    part: Part;
    /** Of each channel's map, in pixels: the part's times the layer's scale. */
    width: number; height: number;
    channels: number;
    /** Channel after channel, each row by row from the top: the network's own numbers. A GPU stores them in its precision. */
    values: Float32Array;
    /** The least and the largest value of each channel, in pairs: black and white of a picture of it. */
    ranges: Float32Array;
}
/** What a callback throws ends the work, and the call rejects with just that. */
export interface DoubtOptions {
    /** By default all of the picture. */
    part?: Part;
    /** Stops the work; the call rejects with code "cancelled". */
    signal?: AbortSignal;
    /** The size of the map. */
    onStart?(start: Start): void;
    /** The map as it grows, in grey: red, green and blue of a pixel are its level. */
    onTile?(tile: Tile): void;
}
/** How far what a model makes goes beyond what the picture supports. */
export interface DoubtMap {
    part: Part;
    /** Those of the part. */
    width: number; height: number;
    /**
     * For each pixel of the part, row by row, in levels of 255: the larger of how far the result, shrunk back, leaves the pixel, and of
     * how far both ends of the model's slider for strength disagree over its place. Means of absolute differences over the colours.
     */
    levels: Uint8Array;
    /** Whether the model has such a slider; without one only the first counts. */
    comparesEnds: boolean;
}
/** Every rejection but one with what a callback has thrown is an Error with a sentence for a person and one of these words. */
export type ErrorCode = "empty-file" | "unsupported-format" | "unsupported-kind" | "damaged-picture" | "decoder-failed" | "picture-too-large" | "damaged-model"
    | "refused-model" | "unsupported-model" | "unknown-model" | "invalid-option" | "no-gpu"
    | "gpu-failed" | "device-lost" | "out-of-memory" | "bad-output" | "worker-stopped" | "cancelled" | "fetch-failed" | "encode-failed" | "io";
"#;

#[wasm_bindgen]
extern "C" {
    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "CreateOptions")]
    pub type CreateOptions;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn model(this: &CreateOptions) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn scale(this: &CreateOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn mix(this: &CreateOptions) -> Option<Mix>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn strength(this: &CreateOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn denoise(this: &CreateOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural, js_name = cleanUp)]
    pub(super) fn clean_up(this: &CreateOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn backend(this: &CreateOptions) -> Option<String>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn precision(this: &CreateOptions) -> Option<String>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn tile(this: &CreateOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn threads(this: &CreateOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn blocking(this: &CreateOptions) -> Option<String>;
    #[wasm_bindgen(method, getter, structural, js_name = modelsUrl)]
    pub(super) fn models_url(this: &CreateOptions) -> Option<String>;

    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "Mix")]
    pub type Mix;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn model(this: &Mix) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn share(this: &Mix) -> f64;

    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "ModelFile")]
    pub type ModelFile;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn name(this: &ModelFile) -> String;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn file(this: &ModelFile) -> JsValue;

    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "ModelInfo")]
    pub type ModelInfo;

    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "SuggestOptions")]
    pub type SuggestOptions;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn scale(this: &SuggestOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural, js_name = modelsUrl)]
    pub(super) fn models_url(this: &SuggestOptions) -> Option<String>;

    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "Seen")]
    pub type Seen;

    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "ModelsByKind")]
    pub type ModelsByKind;

    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "Suggestion")]
    pub type Suggestion;

    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "SizeOptions")]
    pub type SizeOptions;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn scale(this: &SizeOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn width(this: &SizeOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn height(this: &SizeOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn fit(this: &SizeOptions) -> Option<SizeOptions>;

    /// See `TYPES`.
    #[wasm_bindgen(extends = SizeOptions, typescript_type = "PixelOptions")]
    pub type PixelOptions;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn tta(this: &PixelOptions) -> Option<bool>;

    /// See `TYPES`.
    #[wasm_bindgen(extends = PixelOptions, extends = SizeOptions, typescript_type = "UpscaleOptions")]
    pub type UpscaleOptions;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn signal(this: &UpscaleOptions) -> Option<AbortSignal>;
    #[wasm_bindgen(method, getter, structural, js_name = onStart)]
    pub(super) fn on_start(this: &UpscaleOptions) -> Option<Function>;
    #[wasm_bindgen(method, getter, structural, js_name = onTile)]
    pub(super) fn on_tile(this: &UpscaleOptions) -> Option<Function>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn quality(this: &UpscaleOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural, js_name = stripMetadata)]
    pub(super) fn strip_metadata(this: &UpscaleOptions) -> Option<bool>;
    #[wasm_bindgen(method, getter, structural, js_name = keepPrintSize)]
    pub(super) fn keep_print_size(this: &UpscaleOptions) -> Option<bool>;
    #[wasm_bindgen(method, getter, structural, js_name = onBytes)]
    pub(super) fn on_bytes(this: &UpscaleOptions) -> Option<Function>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn format(this: &UpscaleOptions) -> Option<String>;

    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "UpscaleResult")]
    pub type UpscaleResult;

    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "Part")]
    pub type Part;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn x(this: &Part) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn y(this: &Part) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn width(this: &Part) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn height(this: &Part) -> Option<f64>;

    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "LayerInfo")]
    pub type LayerInfo;

    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "FeaturesOptions")]
    pub type FeaturesOptions;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn layer(this: &FeaturesOptions) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn part(this: &FeaturesOptions) -> Option<Part>;

    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "LayerFeatures")]
    pub type LayerFeatures;

    /// See `TYPES`.
    #[wasm_bindgen(extends = UpscaleOptions, typescript_type = "DoubtOptions")]
    pub type DoubtOptions;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn part(this: &DoubtOptions) -> Option<Part>;

    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "DoubtMap")]
    pub type DoubtMap;

    /// A picture file, or what a browser has decoded.
    #[wasm_bindgen(typescript_type = "Blob | Uint8Array | ImageData")]
    pub type PictureFile;

    /// What calls take as a picture.
    #[wasm_bindgen(typescript_type = "Picture | Blob | Uint8Array | ImageData")]
    pub type PictureSource;

    /// A `Picture` that JavaScript holds.
    pub type PictureHandle;
    #[wasm_bindgen(method, catch, structural, js_name = clone)]
    pub(super) fn another(this: &PictureHandle) -> Result<Picture, JsValue>;

    /// An `ImageData`.
    pub type DecodedPicture;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn width(this: &DecodedPicture) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn height(this: &DecodedPicture) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn data(this: &DecodedPicture) -> Option<Vec<u8>>;

    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "Plan")]
    pub type Plan;
}
