//! Tiled equals whole: any tile size gives the very same bytes as one tile over the whole picture.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{backend, chain, golden_network, golden_network_of, largest_difference, open, picture, upscale};
use lenslet::{
    BackendChoice, BackendOptions, Precision, TileInput,
    cpu::run_all,
    gpu::{Blocking, BlockingChoice},
    picture::Depth,
    tile::Window,
};

fn compare(choice: BackendChoice, precision: Precision) {
    let network = chain(8, 3, 2);
    assert_eq!(network.radius(), Some(5));
    for (width, height) in [(1, 1), (1, 29), (61, 1), (7, 5), (61, 47), (97, 13)] {
        let picture = picture(width, height);
        let whole = upscale(backend(&network, choice, precision, Some(width.max(height))), &picture);
        assert_eq!(whole.len(), (width * 2 * height * 2 * 4) as usize);
        for tile in [1, 5, 32, 61, 200] {
            // Tiles of one pixel are slow on large pictures and show nothing that small ones do not.
            if tile == 1 && width * height > 100 {
                continue;
            }
            let tiled = upscale(backend(&network, choice, precision, Some(tile)), &picture);
            assert!(tiled == whole, "{width} x {height} in tiles of {tile}");
        }
    }
}

#[test]
fn on_the_cpu() {
    compare(BackendChoice::Cpu, Precision::Auto);
}

#[test]
fn on_the_gpu_in_f32() {
    compare(BackendChoice::Gpu, Precision::F32);
}

#[test]
fn on_the_gpu_in_f16() {
    compare(BackendChoice::Gpu, Precision::F16);
}

/// Tiles begin at other pixels than workgroups do, and every blocking may have its own trouble with that.
#[test]
fn every_blocking_is_exact() {
    let network = chain(8, 3, 2);
    let picture = picture(61, 47);
    for blocking in Blocking::ALL {
        let in_tiles_of = |tile| {
            let (choice, precision) = (BackendChoice::Gpu, Precision::F32);
            let options =
                BackendOptions { choice, precision, tile: Some(tile), blocking: BlockingChoice::Only(blocking) };
            upscale(open(&network, options), &picture)
        };
        assert!(in_tiles_of(13) == in_tiles_of(61), "{blocking}");
    }
}

/// A network that looks at windows, over the whole picture's ratio of sizes, is exact as well while its field is small:
/// tiles begin at multiples of the windows' distance, and agree on where each pixel lies.
#[test]
fn windows_are_exact_in_tiles_too() {
    let network = golden_network_of("rlfn_x3", |name| !name.starts_with("block_2."));
    assert!(network.tiling().align == 6 && network.radius() == Some(network.tiling().halo));
    for (width, height) in [(211, 107), (15, 190), (3, 2)] {
        let picture = picture(width, height);
        for (choice, tiles) in [(BackendChoice::Cpu, [13, 64]), (BackendChoice::Gpu, [50, 64])] {
            let whole = upscale(backend(&network, choice, Precision::F32, Some(width.max(height))), &picture);
            for tile in tiles {
                let tiled = upscale(backend(&network, choice, Precision::F32, Some(tile)), &picture);
                assert!(tiled == whole, "{choice:?}, {width} x {height} in tiles of {tile}");
            }
        }
    }
}

/// Networks over squares of pixels pad the picture to whole squares; their results have the picture's size all the same.
/// Their fields are larger than the halo, so tiles are only close.
#[test]
fn squares_are_close_in_tiles() {
    for (name, align) in [("rrdb_unshuffle_x2", 2), ("rrdb_unshuffle_x1", 4)] {
        let network = golden_network(name);
        assert_eq!((network.tiling().align, network.tiling().multiple), (align, align), "{name}");
        for (width, height) in [(97, 77), (1, 5), (2, 3)] {
            let picture = picture(width, height);
            let whole = upscale(backend(&network, BackendChoice::Cpu, Precision::Auto, Some(97)), &picture);
            let tiled = upscale(backend(&network, BackendChoice::Cpu, Precision::Auto, Some(13)), &picture);
            assert_eq!(whole.len(), (width * height * network.scale().pow(2) * 4) as usize);
            let difference = largest_difference(&whole, &tiled);
            assert!(difference <= 1, "{name}: {difference} of 255");
        }
    }
}

/// The radius is exact: a pixel that far away counts, and one further away does not.
#[test]
fn the_radius_is_the_furthest_pixel_that_counts() {
    let network = chain(8, 3, 2);
    let radius = network.radius().expect("limited") as usize;
    let centre = |changed: Option<usize>| {
        let mut rgba = vec![128; 31 * 4];
        if let Some(x) = changed {
            rgba[x * 4] = 255;
        }
        let window = Window::whole(31, 1);
        let (_, enlarged) = run_all(&network, &TileInput { rgba, depth: Depth::Eight, window, keep: window.part });
        enlarged.expect("every network ends in pixels").data[15 * 2 * 3..][..6].to_vec()
    };
    let unchanged = centre(None);
    assert_ne!(unchanged, centre(Some(15 + radius)));
    assert_ne!(unchanged, centre(Some(15 - radius)));
    assert_eq!(unchanged, centre(Some(15 + radius + 1)));
    assert_eq!(unchanged, centre(Some(15 - radius - 1)));
}
