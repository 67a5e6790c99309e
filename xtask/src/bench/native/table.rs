//! What came out, as Markdown.

use super::contender::Contender;
use super::machine::{Gpu, Machine};
use super::measure::{Case, Measured, Outcome};
use crate::bench::statistics::{Spread, digits};

/// Everybody's outcome in one case.
pub struct Result {
    pub case: Case,
    pub outcomes: Vec<(&'static Contender, Outcome)>,
}

const NONE: &str = "–";

/// The section for a Markdown file. `command` is what a person types to measure the same again, at the commit.
pub fn section(machine: &Machine, results: &[Result], command: &str, commit: &str) -> String {
    let Machine { cpu, threads, gpu } = machine;
    let gpu = match gpu {
        Ok(gpu) => describe(gpu),
        Err(reason) => format!("no GPU: {reason}"),
    };
    let versions = versions(results).join(", ");
    let measured = if versions.is_empty() { String::new() } else { format!(" Peers: {versions}.") };
    format!(
        "`{command}` at commit {commit} on {cpu}, {threads} threads; {gpu}.{measured}\n\n{}",
        table(machine.gpu.as_ref().ok(), results)
    )
}

fn describe(gpu: &Gpu) -> String {
    let Gpu { adapter, driver, peak_f32, peak_f16, copy } = gpu;
    let driver = if driver.is_empty() { String::new() } else { format!(", driver {driver}") };
    let half = peak_f16.map_or_else(|| "none in f16".to_owned(), |peak| format!("{peak:.0} in f16"));
    format!(
        "GPU {adapter}{driver}, whose FMA peak is {peak_f32:.0} GFLOP/s in f32 and {half}, and copies {copy:.1} GB/s"
    )
}

/// Each once, in the order of the table.
fn versions(results: &[Result]) -> Vec<&str> {
    let mut versions = Vec::new();
    for (_, outcome) in results.iter().flat_map(|result| &result.outcomes) {
        if let Outcome::Measured(Measured { version: Some(version), .. }) = outcome
            && !versions.contains(&version.as_str())
        {
            versions.push(version);
        }
    }
    versions
}

fn table(gpu: Option<&Gpu>, results: &[Result]) -> String {
    let mut text = row(&[
        "network",
        "picture",
        "who",
        "runs on",
        "off by",
        "ms: median (min..max)",
        "GFLOP/s",
        "of the f32 FMA peak",
        "Lenslet is N times as fast",
    ]);
    text.push_str("|---|---|---|---|--:|--:|--:|--:|--:|\n");
    for result in results {
        for (contender, outcome) in &result.outcomes {
            if let Outcome::Measured(measured) = outcome
                && let Some(time) = Spread::of(&measured.turns)
            {
                text.push_str(&measured_row(gpu, result, contender, measured, time));
            }
        }
    }
    for Missing { contender, reason, cases } in missing(results) {
        let (network, picture) = if cases.len() == results.len() {
            ("all".to_owned(), "all".to_owned())
        } else {
            let list = |text: fn(&Case) -> String| cases.iter().map(text).collect::<Vec<_>>().join(", ");
            (list(|case| case.shape.to_string()), list(|case| size(*case)))
        };
        // A program that broke down tells the cause in its last line.
        let cause = reason.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        let reason = format!("not measured: {}", cause.trim().replace('|', "/"));
        text.push_str(&row(&[&network, &picture, contender.title, &reason, NONE, NONE, NONE, NONE, NONE]));
    }
    text
}

fn measured_row(
    gpu: Option<&Gpu>,
    result: &Result,
    contender: &Contender,
    measured: &Measured,
    time: Spread,
) -> String {
    let gflops = result.case.flops() / time.median / 1e6;
    let peak = gpu.filter(|_| contender.on_gpu);
    let share = peak.map_or_else(|| NONE.into(), |gpu| format!("{:.1} %", 100.0 * gflops / gpu.peak_f32));
    let beside = contender.beside.iter().find_map(|name| turns_of(result, name));
    let ratio = beside.and_then(|ours| Spread::of_ratios(&measured.turns, ours));
    row(&[
        &result.case.shape.to_string(),
        &size(result.case),
        contender.title,
        &measured.adapter,
        &measured.off_by.to_string(),
        &time.to_string(),
        &format!("{gflops:.digits$}", digits = digits(gflops)),
        &share,
        &ratio.map_or_else(|| NONE.into(), |ratio| ratio.to_string()),
    ])
}

fn turns_of<'a>(result: &'a Result, name: &str) -> Option<&'a [f64]> {
    result.outcomes.iter().find_map(|(contender, outcome)| match outcome {
        Outcome::Measured(measured) if contender.name == name => Some(measured.turns.as_slice()),
        _ => None,
    })
}

/// One reason that kept somebody out of some cases.
struct Missing {
    contender: &'static Contender,
    reason: String,
    cases: Vec<Case>,
}

fn missing(results: &[Result]) -> Vec<Missing> {
    let mut all: Vec<Missing> = Vec::new();
    for result in results {
        for (contender, outcome) in &result.outcomes {
            let reason = match outcome {
                Outcome::Measured(_) => continue,
                Outcome::Missing(reason) => reason.clone(),
                Outcome::Wrong(off_by) => wrong(*off_by),
            };
            match all.iter_mut().find(|known| known.contender.name == contender.name && known.reason == reason) {
                Some(known) => known.cases.push(result.case),
                None => all.push(Missing { contender, reason, cases: vec![result.case] }),
            }
        }
    }
    all
}

