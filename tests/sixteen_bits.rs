//! Pictures with 16 bits a channel keep more than 8 of them on the way.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{backend, chain, golden_network, picture, upscale};
use lenslet::{
    BackendChoice, Network, Picture, Precision, models,
    picture::{Depth, Kind},
    resize::{Filter, Resampler},
};

/// The same picture with 16 bits a channel.
fn deepened(picture: &Picture) -> Picture {
    let rgba = picture.rgba.iter().flat_map(|&value| (u16::from(value) * 257).to_ne_bytes()).collect();
    Picture { rgba, kind: Kind { depth: Depth::Sixteen, ..picture.kind }, ..picture.clone() }
}

fn values(rgba: &[u8]) -> Vec<u16> {
    Depth::Sixteen.values(rgba).collect()
}

fn backends(network: &Network) -> [(BackendChoice, Precision, Box<dyn lenslet::Backend>); 3] {
    [(BackendChoice::Cpu, Precision::F32), (BackendChoice::Gpu, Precision::F32), (BackendChoice::Gpu, Precision::F16)]
        .map(|(choice, precision)| (choice, precision, backend(network, choice, precision, Some(24))))
}

/// With the same values, the result is the 8-bit one before it is rounded.
#[test]
fn the_result_is_that_of_eight_bits_before_rounding() {
    let networks = [chain(7, 2, 3), golden_network("rrdb_unshuffle_x2"), golden_network("realplksr_x2")];
    for network in networks {
        let picture = picture(38, 30);
        for (choice, precision, open) in backends(&network) {
            let eight = upscale(open, &picture);
            let sixteen = upscale(backend(&network, choice, precision, Some(24)), &deepened(&picture));
            let mut between = 0;
            for (eight, sixteen) in eight.iter().zip(values(&sixteen)) {
                let exact = f64::from(sixteen) / 257.0;
                assert!((exact - f64::from(*eight)).abs() < 0.51, "{choice:?} {precision:?}: {exact} for {eight}");
                between += usize::from(sixteen % 257 != 0);
            }
            assert!(between > eight.len() / 4, "{between} of {} values lie between those of 8 bits", eight.len());
        }
    }
}

/// Steps finer than those of 8 bits come through: a ramp over two 8-bit values stays a ramp, from the model that people get.
#[test]
fn a_fine_ramp_stays_a_ramp() {
    let (width, height) = (64, 12);
    let ramp = |x: u32| 30_000 + (x * 514 / (width - 1)) as u16;
    let rgba = (0..height)
        .flat_map(|_| (0..width).flat_map(|x| [ramp(x), ramp(x), ramp(x), u16::MAX].map(u16::to_ne_bytes)))
        .flatten()
        .collect();
    let picture =
        Picture { width, height, rgba, kind: Kind { depth: Depth::Sixteen, ..Kind::default() }, ..Picture::default() };
    let network = models::built_in("fidelity-x4").expect("built in");
    for (choice, precision, open) in backends(&network) {
        let pixels = values(&upscale(open, &picture));
        let row: Vec<i32> = pixels[24 * 4 * 256..].chunks(4).take(256).map(|pixel| pixel[1].into()).collect();
        let mut distinct = row.clone();
        distinct.sort_unstable();
        distinct.dedup();
        // An 8-bit result has three values here.
        assert!(distinct.len() > 60, "{choice:?} {precision:?}: {} values", distinct.len());
        // The slope of 514 over 256 pixels, up to the network's own doing and the precision.
        let far = (16..240).map(|x| (row[x] - (30_000 + (x as i32 * 514) / 255)).abs()).max();
        assert!(far < Some(160), "{choice:?} {precision:?}: {far:?} from the ramp");
    }
}

#[test]
fn filters_and_alpha_have_them_too() {
    let mut picture = deepened(&picture(20, 16));
    picture.kind.alpha = true;
    for (index, alpha) in picture.rgba.chunks_exact_mut(2).skip(3).step_by(4).enumerate() {
        alpha.copy_from_slice(&(20_000 + 13 * index as u16).to_ne_bytes());
    }
    for filter in Filter::ALL {
        let backend = Resampler::new(filter, Some(3)).expect("in range");
        let enlarged = values(&upscale(Box::new(backend), &picture));
        let alpha: Vec<_> = enlarged.iter().skip(3).step_by(4).collect();
        assert!(alpha.iter().all(|&&alpha| (20_000..20_000 + 13 * 320).contains(&alpha)));
        assert!(alpha.iter().filter(|&&alpha| alpha % 257 != 0).count() > alpha.len() / 2);
    }
}
