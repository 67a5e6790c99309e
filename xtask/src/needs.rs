//! What the tests and measurements need from the system: whether it is there, and which package brings it.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::run;

/// Something that a system's package manager installs.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    /// Its name for people.
    pub what: &'static str,
    /// The packages that bring it on Debian and Ubuntu.
    pub debian: &'static str,
    /// The packages that bring it on Fedora.
    pub fedora: &'static str,
    /// What `brew install` is given for it on macOS.
    pub macos: &'static str,
    is_met: fn() -> bool,
}

/// Lets the tests run on the GPU code where there is no GPU.
const VULKAN: Need = Need {
    what: "a software Vulkan driver",
    debian: "mesa-vulkan-drivers",
    fedora: "mesa-vulkan-drivers",
    macos: "",
    is_met: has_software_vulkan,
};

const CHROMIUM: Need = Need {
    what: "Chromium",
    debian: "chromium",
    fedora: "chromium",
    macos: "chromium",
    is_met: || chromium().is_some(),
};

/// The first long-term release with WebGPU on Linux; the one before it, 140, has none.
const OLDEST_FIREFOX: u32 = 153;

const FIREFOX: Need = Need {
    what: "Firefox 153 or newer",
    debian: "firefox-esr",
    fedora: "firefox",
    macos: "firefox",
    is_met: has_firefox,
};

const PYTHON: Need = Need {
    what: "Python 3 with venv",
    debian: "python3 python3-venv",
    fedora: "python3",
    macos: "python",
    is_met: || run::succeeds(run::program("python3").args(["-c", "import ensurepip, venv"])),
};

/// What the tests of the page run in.
pub const BROWSERS: &[Need] = &[CHROMIUM, FIREFOX];
/// What the page's engine is measured in.
pub const WEB_BENCH: &[Need] = &[CHROMIUM];
/// What the tests of the training recipe run in.
pub const TRAINING: &[Need] = &[PYTHON];
/// Everything that any test runs in.
pub const ALL: &[Need] = &[VULKAN, CHROMIUM, FIREFOX, PYTHON];

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

/// What to install, and how, on each system that Lenslet is developed on.
pub fn advice(missing: &[Need]) -> String {
    let list = |package: fn(&Need) -> &'static str| {
        let packages: Vec<_> = missing.iter().map(package).filter(|package| !package.is_empty()).collect();
        packages.join(" ")
    };
    let what: Vec<_> = missing.iter().map(|need| need.what).collect();
    format!(
        "Missing: {}. Install what is missing and run this again:\n  \
         Debian, Ubuntu: sudo apt-get install {}\n  \
         Fedora:         sudo dnf install {}\n  \
         macOS:          brew install {}",
        what.join(", "),
        list(|need| need.debian),
        list(|need| need.fedora),
        list(|need| need.macos),
    )
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
    use super::*;

    #[test]
    fn the_advice_names_only_what_is_missing() {
        let missing = [VULKAN, FIREFOX];
        assert_eq!(
            advice(&missing),
            "Missing: a software Vulkan driver, Firefox 153 or newer. Install what is missing and run this again:\n  \
             Debian, Ubuntu: sudo apt-get install mesa-vulkan-drivers firefox-esr\n  \
             Fedora:         sudo dnf install mesa-vulkan-drivers firefox\n  \
             macOS:          brew install firefox"
        );
    }

    #[test]
    fn firefox_versions_are_read() {
        assert_eq!(firefox_version("Mozilla Firefox 153.7.0esr\n"), Some(153));
        assert_eq!(firefox_version("Mozilla Firefox 160.0"), Some(160));
        assert_eq!(firefox_version("command not found"), None);
        assert!(FIREFOX.what.contains(&OLDEST_FIREFOX.to_string()));
    }
}
