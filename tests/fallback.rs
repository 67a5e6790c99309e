//! A backend that fails in the middle of a picture, and another that goes on.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::cell::Cell;

use common::{chain, largest_difference, picture};
use lenslet::{
    Backend, BackendInfo, Error, FinishedTile, Observer, Run, Size, TileInput, Upscaler, cpu::Cpu, picture::Kind,
    tile::Cut,
};

/// A GPU, as it were, that is lost after some tiles.
struct Failing {
    cpu: Cpu,
    info: BackendInfo,
    tiles_left: Cell<usize>,
}

impl Backend for Failing {
    fn info(&self) -> &BackendInfo {
        &self.info
    }

    fn scale(&self) -> u32 {
        self.cpu.scale()
    }

    fn cut(&self) -> Cut {
        self.cpu.cut()
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
            return Box::pin(std::future::ready(Err(Error::DeviceLost("on purpose".into()))));
        }
        self.tiles_left.set(left - 1);
        self.cpu.run(input)
    }
}

/// What an observer saw: (done, total) for each tile.
#[derive(Default)]
struct Seen(Vec<(usize, usize)>);

impl Observer for Seen {
    fn tile(&mut self, tile: &FinishedTile<'_>) -> std::ops::ControlFlow<()> {
        self.0.push((tile.done, tile.total));
        std::ops::ControlFlow::Continue(())
    }
}

fn failing(tiles: usize) -> Upscaler {
    let cpu = Cpu::new(&chain(16, 2, 2), Some(16), Vec::new());
    let info = BackendInfo { name: "gpu", ..cpu.info().clone() };
    Upscaler::new(Box::new(Failing { cpu, info, tiles_left: Cell::new(tiles) }))
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
        let upscaler = with_cpu(failing(tiles));
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
    let upscaler = with_cpu(failing(3));
    let milliseconds = pollster::block_on(upscaler.estimate(100, 100, Size::Model, &|| 0.0)).expect("the other tells");
    assert!(milliseconds.is_finite());
    assert_eq!(upscaler.info().name, "cpu");
}

#[test]
fn without_another_the_failure_is_told() {
    let error = upscale(&failing(4), &mut Seen::default()).expect_err("nothing goes on");
    assert_eq!(error.code(), "device-lost");
}
