//! Parts of any size against each other, and turned pictures against turned results.

use super::*;
use crate::{
    BackendChoice, BackendOptions, Network, NoProgress, Precision, Size, Upscaler,
    backend::open::open_gpu,
    cpu::Cpu,
    gpu::{Blocking, BlockingChoice},
    network::{Activation, Extent, draft::Draft},
};

/// Wide enough for Winograd's patches, whose places count in rounding.
fn network() -> Network {
    let mut draft = Draft::new();
    let mut value = draft.picture(1);
    for _ in 0..2 {
        let output = draft.map(12, Extent::PICTURE);
        let slopes = draft.noise.values(12, 0.0, 0.5);
        draft.conv(value, output, 3, |conv| conv.activation = Activation::Prelu(slopes));
        value = output;
    }
    let last = draft.map(12, Extent::PICTURE);
    draft.conv(value, last, 3, |conv| conv.weight.iter_mut().for_each(|weight| *weight *= 0.3));
    draft.finish(last, 2, true)
}

fn gpu(tile: u32) -> Box<dyn Backend> {
    let options = BackendOptions {
        choice: BackendChoice::Gpu,
        precision: Precision::F32,
        tile: Some(tile),
        blocking: BlockingChoice::Only(Blocking::StagedPair),
    };
    Box::new(pollster::block_on(open_gpu(&network(), options)).expect(
        "GPU tests need a Vulkan driver; a software one will do (Debian: mesa-vulkan-drivers), as `cargo xtask test` sets up",
    ))
}

/// Noise; with alpha that is neither constant nor soft where asked for.
fn picture(width: u32, height: u32, alpha: bool) -> Picture {
    let mut noise = crate::network::draft::Noise(width * 100 + height);
    let mut rgba = Vec::new();
    for at in 0..width * height {
        let [red, green, blue] = [noise.next(), noise.next(), noise.next()].map(|value| (value * 255.0) as u8);
        let level = if (at % width / 5).is_multiple_of(2) { 30 } else { 250 };
        rgba.extend([red, green, blue, if alpha { level } else { 255 }]);
    }
    Picture { width, height, rgba, kind: Kind { alpha, ..Kind::default() }, ..Picture::default() }
}

fn turned(picture: &Picture, orientation: Orientation) -> Picture {
    let (rgba, [width, height]) = upright::<4>(picture.rgba.clone(), [picture.width, picture.height], orientation);
    Picture { width, height, rgba, ..picture.clone() }
}

fn sums(ensemble: &Ensemble<'_>, picture: &Picture) -> Vec<u8> {
    let size = [picture.width, picture.height];
    let mut whole = vec![0; picture.rgba.len() * 8];
    for tile in ensemble.grid(0, size).tiles() {
        let made = pollster::block_on(ensemble.enlarge(picture, &tile, Channels::Colours, false, &mut |_| Ok(())));
        let Ok(made) = made else { panic!("enlarges") };
        let rgba = made.mean(Depth::Sixteen);
        crate::upscaler::tiles::paste(
            &mut whole[(tile.inner.y * 2 * picture.width * 2 * 8) as usize..],
            8,
            picture.width * 2,
            tile.inner.scaled(2),
            &rgba,
        );
    }
    whole
}

#[test]
fn parts_of_any_size_make_the_same_bytes_row_by_row() {
    let cpu = Cpu::new(&network(), None, Vec::new());
    for (width, height) in [(1, 1), (61, 3), (5, 70), (50, 41)] {
        let picture = picture(width, height, false);
        let whole = sums(&Ensemble::with_tile(&cpu, 100), &picture);
        for tile in [13, 32] {
            let ensemble = Ensemble::with_tile(&cpu, tile);
            assert!(matches!(ensemble.way, Way::Rows(_)));
            assert!(sums(&ensemble, &picture) == whole, "{width} x {height} in parts of {tile}");
        }
    }
}

#[test]
fn parts_of_any_size_make_the_same_bytes_on_a_gpu() {
    for (width, height) in [(61, 3), (70, 54)] {
        let picture = picture(width, height, false);
        let [whole, tiled] = [80, 32].map(|tile| sums(&Ensemble::new(&*gpu(tile)), &picture));
        assert!(tiled == whole, "{width} x {height}");
    }
}

/// And so the result of a symmetric picture is symmetric. Alpha that goes through the network is averaged too.
#[test]
fn the_result_of_a_turned_picture_is_the_turned_result() {
    let backends: [fn() -> Box<dyn Backend>; 2] = [|| Box::new(Cpu::new(&network(), None, Vec::new())), || gpu(32)];
    for open in backends {
        let upscaler = Upscaler::new(open()).with_tta().expect("a network");
        for alpha in [false, true] {
            let picture = picture(25, 18, alpha);
            let enlarge = |picture: &Picture| {
                let mut rgba = Vec::new();
                let mut rows = |rows: &[u8]| {
                    rgba.extend_from_slice(rows);
                    Ok(())
                };
                pollster::block_on(upscaler.upscale(picture, Size::Model, &mut rows, &mut NoProgress))
                    .expect("upscales");
                Picture { width: picture.width * 2, height: picture.height * 2, rgba, ..Picture::default() }
            };
            let whole = enlarge(&picture);
            for orientation in ORIENTATIONS {
                let made = enlarge(&turned(&picture, orientation));
                assert!(made.rgba == turned(&whole, orientation).rgba, "{orientation:?}, alpha {alpha}");
            }
        }
    }
}

#[test]
fn parts_lie_where_their_pixels_come_from() {
    let (size, part) = ([7, 5], Rect { x: 1, y: 2, width: 4, height: 2 });
    let rgba: Vec<u8> = (0..7 * 5).flat_map(|at| [at, 0, 0, 255]).collect();
    let picture = Picture { width: 7, height: 5, rgba, ..Picture::default() };
    for orientation in ORIENTATIONS {
        let (cut, _) = upright::<4>(picture.crop(part), [part.width, part.height], orientation);
        assert_eq!(turned(&picture, orientation).crop(turned_part(part, size, orientation)), cut, "{orientation:?}");
    }
}
