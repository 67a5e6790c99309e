//! `lenslet models`: what is built in.

use clap::Args;
use lenslet::{Result, models};
use serde_json::json;

#[derive(Args)]
pub(super) struct Options {
    /// Print one JSON array.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &Options) -> Result<()> {
    let index = models::built_in_index()?;
    if options.json {
        let list: Vec<_> = index
            .models
            .iter()
            .map(|model| {
                json!({"name": model.name, "scale": model.scale, "bytes": model.bytes, "title": model.title,
                       "summary": model.summary, "sha256": model.sha256})
            })
            .collect();
        println!("{}", json!(list));
        return Ok(());
    }
    println!("{:<16} {:>5} {:>8}  FOR", "NAME", "SCALE", "SIZE");
    for model in &index.models {
        let size = format!("{} kB", model.bytes / 1000);
        println!("{:<16} {:>4}x {size:>8}  {}", model.name, model.scale, model.summary);
    }
    Ok(())
}
