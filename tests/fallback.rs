//! A backend that fails or makes wrong pixels in the middle of a picture, and another that goes on.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::cell::Cell;

use common::{chain, largest_difference, picture};
use lenslet::{
    Backend, BackendInfo, Error, FinishedTile, Observer, Run, Size, TileInput, Upscaler, cpu::Cpu, picture::Kind,
    tile::Tiling,
};

/// A GPU, as it were, that fails after some tiles.
struct Failing {
    cpu: Cpu,
    info: BackendInfo,
    tiles_left: Cell<usize>,
    fault: Fault,
}

/// How it fails.
enum Fault {
    With(fn() -> Error),
    /// What it makes of a pixel in the place of what it should.
    Makes(Change),
}

const LOST: Fault = Fault::With(|| Error::DeviceLost("on purpose".into()));

impl Backend for Failing {
    fn info(&self) -> &BackendInfo {
        &self.info
    }

    fn scale(&self) -> u32 {
        self.cpu.scale()
    }

    fn tiling(&self) -> Tiling {
        self.cpu.tiling()
    }

    fn tile(&self) -> u32 {
        self.cpu.tile()
    }

    fn in_flight(&self) -> usize {
        2
    }

    fn run(&self, input: TileInput) -> Run<'_> {
        let left = self.tiles_left.get();
        if left == 0 {
            return match self.fault {
                Fault::With(failure) => Box::pin(std::future::ready(Err(failure()))),
                Fault::Makes(change) => {
                    let run = self.cpu.run(input);
                    Box::pin(
                        async move { Ok(run.await?.as_chunks().0.iter().flat_map(|&pixel| change(pixel)).collect()) },
                    )
                }
            };
        }
        self.tiles_left.set(left - 1);
        self.cpu.run(input)
    }
}

/// What an observer saw: (done, total) for each tile, and what it was warned of.
#[derive(Default)]
struct Seen(Vec<(usize, usize)>, Vec<String>);

impl Observer for Seen {
    fn tile(&mut self, tile: &FinishedTile<'_>) -> std::ops::ControlFlow<()> {
        self.0.push((tile.done, tile.total));
        std::ops::ControlFlow::Continue(())
    }

    fn warn(&mut self, sentence: &str) {
        self.1.push(sentence.into());
    }
}

fn failing(tiles: usize, fault: Fault) -> Upscaler {
    let cpu = Cpu::new(&chain(16, 2, 2), Some(16), Vec::new());
    let info = BackendInfo { name: "gpu", ..cpu.info().clone() };
    Upscaler::new(Box::new(Failing { cpu, info, tiles_left: Cell::new(tiles), fault }))
}

fn with_cpu(upscaler: Upscaler) -> Upscaler {
    upscaler.with_fallback(Box::new(|failure| {
        let cpu = Cpu::new(&chain(16, 2, 2), Some(16), vec![failure.to_string()]);
        Box::pin(std::future::ready(Ok(Box::new(cpu) as Box<dyn Backend>)))
    }))
}

fn upscale(upscaler: &Upscaler, observer: &mut dyn Observer) -> lenslet::Result<Vec<u8>> {
    let mut input = picture(40, 90);
    input.kind = Kind { alpha: true, ..Kind::default() };
    let mut enlarged = Vec::new();
    let mut rows = |rgba: &[u8]| {
        enlarged.extend_from_slice(rgba);
        Ok(())
    };
    pollster::block_on(upscaler.upscale(&input, Size::Model, &mut rows, observer))?;
    Ok(enlarged)
}

#[test]
fn another_goes_on_where_a_backend_failed() {
    let cpu = Upscaler::new(Box::new(Cpu::new(&chain(16, 2, 2), Some(16), Vec::new())));
    let whole = upscale(&cpu, &mut Seen::default()).expect("upscales");
    // There are six rows of three tiles.
    for tiles in [0, 1, 3, 8, 17] {
        let upscaler = with_cpu(failing(tiles, LOST));
        let mut seen = Seen::default();
        let made = upscale(&upscaler, &mut seen).expect("the other goes on");
        assert!(largest_difference(&made, &whole) <= 1, "after {tiles} tiles");
        let done_rows = tiles / 3 * 15;
        let rest = done_rows * 2 * 40 * 2 * 4;
        assert!(made[rest..] == whole[rest..], "after {tiles} tiles the rest is that of the other alone");

        let info = upscaler.info();
        assert_eq!(info.name, "cpu");
        assert_eq!(info.warnings.len(), 1, "{:?}", info.warnings);
        assert!(info.warnings[0].contains("on purpose"), "{:?}", info.warnings);
        let (done, total) = *seen.0.last().expect("tiles");
        assert_eq!((done, total), (tiles / 3 * 3 + (90 - done_rows).div_ceil(16), done));
        // The next picture meets no failure any more.
        assert!(upscale(&upscaler, &mut Seen::default()).expect("upscales") == whole);
    }
}

