//! What of a picture file is enlarged: a picture, or all frames of an animation.

use lenslet::{
    Error, Picture, Result, Size, Upscaler,
    picture::{self, Animation, FileFormat, Saving},
};

pub(super) enum Input<'a> {
    Still(Picture),
    Moving {
        animation: Animation<'a>,
        /// The first frame, with the animation's metadata.
        first: Picture,
    },
}

impl<'a> Input<'a> {
    /// Reads a file: the frame or page of that number, or else all frames where the format asked for can hold them, or else the first
    /// frame or page.
    pub(super) fn read(file: &'a [u8], frame: Option<usize>, format: Option<FileFormat>) -> Result<Self> {
        if let Some(frame) = frame {
            return picture::decode_frame(file, frame).map(Self::Still);
        }
        if let Some(animation) = Animation::open(file)? {
            let first = animation.frames().next().transpose()?.ok_or(Error::DecoderFailed)?.picture;
            let first = Picture { metadata: animation.metadata.clone(), format: Some(animation.format), ..first };
            let Some(format) = format.filter(|&format| !format.can_move()) else {
                return Ok(Self::Moving { animation, first });
            };
            let mut warnings = animation.warnings;
            warnings.push(format!(
                "The file is an animation of {} frames, and a {} file holds one: the first is taken. Name another with --frame.",
                animation.frames,
                format.name()
            ));
            return Ok(Self::Still(Picture { warnings, ..first }));
        }
        let mut picture = picture::decode(file)?;
        let pages = picture::pages(file);
        if pages > 1 {
            let told = format!("The file has {pages} pages: the first is taken. Name another with --frame.");
            picture.warnings.push(told);
        }
        Ok(Self::Still(picture))
    }

    /// The picture, or the first frame.
    pub(super) fn picture(&self) -> &Picture {
        match self {
            Self::Still(picture) | Self::Moving { first: picture, .. } => picture,
        }
    }

    /// How many frames there are, where it is an animation.
    pub(super) fn frames(&self) -> Option<usize> {
        match self {
            Self::Still(_) => None,
            Self::Moving { animation, .. } => Some(animation.frames),
        }
    }

    pub(super) fn result_size(&self, upscaler: &Upscaler, size: Size) -> Result<[u32; 2]> {
        match self {
            Self::Still(picture) => upscaler.result_size(picture, size),
            Self::Moving { animation, .. } => upscaler.animation_size(animation, size),
        }
    }

    /// The format of the result of that size.
    pub(super) fn format(&self, saving: &Saving, result: [u32; 2]) -> FileFormat {
        match self {
            Self::Still(picture) => saving.format(picture, result),
            Self::Moving { animation, .. } => saving.animation_format(animation, result),
        }
    }
}
