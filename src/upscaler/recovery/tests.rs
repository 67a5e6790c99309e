//! A GPU that fails in the middle of a picture; one that is simulated in software will do.

use std::{cell::Cell, ops::ControlFlow};

use super::*;
use crate::{
    BackendInfo, FinishedTile, NoProgress, Observer, Picture, Run, Size, TileInput, Upscaler,
    gpu::Gpu,
    network::{Extent, draft::Draft},
    tile::Tiling,
};

const OPTIONS: BackendOptions = BackendOptions {
    choice: BackendChoice::Gpu,
    precision: Precision::F32,
    tile: Some(32),
    blocking: crate::gpu::BlockingChoice::Auto,
};

/// Adds little to the enlarged picture, so that its colours stay.
fn network() -> Network {
    let mut draft = Draft::new();
    let picture = draft.picture(1);
    let features = draft.map(8, Extent::PICTURE);
    draft.conv(picture, features, 3, |_| ());
    let last = draft.map(12, Extent::PICTURE);
    draft.conv(features, last, 3, |conv| conv.weight.iter_mut().for_each(|weight| *weight *= 0.1));
    draft.finish(last, 2, true)
}

fn gpu() -> Gpu {
    pollster::block_on(open_gpu(&network(), OPTIONS)).expect(
        "GPU tests need a Vulkan driver; a software one will do (Debian: mesa-vulkan-drivers), as `cargo xtask test` sets up",
    )
}

fn picture() -> Picture {
    let (width, height) = (70, 90);
    let rgba = (0..width * height).flat_map(|at| [at % width * 3, at / width * 2, at % 7 * 30, 255].map(|v| v as u8));
    Picture { width, height, rgba: rgba.collect(), ..Picture::default() }
}

fn upscale(upscaler: &Upscaler, observer: &mut dyn Observer) -> Result<Vec<u8>> {
    let mut made = Vec::new();
    let mut rows = |rgba: &[u8]| {
        made.extend_from_slice(rgba);
        Ok(())
    };
    pollster::block_on(upscaler.upscale(&picture(), Size::Model, &mut rows, observer)).map(|()| made)
}

/// Does something after N tiles, and keeps account of them.
struct AfterTiles<F>(usize, F, Vec<usize>);

impl<F: Fn()> Observer for AfterTiles<F> {
    fn tile(&mut self, tile: &FinishedTile<'_>) -> ControlFlow<()> {
        self.2.push(tile.part.width as usize);
        if tile.done == self.0 {
            self.1();
        }
        ControlFlow::Continue(())
    }
}

fn recovering(backend: Box<dyn Backend>) -> Upscaler {
    let fallback = fallback(network(), &*backend, OPTIONS);
    Upscaler::new(backend).with_fallback(fallback)
}

#[test]
fn a_lost_device_is_made_again_and_the_picture_is_the_same() {
    let whole = upscale(&Upscaler::new(Box::new(gpu())), &mut NoProgress).expect("upscales");
    for tiles in [1, 5] {
        let gpu = gpu();
        let device = gpu.device();
        let upscaler = recovering(Box::new(gpu));
        let mut observer = AfterTiles(tiles, || device.destroy(), Vec::new());
        assert!(upscale(&upscaler, &mut observer).expect("goes on") == whole, "after {tiles} tiles");
        let large = observer.2.iter().filter(|width| **width > 40).count();
        let rows_left = 90 - large / 3 * 30;
        assert!(large >= tiles && large < 9, "{large} tiles before");
        assert_eq!(observer.2[large..], vec![28; rows_left.div_ceil(16) * 5]);
        let info = upscaler.info();
        assert_eq!((info.name, upscaler.info().precision), ("gpu", "f32"));
        let [.., warning] = &info.warnings[..] else { panic!("no warning") };
        assert!(warning.starts_with("The GPU was lost in the middle of the work ("), "{warning}");
        assert!(warning.ends_with("), so it goes on with smaller tiles."), "{warning}");
        assert!(upscale(&upscaler, &mut NoProgress).expect("the next one") == whole);
    }
}

