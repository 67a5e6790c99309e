//! Progress and cancelling, in JavaScript's terms.

use std::ops::ControlFlow;

use js_sys::{Function, Uint8ClampedArray};
use web_sys::AbortSignal;

use super::{callback::Thrown, object, types::UpscaleOptions};
use crate::{FinishedTile, Observer};

/// Calls the callbacks of one upscale and watches its signal.
pub(super) struct JsObserver {
    input_size: (u32, u32),
    pub(super) output_size: (u32, u32),
    pub(super) tiles: usize,
    pub(super) warnings: Vec<String>,
    signal: Option<AbortSignal>,
    on_start: Option<Function>,
    on_tile: Option<Function>,
    thrown: Thrown,
}

impl JsObserver {
    pub(super) fn new(input_size: (u32, u32), options: Option<&UpscaleOptions>, thrown: Thrown) -> Self {
        Self {
            input_size,
            output_size: (0, 0),
            tiles: 0,
            warnings: Vec::new(),
            signal: options.and_then(UpscaleOptions::signal),
            on_start: options.and_then(UpscaleOptions::on_start),
            on_tile: options.and_then(UpscaleOptions::on_tile),
            thrown,
        }
    }

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
        if let Some(on_start) = &self.on_start {
            let (input_width, input_height) = self.input_size;
            let start = object(&[
                ("width", width.into()),
                ("height", height.into()),
                ("inputWidth", input_width.into()),
                ("inputHeight", input_height.into()),
                ("tiles", (tiles as f64).into()),
            ]);
            if !self.thrown.call(on_start, &start) {
                return ControlFlow::Break(());
            }
        }
        self.flow()
    }

    fn tile(&mut self, tile: &FinishedTile<'_>) -> ControlFlow<()> {
        if let Some(on_tile) = &self.on_tile {
            let tile = object(&[
                ("x", tile.part.x.into()),
                ("y", tile.part.y.into()),
                ("width", tile.part.width.into()),
                ("height", tile.part.height.into()),
                ("wholeWidth", tile.whole[0].into()),
                ("wholeHeight", tile.whole[1].into()),
                ("pixels", Uint8ClampedArray::from(tile.rgba).into()),
                ("done", (tile.done as f64).into()),
                ("total", (tile.total as f64).into()),
            ]);
            if !self.thrown.call(on_tile, &tile) {
                return ControlFlow::Break(());
            }
        }
        self.flow()
    }

    fn warn(&mut self, sentence: &str) {
        self.warnings.push(sentence.into());
    }

    fn wait(&mut self) -> ControlFlow<()> {
        self.flow()
    }
}
