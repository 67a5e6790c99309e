//! Where a result is written: to a file as a whole or not at all, or to standard output.

use std::{
    collections::HashSet,
    fs::{self, File, Permissions},
    io::{self, ErrorKind, IsTerminal, Seek},
    path::{Path, PathBuf},
};

use lenslet::{Error, Result};
use tempfile::NamedTempFile;

use super::{at, is_stream};

/// The files of this call, none of which a result may replace.
pub(super) struct Taken {
    inputs: HashSet<PathBuf>,
    written: HashSet<PathBuf>,
}

impl Taken {
    /// By the files as they are found, whatever their names.
    pub(super) fn new(inputs: &[PathBuf]) -> Self {
        Self { inputs: inputs.iter().filter_map(|input| input.canonicalize().ok()).collect(), written: HashSet::new() }
    }

    pub(super) fn add(&mut self, output: &Path) {
        self.written.extend(output.canonicalize());
    }

    /// # Errors
    /// [`Error::InvalidOption`] when the result of that input must not go there.
    pub(super) fn check(&self, input: &Path, output: &Path) -> Result<()> {
        let Ok(found) = output.canonicalize() else { return Ok(()) };
        let reason = if input.canonicalize().is_ok_and(|input| input == found) {
            "The output would replace the input. Name another file with -o.".into()
        } else if self.inputs.contains(&found) {
            format!("{} is another input, which the output would replace. Name a folder with -o.", output.display())
        } else if self.written.contains(&found) {
            format!("{} already holds the result of another input. Enlarge this one apart.", output.display())
        } else {
            return Ok(());
        };
        Err(Error::InvalidOption(reason))
    }
}

/// A result in the making. It lies in a temporary file: a failure leaves nothing half written and replaces nothing.
pub(super) enum Output {
    File { path: PathBuf, file: NamedTempFile, may_replace: bool, rights: Option<Permissions> },
    Stream(File),
}

impl Output {
    /// Makes sure, before the work, that the file can be made. Folders that are missing are made.
    ///
    /// # Errors
    /// [`Error::Io`] with the name of what cannot be made, [`Error::InvalidOption`] for a terminal.
    pub(super) fn create(path: &Path, may_replace: bool) -> Result<Self> {
        if is_stream(path) {
            if io::stdout().is_terminal() {
                let reason =
                    "The result would be written to this terminal. Name a file with -o, or lead it on with > or |.";
                return Err(Error::InvalidOption(reason.into()));
            }
            return tempfile::tempfile().map(Self::Stream).map_err(|error| at(path, &error));
        }
        // What a link leads to is replaced, not the link.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(|error| at(folder, &error))?;
        let rights = match fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => Some(metadata.permissions()),
            Ok(_) => return Err(at(&path, &io::Error::new(ErrorKind::AlreadyExists, "is no file"))),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            // Such as a name that is too long.
            Err(error) => return Err(at(&path, &error)),
        };
        let file = temporary_file(folder).map_err(|error| at(folder, &error))?;
        Ok(Self::File { path, file, may_replace, rights })
    }

    /// A writer of it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn writer(&self) -> Result<File> {
        match self {
            Self::File { path, file, .. } => file.reopen().map_err(|error| at(path, &error)),
            Self::Stream(file) => Ok(file.try_clone()?),
        }
    }

    /// Puts it where it belongs, once all is written.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn finish(self) -> Result<()> {
        match self {
            Self::File { path, file, may_replace, rights } => {
                // Those of what it replaces.
                rights
                    .map_or(Ok(()), |rights| file.as_file().set_permissions(rights))
                    .map_err(|error| at(&path, &error))?;
                let put = if may_replace { file.persist(&path) } else { file.persist_noclobber(&path) };
                put.map(drop).map_err(|error| at(&path, &error.error))
            }
            Self::Stream(mut file) => {
                file.rewind()?;
                Ok(io::copy(&mut file, &mut io::stdout().lock()).map(drop)?)
            }
        }
    }
}

/// A file beside the output that disappears unless it is persisted, with the rights of any new file.
fn temporary_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}
