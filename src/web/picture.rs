//! Pictures as JavaScript hands them in.

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::Blob;

use super::{bytes_of, types::DecodedPicture};
use crate::{
    Error, Picture, Result,
    picture::{self, Kind, MAX_MEGAPIXELS},
};

/// Decodes a picture file; takes what a browser has decoded as it is.
pub(super) async fn picture_of(picture: JsValue) -> Result<Picture> {
    if picture.is_instance_of::<Blob>() || picture.is_instance_of::<Uint8Array>() || !picture.is_object() {
        return picture::decode(&bytes_of(picture, "picture").await?);
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
        let reason = "The picture must be a Blob, a Uint8Array, or an ImageData with four bytes for each pixel.";
        return Err(Error::InvalidOption(reason.into()));
    }
    let alpha = rgba.as_chunks::<4>().0.iter().any(|pixel| pixel[3] != u8::MAX);
    let kind = Kind { alpha, ..Kind::default() };
    Ok(Picture { width: width as u32, height: height as u32, rgba, kind, ..Picture::default() })
}
