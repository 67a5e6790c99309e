//! Runs on demand, for comparisons in which several programs take turns on one machine.

use std::io::{self, BufRead, Write};

use lenslet::{Error, Picture, Result, Upscaler};
use serde_json::{Value, json};

/// Says that it is ready, then runs once for each line on standard input until there are no more.
pub(super) fn run(model: &str, upscaler: &Upscaler, picture: &Picture) -> Result<()> {
    let info = upscaler.info();
    say(&json!({"model": model, "backend": info.name, "adapter": info.adapter, "precision": info.precision}))?;
    for line in io::stdin().lock().lines() {
        line.map_err(Error::Io)?;
        let seconds = super::time(upscaler, picture)?;
        say(&json!({"milliseconds": seconds * 1e3}))?;
    }
    Ok(())
}

fn say(value: &Value) -> Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{value}").and_then(|()| output.flush()).map_err(Error::Io)
}
