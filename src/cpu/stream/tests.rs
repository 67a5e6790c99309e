//! Streams against the loops, and against themselves in other strips.

use std::{ops::Range, sync::Arc};

use lenslet_kernels::{Machine, Sample};

use super::{
    RowPlan, Stream,
    picture::step,
    stage::{Batch, RowStage},
};
use crate::{
    Network, TileInput,
    cpu::run_all,
    network::{
        Activation, Combine, Extent,
        draft::{Draft, Noise, slice},
    },
    picture::Depth,
    tile::Window,
};

/// A chain with layers of these widths in channels.
fn chain(widths: &[usize], scale: usize) -> Network {
    let mut draft = Draft::new();
    let mut value = draft.picture(1);
    for &width in widths {
        let output = draft.map(width, Extent::PICTURE);
        let slopes = draft.noise.values(width, -0.5, 1.5);
        draft.conv(value, output, 3, |conv| conv.activation = Activation::Prelu(slopes));
        value = output;
    }
    let last = draft.map(3 * scale * scale, Extent::PICTURE);
    draft.conv(value, last, 3, |_| ());
    draft.finish(last, scale, true)
}

/// Dense maps with gaps between their parts, every activation, every way to combine, several kernels, and a map of twice the size.
fn mixed() -> Network {
    let mut draft = Draft::new();
    let picture = draft.picture(1);
    let dense = draft.map(44, Extent::PICTURE);
    let slopes = draft.noise.values(18, 0.0, 0.5);
    draft.conv(picture, slice(dense, 0, 18), 3, |conv| conv.activation = Activation::Prelu(slopes));
    draft.conv(slice(dense, 0, 18), slice(dense, 20, 13), 3, |conv| conv.activation = Activation::Silu);
    draft.conv(slice(dense, 0, 33), slice(dense, 36, 6), 1, |conv| conv.activation = Activation::Mish);
    let joined = draft.map(18, Extent::PICTURE);
    draft.conv(slice(dense, 0, 42), joined, 3, |conv| {
        conv.combine = Combine::Add(vec![(slice(dense, 0, 18), 0.5)]);
    });
    let attended = draft.map(18, Extent::PICTURE);
    draft.conv(joined, attended, 3, |conv| conv.combine = Combine::Attend(joined));
    let both = draft.map(18, Extent::PICTURE);
    draft.conv(attended, both, 7, |conv| {
        conv.combine = Combine::Add(vec![(joined, 1.0), (slice(dense, 0, 18), -0.25)]);
    });
    let gated = draft.map(18, Extent::PICTURE);
    draft.conv(slice(both, 4, 12), gated, 3, |conv| {
        (conv.activation, conv.combine) = (Activation::Sigmoid, Combine::Multiply(both));
    });
    let large = draft.map(20, Extent::Scaled { times: 2, over: 1 });
    draft.conv(gated, large, 3, |conv| conv.upsample = 2);
    let larger = draft.map(16, Extent::Scaled { times: 2, over: 1 });
    draft.conv(large, larger, 3, |_| ());
    let last = draft.map(12, Extent::Scaled { times: 2, over: 1 });
    draft.conv(larger, last, 5, |_| ());
    draft.finish(last, 2, false)
}

/// A picture in squares, enlarged again.
fn squares() -> Network {
    let mut draft = Draft::new();
    let picture = draft.picture(2);
    let small = draft.map(24, draft.maps[picture.map].extent);
    draft.conv(picture, small, 3, |_| ());
    let same = draft.map(12, draft.maps[picture.map].extent);
    draft.conv(small, same, 3, |_| ());
    let large = draft.map(12, Extent::PICTURE);
    draft.conv(same, large, 3, |conv| conv.upsample = 2);
    draft.finish(large, 2, true)
}

/// A picture that is enlarged twice on its way, its last layers narrow.
fn tall() -> Network {
    let mut draft = Draft::new();
    let mut value = draft.picture(1);
    for (channels, times, upsample) in [(16, 1, 1), (16, 2, 2), (12, 4, 2), (5, 4, 1), (3, 4, 1)] {
        let output = draft.map(channels, Extent::Scaled { times, over: 1 });
        draft.conv(value, output, 3, |conv| conv.upsample = upsample);
        value = output;
    }
    draft.finish(value, 1, false)
}

/// The bytes of a stream over a picture that comes in strips of `rows` rows.
fn stream(plan: &Arc<RowPlan>, rgba: &[u8], size: [usize; 2], rows: usize) -> Vec<u8> {
    let mut stream = Stream::new(plan, size, size, Depth::Eight);
    rgba.chunks(rows * size[0] * 4).flat_map(|strip| stream.push(strip)).collect()
}

