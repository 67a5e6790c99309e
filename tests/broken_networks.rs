//! Weight files of every architecture with something changed: each is refused with a sentence, or runs. None panics.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{Noise, Tensors, golden_network_names, golden_tensors, safetensors_file};
use lenslet::{Network, TileInput, cpu::run_all, picture::Depth, tile::Window};

/// Changes made to each file.
const CHANGES: usize = 60;

/// Drops a tensor, renames one, takes one away under another's name, or gives one other sizes.
fn change(tensors: &mut Tensors, noise: &mut Noise) -> String {
    let mut pick = |count: usize| (noise.next() * count as f32) as usize % count;
    let (at, other) = (pick(tensors.len()), pick(tensors.len()));
    match pick(5) {
        0 => format!("without {}", tensors.remove(at).0),
        1 => {
            let number = pick(12);
            let name = tensors[at].0.replace(|letter: char| letter.is_ascii_digit(), &number.to_string());
            // A name that is there already would make another file than is meant.
            if tensors.iter().all(|(taken, ..)| *taken != name) {
                tensors[at].0 = name.clone();
            }
            format!("renamed {name}")
        }
        2 => {
            let (shape, data) = (tensors[other].1.clone(), tensors[other].2.clone());
            (tensors[at].1, tensors[at].2) = (shape, data);
            format!("{} in the place of {}", tensors[other].0, tensors[at].0)
        }
        _ => {
            let (name, shape, data) = &mut tensors[at];
            let size = pick(shape.len().max(1));
            if let Some(length) = shape.get_mut(size) {
                *length = [0, 1, *length + 1, *length * 2, length.saturating_sub(1)][pick(5)];
            }
            if pick(4) == 0 {
                shape.push(1);
            }
            data.resize(shape.iter().product(), 0.1);
            format!("{name} as {shape:?}")
        }
    }
}

#[test]
fn changed_files_are_refused_or_run() {
    let mut noise = Noise(1);
    let (mut refused, mut ran) = (0, 0);
    for name in golden_network_names() {
        let tensors = golden_tensors(&name);
        for _ in 0..CHANGES {
            let mut changed = tensors.clone();
            let what = change(&mut changed, &mut noise);
            match Network::load(&safetensors_file(&changed)) {
                Err(error) => {
                    let code = error.code();
                    assert!(["damaged-model", "unsupported-model"].contains(&code), "{name}, {what}: {error}");
                    refused += 1;
                }
                Ok(network) => {
                    let edge = network.tiling().padded(16);
                    let window = Window::whole(edge, edge);
                    let rgba = vec![90; (edge * edge * 4) as usize];
                    let tile = TileInput { rgba, depth: Depth::Eight, window, keep: window.part };
                    let (_, enlarged) = run_all(&network, &tile);
                    let pixels = enlarged.expect("every network ends in pixels").window.part.area();
                    assert_eq!(pixels, (edge * network.scale()).pow(2) as usize, "{name}, {what}");
                    ran += 1;
                }
            }
        }
    }
    assert!(refused > 1000 && ran > 10, "{refused} refused, {ran} ran");
}
