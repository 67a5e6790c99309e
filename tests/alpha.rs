//! How opaque a picture is in places: soft and hard edges, and what is hidden under transparent pixels.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{backend, chain, picture, upscale};
use lenslet::{
    BackendChoice, Picture, Precision, models,
    picture::{Depth, Kind},
};

/// A picture of one colour with alpha by place, and another colour hidden where it is transparent.
fn shape(width: u32, height: u32, alpha: impl Fn(f64, f64) -> f64) -> Picture {
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let pixel = |(x, y): (u32, u32)| {
        let alpha = (alpha(f64::from(x), f64::from(y)).clamp(0.0, 1.0) * 255.0).round() as u8;
        if alpha == 0 { [0, 255, 0, 0] } else { [200, 30, 60, alpha] }
    };
    let rgba = places.flat_map(pixel).collect();
    Picture { width, height, rgba, kind: Kind { alpha: true, ..Kind::default() }, ..Picture::default() }
}

fn disc(x: f64, y: f64) -> f64 {
    12.5 - (x - 20.0).hypot(y - 17.0)
}

fn enlarge(picture: &Picture, model: &str, choice: BackendChoice, tile: Option<u32>) -> Vec<[u8; 4]> {
    let network = models::built_in(model).expect("built in");
    upscale(backend(&network, choice, Precision::F32, tile), picture).as_chunks().0.to_vec()
}

/// No edge shows what a file hides under its transparent pixels, and these stay so.
#[test]
fn edges_have_no_fringe_and_both_sides_are_exact() {
    let input = shape(41, 35, disc);
    for model in ["fast-x4", "text-x4"] {
        let pixels = enlarge(&input, model, BackendChoice::Cpu, None);
        for (index, pixel) in pixels.iter().enumerate() {
            let (x, y) = ((index % 164) as f64 / 4.0 - 0.375, (index / 164) as f64 / 4.0 - 0.375);
            let inside = disc(x, y);
            if inside > 2.5 {
                assert_eq!(pixel[3], 255, "{model} at {x} {y}");
            } else if inside < -1.5 {
                assert_eq!(pixel[3], 0, "{model} at {x} {y}");
            }
            let difference = pixel[..3].iter().zip([200, 30, 60]).map(|(value, colour)| value.abs_diff(colour)).max();
            assert!(difference <= Some(4), "{model} at {x} {y}: {pixel:?}");
        }
    }
}

/// Of a disc whose edge is one pixel wide, the network draws a sharper edge than a filter would; a wide shadow stays as soft as it is.
#[test]
fn hard_edges_are_drawn_and_soft_ones_stay_soft() {
    let width_of_edge = |pixels: &[[u8; 4]], row: usize| {
        pixels[row * 164..][..82].iter().filter(|pixel| (26..230).contains(&pixel[3])).count()
    };
    let hard = enlarge(&shape(41, 35, disc), "text-x4", BackendChoice::Cpu, None);
    assert!(width_of_edge(&hard, 70) <= 4, "{} pixels", width_of_edge(&hard, 70));
    let shadow = |x: f64, y: f64| disc(x, y) / 12.0;
    let soft = enlarge(&shape(41, 35, shadow), "text-x4", BackendChoice::Cpu, None);
    let row: Vec<i32> = soft[70 * 164..][..82].iter().map(|pixel| pixel[3].into()).collect();
    for (x, value) in row.iter().enumerate().skip(4) {
        let expected = (shadow(x as f64 / 4.0 - 0.375, 70.0 / 4.0 - 0.375).clamp(0.0, 1.0) * 255.0) as i32;
        assert!((value - expected).abs() <= 8, "at {x}: {value}, not {expected}");
    }
}

#[test]
fn tiles_and_backends_do_not_show() {
    let mut input = picture(60, 50);
    input.kind.alpha = true;
    let places = (0..50).flat_map(|y| (0..60).map(move |x| (f64::from(x), f64::from(y))));
    for (pixel, (x, y)) in input.rgba.as_chunks_mut::<4>().0.iter_mut().zip(places) {
        pixel[3] = (disc(x, y).clamp(0.0, 1.0) * 255.0) as u8;
    }
    let network = chain(6, 2, 2);
    let run = |choice, tile| upscale(backend(&network, choice, Precision::F32, tile), &input);
    let expected = run(BackendChoice::Cpu, None);
    for tile in [7, 16, 33, 100] {
        assert!(run(BackendChoice::Cpu, Some(tile)) == expected, "tiles of {tile}");
        let of_gpu = run(BackendChoice::Gpu, Some(tile));
        assert!(common::largest_difference(&of_gpu, &expected) <= 1, "GPU, tiles of {tile}");
    }
}

/// Tiling out without soft edges: the network would keep the stairs.
#[test]
fn alpha_of_two_values_is_smoothed() {
    let stairs = shape(41, 35, |x, y| if x > y { 1.0 } else { 0.0 });
    let pixels = enlarge(&stairs, "fidelity-x4", BackendChoice::Cpu, None);
    let soft = pixels.iter().filter(|pixel| !matches!(pixel[3], 0 | 255)).count();
    assert!(soft > 35 * 4 * 3, "{soft} pixels of the diagonal are between transparent and opaque");
}

#[test]
fn alpha_keeps_its_depth_through_the_network() {
    let mut input = shape(24, 20, |x, _| (x - 8.0) / 8.0);
    let sixteen = |(index, &value): (usize, &u8)| {
        let fine = if index % 4 == 3 && !matches!(value, 0 | 255) { 55 } else { 0 };
        (u16::from(value) * 257 + fine).to_ne_bytes()
    };
    input.rgba = input.rgba.iter().enumerate().flat_map(sixteen).collect();
    input.kind.depth = Depth::Sixteen;
    let rgba = upscale(backend(&chain(6, 1, 2), BackendChoice::Cpu, Precision::F32, None), &input);
    let alpha: Vec<u16> = Depth::Sixteen.values(&rgba).skip(3).step_by(4).collect();
    assert!(alpha.iter().filter(|&&alpha| alpha % 257 != 0).count() > alpha.len() / 5);
    assert!(alpha.contains(&0) && alpha.contains(&u16::MAX));
}