fn noise_picture([width, height]: [usize; 2]) -> Vec<u8> {
    let mut noise = Noise((width * 100 + height) as u32);
    (0..width * height)
        .flat_map(|_| [noise.next(), noise.next(), noise.next(), 1.0].map(|v| (v * 255.0) as u8))
        .collect()
}

/// The largest difference from the loops, of 255, on every machine that this one can be.
fn difference_from_loops(network: &Network, size: [usize; 2]) -> u8 {
    let rgba = noise_picture(size);
    let window = Window::whole(size[0] as u32, size[1] as u32);
    let (_, enlarged) =
        run_all(network, &TileInput { rgba: rgba.clone(), depth: Depth::Eight, window, keep: window.part });
    let expected = enlarged.expect("every network ends in pixels").data;
    let mut largest = 0;
    for machine in Machine::all() {
        let plan = Arc::new(RowPlan::on(machine, network, 0..network.ops().len()).expect("goes row by row"));
        let got = stream(&plan, &rgba, size, size[1]);
        assert_eq!(got.len() / 4, expected.len() / 3);
        let pixels = got.as_chunks::<4>().0.iter().zip(expected.as_chunks::<3>().0);
        let colours = pixels.flat_map(|(got, expected)| got.iter().zip(expected));
        let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
        largest = colours.map(|(got, expected)| got.abs_diff(byte(*expected))).fold(largest, u8::max);
    }
    largest
}

#[test]
fn chains_of_any_width_are_those_of_the_loops() {
    for channels in [1, 3, 4, 12, 16, 24, 31, 48, 64, 70] {
        for size in [[1, 1], [5, 3], [4, 9], [23, 14], [33, 6]] {
            let difference = difference_from_loops(&chain(&[channels, channels], 2), size);
            assert!(difference <= 1, "{channels} channels, {size:?}: {difference} of 255");
        }
    }
}

#[test]
fn every_way_to_finish_is_that_of_the_loops() {
    for size in [[1, 1], [2, 7], [9, 4], [37, 22], [70, 5]] {
        let difference = difference_from_loops(&mixed(), size);
        assert!(difference <= 1, "{size:?}: {difference} of 255");
    }
    for size in [[1, 1], [5, 14], [24, 24]] {
        let difference = difference_from_loops(&tall(), size);
        assert!(difference <= 1, "{size:?}: {difference} of 255");
    }
    for size in [[2, 2], [6, 14], [38, 22]] {
        let difference = difference_from_loops(&squares(), size);
        assert!(difference <= 1, "{size:?}: {difference} of 255");
    }
}

