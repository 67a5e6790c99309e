//! `cargo xtask bench native`: the command beside other programs that run the same networks on this machine.

mod case;
mod contender;
mod machine;
mod measure;
mod peer;
mod table;

use std::fs;
use std::num::NonZero;
use std::path::PathBuf;
use std::{env, thread};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::section::Section;
use super::{against, commit};
use crate::{cargo, npm, paths, python, run};
use case::Shape;
use contender::{Contender, Files, Tools};
use machine::Machine;
use measure::{Case, Outcome};

/// The name of the section that `--out` replaces.
const SECTION: &str = "bench native";

/// What the person asked for on the command line.
#[derive(clap::Args)]
pub struct Options {
    /// Compact networks, by their features and body convolutions
    #[arg(long, value_name = "FxC", value_delimiter = ',', default_value = "32x8,64x16,64x32")]
    networks: Vec<Shape>,
    /// Edges of the square pictures in pixels; each is enlarged as one tile
    #[arg(long, value_name = "PX", value_delimiter = ',', default_value = "64,128,256",
        value_parser = clap::value_parser!(u32).range(1..=2048))]
    sizes: Vec<u32>,
    /// How many turns each program takes, after one to warm up. A turn is one run, or as many as fill 0.3 s
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Who takes part; gpu-f16, gpu-f32 and cpu are this command
    #[arg(long, value_name = "NAME", value_delimiter = ',', default_values = contender::ALL.map(|one| one.name),
        value_parser = contender::ALL.map(|one| one.name))]
    engines: Vec<String>,
    /// Write every time that was measured as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Compare with an earlier result that --json has saved, and mark what differs by more than the runs do
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Put the table into this Markdown file, between <!-- bench native --> and <!-- /bench native -->
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Measures, and prints and writes what came out.
pub fn bench(options: &Options) -> Result<()> {
    let section = options.out.as_deref().map(|file| Section::find(file, SECTION)).transpose()?;
    let earlier = options.against.as_deref().map(against::read).transpose()?;
    let contenders: Vec<&'static Contender> =
        contender::ALL.iter().filter(|one| options.engines.iter().any(|name| name == one.name)).collect();
    let commit = commit::measured()?;
    let tools = tools()?;
    let machine = measure_machine(&tools)?;
    let mut results = Vec::new();
    for &shape in &options.networks {
        for &size in &options.sizes {
            let case = Case { shape, size };
            eprintln!("  {shape}, {size} x {size}");
            let outcomes = measure::measure(case, &contenders, options.runs, &tools)?;
            results.push(table::Result { case, outcomes });
        }
    }
    let text = table::section(&machine, &results, &command_line(options), &commit);
    println!("\n{text}");
    if let Some(section) = section {
        section.write(&text)?;
    }
    let measured = Value::from(results.iter().flat_map(values).collect::<Vec<_>>());
    if let Some(file) = &options.json {
        fs::write(file, format!("{measured:#}\n"))
            .with_context(|| format!("{} could not be written", file.display()))?;
    }
    if let Some(earlier) = earlier {
        println!("\n{}", against::table(&earlier, &measured));
    }
    refuse_wrong(&results)
}

/// Builds the command and sets up what the peers need, as far as this machine lets it.
fn tools() -> Result<Tools> {
    run::run(cargo::command().args(["build", "--release", "--package", "lenslet", "--bin", "lenslet"]))?;
    if env::var_os("XDG_RUNTIME_DIR").is_none() {
        eprintln!("    XDG_RUNTIME_DIR is not set; Vulkan drivers complain about that.");
    }
    Ok(Tools {
        lenslet: cargo::target_folder()?.join("release").join(format!("lenslet{}", env::consts::EXE_SUFFIX)),
        python: python::bench_environment(),
        packages: npm::install(&paths::native_bench()),
        threads: thread::available_parallelism().map_or(1, NonZero::get),
    })
}