/// Why somebody's times would say nothing.
pub fn wrong(off_by: u8) -> String {
    format!("its picture differs from that of Lenslet's CPU path by up to {off_by} of 255")
}

fn size(case: Case) -> String {
    format!("{0} x {0}", case.size)
}

fn row(cells: &[&str]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::super::contender::ALL;
    use super::*;

    fn contender(name: &str) -> &'static Contender {
        ALL.iter().find(|contender| contender.name == name).unwrap()
    }

    fn measured(name: &str, version: Option<&str>, turns: &[f64]) -> (&'static Contender, Outcome) {
        let version = version.map(str::to_owned);
        let measured = Measured { version, adapter: "here".into(), off_by: 1, turns: turns.to_vec() };
        (contender(name), Outcome::Measured(measured))
    }

    fn case(size: u32) -> Case {
        Case { shape: "64x16".parse().unwrap(), size }
    }

    fn machine() -> Machine {
        let gpu =
            Gpu { adapter: "Card".into(), driver: "1.2".into(), peak_f32: 1000.0, peak_f16: Some(2000.0), copy: 50.0 };
        Machine { cpu: "Chip".into(), threads: 4, gpu: Ok(gpu) }
    }

    #[test]
    fn rows_tell_times_speed_share_and_ratio() {
        let outcomes = vec![
            measured("gpu-f32", None, &[10.0, 20.0, 10.0]),
            measured("ncnn-vulkan-fp32", Some("ncnn 1"), &[30.0, 80.0, 25.0]),
            measured("torch-cpu", None, &[40.0]),
        ];
        let text = section(&machine(), &[Result { case: case(64), outcomes }], "bench", "1a2b");
        let begin = "`bench` at commit 1a2b on Chip, 4 threads; GPU Card, driver 1.2, whose FMA peak is 1000 GFLOP/s in f32 and 2000 \
                     in f16, and copies 50.0 GB/s. Peers: ncnn 1.\n\n| network |";
        assert!(text.starts_with(begin), "{text}");
        // 64 x 64 pixels of 64x16 are 5.07 GFLOP.
        assert!(text.contains(
            "| 64x16 | 64 x 64 | **Lenslet, GPU, f32** | here | 1 | 10.0 (10.0..20.0) | 507 | 50.7 % | – |\n\
             | 64x16 | 64 x 64 | ncnn, Vulkan, fp32 | here | 1 | 30.0 (25.0..80.0) | 169 | 16.9 % | 3.00 (2.50..4.00) |\n"
        ), "{text}");
        // Nothing of ours to hold it against, and no peak of a CPU.
        assert!(text.contains("| 40.0 (40.0..40.0) | 127 | – | – |"), "{text}");
    }

    #[test]
    fn a_peer_of_f16_is_held_against_f32_where_there_is_no_f16() {
        let ncnn = measured("ncnn-vulkan-fp16", None, &[30.0]);
        let single = measured("gpu-f32", None, &[10.0]);
        let half = measured("gpu-f16", None, &[5.0]);
        let ratio = |outcomes| {
            let text = table(None, &[Result { case: case(64), outcomes }]);
            text.lines().find(|line| line.contains("ncnn")).unwrap().to_owned()
        };
        let missing = (contender("gpu-f16"), Outcome::Missing("no f16".into()));
        assert!(ratio(vec![missing, single, ncnn]).ends_with("| 3.00 (3.00..3.00) |"));
        let outcomes = vec![half, measured("gpu-f32", None, &[10.0]), measured("ncnn-vulkan-fp16", None, &[30.0])];
        assert!(ratio(outcomes).ends_with("| 6.00 (6.00..6.00) |"));
    }

    #[test]
    fn who_is_missing_stands_there_once_with_the_reason() {
        let missing = |reason: &str| (contender("torch-cuda-fp32"), Outcome::Missing(reason.into()));
        let result = |size, outcome| Result { case: case(size), outcomes: vec![outcome] };
        let all = table(
            None,
            &[result(64, missing("Traceback\nno | CUDA\n")), result(128, missing("Traceback\nno | CUDA\n"))],
        );
        assert_eq!(
            all.lines().skip(2).collect::<Vec<_>>(),
            ["| all | all | PyTorch, CUDA, fp32 | not measured: no / CUDA | – | – | – | – | – |"]
        );
        let wrong = (contender("torch-cuda-fp32"), Outcome::Wrong(9));
        let some = table(None, &[result(64, missing("no CUDA")), result(128, wrong)]);
        assert!(some.contains("| 64x16 | 64 x 64 | PyTorch, CUDA, fp32 | not measured: no CUDA |"), "{some}");
        assert!(
            some.contains("| 64x16 | 128 x 128 | PyTorch, CUDA, fp32 | not measured: its picture differs"),
            "{some}"
        );
    }

    #[test]
    fn a_machine_without_a_gpu_says_why() {
        let machine = Machine { cpu: "Chip".into(), threads: 4, gpu: Err("none found".into()) };
        let text = section(&machine, &[], "bench", "1a2b");
        assert!(text.starts_with("`bench` at commit 1a2b on Chip, 4 threads; no GPU: none found.\n"), "{text}");
    }
}
