//! Pictures as JavaScript hands them in: files, what a browser has decoded, and handles of what is decoded already.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::Blob;

use super::{
    array_of, to_js,
    types::{DecodedPicture, PictureFile, PictureHandle},
};
use crate::{
    Error, Result,
    picture::{self, Kind, MAX_MEGAPIXELS},
    tile::Rect,
    upscaler::check_part,
};

/// A decoded picture, for callers that ask several things of one: its file is decoded once. It takes memory until free() is called,
/// or the browser notices that nobody holds it. Free it when the calls that were given it have ended.
#[wasm_bindgen]
pub struct Picture(Rc<crate::Picture>);

#[wasm_bindgen]
impl Picture {
    /// Decodes a picture file, or copies what a browser has decoded.
    pub async fn decode(file: PictureFile) -> Result<Picture, JsValue> {
        decode(file.into()).await.map(|picture| Self(Rc::new(picture))).map_err(to_js)
    }

    /// Pixels of width, turned upright.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> u32 {
        self.0.width
    }

    /// Pixels of height, turned upright.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> u32 {
        self.0.height
    }

    /// A copy of one part, which lies within the picture; x and y count pixels from its upper left corner.
    pub fn crop(&self, x: u32, y: u32, width: u32, height: u32) -> Result<Picture, JsValue> {
        let part = Rect { x, y, width, height };
        check_part(part, &self.0).map_err(to_js)?;
        let rgba = self.0.crop(part);
        let crate::Picture { kind, ref metadata, format, jpeg_quality, ref warnings, .. } = *self.0;
        let (metadata, warnings) = (metadata.clone(), warnings.clone());
        Ok(Self(Rc::new(crate::Picture { width, height, rgba, kind, metadata, format, jpeg_quality, warnings })))
    }

    /// Another handle of the same pixels. The memory is given back with the last.
    #[wasm_bindgen(js_name = clone)]
    pub fn another(&self) -> Picture {
        Self(self.0.clone())
    }
}

/// The picture of a handle, or of what [`Picture::decode`] takes.
pub(super) async fn picture_of(picture: JsValue) -> Result<Rc<crate::Picture>> {
    let is_handle = picture.is_object() && Reflect::has(&picture, &"clone".into()).unwrap_or_default();
    if !is_handle {
        return decode(picture).await.map(Rc::new);
    }
    // A handle of our own, which is not the caller's to free.
    let picture = picture.unchecked_into::<PictureHandle>().another();
    picture.map(|Picture(pixels)| pixels).map_err(|_| Error::InvalidOption("The picture was freed before.".into()))
}

async fn decode(picture: JsValue) -> Result<crate::Picture> {
    if picture.is_instance_of::<Blob>() || picture.is_instance_of::<Uint8Array>() || !picture.is_object() {
        return decode_file(array_of(picture, "picture").await?.to_vec());
    }
    let decoded: DecodedPicture = picture.unchecked_into();
    let (width, height) = (decoded.width().unwrap_or_default(), decoded.height().unwrap_or_default());
    let area = width * height;
    if area > f64::from(MAX_MEGAPIXELS) * 1e6 {
        let (width, height) = (width as u32, height as u32);
        return Err(Error::PictureTooLarge { width, height, max_megapixels: MAX_MEGAPIXELS });
    }
    let rgba = decoded.data().unwrap_or_default();
    if width.fract() != 0.0 || height.fract() != 0.0 || area < 1.0 || rgba.len() as f64 != 4.0 * area {
        let reason =
            "The picture must be a Picture, a Blob, a Uint8Array, or an ImageData with four bytes for each pixel.";
        return Err(Error::InvalidOption(reason.into()));
    }
    let alpha = rgba.as_chunks::<4>().0.iter().any(|pixel| pixel[3] != u8::MAX);
    let kind = Kind { alpha, ..Kind::default() };
    Ok(crate::Picture { width: width as u32, height: height as u32, rgba, kind, ..crate::Picture::default() })
}

/// Decodes a file. A panic cannot be caught here, but where JavaScript made the call it arrives there as an exception.
fn decode_file(file: Vec<u8>) -> Result<crate::Picture> {
    let decoded = Rc::new(RefCell::new(Err(Error::DecoderFailed)));
    let place = decoded.clone();
    let work = Closure::once(move || *place.borrow_mut() = picture::decode(&file));
    // An exception is told by what is still in its place.
    let _ = work.as_ref().unchecked_ref::<Function>().call0(&JsValue::NULL);
    decoded.replace(Err(Error::DecoderFailed))
}
