//! What the tests and measurements need from the system: whether it is there, and which package brings it.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::stage::Stage;
use crate::{run, wasm};

/// Something that a machine may lack. Where its packages are "", no package manager brings it.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    /// Its name for people.
    pub what: &'static str,
    /// What it is for.
    why: &'static str,
    /// The packages that bring it on Debian and Ubuntu.
    pub debian: &'static str,
    /// The packages that bring it on Fedora.
    fedora: &'static str,
    /// What `brew install` is given for it on macOS.
    macos: &'static str,
    is_met: fn() -> bool,
}

const RUST_TARGET: Need = Need {
    what: "Rust's target wasm32-unknown-unknown (rustup target add wasm32-unknown-unknown)",
    why: "to build the page's engine",
    debian: "",
    fedora: "",
    macos: "",
    is_met: || wasm::has_target().unwrap_or(false),
};

/// The oldest Node whose test runner knows the options that the tests are run with. Debian's may be older.
const OLDEST_NODE: (u32, u32) = (20, 11);

const NODE: Need = Need {
    what: "Node 20.11 or newer with npm (https://nodejs.org/)",
    why: "to check the types of the scripts and to drive browsers",
    debian: "",
    fedora: "nodejs",
    macos: "node",
    is_met: has_node,
};

const VULKAN: Need = Need {
    what: "a software Vulkan driver",
    why: "to test the GPU code where there is no GPU",
    debian: "mesa-vulkan-drivers",
    fedora: "mesa-vulkan-drivers",
    macos: "",
    is_met: has_software_vulkan,
};

const CHROMIUM: Need = Need {
    what: "Chromium",
    why: "to test the page, and to measure its engine",
    debian: "chromium",
    fedora: "chromium",
    macos: "chromium",
    is_met: || chromium().is_some(),
};

/// The first long-term release with WebGPU on Linux; the one before it, 140, has none.
const OLDEST_FIREFOX: u32 = 153;

const FIREFOX: Need = Need {
    what: "Firefox 153 or newer",
    why: "to test the page",
    debian: "firefox-esr",
    fedora: "firefox",
    macos: "firefox",
    is_met: has_firefox,
};

const PYTHON: Need = Need {
    what: "Python 3 with venv",
    why: "to test the training recipe, in an environment of its own",
    debian: "python3 python3-venv",
    fedora: "python3",
    macos: "python",
    is_met: || run::succeeds(run::program("python3").args(["-c", "import ensurepip, venv"])),
};

/// What the page's engine is measured in.
pub const WEB_BENCH: &[Need] = &[CHROMIUM];
/// What the tests of the training recipe run in.
pub const TRAINING: &[Need] = &[PYTHON];
/// Everything that any test runs in.
pub const ALL: &[Need] = &[RUST_TARGET, NODE, VULKAN, CHROMIUM, FIREFOX, PYTHON];

/// What a stage cannot run without.
pub fn of(stage: Stage) -> &'static [Need] {
    match stage {
        Stage::Lint | Stage::Docs | Stage::Web => &[RUST_TARGET],
        Stage::Javascript => &[NODE],
        Stage::Browser => &[NODE, CHROMIUM, FIREFOX],
        Stage::Training => TRAINING,
        // A GPU will do for Rust's tests as well as a driver without one.
        Stage::Setup | Stage::Format | Stage::Rust => &[],
    }
}

/// Those that are not there.
pub fn missing(needs: &[Need]) -> Vec<Need> {
    needs.iter().copied().filter(|need| !(need.is_met)()).collect()
}

/// Fails with what to install, unless everything is there.
pub fn demand(needs: &[Need]) -> Result<()> {
    let missing = missing(needs);
    if !missing.is_empty() {
        bail!("{}", advice(&missing));
    }
    Ok(())
}

/// What is not there and what it would be for, in a line each.
pub fn list(missing: &[Need]) -> String {
    missing.iter().map(|need| format!("      {}: {}\n", need.what, need.why)).collect()
}

/// What to install, and how, on each system that Lenslet is developed on.
pub fn advice(missing: &[Need]) -> String {
    let what: Vec<_> = missing.iter().map(|need| need.what).collect();
    let mut advice = format!("Missing: {}. Install what is missing and run this again", what.join(", "));
    let mut add = |command: &str, packages: fn(&Need) -> &'static str| {
        let packages: Vec<_> = missing.iter().map(packages).filter(|packages| !packages.is_empty()).collect();
        if !packages.is_empty() {
            advice.push_str(&format!("\n  {command} {}", packages.join(" ")));
        }
    };
    add("Debian, Ubuntu: sudo apt-get install", |need| need.debian);
    add("Fedora:         sudo dnf install", |need| need.fedora);
    add("macOS:          brew install", |need| need.macos);
    advice
}

