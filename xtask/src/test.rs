//! `cargo xtask test`: runs the stages one after the other and says how each of them went.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::ValueEnum as _;

use crate::stage::{self, Stage};
use crate::steps;

/// What the person asked for on the command line.
#[derive(clap::Args)]
pub struct Options {
    /// Run these stages alone
    #[arg(long, value_name = "STAGE", value_delimiter = ',')]
    only: Vec<Stage>,
    /// Leave these stages out
    #[arg(long, value_name = "STAGE", value_delimiter = ',')]
    skip: Vec<Stage>,
    /// Install nothing outside of this folder: say what is missing, and run the stages that can run
    #[arg(long)]
    no_install: bool,
    /// Print what each stage does and run none
    #[arg(long)]
    list: bool,
}

/// How a stage went.
struct Report {
    stage: Stage,
    result: Result<()>,
    took: Duration,
}

/// Runs what was asked for; the answer is whether all of it passed.
pub fn test(options: &Options) -> Result<bool> {
    let stages = stage::select(&options.only, &options.skip);
    if stages.is_empty() {
        bail!("--only and --skip together leave no stage to run");
    }
    if options.list {
        for stage in stages {
            println!("{:<12}{}", stage.name(), stage.what());
        }
        return Ok(true);
    }
    let reports = run_stages(&stages, |stage| steps::run(stage, !options.no_install));
    print!("\n{}", summary(&reports));
    Ok(reports.iter().all(|report| report.result.is_ok()))
}

/// Runs every stage, except those that work on the result of one that failed: they fail with it.
fn run_stages(stages: &[Stage], run: impl Fn(Stage) -> Result<()>) -> Vec<Report> {
    let mut reports: Vec<Report> = Vec::new();
    for (index, &stage) in stages.iter().enumerate() {
        println!("\n[{}/{}] {}: {}", index + 1, stages.len(), stage.name(), stage.what());
        let started = Instant::now();
        let broken = reports.iter().find(|report| report.result.is_err() && stage.needs().contains(&report.stage));
        let result = match broken {
            Some(report) => Err(anyhow::anyhow!("not run, because it needs {}, which failed", report.stage.name())),
            None => run(stage),
        };
        let took = started.elapsed();
        match &result {
            Ok(()) => println!("    {} passed after {}", stage.name(), seconds(took)),
            Err(error) => println!("    {} FAILED after {}: {error:#}", stage.name(), seconds(took)),
        }
        reports.push(Report { stage, result, took });
    }
    reports
}

/// A line for each stage that ran, and a last line that counts them.
fn summary(reports: &[Report]) -> String {
    let mut text = String::new();
    for Report { stage, result, took } in reports {
        let (word, reason) = match result {
            Ok(()) => ("passed", String::new()),
            Err(error) => ("FAILED", format!("  {}", first_line(error))),
        };
        text.push_str(&format!("{:<12}{word}{:>10}{reason}\n", stage.name(), seconds(*took)));
    }
    let passed = reports.iter().filter(|report| report.result.is_ok()).count();
    text.push_str(&format!("\n{passed} passed, {} failed", reports.len() - passed));
    let skipped = Stage::value_variants().len() - reports.len();
    if skipped > 0 {
        text.push_str(&format!(", {skipped} skipped"));
    }
    text.push('\n');
    text
}

/// The whole reason stands where the stage failed; the table needs one line of it.
fn first_line(error: &anyhow::Error) -> String {
    format!("{error:#}").lines().next().unwrap_or_default().to_owned()
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_stage_stops_only_those_that_need_it() {
        let stages = [Stage::Format, Stage::Web, Stage::Browser, Stage::Training];
        let reports = run_stages(&stages, |stage| match stage {
            Stage::Web => bail!("`cargo build` failed\nwith many words"),
            Stage::Browser => unreachable!("there is no page to run"),
            _ => Ok(()),
        });
        let results: Vec<_> = reports.iter().map(|report| report.result.is_ok()).collect();
        assert_eq!(results, [true, false, false, true]);
        assert_eq!(reports[2].result.as_ref().unwrap_err().to_string(), "not run, because it needs web, which failed");
    }

    #[test]
    fn the_summary_ends_with_a_line_that_counts() {
        let report = |stage, result| Report { stage, result, took: Duration::from_millis(1500) };
        let mut reports = vec![report(Stage::Format, Ok(())), report(Stage::Web, Err(anyhow::anyhow!("one\ntwo")))];
        let text = summary(&reports);
        assert!(text.starts_with("format      passed     1.5 s\nweb         FAILED     1.5 s  one\n"), "{text}");
        assert!(text.ends_with("\n1 passed, 1 failed, 7 skipped\n"), "{text}");

        reports = Stage::value_variants().iter().map(|stage| report(*stage, Ok(()))).collect();
        assert!(summary(&reports).ends_with("\n9 passed, 0 failed\n"));
    }
}
