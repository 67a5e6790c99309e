//! Tiled equals whole: any tile size gives the very same bytes as one tile over the whole picture.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{backend, chain, picture, upscale};
use lenslet::{BackendChoice, Precision, TileInput, cpu::run_all, tile::Window};

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
        let (_, enlarged) = run_all(&network, &TileInput { rgba, window, keep: window.part });
        enlarged.expect("every network ends in pixels").data[15 * 2 * 3..][..6].to_vec()
    };
    let unchanged = centre(None);
    assert_ne!(unchanged, centre(Some(15 + radius)));
    assert_ne!(unchanged, centre(Some(15 - radius)));
    assert_eq!(unchanged, centre(Some(15 + radius + 1)));
    assert_eq!(unchanged, centre(Some(15 - radius - 1)));
}