#[test]
fn a_trial_that_fails_is_made_again() {
    let upscaler = with_cpu(failing(3, LOST));
    let milliseconds = pollster::block_on(upscaler.estimate(100, 100, Size::Model, &|| 0.0)).expect("the other tells");
    assert!(milliseconds.is_finite());
    assert_eq!(upscaler.info().name, "cpu");
}

#[test]
fn without_another_the_failure_is_told() {
    let error = upscale(&failing(4, LOST), &mut Seen::default()).expect_err("nothing goes on");
    assert_eq!(error.code(), "device-lost");
}

/// Where memory ends, it ends for tiles of that size: those of half the size begin at the row that is next.
#[test]
fn smaller_tiles_go_on_at_the_next_row() {
    let whole = upscale(&failing(usize::MAX, LOST), &mut Seen::default()).expect("upscales");
    let upscaler =
        failing(8, Fault::With(|| Error::OutOfMemory("on purpose".into()))).with_fallback(Box::new(|failure| {
            assert_eq!(failure.code(), "out-of-memory");
            let cpu = Cpu::new(&chain(16, 2, 2), Some(8), Vec::new());
            let info = BackendInfo { name: "gpu", ..cpu.info().clone() };
            let smaller = Failing { cpu, info, tiles_left: Cell::new(usize::MAX), fault: LOST };
            Box::pin(std::future::ready(Ok(Box::new(smaller) as Box<dyn Backend>)))
        }));
    let mut seen = Seen::default();
    let made = upscale(&upscaler, &mut seen).expect("the other goes on");
    assert!(largest_difference(&made, &whole) <= 1);
    // Of six rows of three tiles two are done, of a third that is made again two tiles; then eight rows of five tiles.
    assert_eq!(seen.0.len(), 8 + 8 * 5);
    assert_eq!(seen.0.last(), Some(&(6 + 8 * 5, 6 + 8 * 5)));
}

/// What becomes of a pixel.
type Change = fn([u8; 4]) -> [u8; 4];

const WRONG: [(&str, Change); 3] = [
    ("beyond all numbers", |[red, green, blue, _]| [red, green, blue, if red > 250 { 0 } else { 255 }]),
    ("single colour", |_| [120, 120, 120, 255]),
    ("apart", |[red, green, blue, alpha]| [red / 3, 255 - green / 2, blue / 3, alpha]),
];

#[test]
fn wrong_pixels_are_made_again_by_another() {
    let whole = upscale(&failing(usize::MAX, LOST), &mut Seen::default()).expect("upscales");
    for (what, change) in WRONG {
        for tiles in [0, 7] {
            let upscaler = with_cpu(failing(tiles, Fault::Makes(change)));
            let mut seen = Seen::default();
            let made = upscale(&upscaler, &mut seen).expect("the other goes on");
            assert!(largest_difference(&made, &whole) <= 1, "{what} after {tiles} tiles");
            assert!(seen.1.is_empty(), "{:?}", seen.1);
            let info = upscaler.info();
            assert!(info.name == "cpu" && info.warnings[0].contains(what), "{:?}", info.warnings);
        }
    }
}

#[test]
fn without_another_values_beyond_numbers_fail_and_colours_are_told_of() {
    for (what, change) in WRONG {
        let upscaler = failing(0, Fault::Makes(change));
        for _picture in ["one", "and the next"] {
            let mut seen = Seen::default();
            match upscale(&upscaler, &mut seen) {
                Ok(_) => assert!(seen.1.len() == 1 && seen.1[0].contains(what), "{:?}", seen.1),
                Err(error) => assert!(what == WRONG[0].0 && error.code() == "bad-output", "{error}"),
            }
            assert!(upscaler.info().warnings.is_empty());
        }
    }
}
