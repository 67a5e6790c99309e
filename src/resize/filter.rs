//! Classical enlargement by nearest, bilinear, bicubic and Lanczos filters, through the crate `fast_image_resize`.
//!
//! They are what an enlarging network is measured against, and what brings results to their exact size.

use fast_image_resize::{
    FilterType, ResizeAlg, ResizeOptions, Resizer,
    images::{TypedImage, TypedImageRef},
    pixels::F32x4,
};

use crate::picture::Depth;

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
            Self::Nearest => "Repeats each pixel: blocks, and stairs along every slanted line.",
            Self::Bilinear => "Goes straight from each pixel to the next: no blocks, but soft and dull.",
            Self::Bicubic => "Draws curves through the pixels, as most programs do: smooth, and a little blurred.",
            Self::Lanczos => {
                "Looks farther around each pixel: the sharpest of the filters, with faint rings along edges."
            }
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
