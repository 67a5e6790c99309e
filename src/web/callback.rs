//! Callbacks of JavaScript's. One rule for all: what one throws ends the work, and the call rejects with just that.

use std::{cell::RefCell, rc::Rc};

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::to_js;
use crate::Error;

/// What a callback of a call has thrown. Its copies are the same.
#[derive(Clone, Default)]
pub(super) struct Thrown(Rc<RefCell<Option<JsValue>>>);

impl Thrown {
    /// Calls a callback; false where it throws, or another has before.
    #[must_use]
    pub(super) fn call(&self, callback: &Function, argument: &JsValue) -> bool {
        if self.0.borrow().is_some() {
            return false;
        }
        match callback.call1(&JsValue::UNDEFINED, argument) {
            Ok(_) => true,
            Err(thrown) => {
                self.0.replace(Some(thrown));
                false
            }
        }
    }

    /// What the call rejects with: what a callback has thrown, else the error.
    pub(super) fn or(self, error: Error) -> JsValue {
        self.0.take().unwrap_or_else(|| to_js(error))
    }
}