fn measure_machine(tools: &Tools) -> Result<Machine> {
    let folder = tempfile::tempdir()?;
    let files = Files::new(folder.path(), 16);
    fs::write(files.weights(), "8x1".parse::<Shape>()?.weights()?)?;
    Ok(Machine::measure(tools, &files))
}

/// The command that measures the same again, whatever the defaults are by then.
fn command_line(options: &Options) -> String {
    let list = |words: Vec<String>| words.join(",");
    let Options { networks, sizes, runs, engines, .. } = options;
    let networks = list(networks.iter().map(Shape::to_string).collect());
    let sizes = list(sizes.iter().map(u32::to_string).collect());
    let everybody = engines.len() == contender::ALL.len();
    let engines = if everybody { String::new() } else { format!(" --engines {}", engines.join(",")) };
    format!("cargo xtask bench native --networks {networks} --sizes {sizes} --runs {runs}{engines}")
}

/// What is known of each contender in a case.
fn values(result: &table::Result) -> Vec<Value> {
    let Case { shape, size } = result.case;
    let value = |(contender, outcome): &(&Contender, Outcome)| {
        let mut value = json!({"network": shape.to_string(), "size": size, "who": contender.name,
            "gflop": result.case.flops() / 1e9});
        match outcome {
            Outcome::Measured(measured) => {
                value["version"] = json!(measured.version);
                value["adapter"] = json!(measured.adapter);
                value["off_by"] = json!(measured.off_by);
                value["milliseconds"] = json!(measured.turns);
            }
            Outcome::Missing(reason) => value["missing"] = json!(reason),
            Outcome::Wrong(off_by) => value["off_by"] = json!(off_by),
        }
        value
    };
    result.outcomes.iter().map(value).collect()
}

/// Fails where a picture was too far off: times of different results cannot be compared.
fn refuse_wrong(results: &[table::Result]) -> Result<()> {
    for result in results {
        for (contender, outcome) in &result.outcomes {
            if let Outcome::Wrong(off_by) = outcome {
                let (Case { shape, size }, reason) = (result.case, table::wrong(*off_by));
                bail!("{} ran {shape} on {size} x {size} pixels, and {reason}", contender.name);
            }
        }
    }
    Ok(())
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
    fn the_command_can_be_typed_again() {
        let all = parse(&["--networks", "8x1,64x16", "--sizes", "32"]).unwrap();
        assert_eq!(all.engines.len(), contender::ALL.len());
        assert_eq!(command_line(&all), "cargo xtask bench native --networks 8x1,64x16 --sizes 32 --runs 5");
        let some = parse(&["--engines", "cpu,torch-cpu", "--runs", "2"]).unwrap();
        let expected = "cargo xtask bench native --networks 32x8,64x16,64x32 --sizes 64,128,256 --runs 2 \
                        --engines cpu,torch-cpu";
        assert_eq!(command_line(&some), expected);
    }

    #[test]
    fn what_cannot_be_measured_is_refused() {
        for arguments in
            [["--networks", "64"], ["--networks", "0x4"], ["--sizes", "0"], ["--runs", "0"], ["--engines", "tpu"]]
        {
            assert!(parse(&arguments).is_err(), "{arguments:?}");
        }
    }

    #[test]
    fn a_wrong_picture_fails_the_run_and_a_missing_peer_does_not() {
        let case = Case { shape: "8x1".parse().unwrap(), size: 16 };
        let result = |outcome| [table::Result { case, outcomes: vec![(&contender::ALL[1], outcome)] }];
        assert!(refuse_wrong(&result(Outcome::Missing("not here".into()))).is_ok());
        assert_eq!(
            refuse_wrong(&result(Outcome::Wrong(7))).unwrap_err().to_string(),
            "ncnn-vulkan-fp16 ran 8x1 on 16 x 16 pixels, and its picture differs from that of Lenslet's CPU path by up \
             to 7 of 255"
        );
    }
}
