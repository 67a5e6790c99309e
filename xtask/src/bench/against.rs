//! A result beside an earlier one, as `--json` saved it, so that a slowdown shows.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::statistics::{Spread, digits};

/// Times of one engine on one case.
struct Row {
    /// Network, edge of the picture and engine.
    name: String,
    milliseconds: Spread,
    /// With a single time nobody knows how far others would be from it.
    is_single: bool,
}

/// Reads what `--json` saved of either bench.
pub fn read(file: &Path) -> Result<Value> {
    let text = fs::read(file).with_context(|| format!("{} could not be read", file.display()))?;
    let saved = serde_json::from_slice(&text).with_context(|| format!("{} holds no JSON", file.display()))?;
    if rows(&saved).is_empty() {
        bail!("{} holds no times that `cargo xtask bench --json` has saved", file.display());
    }
    Ok(saved)
}

/// How long each engine took now and earlier, as Markdown. A row is marked where not even the fastest of the one is as slow as the
/// slowest of the other.
pub fn table(earlier: &Value, now: &Value) -> String {
    let (earlier, now) = (rows(earlier), rows(now));
    let mut text =
        "| network, picture, who | earlier, ms | now, ms | times as long | |\n|---|--:|--:|--:|---|\n".to_owned();
    for row in &now {
        let Some(before) = earlier.iter().find(|before| before.name == row.name) else { continue };
        let (old, new) = (before.milliseconds, row.milliseconds);
        let ratio = new.median / old.median;
        let mark = if before.is_single || row.is_single {
            "too few runs to tell"
        } else if new.min > old.max {
            "**slower**"
        } else if new.max < old.min {
            "faster"
        } else {
            ""
        };
        text.push_str(&format!(
            "| {} | {old} | {new} | {ratio:.digits$} | {mark} |\n",
            row.name,
            digits = digits(ratio)
        ));
    }
    let missing = |from: &[Row], others: &[Row]| {
        let is_missing = |row: &&Row| !others.iter().any(|other| other.name == row.name);
        from.iter().filter(is_missing).map(|row| row.name.clone()).collect::<Vec<_>>().join("; ")
    };
    for (when, names) in [("earlier", missing(&earlier, &now)), ("now", missing(&now, &earlier))] {
        if !names.is_empty() {
            text.push_str(&format!("\nMeasured only {when}: {names}.\n"));
        }
    }
    text
}

/// The rows of either bench; what was not measured is left out.
fn rows(saved: &Value) -> Vec<Row> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let in_browser = list(&saved["results"]);
    let in_browser = in_browser.iter().flat_map(|result| {
        list(&result["engines"])
            .into_iter()
            .map(|engine| (result.clone(), engine["title"].clone(), engine["times"].clone()))
    });
    let native =
        list(saved).into_iter().map(|value| (value.clone(), value["who"].clone(), value["milliseconds"].clone()));
    let row = |(case, who, times): (Value, Value, Value)| {
        let times: Vec<f64> = list(&times).iter().filter_map(Value::as_f64).collect();
        let (network, size) = (case["network"].as_str()?, &case["size"]);
        let name = format!("{network}, {size} x {size}, {}", who.as_str()?);
        Some(Row { name, milliseconds: Spread::of(&times)?, is_single: times.len() == 1 })
    };
    in_browser.chain(native).filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn native(cpu: &[f64], peer: &[f64]) -> Value {
        json!([
            {"network": "8x1", "size": 16, "who": "cpu", "milliseconds": cpu},
            {"network": "8x1", "size": 16, "who": "torch-cpu", "milliseconds": peer},
            {"network": "8x1", "size": 16, "who": "torch-cuda", "missing": "no card"},
        ])
    }

    #[test]
    fn what_differs_by_more_than_the_runs_do_is_marked() {
        let earlier = native(&[10.0, 11.0, 12.0], &[5.0, 6.0, 9.0]);
        let told = table(&earlier, &native(&[13.0, 12.5, 20.0], &[8.0, 8.0, 8.0]));
        let lines: Vec<&str> = told.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| 8x1, 16 x 16, cpu | 11.0 (10.0..12.0) | 13.0 (12.5..20.0) | 1.18 | **slower** |",
                "| 8x1, 16 x 16, torch-cpu | 6.00 (5.00..9.00) | 8.00 (8.00..8.00) | 1.33 |  |",
            ]
        );
        assert!(table(&earlier, &native(&[9.9, 9.0], &[5.0])).contains("| 0.859 | faster |"));
        assert!(table(&earlier, &native(&[9.9, 9.0], &[5.0])).contains("| 0.833 | too few runs to tell |"));
    }

    #[test]
    fn what_is_not_in_both_is_named() {
        let earlier = native(&[10.0, 11.0], &[5.0, 6.0]);
        let told = table(&earlier, &native(&[10.0, 11.0], &[]));
        assert!(told.ends_with("\nMeasured only earlier: 8x1, 16 x 16, torch-cpu.\n"), "{told}");
    }

    #[test]
    fn times_from_the_browser_are_read_too() {
        let engines = json!([{"title": "Lenslet, wasm", "times": [2.0, 3.0]}, {"title": "Other", "problem": "broken"}]);
        let saved = json!({"results": [{"network": "8x1", "size": 32, "engines": engines}]});
        let [row] = &rows(&saved)[..] else { panic!("one was measured") };
        assert_eq!((&*row.name, row.milliseconds.median), ("8x1, 32 x 32, Lenslet, wasm", 2.5));
    }

    #[test]
    fn other_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for (text, reason) in [("no JSON", "holds no JSON"), ("{}", "holds no times")] {
            let file = folder.path().join("file.json");
            fs::write(&file, text).unwrap();
            assert!(read(&file).unwrap_err().to_string().contains(reason), "{text}");
        }
        let file = folder.path().join("times.json");
        fs::write(&file, native(&[1.0], &[2.0]).to_string()).unwrap();
        assert!(read(&file).is_ok());
    }
}
