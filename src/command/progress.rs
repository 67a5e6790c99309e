//! How far an upscale is, and whether the person interrupts it.

use std::{
    io::IsTerminal,
    ops::ControlFlow,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lenslet::{FinishedTile, Observer};

/// Set when the person interrupts the command; the work stops after the tile under way and cleans up.
pub(super) static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// A bar on stderr, when that is a terminal.
pub(super) struct Progress {
    pub(super) bar: ProgressBar,
    /// Whether a person sees it.
    pub(super) is_shown: bool,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) tiles: usize,
    /// What a person should know of this picture.
    pub(super) warnings: Vec<String>,
}

impl Progress {
    pub(super) fn new(input: &Path, wanted: bool) -> Self {
        let bar = ProgressBar::hidden();
        let template = "{msg} [{bar:30}] {pos}/{len} tiles, {eta} left";
        bar.set_style(ProgressStyle::with_template(template).unwrap_or(ProgressStyle::default_bar()));
        bar.set_message(input.file_name().unwrap_or_default().to_string_lossy().into_owned());
        let is_shown = wanted && std::io::stderr().is_terminal();
        Self { bar, is_shown, width: 0, height: 0, tiles: 0, warnings: Vec::new() }
    }
}

impl Observer for Progress {
    fn start(&mut self, width: u32, height: u32, tiles: usize) -> ControlFlow<()> {
        (self.width, self.height, self.tiles) = (width, height, tiles);
        self.bar.set_length(tiles as u64);
        if self.is_shown {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.tick();
        ControlFlow::Continue(())
    }

    fn tile(&mut self, tile: &FinishedTile<'_>) -> ControlFlow<()> {
        self.bar.set_length(tile.total as u64);
        self.bar.set_position(tile.done as u64);
        self.wait()
    }

    fn warn(&mut self, sentence: &str) {
        self.warnings.push(sentence.into());
    }

    fn wait(&mut self) -> ControlFlow<()> {
        if INTERRUPTED.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