/// Chromium, or Chrome where that is what a system has. The variable CHROMIUM chooses another one.
pub fn chromium() -> Option<PathBuf> {
    let names = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"];
    browser("CHROMIUM", &names, &["Chromium", "Google Chrome"])
}

/// Firefox under any of its names. The variable FIREFOX chooses another one.
pub fn firefox() -> Option<PathBuf> {
    browser("FIREFOX", &["firefox-esr", "firefox"], &["Firefox"])
}

fn browser(variable: &str, names: &[&str], mac_names: &[&str]) -> Option<PathBuf> {
    if let Some(chosen) = env::var_os(variable) {
        return Some(PathBuf::from(chosen)).filter(|file| file.is_file());
    }
    run::find(names).or_else(|| mac_names.iter().find_map(|name| mac_application(name)))
}

/// The program inside an application that macOS keeps outside of PATH.
fn mac_application(name: &str) -> Option<PathBuf> {
    let folder = Path::new("/Applications").join(format!("{name}.app")).join("Contents/MacOS");
    [name, &name.to_lowercase()].iter().map(|name| folder.join(name)).find(|file| file.is_file())
}

fn has_node() -> bool {
    let printed = run::output(run::program("node").arg("--version")).ok();
    printed.and_then(|printed| node_version(&printed)).is_some_and(|version| version >= OLDEST_NODE)
        && run::succeeds(run::program("npm").arg("--version"))
}

/// Major and minor number of a version as Node prints it, such as `v20.11.0`.
fn node_version(printed: &str) -> Option<(u32, u32)> {
    let mut numbers = printed.trim().strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn has_firefox() -> bool {
    let printed = firefox().and_then(|file| run::output(run::program(file).arg("--version")).ok());
    printed.and_then(|printed| firefox_version(&printed)).is_some_and(|version| version >= OLDEST_FIREFOX)
}

/// The major number of a version as Firefox prints it, such as `Mozilla Firefox 153.7.0esr`.
fn firefox_version(printed: &str) -> Option<u32> {
    printed.trim().strip_prefix("Mozilla Firefox ")?.split('.').next()?.parse().ok()
}

/// Only Linux finds Vulkan drivers by these files; macOS and Windows test on their own graphics interfaces.
fn has_software_vulkan() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    ["/usr/share", "/usr/local/share", "/etc"].iter().any(|folder| {
        let Ok(entries) = Path::new(folder).join("vulkan/icd.d").read_dir() else {
            return false;
        };
        entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("lvp_icd"))
    })
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn the_advice_names_only_what_is_missing() {
        let missing = [VULKAN, FIREFOX];
        assert_eq!(
            advice(&missing),
            "Missing: a software Vulkan driver, Firefox 153 or newer. Install what is missing and run this again\n  \
             Debian, Ubuntu: sudo apt-get install mesa-vulkan-drivers firefox-esr\n  \
             Fedora:         sudo dnf install mesa-vulkan-drivers firefox\n  \
             macOS:          brew install firefox"
        );
        assert!(!advice(&[NODE]).contains("apt-get"));
    }

    #[test]
    fn what_a_stage_needs_is_set_up() {
        for stage in Stage::value_variants() {
            assert!(of(*stage).iter().all(|need| ALL.iter().any(|known| known.what == need.what)), "{stage:?}");
        }
    }

    #[test]
    fn node_versions_are_read_and_compared() {
        assert_eq!(node_version("v20.11.1\n"), Some((20, 11)));
        assert_eq!(node_version("20.11"), None);
        assert!(node_version("v18.20.4").unwrap() < OLDEST_NODE);
        assert!(node_version("v20.9.0").unwrap() < OLDEST_NODE);
        assert!(node_version("v22.1.0").unwrap() >= OLDEST_NODE);
    }

    #[test]
    fn firefox_versions_are_read() {
        assert_eq!(firefox_version("Mozilla Firefox 153.7.0esr\n"), Some(153));
        assert_eq!(firefox_version("Mozilla Firefox 160.0"), Some(160));
        assert_eq!(firefox_version("command not found"), None);
        assert!(FIREFOX.what.contains(&OLDEST_FIREFOX.to_string()));
    }
}
