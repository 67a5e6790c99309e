//! The first stage of the tests: installs what is missing, or says what to install and how.

use std::io::{self, BufRead, IsTerminal as _, Write};

use anyhow::{Context, Result};

use crate::needs::{self, Need};
use crate::{run, wasm};

/// Says what this machine lacks and what for, installs it if it `installs` at all, and fails with what is still missing.
pub fn set_up(installs: bool) -> Result<()> {
    let missing = needs::missing(needs::ALL);
    if missing.is_empty() {
        return Ok(());
    }
    eprint!("    This machine lacks\n{}", needs::list(&missing));
    if installs {
        let target = wasm::ensure_target();
        let packages = install(&missing);
        target.and(packages)?;
    }
    needs::demand(needs::ALL)
}

/// Installs the packages of what is missing where that is possible: with apt-get, and as root.
fn install(missing: &[Need]) -> Result<()> {
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.debian.split_whitespace()).collect();
    if packages.is_empty() || run::find(&["apt-get"]).is_none() {
        return Ok(());
    }
    let Some(superuser) = superuser(&packages)? else {
        return Ok(());
    };
    eprintln!("    apt-get installs the packages {} as root", packages.join(" "));
    let apt = |arguments: &[&str]| {
        // The packages' questions have defaults. Another apt-get at work is waited for.
        let apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300"];
        let words: Vec<&str> = [superuser, &apt, arguments].concat();
        run::run(run::program(words[0]).args(&words[1..]))
    };
    apt(&["update"])
        .and_then(|()| apt(&[&["install", "--yes", "--no-install-recommends"], &packages[..]].concat()))
        .with_context(|| needs::advice(missing))
}

/// The words before a command that make it run as root; None where nothing does, or nobody is there to be asked.
fn superuser(packages: &[&str]) -> Result<Option<&'static [&'static str]>> {
    if run::output(run::program("id").arg("-u")).is_ok_and(|user| user.trim() == "0") {
        return Ok(Some(&[]));
    }
    if run::succeeds(run::program("sudo").args(["-n", "true"])) {
        return Ok(Some(&["sudo", "-n"]));
    }
    let can_ask = run::find(&["sudo"]).is_some() && io::stdin().is_terminal() && io::stderr().is_terminal();
    if !can_ask {
        return Ok(None);
    }
    let question = format!("Install {} now? sudo will ask for your password.", packages.join(" "));
    let agreed = agrees(&question, &mut io::stdin().lock(), &mut io::stderr())?;
    Ok(agreed.then_some(&["sudo"]))
}

/// Only a clear yes is one.
fn agrees(question: &str, input: &mut impl BufRead, output: &mut impl Write) -> Result<bool> {
    write!(output, "    {question} [y/N] ")?;
    output.flush()?;
    let mut answer = String::new();
    input.read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_one() {
        for (answer, expected) in [("y\n", true), ("Yes\n", true), ("\n", false), ("no\n", false), ("", false)] {
            let mut shown = Vec::new();
            assert_eq!(agrees("Now?", &mut answer.as_bytes(), &mut shown).unwrap(), expected, "{answer:?}");
            assert_eq!(shown, b"    Now? [y/N] ");
        }
    }
}
