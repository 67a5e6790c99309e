//! `lenslet inspect --content`: what a picture is taken for, what it has suffered, and why that is thought.

use std::path::{Path, PathBuf};

use lenslet::{
    Result,
    picture::{self, Content, Wear},
};
use serde_json::json;

use super::read;

/// Prints a line for each picture, and stops at the first that cannot be read.
pub(super) fn run(pictures: &[PathBuf], as_json: bool) -> Result<()> {
    for path in pictures {
        let picture = picture::decode(&read(path)?)?;
        print(path, &Content::measure(&picture), &Wear::measure(&picture), as_json);
    }
    Ok(())
}

fn print(path: &Path, content: &Content, wear: &Wear, as_json: bool) {
    let Content { flat, graded, two_toned, quiet, hard, palette } = content;
    let Wear { noise, blocking, jpeg_quality } = wear;
    let kind = content.kind().name();
    if as_json {
        let value = json!({"picture": path.to_string_lossy(), "kind": kind, "score": content.score(), "flat": flat, "graded": graded,
                           "two_toned": two_toned, "quiet": quiet, "hard": hard, "palette": palette, "reason": content.reason(), "noise": noise, "blocking": blocking,
                           "jpeg_quality": jpeg_quality, "denoise": wear.clean_up(), "wear": wear.reason()});
        println!("{value}");
    } else {
        let (score, denoise) = (content.score(), wear.clean_up());
        println!("{}: {kind} (score {score:.2}). {}", path.display(), content.reason());
        println!("  noise {noise:.1}, blocking {blocking:.2}: denoise {denoise}. {}", wear.reason());
    }
}
