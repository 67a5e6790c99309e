//! `lenslet inspect --content`: what a picture is taken for, and why.

use std::path::{Path, PathBuf};

use lenslet::{
    Result,
    picture::{self, Content},
};
use serde_json::json;

use super::read;

/// Prints a line for each picture, and stops at the first that cannot be read.
pub(super) fn run(pictures: &[PathBuf], as_json: bool) -> Result<()> {
    for path in pictures {
        print(path, &Content::measure(&picture::decode(&read(path)?)?), as_json);
    }
    Ok(())
}

fn print(path: &Path, content: &Content, as_json: bool) {
    let Content { flat, graded, two_toned, quiet, hard, palette } = content;
    let kind = content.kind().name();
    if as_json {
        let value = json!({"picture": path.to_string_lossy(), "kind": kind, "score": content.score(), "flat": flat, "graded": graded,
                           "two_toned": two_toned, "quiet": quiet, "hard": hard, "palette": palette, "reason": content.reason()});
        println!("{value}");
    } else {
        println!("{}: {kind} (score {:.2}). {}", path.display(), content.score(), content.reason());
    }
}
