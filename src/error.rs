//! The one error type. Each message says what was expected, what was got, and what to do about it.

/// What went wrong, as a sentence for a person ([`std::fmt::Display`]) and a stable word for a program ([`Error::code`]).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file has no bytes at all.
    #[error("The file is empty (0 bytes). Choose a picture file that has content.")]
    EmptyFile,
    /// The bytes do not start like any picture format that is known.
    #[error(
        "This is not a picture that can be read here. Supported are PNG, JPEG, WebP, GIF, BMP, TIFF, QOI, ICO and PNM."
    )]
    UnsupportedFormat,
    /// The picture is of a kind that is not read, though others of its format are.
    #[error("This is {kind}, which cannot be read here. Save it as PNG elsewhere, and choose that.")]
    UnsupportedKind {
        /// What it is, for example `a TIFF of Lab colours`.
        kind: String,
    },
    /// The bytes start like a picture but do not decode.
    #[error("The {format} picture is damaged or incomplete ({reason}). Try to open and save it again elsewhere.")]
    DamagedPicture {
        /// Format by its content, for example `PNG`.
        format: String,
        /// The decoder's own words.
        reason: String,
    },
    /// The program that reads such a picture has a fault that this one brings out.
    #[error("The picture could not be read: its decoder failed. Try to open and save it again elsewhere.")]
    DecoderFailed,
    /// The header asks for more pixels than are accepted.
    #[error(
        "The picture is {width} x {height} pixels; at most {max_megapixels} megapixels can be read. Shrink or crop it first."
    )]
    PictureTooLarge {
        /// Width in pixels that the header claims.
        width: u32,
        /// Height in pixels that the header claims.
        height: u32,
        /// The limit, in millions of pixels.
        max_megapixels: u32,
    },
    /// An animation has more pixels in all than are accepted.
    #[error(
        "The frames of the animation are more than {max_megapixels} megapixels together, and no more can be read. Take one of the first \
         frames alone, or shorten the animation."
    )]
    AnimationTooLarge {
        /// The limit, in millions of pixels.
        max_megapixels: u32,
    },
    /// The frames of the enlarged animation would be too large to be held.
    #[error(
        "A frame of the enlarged animation would be {width} x {height} pixels; at most {max_megapixels} megapixels can be held. Ask for \
         a smaller scale, or take one frame."
    )]
    FrameTooLarge {
        /// Width of the result in pixels.
        width: u32,
        /// Height of the result in pixels.
        height: u32,
        /// The limit, in millions of pixels.
        max_megapixels: u32,
    },
    /// The enlarged picture would have more pixels than its file format can hold.
    #[error("The enlarged picture would be {width} x {height} pixels, more than a PNG file can hold.")]
    OutputTooLarge {
        /// Width of the result in pixels.
        width: u64,
        /// Height of the result in pixels.
        height: u64,
    },
    /// The picture must go through the network more than once, and would be too large on the way.
    #[error(
        "To be enlarged more than {scale} times, this picture would be more than {max_megapixels} megapixels on the way. Ask \
         for at most {scale} times."
    )]
    TooManyPasses {
        /// How many times the network enlarges.
        scale: u32,
        /// The limit, in millions of pixels.
        max_megapixels: u32,
    },
    /// The weight file cannot be used as it is.
    #[error("The model file is damaged: {reason}. Download or export it again.")]
    DamagedModel {
        /// What was expected and what was found.
        reason: String,
    },
    /// The weight file may be sound, but is of a kind or asks for something that is not accepted.
    #[error("The model file is not accepted: {reason}.")]
    RefusedModel {
        /// What it is or asks for, and what to do.
        reason: String,
    },
    /// The weight file is sound, but no known architecture has such tensors.
    #[error("The model file is of no architecture that is known here: it holds {seen}. Supported: {supported}.")]
    UnsupportedModel {
        /// The first few tensors with their shapes.
        seen: String,
        /// The names of the architectures that are known.
        supported: String,
    },
    /// The page's second module could not make weights of a file; its own words.
    #[error("{sentence}")]
    Conversion {
        /// What [`Error::code`] gives.
        code: &'static str,
        /// A sentence for a person.
        sentence: String,
    },
    /// No built-in model has that name.
    #[error("There is no model named \"{name}\". Available: {available}.")]
    UnknownModel {
        /// What was asked for.
        name: String,
        /// The names there are, separated by commas.
        available: String,
    },
    /// An option has a value that cannot be used.
    #[error("{0}")]
    InvalidOption(String),
    /// A GPU was asked for and none can be used.
    #[error("No usable GPU: {0}. Choose the cpu backend, which gives the same picture.")]
    NoGpu(String),
    /// The GPU or its driver refused a step.
    #[error("The GPU failed ({0}). Try again with smaller tiles or with the cpu backend.")]
    Gpu(String),
    /// The GPU went away in the middle of the work.
    #[error("The GPU was lost during the work ({0}). Try again, with smaller tiles or with the cpu backend.")]
    DeviceLost(String),
    /// The GPU has no memory for what was asked of it.
    #[error(
        "The GPU has too little memory ({0}). Close other programs, or try again with smaller tiles or the cpu backend."
    )]
    OutOfMemory(String),
    /// A network's values went beyond all numbers, so that there are no colours.
    #[error(
        "The model's values for this picture go beyond all numbers, so there are no colours. Choose another model."
    )]
    NotFinite,
    /// A tile has other colours than the part of the picture that it was made of. Asks a [`Fallback`](crate::Fallback) for another
    /// backend; where there is none, the tile is taken for what the model does, and the observer is warned.
    #[error("The enlarged picture has other colours than the picture itself: {0}.")]
    WrongColours(String),
    /// A worker of the page's CPU engine stopped.
    #[error("A worker of the CPU engine stopped ({0}). Try again with fewer threads.")]
    Worker(String),
    /// The person or program that started the work stopped it.
    #[error("Cancelled.")]
    Cancelled,
    /// The network could not be fetched (web) from the site's own files.
    #[error("{url} could not be fetched ({reason}). Check that the site's files are complete and reload the page.")]
    Fetch {
        /// Address of the file.
        url: String,
        /// What the browser said.
        reason: String,
    },
    /// Writing the result failed.
    #[error("The result could not be written: {0}")]
    Encode(String),
    /// Reading or writing a file failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Error {
    /// A stable word for programs; the web library puts it into `error.code`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::EmptyFile => "empty-file",
            Self::UnsupportedFormat => "unsupported-format",
            Self::UnsupportedKind { .. } => "unsupported-kind",
            Self::DamagedPicture { .. } => "damaged-picture",
            Self::DecoderFailed => "decoder-failed",
            Self::PictureTooLarge { .. }
            | Self::AnimationTooLarge { .. }
            | Self::FrameTooLarge { .. }
            | Self::OutputTooLarge { .. }
            | Self::TooManyPasses { .. } => "picture-too-large",
            Self::DamagedModel { .. } => "damaged-model",
            Self::RefusedModel { .. } => "refused-model",
            Self::UnsupportedModel { .. } => "unsupported-model",
            Self::Conversion { code, .. } => code,
            Self::UnknownModel { .. } => "unknown-model",
            Self::InvalidOption(_) => "invalid-option",
            Self::NoGpu(_) => "no-gpu",
            Self::Gpu(_) => "gpu-failed",
            Self::DeviceLost(_) => "device-lost",
            Self::OutOfMemory(_) => "out-of-memory",
            Self::NotFinite | Self::WrongColours(_) => "bad-output",
            Self::Worker(_) => "worker-stopped",
            Self::Cancelled => "cancelled",
            Self::Fetch { .. } => "fetch-failed",
            Self::Encode(_) => "encode-failed",
            Self::Io(_) => "io",
        }
    }
}

/// The crate's result type.
pub type Result<T, E = Error> = std::result::Result<T, E>;
