//! The entry points of all shaders, and what this code must know of each.

/// An entry point; [`Entry::point`] is the table of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Entry {
    /// A 3x3 convolution, see [`super::Blocking`].
    Square,
    /// Likewise.
    StagedSquare,
    /// Likewise.
    StagedPair,
    /// Any other convolution.
    AnyKernel,
    MaxPool,
    Resize,
    PixelUnshuffle,
    PixelShuffle,
    /// The first half of a group normalisation.
    Statistics,
    /// The second half.
    NormalizeGroup,
    LayerNorm,
    DySample,
}

/// What the buffers of a step are bound to; the shaders' own numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    Params = 0,
    Weights = 1,
    Epilogue = 2,
    Source = 3,
    Other = 4,
    Output = 5,
    Picture = 6,
    Enlarged = 7,
    Second = 8,
    Statistics = 9,
}

/// What there is to know of an entry point.
pub(super) struct Point {
    /// Its name in the shader.
    pub(super) name: &'static str,
    /// The shader, a name in [`super::source::SHADERS`].
    pub(super) shader: &'static str,
    /// Threads of a workgroup, across and down.
    pub(super) threads: [u32; 2],
    /// Pixels that a thread makes, across and down.
    pub(super) pixels: [u32; 2],
    /// Everything that it reads or writes.
    pub(super) bindings: &'static [Binding],
}

impl Point {
    /// One whose threads make a pixel each.
    const fn plain(name: &'static str, shader: &'static str, bindings: &'static [Binding]) -> Self {
        Self { name, shader, threads: [8, 8], pixels: [1, 1], bindings }
    }

    const fn conv(name: &'static str, threads: [u32; 2], pixels: [u32; 2]) -> Self {
        use Binding::{Enlarged, Epilogue, Other, Output, Params, Picture, Second, Source, Weights};
        let bindings = &[Params, Weights, Epilogue, Source, Other, Output, Picture, Enlarged, Second];
        Self { name, shader: "conv", threads, pixels, bindings }
    }
}

impl Entry {
    /// All of them.
    #[cfg(all(test, not(target_arch = "wasm32")))]
    pub(super) const ALL: [Self; 12] = [
        Self::Square,
        Self::StagedSquare,
        Self::StagedPair,
        Self::AnyKernel,
        Self::MaxPool,
        Self::Resize,
        Self::PixelUnshuffle,
        Self::PixelShuffle,
        Self::Statistics,
        Self::NormalizeGroup,
        Self::LayerNorm,
        Self::DySample,
    ];

    /// What there is to know of it.
    pub(super) fn point(self) -> &'static Point {
        use Binding::{Enlarged, Epilogue, Other, Output, Params, Picture, Source, Statistics};
        const SQUARE: Point = Point::conv("square", [8, 8], [4, 4]);
        const STAGED_SQUARE: Point = Point::conv("staged_square", [8, 4], [4, 4]);
        const STAGED_PAIR: Point = Point::conv("staged_pair", [8, 8], [2, 2]);
        const ANY_KERNEL: Point = Point::conv("any_kernel", [8, 8], [4, 1]);
        const MAX_POOL: Point = Point::plain("max_pool", "max_pool", &[Params, Source, Output]);
        const RESIZE: Point = Point::plain("resize", "resize", &[Params, Source, Output]);
        const UNSHUFFLE: Point = Point::plain("pixel_unshuffle", "pixel_unshuffle", &[Params, Output, Picture]);
        const SHUFFLE: Point = Point::plain("pixel_shuffle", "pixel_shuffle", &[Params, Source, Picture, Enlarged]);
        // A workgroup for each group of channels.
        const STATISTICS: Point =
            Point { threads: [256, 1], ..Point::plain("statistics", "group_norm", &[Params, Source, Statistics]) };
        const NORMALIZE: Point =
            Point::plain("normalize_group", "group_norm", &[Params, Epilogue, Source, Other, Output, Statistics]);
        const LAYER_NORM: Point = Point::plain("layer_norm", "layer_norm", &[Params, Epilogue, Source, Output]);
        const DY_SAMPLE: Point = Point::plain("dy_sample", "dy_sample", &[Params, Source, Other, Output]);
        match self {
            Self::Square => &SQUARE,
            Self::StagedSquare => &STAGED_SQUARE,
            Self::StagedPair => &STAGED_PAIR,
            Self::AnyKernel => &ANY_KERNEL,
            Self::MaxPool => &MAX_POOL,
            Self::Resize => &RESIZE,
            Self::PixelUnshuffle => &UNSHUFFLE,
            Self::PixelShuffle => &SHUFFLE,
            Self::Statistics => &STATISTICS,
            Self::NormalizeGroup => &NORMALIZE,
            Self::LayerNorm => &LAYER_NORM,
            Self::DySample => &DY_SAMPLE,
        }
    }

    /// Whether it is a 3x3 convolution that a blocking cuts into threads.
    pub(super) fn is_blocked(self) -> bool {
        matches!(self, Self::Square | Self::StagedSquare | Self::StagedPair)
    }

    /// Its name in the shader.
    pub(super) fn name(self) -> &'static str {
        self.point().name
    }

    /// Pixels that a workgroup makes, across and down.
    pub(super) fn group(self) -> [u32; 2] {
        let Point { threads, pixels, .. } = self.point();
        [threads[0] * pixels[0], threads[1] * pixels[1]]
    }
}
