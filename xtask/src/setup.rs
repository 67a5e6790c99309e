//! The first stage of the tests: installs what is missing, or says what to install and how.

use anyhow::{Context, Result, bail};

use crate::needs::{self, Need};
use crate::{run, wasm};

/// The oldest Node whose test runner knows the options that the browser tests are run with.
const OLDEST_NODE: (u32, u32) = (20, 11);

/// Checks everything before it fails, so that one run tells all there is to install.
pub fn set_up() -> Result<()> {
    let problems: Vec<String> = [wasm::ensure_target(), check_node(), install(&needs::missing(needs::ALL))]
        .into_iter()
        .filter_map(Result::err)
        .map(|error| format!("{error:#}"))
        .collect();
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    Ok(())
}

fn check_node() -> Result<()> {
    let (major, minor) = OLDEST_NODE;
    let needed = format!("the browser tests need Node {major}.{minor} or newer with npm, see https://nodejs.org/");
    let printed = run::output(run::program("node").arg("--version")).with_context(|| needed.clone())?;
    match node_version(printed.trim()) {
        Some(version) if version >= OLDEST_NODE => {}
        _ => bail!("{needed}; here is {}", printed.trim()),
    }
    run::output(run::program("npm").arg("--version")).context(needed)?;
    Ok(())
}

/// Major and minor number of a version as Node prints it, such as `v20.11.0`.
fn node_version(printed: &str) -> Option<(u32, u32)> {
    let mut numbers = printed.strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Installs what is missing where that is possible without asking anybody, which is with apt-get and as root.
fn install(missing: &[Need]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let Some(superuser) = superuser().filter(|_| run::find(&["apt-get"]).is_some()) else {
        bail!("{}", needs::advice(missing));
    };
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.debian.split(' ')).collect();
    let apt = |arguments: &[&str]| {
        // The packages' questions have defaults. Another apt-get at work is waited for.
        let apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300"];
        let words: Vec<&str> = [superuser, &apt, arguments].concat();
        run::run(run::program(words[0]).args(&words[1..]))
    };
    apt(&["update"])
        .and_then(|()| apt(&[&["install", "--yes", "--no-install-recommends"], &packages[..]].concat()))
        .with_context(|| needs::advice(missing))?;
    needs::demand(needs::ALL).context("The packages were installed, and still something is not found")
}

/// The words before a command that make it run as root without asking for a password; None where nothing does.
fn superuser() -> Option<&'static [&'static str]> {
    if run::output(run::program("id").arg("-u")).is_ok_and(|user| user.trim() == "0") {
        return Some(&[]);
    }
    run::succeeds(run::program("sudo").args(["-n", "true"])).then_some(&["sudo", "-n"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions_are_read_and_compared() {
        assert_eq!(node_version("v20.11.1"), Some((20, 11)));
        assert_eq!(node_version("20.11"), None);
        assert!(node_version("v18.20.4").unwrap() < OLDEST_NODE);
        assert!(node_version("v20.9.0").unwrap() < OLDEST_NODE);
        assert!(node_version("v22.1.0").unwrap() >= OLDEST_NODE);
    }
}
