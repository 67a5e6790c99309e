//! A backend that enlarges by a classical filter, and what cannot be asked of it.

use super::{Filter, MAX_SCALE, filter::Pixels};
use crate::{
    Backend, BackendChoice, BackendInfo, BackendKind, BackendOptions, Error, Precision, Result, Run, TileInput,
    gpu::BlockingChoice,
    models::{DEFAULT_SCALE, SliderValues},
    tile::{Tiling, Window},
};

/// A backend that runs a classical filter instead of a network.
pub struct Resampler {
    filter: Filter,
    scale: u32,
    info: BackendInfo,
}

/// What a person may ask of a network and not of a filter.
#[derive(Clone, Copy, Debug, Default)]
pub struct NetworkOptions {
    /// What does the work, and how.
    pub backend: BackendOptions,
    /// Whether another model is to be mixed in.
    pub mix: bool,
    /// Where sliders are put.
    pub sliders: SliderValues,
    /// Whether a number of threads is asked for.
    pub threads: bool,
}

impl NetworkOptions {
    /// Checks that nothing is asked of a filter that it cannot do.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] that names the first such option.
    pub fn check_for(&self, filter: Filter) -> Result<()> {
        let slider = self.sliders.moved().next().map(|(name, _)| name.to_string());
        let asked = [
            (self.backend.choice == BackendChoice::Gpu).then_some("backend gpu"),
            (self.backend.precision != Precision::Auto).then_some("precision"),
            self.backend.tile.and(Some("tile")),
            (self.backend.blocking != BlockingChoice::Auto).then_some("blocking"),
            self.mix.then_some("mix"),
            self.threads.then_some("threads"),
            slider.as_deref(),
        ];
        match asked.into_iter().flatten().next() {
            Some(option) => Err(Error::InvalidOption(format!(
                "{} is a classical filter that runs on the CPU as it is: the option {option} cannot apply to it. Leave \
                 that out.",
                filter.name()
            ))),
            None => Ok(()),
        }
    }
}

impl Filter {
    /// Enlarges the inner part of a tile, whose outer part must reach [`Filter::radius`] pixels further or to the
    /// picture's edge. RGBA in, RGBA out, each channel for itself, alpha included.
    ///
    /// # Panics
    /// When the tile does not hold `width * height` RGBA pixels.
    #[must_use]
    pub fn enlarge(self, input: &TileInput, scale: u32) -> Vec<u8> {
        let TileInput { rgba, depth, window: Window { part, .. }, keep } = input;
        let source = Pixels::new(rgba, *depth, [part.width, part.height]);
        let kept = keep.scaled(scale);
        let crop = [keep.x, keep.y, keep.width, keep.height].map(f64::from);
        source.resampled(self, crop, [kept.width, kept.height])
    }
}

impl Resampler {
    /// A filter that enlarges `scale` times, [`DEFAULT_SCALE`] if none is asked for.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] unless the scale is 1 to [`MAX_SCALE`].
    pub fn new(filter: Filter, scale: Option<u32>) -> Result<Self> {
        let scale = scale.unwrap_or(DEFAULT_SCALE);
        if !(1.0..=MAX_SCALE).contains(&f64::from(scale)) {
            return Err(Error::InvalidOption(format!("The scale must be 1 to {MAX_SCALE}, not {scale}.")));
        }
        let info = BackendInfo {
            name: "cpu",
            kind: BackendKind::Filter(filter),
            adapter: "1 thread".into(),
            precision: "f32",
            blocking: None,
            warnings: Vec::new(),
        };
        Ok(Self { filter, scale, info })
    }
}

impl Backend for Resampler {
    fn info(&self) -> &BackendInfo {
        &self.info
    }

    fn scale(&self) -> u32 {
        self.scale
    }

    fn tiling(&self) -> Tiling {
        Tiling::with_halo(self.filter.radius())
    }

    fn tile(&self) -> u32 {
        256
    }

    fn in_flight(&self) -> usize {
        1
    }

    fn run(&self, mut input: TileInput) -> Run<'_> {
        // What a network does not see, a filter must not see either; alpha is enlarged apart from colour.
        let sample = input.depth.pixel_bytes() / 4;
        for pixel in input.rgba.chunks_exact_mut(4 * sample) {
            pixel[3 * sample..].fill(u8::MAX);
        }
        Box::pin(std::future::ready(Ok(self.filter.enlarge(&input, self.scale))))
    }
}
