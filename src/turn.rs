//! Lets a browser's events through, so that messages such as a cancel arrive while a thread works.

/// A turn of a browser's event loop; elsewhere nobody needs that.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) async fn next_turn() {}

/// A turn of a browser's event loop; elsewhere nobody needs that.
#[cfg(target_arch = "wasm32")]
pub(crate) async fn next_turn() {
    use js_sys::{Function, Promise};
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen]
    extern "C" {
        // In pages and workers alike, where `web_sys` has one binding for each.
        #[wasm_bindgen(js_name = setTimeout)]
        fn set_timeout(callback: &Function, milliseconds: i32) -> JsValue;
    }

    let turn = Promise::new(&mut |resolve, _| {
        set_timeout(&resolve, 0);
    });
    // A timer always fires.
    let _ = wasm_bindgen_futures::JsFuture::from(turn).await;
}
