//! Backends agree: the same picture through each, with the model that people get.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{backend, chain, largest_difference, picture, upscale};
use lenslet::{BackendChoice, Precision, Size, Upscaler, models};

#[test]
fn gpu_and_cpu_make_the_same_picture() {
    let model = models::built_in_index().expect("index").models[0].name.clone();
    let picture = picture(83, 59);
    let run = |choice, precision| {
        let backend = backend(&models::built_in(&model).expect("built in"), choice, precision, Some(48));
        let info = backend.info().clone();
        (upscale(backend, &picture), info)
    };
    let (cpu, info) = run(BackendChoice::Cpu, Precision::Auto);
    assert_eq!((info.name, info.precision), ("cpu", "f32"));
    for (precision, name, bound) in [(Precision::F32, "f32", 1), (Precision::F16, "f16", 2)] {
        let (gpu, info) = run(BackendChoice::Gpu, precision);
        assert_eq!((info.name, info.precision), ("gpu", name));
        let difference = largest_difference(&cpu, &gpu);
        assert!(difference <= bound, "{name}: {difference} of 255 on {}", info.adapter);
    }
}

/// A software adapter is no GPU unless it is asked for; the reason must reach the person.
#[test]
fn auto_takes_a_real_gpu_or_says_why_not() {
    let model = models::built_in_index().expect("index").models[0].name.clone();
    let open = |choice| backend(&models::built_in(&model).expect("built in"), choice, Precision::Auto, None);
    let (auto, gpu) = (open(BackendChoice::Auto), open(BackendChoice::Gpu));
    let is_software = !gpu.info().warnings.is_empty();
    if is_software {
        assert_eq!(auto.info().name, "cpu");
        assert!(auto.info().warnings[0].contains(&gpu.info().adapter), "{:?}", auto.info().warnings);
    } else {
        assert_eq!(auto.info(), gpu.info());
    }
}

/// The trial behind an estimate must fit tiles of any size, and the estimate must grow with the picture.
#[test]
fn an_estimate_grows_with_the_picture() {
    let started = std::time::Instant::now();
    let now = || started.elapsed().as_secs_f64() * 1000.0;
    for (choice, tile) in [(BackendChoice::Cpu, None), (BackendChoice::Cpu, Some(1)), (BackendChoice::Gpu, Some(3))] {
        let upscaler = Upscaler::new(backend(&chain(6, 1, 2), choice, Precision::F32, tile));
        let estimate = |width, height| {
            pollster::block_on(upscaler.estimate(width, height, Size::Model, &now)).expect("runs a small trial")
        };
        let (small, large) = (estimate(10, 10), estimate(100, 100));
        assert!(small > 0.0 && large > 20.0 * small, "{choice:?} {tile:?}: {small} and {large}");
    }
}
