//! What a backend is. `open` finds the one to take, `self_test` and `output_check` tell whether it can be trusted.

pub(crate) mod open;
pub(crate) mod output_check;
pub(crate) mod self_test;

use std::{future::Future, pin::Pin};

use crate::{
    Error, Result,
    gpu::{Blocking, BlockingChoice},
    picture::Depth,
    resize::Filter,
    tile::{Reach, Rect, Tiling, Window},
};

/// The pixels of one tile and which of them to answer for.
#[derive(Clone, Debug)]
pub struct TileInput {
    /// The tile's outer part: RGBA (alpha is ignored), rows from top to bottom.
    pub rgba: Vec<u8>,
    /// The bits of its samples.
    pub depth: Depth,
    /// The outer part, in LR pixels of the picture with its padding.
    pub window: Window,
    /// The inner part in the coordinates of the outer part.
    pub keep: Rect,
}

/// A tile in the making: resolves to the enlarged inner part, RGBA of the same depth: opaque, or transparent where a colour is not finite.
pub type Run<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>>> + 'a>>;

/// What a layer of a network answers in the making: `[height][width][channels]` of its map over a tile.
pub type FeaturesRun<'a> = Pin<Box<dyn Future<Output = Result<Vec<f32>>> + 'a>>;

/// What a backend enlarges with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackendKind {
    /// A network, which makes whole multiples of a size.
    Network,
    /// A classical filter, which makes any size at once.
    Filter(Filter),
}

/// Who does the work, for people and reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendInfo {
    /// `gpu` or `cpu`.
    pub name: &'static str,
    /// What it enlarges with.
    pub kind: BackendKind,
    /// The GPU's name, or the number of threads.
    pub adapter: String,
    /// `f32` or `f16`: how the values between layers are stored.
    pub precision: &'static str,
    /// How a GPU blocks 3x3 convolutions.
    pub blocking: Option<Blocking>,
    /// What a person should know about this choice, in sentences.
    pub warnings: Vec<String>,
}

/// Enlarges tiles.
pub trait Backend {
    /// Who does the work.
    fn info(&self) -> &BackendInfo;

    /// How many times wider and higher the output is.
    fn scale(&self) -> u32;

    /// How tiles must be cut.
    fn tiling(&self) -> Tiling;

    /// The best inner edge of a tile, in LR pixels.
    fn tile(&self) -> u32;

    /// How many tiles to start before waiting for the first.
    fn in_flight(&self) -> usize;

    /// Starts a tile with an inner edge of at most [`Backend::tile`]. The future may be dropped to give it up.
    fn run(&self, input: TileInput) -> Run<'_>;

    /// What the network's op number `op` makes of a tile as of [`Backend::run`], right for the part that is kept. None where the backend
    /// has no such values at hand: [`crate::cpu::Probe`] makes them of the network's weights then.
    fn features<'a>(&'a self, input: &'a TileInput, op: usize) -> Option<FeaturesRun<'a>> {
        let _ = (input, op);
        None
    }

    /// Begins a picture of `width` x `height` pixels of that depth that goes through row by row. None where this backend takes tiles, or where the
    /// picture is too wide for the memory that its rows would need.
    fn stream(&self, width: u32, height: u32, depth: Depth) -> Option<Box<dyn Stream>> {
        let _ = (width, height, depth);
        None
    }

    /// How a part of a picture can be enlarged as a picture of its own, so that its inner pixels are those of the whole picture, bit for
    /// bit. None where that cannot be.
    fn reach(&self) -> Option<Reach> {
        None
    }

    /// Where a stream must begin so that what it makes of the rows from `row` on is the same as of the whole picture: at a row
    /// before it, or at 0.
    fn lead(&self, row: u32) -> u32 {
        let _ = row;
        0
    }
}

/// Opens a backend in the place of one that failed or made wrong pixels, for the rest of the picture and those after it. Gives the
/// failure back where there is none.
pub type Fallback = Box<dyn Fn(Error) -> Pin<Box<dyn Future<Output = Result<Box<dyn Backend>>>>>>;

/// Enlarges one picture from its first row to its last. No work is done twice, and nothing depends on how many rows come at
/// once.
pub trait Stream {
    /// The best number of rows to push at once, in LR pixels.
    fn strip(&self) -> u32;

    /// How many strips to push before waiting for the first.
    fn in_flight(&self) -> usize;

    /// Starts on the picture's next rows: RGBA, of the picture's width with its padding, and after the last row those of the padding
    /// below. Resolves to the rows of the enlarged picture that are done with them, none of them padding: RGBA with alpha as that
    /// of a [`Run`] of a tile. What is pushed runs in order, and must be waited for in order.
    fn push(&mut self, rgba: Vec<u8>) -> Run<'static>;
}

/// Which backend a person asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BackendChoice {
    /// A real GPU if there is one, else the CPU. A software adapter is no GPU: it is far slower than the CPU path.
    #[default]
    Auto,
    /// A GPU, even one that is simulated in software.
    Gpu,
    /// The CPU.
    Cpu,
}

/// How the values between layers are stored on a GPU. Sums are f32 in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// f16 where the GPU can, else f32.
    #[default]
    Auto,
    /// 32 bits.
    F32,
    /// 16 bits, half the memory traffic.
    F16,
}

/// Which backend a person asks for, and how it is to work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackendOptions {
    /// What does the work.
    pub choice: BackendChoice,
    /// How a GPU stores values between layers.
    pub precision: Precision,
    /// The inner edge of tiles in LR pixels, at least 1; None for the backend's own.
    pub tile: Option<u32>,
    /// How a GPU blocks 3x3 convolutions.
    pub blocking: BlockingChoice,
}
