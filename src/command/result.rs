//! Options that say how large a result is to be and how it is saved, and what its file is called.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use clap::Args;
use lenslet::{
    Error, Result, Size,
    picture::{FileFormat, Saving},
};

use super::{STREAM, input::Input, is_stream};

#[derive(Args)]
pub(super) struct ResultOptions {
    /// How many times wider and higher, 1 to 16 in any step [default: as many times as the model enlarges].
    #[arg(long, value_name = "S", group = "size")]
    pub(super) scale: Option<f64>,
    /// How many pixels wide.
    #[arg(long, value_name = "PX", group = "size")]
    width: Option<u32>,
    /// How many pixels high.
    #[arg(long, value_name = "PX", group = "size")]
    height: Option<u32>,
    /// As large as fits into a width and height in pixels.
    #[arg(long, value_name = "WxH", group = "size", value_parser = parse_fit)]
    fit: Option<(u32, u32)>,
    /// png, jpeg (8 bits, transparent pixels become white), webp (8 bits, without loss) or gif (256 colours a frame); all but jpeg
    /// hold animations [default: by the ending of -o, or the picture's own where that can hold the result, else png].
    #[arg(long, value_name = "FORMAT")]
    format: Option<FileFormat>,
    /// JPEG's quality.
    #[arg(long, value_name = "1-100", default_value_t = Saving::default().quality, value_parser = clap::value_parser!(u8).range(1..=100))]
    quality: u8,
    /// Leave EXIF (the camera's data and the place where a photo was taken) and XMP out of the result.
    #[arg(long)]
    strip_metadata: bool,
    /// Give the result more dots an inch, so that it is printed as large as the picture, in place of a larger print.
    #[arg(long)]
    keep_print_size: bool,
    /// A file for one picture, - for standard output, or a folder [default: NAME-4x.EXT beside each picture, 4 being the scale;
    /// standard output for a picture from standard input]. A file of that name is replaced, but never one of the inputs.
    #[arg(short, long, value_name = "FILE|DIR")]
    pub(super) output: Option<PathBuf>,
    /// Replace no file: pictures whose results are there already are skipped.
    #[arg(short, long)]
    pub(super) no_clobber: bool,
}

impl ResultOptions {
    pub(super) fn size(&self) -> Size {
        match self {
            Self { scale: Some(scale), .. } => Size::Scale(*scale),
            Self { width: Some(width), .. } => Size::Width(*width),
            Self { height: Some(height), .. } => Size::Height(*height),
            Self { fit: Some((width, height)), .. } => Size::Fit(*width, *height),
            _ => Size::Model,
        }
    }

    /// Checks what can be checked before there is a picture.
    pub(super) fn check(&self) -> Result<()> {
        // Any picture will do: a scale is in range or not.
        if let Some(scale) = self.scale {
            Size::Scale(scale).of_result([1, 1], 1)?;
        }
        self.saving(self.file()).map(drop)
    }

    pub(super) fn names_folder(&self) -> bool {
        self.output.as_deref().is_some_and(is_folder)
    }

    /// Whether the result of that input goes to standard output.
    pub(super) fn goes_to_stream(&self, input: &Path) -> bool {
        is_stream(self.output.as_deref().unwrap_or(input))
    }

    fn file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|output| !is_folder(output) && !is_stream(output))
    }

    /// How to save a result in that file.
    fn saving(&self, file: Option<&Path>) -> Result<Saving> {
        let Self { quality, strip_metadata: strips_metadata, .. } = *self;
        let ending = file.map(|file| (file, file.extension().unwrap_or_default().to_string_lossy()));
        let by_ending = match &ending {
            Some((file, ending)) => Some(ending.parse().map_err(|_| {
                let reason =
                    format!("The output's name must end in .png, .jpg, .webp or .gif, not {}.", file.display());
                Error::InvalidOption(reason)
            })?),
            None => None,
        };
        if let (Some(asked), Some(named), Some((file, _))) = (self.format, by_ending, &ending)
            && asked != named
        {
            let reason =
                format!("The output is to be {}, but {} ends like {}.", asked.name(), file.display(), named.name());
            return Err(Error::InvalidOption(reason));
        }
        Ok(Saving {
            format: self.format.or(by_ending),
            quality,
            strips_metadata,
            keeps_print_size: self.keep_print_size,
        })
    }

    /// The format that the person asks for.
    pub(super) fn format(&self) -> Result<Option<FileFormat>> {
        Ok(self.saving(self.file())?.format)
    }

    /// Where the result of that size goes, `-` being standard output, and how it is saved.
    pub(super) fn place(&self, path: &Path, input: &Input<'_>, result: [u32; 2]) -> Result<(PathBuf, Saving)> {
        let saving = self.saving(self.file())?;
        if self.goes_to_stream(path) {
            return Ok((STREAM.into(), saving));
        }
        let place = match self.file() {
            Some(file) => file.to_owned(),
            None => {
                // Names need not be UTF-8.
                let stem = path.file_stem().unwrap_or_default();
                let mut name = if is_stream(path) { OsString::from("stdin") } else { stem.to_owned() };
                let extension = input.format(&saving, result).extension();
                name.push(format!("-{}.{extension}", self.spoken_size(input, result)));
                match &self.output {
                    Some(folder) => folder.join(name),
                    None => path.with_file_name(name),
                }
            }
        };
        Ok((place, saving))
    }

    /// `4x`, `2.5x` or `1920x1080`.
    fn spoken_size(&self, input: &Input<'_>, [width, height]: [u32; 2]) -> String {
        match self.size() {
            Size::Scale(scale) => format!("{scale}x"),
            Size::Model => format!("{}x", width / input.picture().width),
            Size::Width(_) | Size::Height(_) | Size::Fit(..) => format!("{width}x{height}"),
        }
    }
}

fn is_folder(output: &Path) -> bool {
    output.is_dir() || output.as_os_str().to_string_lossy().ends_with(std::path::is_separator)
}

fn parse_fit(text: &str) -> Result<(u32, u32), String> {
    let sides =
        text.split_once(['x', 'X']).and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    sides.ok_or_else(|| "expected width and height in pixels, such as 1920x1080".into())
}
