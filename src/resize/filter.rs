//! Classical enlargement by nearest, bilinear, bicubic and Lanczos filters, through the crate `fast_image_resize`.
//!
//! They are what an enlarging network is measured against, and what brings results to their exact size.

use fast_image_resize::{
    FilterType, ResizeAlg, ResizeOptions, Resizer,
    images::{TypedImage, TypedImageRef},
    pixels::F32x4,
};

use super::MAX_SCALE;
use crate::{
    Backend, BackendChoice, BackendInfo, BackendOptions, Error, Precision, Result, Run, TileInput,
    gpu::BlockingChoice,
    models::{DEFAULT_SCALE, SliderValues},
    picture::Depth,
    tile::{Cut, Window},
};

/// A classical filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Each pixel becomes a block.
    Nearest,
    /// Straight lines between pixels.
    Bilinear,
    /// Catmull-Rom cubic (a = -0.5).
    Bicubic,
    /// Lanczos with three lobes.
    Lanczos,
}

/// The title of all filters as a group of models, for people.
pub const TITLE: &str = "Classical filters, for comparison";

impl Filter {
    /// All of them, the plainest first.
    pub const ALL: [Self; 4] = [Self::Nearest, Self::Bilinear, Self::Bicubic, Self::Lanczos];

    /// The filter of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.name() == name)
    }

    /// Its name as a model.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nearest => "nearest",
            Self::Bilinear => "bilinear",
            Self::Bicubic => "bicubic",
            Self::Lanczos => "lanczos",
        }
    }

    /// One sentence on what it does.
    #[must_use]
    pub fn summary(self) -> &'static str {
        match self {
            Self::Nearest => "Makes each pixel a block.",
            Self::Bilinear => "Draws straight lines between pixels; soft.",
            Self::Bicubic => "Draws curves between pixels.",
            Self::Lanczos => "The sharpest of the smooth ones; rings at edges.",
        }
    }

    /// How many LR pixels around a pixel take part when enlarging.
    #[must_use]
    pub fn radius(self) -> u32 {
        match self {
            Self::Nearest => 0,
            Self::Bilinear => 1,
            Self::Bicubic => 2,
            Self::Lanczos => 3,
        }
    }

    /// Whether it goes beyond the values of the pixels that it sees.
    pub(crate) fn rings(self) -> bool {
        matches!(self, Self::Bicubic | Self::Lanczos)
    }

    fn algorithm(self) -> ResizeAlg {
        match self {
            Self::Nearest => ResizeAlg::Nearest,
            Self::Bilinear => ResizeAlg::Convolution(FilterType::Bilinear),
            Self::Bicubic => ResizeAlg::Convolution(FilterType::CatmullRom),
            Self::Lanczos => ResizeAlg::Convolution(FilterType::Lanczos3),
        }
    }

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

/// A picture or some of its rows, as numbers.
pub(crate) struct Pixels {
    values: Vec<F32x4>,
    size: [u32; 2],
    depth: Depth,
}

impl Pixels {
    /// RGBA of that size.
    pub(crate) fn new(rgba: &[u8], depth: Depth, size: [u32; 2]) -> Self {
        let mut values = vec![F32x4::default(); size[0] as usize * size[1] as usize];
        let samples = values.iter_mut().flat_map(|pixel| &mut pixel.0);
        for (sample, value) in samples.zip(depth.values(rgba)) {
            *sample = value.into();
        }
        Self { values, size, depth }
    }

    /// What lies in a part (left, top, width and height), stretched or shrunk to another size. The filter sees pixels around the part
    /// as well, and where the picture ends only those that there are.
    ///
    /// # Panics
    /// Where the part goes beyond the picture.
    pub(crate) fn resampled(&self, filter: Filter, [left, top, width, height]: [f64; 4], size: [u32; 2]) -> Vec<u8> {
        let source =
            TypedImageRef::new(self.size[0], self.size[1], &self.values).expect("as many pixels as the size says");
        let mut resampled = TypedImage::new(size[0], size[1]);
        let options = ResizeOptions::new().resize_alg(filter.algorithm()).use_alpha(false);
        Resizer::new()
            .resize_typed::<F32x4>(&source, &mut resampled, &options.crop(left, top, width, height))
            .expect("the part lies inside");
        self.depth.samples(resampled.pixels().iter().flat_map(|pixel| pixel.0))
    }
}

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

impl Resampler {
    /// A filter that enlarges so many times, [`DEFAULT_SCALE`] if none is asked for.
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

    fn cut(&self) -> Cut {
        Cut::with_halo(self.filter.radius())
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

    fn filter(&self) -> Option<Filter> {
        Some(self.filter)
    }
}