/// Weights as large as those of models that people trained, where Winograd's rounding is at its worst.
#[test]
fn large_weights_are_precise_enough() {
    let mut draft = Draft::new();
    let picture = draft.picture(1);
    let mut value = draft.map(64, Extent::PICTURE);
    draft.conv(picture, value, 3, |_| ());
    for factor in [70.0, 1.0 / 70.0, 70.0, 1.0 / 70.0] {
        let output = draft.map(64, Extent::PICTURE);
        let slopes = draft.noise.values(64, -0.5, 1.5);
        draft.conv(value, output, 3, |conv| {
            let largest = conv.weight.iter().fold(0.0_f32, |largest, weight| largest.max(weight.abs()));
            let factor = if factor > 1.0 { factor / largest } else { factor * largest };
            conv.weight.iter_mut().for_each(|weight| *weight *= factor);
            conv.activation = Activation::Prelu(slopes);
        });
        value = output;
    }
    let last = draft.map(48, Extent::PICTURE);
    draft.conv(value, last, 3, |_| ());
    let difference = difference_from_loops(&draft.finish(last, 4, true), [45, 30]);
    assert!(difference <= 1, "{difference} of 255");
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn built_in_models_are_those_of_the_loops() {
    for model in crate::models::built_in_index().expect("index").models {
        let network = crate::models::built_in(&model.name).expect("built in");
        if RowPlan::new(&network).is_some() {
            let difference = difference_from_loops(&network, [29, 18]);
            assert!(difference <= 1, "{}: {difference} of 255", model.name);
        }
    }
}

#[test]
fn strips_of_any_size_make_the_same_bytes() {
    for (name, network) in
        [("chain", chain(&[24, 24, 17], 3)), ("mixed", mixed()), ("tall", tall()), ("squares", squares())]
    {
        let plan = Arc::new(RowPlan::new(&network).expect("goes row by row"));
        for size in [[94, 46], [6, 34], [118, 2]] {
            let rgba = noise_picture(size);
            let whole = stream(&plan, &rgba, size, size[1]);
            for rows in [2, 6, 10, 36] {
                let same = stream(&plan, &rgba, size, rows) == whole;
                assert!(same, "{name}, {size:?} in strips of {rows}");
            }
        }
    }
}

/// The pixels that stages make one after the other, each with the weights of its own steps alone.
fn in_stages(network: &Network, stages: &[Range<usize>], rgba: &[u8], size: [usize; 2]) -> Vec<u8> {
    let mut stages: Vec<_> = stages
        .iter()
        .map(|steps| {
            let plan = Arc::new(RowPlan::for_steps(network, steps.clone()).expect("goes row by row"));
            RowStage::new(plan.clone(), steps.clone(), size, Sample::U8, step(&plan, size[0]))
        })
        .collect();
    let mut pixels = Vec::new();
    for rows in rgba.chunks(10 * size[0] * 4) {
        let batch = Batch { picture: rows.to_vec(), ..Batch::default() };
        pixels.extend(stages.iter_mut().fold(batch, |batch, stage| stage.push(batch)).pixels);
    }
    pixels
}

#[test]
fn stages_make_what_one_makes() {
    for (name, network) in
        [("chain", chain(&[24, 24, 17], 3)), ("mixed", mixed()), ("tall", tall()), ("squares", squares())]
    {
        let plan = Arc::new(RowPlan::new(&network).expect("goes row by row"));
        let size = [38, 62];
        let rgba = noise_picture(size);
        let whole = stream(&plan, &rgba, size, size[1]);
        let count = network.ops().len();
        for cut in 1..count - 1 {
            let same = in_stages(&network, &[0..cut, cut..cut + 1, cut + 1..count], &rgba, size) == whole;
            assert!(same, "{name}, cut before op {cut}");
        }
        for most in 1..6 {
            let stages = plan.stages(&network, most);
            assert!((1..=most).contains(&stages.len()), "{name}: {stages:?}");
            assert!(in_stages(&network, &stages, &rgba, size) == whole, "{name}: {stages:?}");
        }
    }
}

/// Where a backend failed in the middle of a picture, another goes on with the rest.
#[test]
fn a_stream_may_begin_before_the_rows_that_are_needed() {
    for (name, network) in [("chain", chain(&[24, 24, 17], 3)), ("mixed", mixed()), ("squares", squares())] {
        let plan = Arc::new(RowPlan::new(&network).expect("goes row by row"));
        let (size, scale) = ([38, 130], network.scale() as usize);
        let rgba = noise_picture(size);
        let whole = stream(&plan, &rgba, size, size[1]);
        let mut begins_late = false;
        for row in [0, 1, 50, 77, 128] {
            let lead = plan.lead(row);
            begins_late |= lead > 0;
            let rest = stream(&plan, &rgba[lead * size[0] * 4..], [size[0], size[1] - lead], 10);
            let output_row = size[0] * scale * scale * 4;
            assert!(rest[(row - lead) * output_row..] == whole[row * output_row..], "{name}, row {row}");
        }
        assert!(begins_late, "{name}");
    }
}

/// What a picture needs does not grow with its height, and is what the plan foretells.
#[test]
fn memory_is_that_of_a_few_rows() {
    for (name, network) in
        [("chain", chain(&[24, 24, 17], 3)), ("mixed", mixed()), ("tall", tall()), ("squares", squares())]
    {
        let plan = Arc::new(RowPlan::new(&network).expect("goes row by row"));
        let size = [128, 600];
        let rgba = noise_picture(size);
        let mut stage = RowStage::new(plan.clone(), 0..network.ops().len(), size, Sample::U8, step(&plan, size[0]));
        let claimed = stage.bytes();
        for rows in rgba.chunks(step(&plan, size[0]) * size[0] * 4) {
            stage.push(Batch { picture: rows.to_vec(), ..Batch::default() });
        }
        // Memory that must grow is copied, and grows to twice what it was. The few rows of the picture itself begin with none.
        let grown = stage.bytes() as f64 / claimed as f64;
        assert!(grown < 1.05, "{name}: {grown} times what was claimed");
        // Beside the rows there are those of zeros, and zeros beside the pixels.
        let foretold = plan.bytes(size[0], step(&plan, size[0]));
        let share = stage.bytes() as f64 / foretold as f64;
        assert!((0.9..1.5).contains(&share), "{name}: {share} of {foretold} bytes");
    }
}
