//! Tiled equals whole: any tile size gives the very same bytes as one tile over the whole picture.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{backend, chain, picture, upscale};
use lenslet::{
    BackendChoice, Precision,
    cpu::{Features, run_op},
};

fn compare(choice: BackendChoice, precision: Precision) {
    let network = chain(8, 3, 2);
    assert_eq!(network.radius(), 5);
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
    let radius = network.radius() as usize;
    let centre = |changed: Option<usize>| {
        let mut data = vec![0.5; 31 * 3];
        if let Some(x) = changed {
            data[x * 3] = 1000.0;
        }
        let mut values = vec![Features { width: 31, height: 1, channels: 3, data }];
        for op in network.ops() {
            let made = run_op(op, network.scale(), &values);
            values.push(made);
        }
        let enlarged = values.pop().expect("ops");
        enlarged.data[15 * 2 * 3..][..6].to_vec()
    };
    let unchanged = centre(None);
    assert_ne!(unchanged, centre(Some(15 + radius)));
    assert_ne!(unchanged, centre(Some(15 - radius)));
    assert_eq!(unchanged, centre(Some(15 + radius + 1)));
    assert_eq!(unchanged, centre(Some(15 - radius - 1)));
}
