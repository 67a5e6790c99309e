//! The models that come with Lenslet, `models/index.json` and the weight files it lists, and those that people bring.

#[cfg(not(target_arch = "wasm32"))]
mod built_in;
mod file;
mod index;
mod purpose;
mod sliders;

#[cfg(not(target_arch = "wasm32"))]
pub use built_in::{built_in, built_in_index, built_in_weights};
#[cfg(all(target_arch = "wasm32", feature = "conversion"))]
pub(crate) use file::parse;
pub use file::read;
#[cfg(not(target_arch = "wasm32"))]
pub use file::read_ncnn;
pub use index::{DEFAULT_SCALE, Index, Model};
pub use purpose::Purpose;
pub use sliders::{Slider, SliderName, SliderValues};
