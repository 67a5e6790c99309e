//! What `cargo xtask test --only setup` does on a machine without Chromium, whose programs are scripts that note what they are
//! asked for.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Programs in a folder that comes first in PATH.
struct Machine(TempDir);

impl Machine {
    /// The user's number, and whether sudo works without a password, so also where it must not ask for one.
    fn new(user: u32, needs_no_password: bool) -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        machine.add("id", &format!("echo {user}"));
        let unless_free = if needs_no_password { "shift" } else { "exit 1" };
        machine.add("sudo", &format!("if [ \"$1\" = -n ]; then {unless_free}; fi; exec \"$@\""));
        machine.add("apt-get", "echo \"apt-get $*\" >&2; echo \"$*\" >> \"$(dirname \"$0\")/asked\"");
        machine.add("node", "echo v22.0.0");
        machine.add("npm", "echo 10");
        machine.add("python3", "exit 0");
        machine.add("firefox", "echo Mozilla Firefox 999.0");
        machine
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn add(&self, name: &str, script: &str) {
        let file = self.path().join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn test(&self, arguments: &[&str]) -> Output {
        let path = std::env::var("PATH").unwrap();
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("test")
            .args(arguments)
            .env("PATH", format!("{}:{path}", self.path().display()))
            .env("CHROMIUM", self.path().join("chromium"))
            .env("FIREFOX", self.path().join("firefox"))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// What apt-get was asked for.
    fn asked(&self) -> String {
        fs::read_to_string(self.path().join("asked")).unwrap_or_default()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn root_is_told_what_is_installed_and_why_before_it_is() {
    for machine in [Machine::new(0, false), Machine::new(1000, true)] {
        let told = text(&machine.test(&["--only", "setup"]).stderr);
        let position = |words: &str| told.find(words).unwrap_or_else(|| panic!("no {words:?} in {told}"));
        assert!(position("Chromium: to test the page") < position("\napt-get "), "{told}");
        assert!(machine.asked().contains("install --yes --no-install-recommends"), "{}", machine.asked());
        assert!(machine.asked().contains(" chromium"), "{}", machine.asked());
    }
}

#[test]
fn nothing_is_installed_where_sudo_would_ask_and_nobody_can_answer() {
    let machine = Machine::new(1000, false);
    let output = machine.test(&["--only", "setup"]);
    assert!(!output.status.success());
    assert_eq!(machine.asked(), "");
    let told = text(&output.stdout);
    assert!(told.contains("Missing: ") && told.contains("sudo apt-get install "), "{told}");
}

#[test]
fn no_install_tells_what_is_missing_and_runs_what_can_run() {
    let machine = Machine::new(0, false);
    let output = machine.test(&["--only", "setup,format,browser", "--no-install"]);
    assert!(!output.status.success());
    assert_eq!(machine.asked(), "");
    let told = text(&output.stdout);
    let line = |stage: &str| told.lines().rev().find(|line| line.starts_with(stage)).unwrap_or_default().to_owned();
    assert!(line("setup").contains("FAILED") && line("setup").contains("Chromium"), "{told}");
    assert!(line("browser").contains("FAILED") && line("browser").contains("Missing: Chromium."), "{told}");
    assert!(line("format").contains("passed") || line("format").contains("FAILED  `cargo"), "{told}");
}