/// A GPU that fails once, at that tile.
struct Failing {
    gpu: Gpu,
    at: Cell<usize>,
    failure: fn() -> Error,
}

impl Backend for Failing {
    fn info(&self) -> &BackendInfo {
        self.gpu.info()
    }

    fn scale(&self) -> u32 {
        self.gpu.scale()
    }

    fn tiling(&self) -> Tiling {
        self.gpu.tiling()
    }

    fn tile(&self) -> u32 {
        self.gpu.tile()
    }

    fn in_flight(&self) -> usize {
        self.gpu.in_flight()
    }

    fn run(&self, input: TileInput) -> Run<'_> {
        let at = self.at.get();
        self.at.set(at.wrapping_sub(1));
        if at == 0 { Box::pin(std::future::ready(Err((self.failure)()))) } else { self.gpu.run(input) }
    }
}

#[test]
fn where_memory_ends_tiles_are_halved_and_the_picture_is_the_same() {
    let whole = upscale(&Upscaler::new(Box::new(gpu())), &mut NoProgress).expect("upscales");
    let failure = || Error::OutOfMemory("on purpose".into());
    for at in [0, 4] {
        let upscaler = recovering(Box::new(Failing { gpu: gpu(), at: Cell::new(at), failure }));
        let mut observer = AfterTiles(0, || (), Vec::new());
        assert!(upscale(&upscaler, &mut observer).expect("goes on") == whole, "at {at}");
        assert_eq!(observer.2.iter().filter(|width| **width > 40).count(), at, "tiles before");
        assert_eq!(observer.2.iter().filter(|width| **width == 28).count(), if at == 0 { 6 } else { 4 } * 5);
        let expected = "The GPU has too little memory (on purpose), so it goes on with smaller tiles.";
        assert_eq!(upscaler.info().warnings.last().map(String::as_str), Some(expected));
    }
}

#[test]
fn a_gpu_by_name_that_fails_too_often_is_told_of() {
    let mut recovery = Recovery::new(&gpu(), OPTIONS);
    recovery.reopenings_left = 0;
    let lost = || Error::DeviceLost("again".into());
    let Err(told) = pollster::block_on(recovery.open_after(lost(), &network())) else { panic!("goes on") };
    assert_eq!(told.code(), "device-lost");

    recovery.options.choice = BackendChoice::Auto;
    let Ok(Chosen::Cpu(warnings)) = pollster::block_on(recovery.open_after(lost(), &network())) else {
        panic!("the CPU goes on")
    };
    assert_eq!(warnings, ["The GPU was lost in the middle of the work (again), so the CPU goes on."]);
    // What the CPU cannot do, nobody can.
    assert!(pollster::block_on(recovery.open_after(Error::NotFinite, &network())).is_err());
}

#[test]
fn each_step_is_safer_than_the_one_before() {
    let steps = |is_half, tile, failure: fn() -> Error| {
        let options = BackendOptions { tile: Some(tile), precision: Precision::Auto, ..OPTIONS };
        let mut recovery =
            Recovery { is_gpu: true, is_half, options, reopenings_left: REOPENINGS, warnings: Vec::new() };
        let mut steps = Vec::new();
        while recovery.next(&failure()).is_some() {
            recovery.reopenings_left -= 1;
            steps.push((recovery.options.precision, recovery.options.tile.expect("its own")));
        }
        steps
    };
    let (auto, f32) = (Precision::Auto, Precision::F32);
    assert_eq!(steps(true, 256, || Error::NotFinite), [(f32, 256), (f32, 128)]);
    assert_eq!(steps(false, 256, || Error::WrongColours(String::new())), [(auto, 128), (auto, 64)]);
    assert_eq!(steps(true, 40, || Error::OutOfMemory(String::new())), [(auto, 20), (auto, 16)]);
    assert_eq!(steps(true, 16, || Error::OutOfMemory(String::new())), []);
    assert_eq!(steps(true, 5, || Error::DeviceLost(String::new())), [(auto, 5), (auto, 5)]);
}
