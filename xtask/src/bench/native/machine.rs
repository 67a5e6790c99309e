//! The machine that is measured on.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::run;

use super::contender::{Files, Tools};

/// What a reader must know about it.
#[derive(Debug)]
pub struct Machine {
    pub cpu: String,
    pub threads: usize,
    /// The error is the reason why there is none.
    pub gpu: Result<Gpu, String>,
}

#[derive(Debug)]
pub struct Gpu {
    pub adapter: String,
    pub driver: String,
    /// GFLOP/s of multiply-adds.
    pub peak_f32: f64,
    pub peak_f16: Option<f64>,
    /// GB/s of copies, read and written.
    pub copy: f64,
}

impl Machine {
    /// Asks the system, and lets the command measure the GPU.
    pub fn measure(tools: &Tools, files: &Files) -> Self {
        Self { cpu: cpu(), threads: tools.threads, gpu: gpu(tools, files).map_err(|error| reason(&error)) }
    }
}

fn gpu(tools: &Tools, files: &Files) -> Result<Gpu> {
    let mut command = run::program(&tools.lenslet);
    command.args(["bench", "--peak", "--json", "--backend", "gpu", "--size", "16", "--runs", "1", "--model"]);
    let printed = run::output(command.arg(files.weights()))?;
    read(&serde_json::from_str(&printed)?)
}

/// The command's own words where the error ends in them, as a part of a sentence.
fn reason(error: &anyhow::Error) -> String {
    let text = format!("{error:#}");
    let words = text.split_once(": lenslet: ").map_or(text.as_str(), |(_, words)| words);
    words.trim_end_matches('.').to_owned()
}

fn read(bench: &Value) -> Result<Gpu> {
    let peak = &bench["peak"];
    let word = |value: &Value| value.as_str().map(str::to_owned).context("the bench does not tell the GPU's name");
    let number = |name: &str| peak[name].as_f64().with_context(|| format!("the bench does not tell {name}"));
    Ok(Gpu {
        adapter: word(&bench["adapter"])?,
        driver: word(&peak["driver"])?,
        peak_f32: number("f32_gflops")?,
        peak_f16: peak["f16_gflops"].as_f64(),
        copy: number("copy_gigabytes_per_second")?,
    })
}

fn cpu() -> String {
    let linux = || {
        let text = fs::read_to_string("/proc/cpuinfo").ok()?;
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let macos = || run::output(run::program("sysctl").args(["-n", "machdep.cpu.brand_string"])).ok();
    let windows = || std::env::var("PROCESSOR_IDENTIFIER").ok();
    linux().or_else(macos).or_else(windows).map_or_else(|| "a CPU without a name".into(), |name| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_gpu_is_read_from_what_the_command_prints() {
        let peak = json!({"driver": "Mesa", "f32_gflops": 80.5, "f16_gflops": null, "copy_gigabytes_per_second": 40.0});
        let gpu = read(&json!({"adapter": "llvmpipe", "peak": peak})).unwrap();
        assert_eq!((gpu.adapter.as_str(), gpu.driver.as_str()), ("llvmpipe", "Mesa"));
        assert_eq!((gpu.peak_f32, gpu.peak_f16, gpu.copy), (80.5, None, 40.0));
        let error = read(&json!({"adapter": "llvmpipe", "peak": {"driver": ""}})).unwrap_err();
        assert_eq!(error.to_string(), "the bench does not tell f32_gflops");
    }

    #[test]
    fn the_command_says_in_its_own_words_why_there_is_no_gpu() {
        let error = anyhow::anyhow!("`lenslet bench` failed with exit status: 1: lenslet: No GPU.");
        assert_eq!(reason(&error), "No GPU");
        assert_eq!(reason(&anyhow::anyhow!("`lenslet` could not be started")), "`lenslet` could not be started");
    }
}
