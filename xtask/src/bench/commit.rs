//! Which commit is measured.

use std::process::Command;

use anyhow::Result;

use crate::run;

/// The commit's short name, with a word where the code is not the commit's. Texts do not count: tables are written into them.
pub fn measured() -> Result<String> {
    let git = |arguments: &[&str]| -> Command {
        let mut git = run::program("git");
        git.args(arguments);
        git
    };
    let name = run::output(&mut git(&["rev-parse", "--short=10", "HEAD"]))?;
    let is_changed = !run::output(&mut git(&["status", "--porcelain", "--", ":(exclude,glob)**/*.md"]))?.is_empty();
    Ok(format!("{}{}", name.trim(), if is_changed { " with changes" } else { "" }))
}
