//! `lenslet models`: what there is to enlarge with, by what it is for.

use clap::Args;
use lenslet::{
    Result,
    models::{self, Index, Model, Purpose, Slider},
    resize::{self, Filter},
};
use serde_json::{Value, json};

#[derive(Args)]
pub(super) struct Options {
    /// Print one JSON array.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &Options) -> Result<()> {
    let index = models::built_in_index()?;
    if options.json {
        let list: Vec<_> = index.models.iter().map(model_json).chain(Filter::ALL.map(filter_json)).collect();
        println!("{}", json!(list));
        return Ok(());
    }
    print!("{}", table(&index));
    Ok(())
}

fn model_json(model: &Model) -> Value {
    json!({"name": model.name, "purpose": model.purpose, "scale": model.scale, "bytes": model.bytes,
           "title": model.title, "summary": model.summary, "sha256": model.sha256, "sliders": model.sliders})
}

fn filter_json(filter: Filter) -> Value {
    json!({"name": filter.name(), "purpose": "classical", "scale": null, "bytes": 0, "title": filter.name(),
           "summary": filter.summary(), "sha256": null, "sliders": []})
}

/// A group of lines for each purpose that has a model, and one for the filters.
fn table(index: &Index) -> String {
    let mut text = line("NAME", "SCALE", "SIZE", "FOR");
    for purpose in Purpose::ALL {
        let models: Vec<_> = index.models.iter().filter(|model| model.purpose == purpose).collect();
        if models.is_empty() {
            continue;
        }
        text += &format!("\n{} (--model {purpose})\n", purpose.title());
        for model in models {
            let (scale, size) = (format!("{}x", model.scale), format!("{} kB", model.bytes.div_ceil(1000)));
            text += &line(&model.name, &scale, &size, &model.summary);
            for Slider { name, default, summary, .. } in &model.sliders {
                text += &line("", "", "", &format!("--{name} 0 to 1, {default} unless set: {summary}"));
            }
        }
    }
    text += &format!("\n{}\n", resize::TITLE);
    for filter in Filter::ALL {
        text += &line(filter.name(), "any", "0 kB", filter.summary());
    }
    text
}

fn line(name: &str, scale: &str, size: &str, purpose: &str) -> String {
    format!("{name:<16} {scale:>5} {size:>8}  {purpose}\n")
}
