//! `cargo xtask bench web`: builds the page and lets benches/browser/ drive Chromium.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::section::Section;
use super::{against, commit};
use crate::{cargo, dist, needs, npm, paths, run};

/// The name of the section that `--out` replaces.
const SECTION: &str = "bench web";

/// What the person asked for on the command line.
#[derive(clap::Args)]
pub struct Options {
    /// Compact networks, by their features and body convolutions
    #[arg(long, value_name = "FxC", value_delimiter = ',', default_value = "32x8,64x16,64x32", value_parser = network)]
    networks: Vec<String>,
    /// Edges of the square pictures in pixels; each is enlarged as one tile
    #[arg(long, value_name = "PX", value_delimiter = ',', default_value = "64,128",
        value_parser = clap::value_parser!(u32).range(1..=2048))]
    sizes: Vec<u32>,
    /// How many runs to time, after one to warm up; an engine that takes over 20 s for that one is timed once
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Who takes part: gpu, gpu-f16 and cpu are this engine's, ort-webgpu and ort-wasm onnxruntime-web's
    #[arg(long, value_name = "NAME", value_delimiter = ',', default_value = "gpu,gpu-f16,ort-webgpu,cpu,ort-wasm",
        value_parser = ["gpu", "gpu-f16", "ort-webgpu", "cpu", "ort-wasm"])]
    engines: Vec<String>,
    /// Threads of onnxruntime-web's wasm provider
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    threads: u32,
    /// How many times to measure the start of the page, 0 for not at all
    #[arg(long, value_name = "N", default_value_t = 3)]
    starts: u32,
    /// Another flag for Chromium, such as --browser-flag=--use-angle=vulkan
    #[arg(long, value_name = "FLAG", allow_hyphen_values = true)]
    browser_flag: Vec<String>,
    /// Measure the dist/ that is there instead of building it
    #[arg(long)]
    no_build: bool,
    /// Write every time that was measured as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Compare with an earlier result that --json has saved, and mark what differs by more than the runs do
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Put the tables into this Markdown file, between <!-- bench web --> and <!-- /bench web -->
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Measures, and prints or writes what came out.
pub fn bench(options: &Options) -> Result<()> {
    let section = options.out.as_deref().map(|file| Section::find(file, SECTION)).transpose()?;
    let earlier = options.against.as_deref().map(against::read).transpose()?;
    let commit = commit::measured()?;
    needs::demand(needs::WEB_BENCH)?;
    if !options.no_build {
        dist::build()?;
    } else if !paths::dist().join("lenslet.js").is_file() {
        bail!("there is no dist/lenslet.js to measure; leave out --no-build");
    }
    npm::install(&paths::browser_bench())?;
    let target = cargo::target_folder()?;
    let (tables, times) = (target.join("bench-web.md"), target.join("bench-web.json"));
    let told = for_node(options, &commit, &tables, &times);
    run::run(
        run::program("node")
            .arg(paths::browser_bench().join("bench.mjs"))
            .arg(told.to_string())
            .envs(needs::chromium().map(|file| ("CHROMIUM", file))),
    )?;
    if let Some(section) = section {
        let text = fs::read_to_string(&tables).with_context(|| format!("{} could not be read", tables.display()))?;
        section.write(&text)?;
    }
    if let Some(file) = &options.json {
        fs::copy(&times, file).with_context(|| format!("{} could not be written", file.display()))?;
    }
    if let Some(earlier) = earlier {
        println!("\n{}", against::table(&earlier, &against::read(&times)?));
    }
    Ok(())
}

/// What benches/browser/bench.mjs is told.
fn for_node(options: &Options, commit: &str, tables: &Path, times: &Path) -> serde_json::Value {
    json!({
        "command": command_line(options),
        "commit": commit,
        "networks": options.networks,
        "sizes": options.sizes,
        "runs": options.runs,
        "engines": options.engines,
        "threads": options.threads,
        "starts": options.starts,
        "flags": options.browser_flag,
        "json": times,
        "markdown": tables,
    })
}

/// The command that measures the same again, whatever the defaults are by then.
fn command_line(options: &Options) -> String {
    let Options { networks, sizes, runs, engines, threads, starts, browser_flag, .. } = options;
    let sizes: Vec<String> = sizes.iter().map(u32::to_string).collect();
    let flags: String = browser_flag.iter().map(|flag| format!(" --browser-flag={flag}")).collect();
    format!(
        "cargo xtask bench web --networks {} --sizes {} --runs {runs} --engines {} --threads {threads} --starts {starts}{flags}",
        networks.join(","),
        sizes.join(","),
        engines.join(","),
    )
}

fn network(name: &str) -> Result<String> {
    let is_number = |text: &str| text.parse::<u16>().is_ok_and(|number| number > 0) && !text.starts_with(['0', '+']);
    match name.split_once('x') {
        Some((features, convs)) if is_number(features) && is_number(convs) => Ok(name.to_owned()),
        _ => bail!("a network is named by its features and its body convolutions, such as 64x16"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn parse(arguments: &[&str]) -> Result<Options, clap::Error> {
        Line::try_parse_from([&["bench"], arguments].concat()).map(|line| line.options)
    }

    #[test]
    fn lists_reach_node_as_lists() {
        let options = parse(&["--networks", "8x1,64x16", "--browser-flag=--flag=a,b"]).unwrap();
        let told = for_node(&options, "1a2b", Path::new("/made/tables.md"), Path::new("/made/times.json"));
        assert_eq!(told["networks"], json!(["8x1", "64x16"]));
        assert_eq!(told["commit"], "1a2b");
        assert_eq!(told["sizes"], json!([64, 128]));
        assert_eq!(told["engines"], json!(["gpu", "gpu-f16", "ort-webgpu", "cpu", "ort-wasm"]));
        assert_eq!(told["flags"], json!(["--flag=a,b"]));
        assert_eq!(
            told["command"],
            "cargo xtask bench web --networks 8x1,64x16 --sizes 64,128 --runs 3 --engines gpu,gpu-f16,ort-webgpu,cpu,ort-wasm \
             --threads 2 --starts 3 --browser-flag=--flag=a,b"
        );
        assert_eq!(told["json"], "/made/times.json");
    }

    #[test]
    fn what_cannot_be_measured_is_refused() {
        for arguments in [
            ["--networks", "64"],
            ["--networks", "0x4"],
            ["--networks", "64x+1"],
            ["--sizes", "0"],
            ["--runs", "0"],
            ["--engines", "tpu"],
        ] {
            assert!(parse(&arguments).is_err(), "{arguments:?}");
        }
    }
}
