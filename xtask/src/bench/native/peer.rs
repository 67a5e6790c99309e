//! A program that takes turns: it says in a line of JSON that it is ready, and then runs once for each line it is given.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

/// Longer than any run that is worth waiting for.
const PATIENCE: Duration = Duration::from_secs(600);

/// A peer that is under way. It ends with this value.
pub struct Peer {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
    /// What it says on its standard error.
    words: File,
}

impl Peer {
    /// Starts a program and waits until it is ready; the second value is what it says of itself. The error is its own
    /// reason where it has one.
    pub fn start(command: &mut Command) -> Result<(Self, Value)> {
        let words = tempfile::tempfile()?;
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(words.try_clone()?)
            .spawn()
            .with_context(|| format!("{} could not be started", command.get_program().display()))?;
        let input = child.stdin.take().context("no standard input")?;
        let output = BufReader::new(child.stdout.take().context("no standard output")?);
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            // It ends with the peer, or when nobody listens any more.
            output.lines().map_while(Result::ok).take_while(|line| sender.send(line.clone()).is_ok()).for_each(drop);
        });
        let mut peer = Self { child, input, lines, words };
        let ready = peer.answer()?;
        if let Some(reason) = ready["unavailable"].as_str() {
            bail!("{reason}");
        }
        Ok((peer, ready))
    }

    /// Milliseconds of one run.
    pub fn run(&mut self) -> Result<f64> {
        // When it has ended the answer says why, and this does not.
        let _ = self.input.write_all(b"\n");
        let answer = self.answer()?;
        answer["milliseconds"].as_f64().with_context(|| format!("it answered {answer}"))
    }

    fn answer(&mut self) -> Result<Value> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => serde_json::from_str(&line).with_context(|| format!("it answered {line}")),
            Err(RecvTimeoutError::Timeout) => bail!("it did not answer for {} s", PATIENCE.as_secs()),
            Err(RecvTimeoutError::Disconnected) => Err(self.last_words()),
        }
    }

    /// Why it ended.
    fn last_words(&mut self) -> anyhow::Error {
        let mut words = String::new();
        let read = self.words.rewind().and_then(|()| self.words.read_to_string(&mut words));
        let line = words.lines().map(str::trim).rfind(|line| !line.is_empty());
        match (line.filter(|_| read.is_ok()), self.child.wait()) {
            (Some(line), _) => anyhow!("{}", line.strip_prefix("lenslet: ").unwrap_or(line)),
            (None, Ok(status)) => anyhow!("it ended with {status}"),
            (None, Err(error)) => error.into(),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // One that has ended by itself cannot be killed, and that is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn start(script: &str) -> Result<(Peer, Value)> {
        Peer::start(Command::new("sh").args(["-c", script]))
    }

    #[test]
    fn a_peer_says_what_it_is_and_runs_when_asked() {
        let script = r#"echo '{"adapter": "none"}'; read line; echo '{"milliseconds": 1.5}'; read line; echo done"#;
        let (mut peer, ready) = start(script).unwrap();
        assert_eq!(ready["adapter"], "none");
        assert_eq!(peer.run().unwrap(), 1.5);
        assert_eq!(peer.run().unwrap_err().to_string(), "it answered done");
    }

    #[test]
    fn a_peer_that_cannot_run_says_why() {
        let reason = |script| start(script).err().unwrap().to_string();
        assert_eq!(reason(r#"echo '{"unavailable": "no GPU here"}'"#), "no GPU here");
        assert_eq!(reason("echo 'more words' >&2; echo 'lenslet: No GPU.' >&2; exit 1"), "No GPU.");
        assert_eq!(reason("exit 3"), "it ended with exit status: 3");
        let missing = Peer::start(&mut Command::new("no-such-program-anywhere"));
        assert_eq!(missing.err().unwrap().to_string(), "no-such-program-anywhere could not be started");
    }

    #[test]
    fn a_peer_that_breaks_down_says_why() {
        let (mut peer, _) = start("echo '{}'; read line; echo 'out of memory' >&2; exit 1").unwrap();
        assert_eq!(peer.run().unwrap_err().to_string(), "out of memory");
    }
}
