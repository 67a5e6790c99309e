//! Results of any size: through the network as often as it takes, then to the exact pixel.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::{cell::RefCell, ops::ControlFlow};

use common::{backend, chain, picture, upscale, upscale_to_png};
use lenslet::{
    BackendChoice, FinishedTile, Observer, Picture, Precision, Size, Upscaler,
    picture::{Kind, decode},
    resize::{Filter, Resampler},
};

/// An upscaler that doubles.
fn doubling(tile: u32) -> Upscaler {
    Upscaler::new(backend(&chain(5, 1, 2), BackendChoice::Cpu, Precision::Auto, Some(tile)))
}

/// Sizes that an observer is told.
#[derive(Default)]
struct Told {
    result: [u32; 2],
    tiles: usize,
    done: RefCell<Vec<usize>>,
}

impl Observer for Told {
    fn start(&mut self, width: u32, height: u32, tiles: usize) -> ControlFlow<()> {
        assert_eq!(self.tiles, 0, "told once");
        (self.result, self.tiles) = ([width, height], tiles);
        ControlFlow::Continue(())
    }

    fn tile(&mut self, tile: &FinishedTile<'_>) -> ControlFlow<()> {
        assert_eq!(tile.rgba.len(), tile.part.area() * 4);
        assert!(tile.part.x + tile.part.width <= tile.whole[0] && tile.part.y + tile.part.height <= tile.whole[1]);
        assert_eq!(tile.total, self.tiles);
        self.done.borrow_mut().push(tile.done);
        ControlFlow::Continue(())
    }
}

fn run(upscaler: &Upscaler, picture: &Picture, size: Size) -> (Told, Vec<u8>) {
    let (mut told, mut pixels) = (Told::default(), Vec::new());
    let mut rows = |rgba: &[u8]| {
        pixels.extend_from_slice(rgba);
        Ok(())
    };
    pollster::block_on(upscaler.upscale(picture, size, &mut rows, &mut told)).expect("upscales");
    (told, pixels)
}

#[test]
fn any_size_comes_out_to_the_pixel_with_progress_from_first_to_last() {
    let picture = picture(21, 13);
    for (size, expected) in [
        (Size::Model, [42, 26]),
        (Size::Scale(1.0), [21, 13]),
        (Size::Scale(1.37), [29, 18]),
        (Size::Scale(2.0), [42, 26]),
        (Size::Scale(4.0), [84, 52]),
        (Size::Scale(7.3), [153, 95]),
        (Size::Scale(16.0), [336, 208]),
        (Size::Width(100), [100, 62]),
        (Size::Height(100), [162, 100]),
        (Size::Fit(50, 500), [50, 31]),
    ] {
        let (told, pixels) = run(&doubling(8), &picture, size);
        assert_eq!(told.result, expected, "{size:?}");
        assert_eq!(pixels.len(), (expected[0] * expected[1] * 4) as usize, "{size:?}");
        let done = told.done.into_inner();
        assert!(done.iter().copied().eq(1..=told.tiles), "{size:?}: {done:?}");
        let file = decode(&upscale_to_png(&doubling(8), &picture, size)).expect("decodes");
        assert_eq!([file.width, file.height], expected, "{size:?}");
    }
}

#[test]
fn two_passes_are_the_network_over_its_own_result() {
    let picture = picture(19, 11);
    let network = chain(5, 1, 2);
    let open = || backend(&network, BackendChoice::Cpu, Precision::Auto, None);
    let once = Picture { width: 38, height: 22, rgba: upscale(open(), &picture), ..Picture::default() };
    let (_, twice) = run(&Upscaler::new(open()), &picture, Size::Scale(4.0));
    assert!(twice == upscale(open(), &once));
}

/// The size of tiles must not show where the result is brought to its size.
#[test]
fn any_tile_size_gives_the_same_bytes() {
    let picture = picture(50, 41);
    for size in [Size::Scale(1.5), Size::Scale(3.1)] {
        let (_, expected) = run(&doubling(200), &picture, size);
        for tile in [1, 7, 16, 33] {
            assert!(run(&doubling(tile), &picture, size).1 == expected, "{size:?}, tiles of {tile}");
        }
    }
}

#[test]
fn the_smallest_pictures_work() {
    for (width, height) in [(1, 1), (1, 70), (70, 1), (2, 3)] {
        for size in [Size::Model, Size::Scale(1.0), Size::Scale(2.5), Size::Scale(16.0)] {
            let (told, pixels) = run(&doubling(16), &picture(width, height), size);
            assert_eq!(pixels.len(), (told.result[0] * told.result[1] * 4) as usize);
        }
    }
}

#[test]
fn filters_make_any_size_at_once() {
    let flat = Picture { rgba: [9, 99, 199, 255].repeat(30 * 20), width: 30, height: 20, ..Picture::default() };
    for filter in Filter::ALL {
        let upscaler = Upscaler::new(Box::new(Resampler::new(filter, None).expect("in range")));
        let (told, pixels) = run(&upscaler, &flat, Size::Scale(2.7));
        assert_eq!(told.result, [81, 54]);
        assert!(pixels.as_chunks().0.iter().all(|pixel| *pixel == [9, 99, 199, 255]), "{filter:?}");
    }
}

/// Where a filter rings, it must not make holes in what is opaque or a haze over what is transparent.
#[test]
fn alpha_stays_exactly_opaque_and_clear_at_any_size() {
    let (width, height) = (40, 24);
    let alpha = |x: u32| if x < 20 { 255 } else { 0 };
    let rgba = (0..height).flat_map(|_| (0..width).flat_map(|x| [200, 30, 60, alpha(x)])).collect();
    let picture = Picture { width, height, rgba, kind: Kind { alpha: true, ..Kind::default() }, ..Picture::default() };
    for size in [Size::Model, Size::Scale(1.3), Size::Scale(3.3), Size::Scale(4.0)] {
        let (told, pixels) = run(&doubling(8), &picture, size);
        let width = told.result[0] as usize;
        let factor = width as f64 / 40.0;
        for (index, pixel) in pixels.as_chunks::<4>().0.iter().enumerate() {
            let x = (index % width) as f64 / factor;
            if x < 18.0 {
                assert_eq!(pixel[3], 255, "{size:?} at {x}");
            } else if x > 22.0 {
                assert_eq!(pixel[3], 0, "{size:?} at {x}");
            }
        }
    }
}

#[test]
fn a_picture_that_would_be_too_large_between_passes_is_refused_before_work() {
    let picture = Picture { width: 6000, height: 6000, rgba: vec![255; 6000 * 6000 * 4], ..Picture::default() };
    let error = doubling(64).result_size(&picture, Size::Scale(8.0)).expect_err("refused");
    assert_eq!(error.code(), "picture-too-large");
    assert!(error.to_string().contains("Ask for at most 2 times"), "{error}");
    assert!(doubling(64).result_size(&picture, Size::Scale(2.0)).is_ok());
}
