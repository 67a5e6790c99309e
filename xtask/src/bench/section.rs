//! A measured part of a Markdown file, between two comments that carry its name.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// A file that has a place for a section, and which one.
pub struct Section<'a> {
    file: &'a Path,
    name: &'a str,
}

impl<'a> Section<'a> {
    /// Fails, before anything is measured, where the file has no such place.
    pub fn find(file: &'a Path, name: &'a str) -> Result<Self> {
        let section = Self { file, name };
        section.replaced_by("")?;
        Ok(section)
    }

    /// Puts the text in the place of what is there, and leaves the rest of the file alone.
    pub fn write(&self, text: &str) -> Result<()> {
        let replaced = self.replaced_by(text)?;
        fs::write(self.file, replaced).with_context(|| format!("{} could not be written", self.file.display()))
    }

    fn replaced_by(&self, text: &str) -> Result<String> {
        let path = self.file.display();
        let whole = fs::read_to_string(self.file).with_context(|| format!("{path} could not be read"))?;
        replace(&whole, self.name, text).with_context(|| format!("{path} has no place for what is measured"))
    }
}

/// The file's text with the section of that name replaced.
fn replace(whole: &str, name: &str, text: &str) -> Result<String> {
    let (begin, end) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let Some((before, rest)) = whole.split_once(&begin) else {
        bail!("there is no comment {begin} in it");
    };
    let Some((_, after)) = rest.split_once(&end) else {
        bail!("there is no comment {end} after {begin}");
    };
    Ok(format!("{before}{begin}\n\n{}\n\n{end}{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str =
        "# Title\n\n<!-- bench web -->\nold\n<!-- /bench web -->\n\n<!-- bench native -->kept<!-- /bench native -->\n";

    #[test]
    fn only_the_section_is_replaced() {
        let once = replace(FILE, "bench web", "\n| new |\n").unwrap();
        assert_eq!(
            once,
            "# Title\n\n<!-- bench web -->\n\n| new |\n\n<!-- /bench web -->\n\n<!-- bench native -->kept<!-- /bench native -->\n"
        );
        assert_eq!(replace(&once, "bench web", "| new |").unwrap(), once);
    }

    #[test]
    fn a_missing_comment_is_named() {
        let error = replace(FILE, "bench paper", "").unwrap_err().to_string();
        assert_eq!(error, "there is no comment <!-- bench paper --> in it");
        let error = replace("<!-- /a --> <!-- a -->", "a", "").unwrap_err().to_string();
        assert_eq!(error, "there is no comment <!-- /a --> after <!-- a -->");
    }

    #[test]
    fn a_file_without_a_place_is_refused_before_anything_is_measured() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("README.md");
        assert!(Section::find(&file, "bench web").is_err());
        fs::write(&file, FILE).unwrap();
        assert!(Section::find(&file, "bench paper").is_err());
        Section::find(&file, "bench web").unwrap().write("new").unwrap();
        assert!(fs::read_to_string(&file).unwrap().contains("-->\n\nnew\n\n<!-- /bench web -->"));
    }
}
