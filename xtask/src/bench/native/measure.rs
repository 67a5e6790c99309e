//! One network on one size of picture: everybody's picture is compared, and then they take turns.

use std::collections::HashMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::case::{self, Shape};
use super::contender::{Contender, Files, Tools};
use super::peer::Peer;
use crate::run;

/// How far a picture may be off, of 255.
const BOUND: u8 = 2;

/// A turn lasts about this long, so that one short run on a GPU that has just woken up does not count.
const TURN_MILLISECONDS: f64 = 300.0;
const MOST_RUNS_A_TURN: f64 = 1000.0;

/// Threads of the one before go to sleep in this time.
const PAUSE: Duration = Duration::from_millis(50);

/// A network and the edge of a square picture, which is enlarged as one tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    pub shape: Shape,
    pub size: u32,
}

impl Case {
    pub fn flops(self) -> f64 {
        self.shape.flops_per_pixel() * f64::from(self.size).powi(2)
    }
}

/// How it went for a contender.
#[derive(Debug)]
pub enum Outcome {
    Measured(Measured),
    /// It cannot take part here, for this reason.
    Missing(String),
    /// Its picture is off by so much of 255, so its times say nothing.
    Wrong(u8),
}

#[derive(Debug)]
pub struct Measured {
    /// Name and version of a peer; none for ours.
    pub version: Option<String>,
    /// What it ran on.
    pub adapter: String,
    /// The largest difference from Lenslet on the CPU, of 255.
    pub off_by: u8,
    /// Milliseconds of a run: the median of each turn.
    pub turns: Vec<f64>,
}

/// Runs everybody on a case.
pub fn measure(
    case: Case,
    contenders: &[&'static Contender],
    turns: u32,
    tools: &Tools,
) -> Result<Vec<(&'static Contender, Outcome)>> {
    let folder = tempfile::tempdir()?;
    let files = Files::new(folder.path(), case.size);
    fs::write(files.weights(), case.shape.weights()?)?;
    fs::write(files.picture(), case::picture(case.size))?;
    let expected = expected(tools, &files, folder.path())?;

    let mut peers: HashMap<&str, Peer> = HashMap::new();
    let mut outcomes = Vec::new();
    for &contender in contenders {
        let outcome = match start(contender, tools, &files) {
            Ok((peer, mut measured)) => {
                measured.off_by = largest_difference(&pixels(&files.output(contender))?, &expected)
                    .with_context(|| format!("{} made a picture of another size", contender.title))?;
                if measured.off_by > BOUND {
                    Outcome::Wrong(measured.off_by)
                } else {
                    peers.insert(contender.name, peer);
                    Outcome::Measured(measured)
                }
            }
            Err(reason) => Outcome::Missing(format!("{reason:#}")),
        };
        outcomes.push((contender, outcome));
    }

    let mut runs: HashMap<&str, usize> = HashMap::new();
    // The first turn warms up and tells how many runs fill a turn.
    for turn in 0..=turns {
        for (contender, outcome) in &mut outcomes {
            let (Some(peer), Outcome::Measured(measured)) = (peers.get_mut(contender.name), &mut *outcome) else {
                continue;
            };
            thread::sleep(PAUSE);
            let count = runs.get(contender.name).copied().unwrap_or(1);
            match (0..count).map(|_| peer.run()).collect::<Result<Vec<_>>>() {
                Ok(times) if turn == 0 => {
                    let count = (TURN_MILLISECONDS / times[0]).clamp(1.0, MOST_RUNS_A_TURN) as usize;
                    runs.insert(contender.name, count);
                }
                Ok(mut times) => {
                    times.sort_by(f64::total_cmp);
                    measured.turns.push(times[times.len() / 2]);
                }
                Err(reason) => *outcome = Outcome::Missing(format!("it broke down: {reason:#}")),
            }
        }
    }
    Ok(outcomes)
}

/// What Lenslet makes of the picture on the CPU.
fn expected(tools: &Tools, files: &Files, folder: &Path) -> Result<Vec<u8>> {
    let file = folder.join("expected.png");
    let mut command = run::program(&tools.lenslet);
    command.args(["upscale", "--quiet", "--backend", "cpu", "--model"]).arg(files.weights());
    run::output(command.arg(files.picture()).arg("-o").arg(&file))?;
    pixels(&file)
}

fn start(contender: &Contender, tools: &Tools, files: &Files) -> Result<(Peer, Measured)> {
    let (peer, ready) = Peer::start(&mut contender.command(tools, files)?)?;
    let word = |name: &str| ready[name].as_str().map(str::to_owned);
    let adapter = word("adapter").context("it does not say what it runs on")?;
    Ok((peer, Measured { version: word("version"), adapter, off_by: 0, turns: Vec::new() }))
}

/// RGB bytes of a PNG file, or of one that holds nothing else.
fn pixels(file: &Path) -> Result<Vec<u8>> {
    let bytes = fs::read(file).with_context(|| format!("{} could not be read", file.display()))?;
    if file.extension().is_none_or(|ending| ending != "png") {
        return Ok(bytes);
    }
    let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().context("too large a picture")?];
    let info = reader.next_frame(&mut pixels)?;
    ensure!(info.color_type == png::ColorType::Rgb, "{} is not RGB", file.display());
    Ok(pixels)
}

fn largest_difference(one: &[u8], other: &[u8]) -> Result<u8> {
    if one.len() != other.len() || one.is_empty() {
        bail!("{} bytes beside {}", one.len(), other.len());
    }
    Ok(one.iter().zip(other).map(|(one, other)| one.abs_diff(*other)).max().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_compared_by_their_largest_difference() {
        assert_eq!(largest_difference(&[1, 250, 3], &[2, 245, 3]).unwrap(), 5);
        assert!(largest_difference(&[1, 2, 3], &[1, 2]).is_err());
        assert!(largest_difference(&[], &[]).is_err());
    }

    #[test]
    fn pictures_are_read_from_png_and_from_plain_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, packed) = (folder.path().join("a.rgb"), folder.path().join("a.png"));
        let bytes: Vec<u8> = (0..4 * 2 * 3).collect();
        fs::write(&plain, &bytes).unwrap();
        let mut encoder = png::Encoder::new(fs::File::create(&packed).unwrap(), 4, 2);
        encoder.set_color(png::ColorType::Rgb);
        encoder.write_header().unwrap().write_image_data(&bytes).unwrap();
        assert_eq!(pixels(&plain).unwrap(), bytes);
        assert_eq!(pixels(&packed).unwrap(), bytes);
    }
}
