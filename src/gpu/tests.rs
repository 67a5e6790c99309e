//! Every step on the GPU against its CPU twin, feature map by feature map, on odd sizes.

use super::{Blocking, BlockingChoice, Gpu, GpuOptions, Peak, device::Device, plan::DispatchPlan, trial};
use crate::{
    Backend, Network, Precision, TileInput,
    cpu::{Features, run_all},
    network::{
        Activation, Combine, DySample, Extent, GroupNorm, LayerNorm, MaxPool, Op, Resize, ResizeFilter, Slice,
        draft::{Draft, Noise, slice},
    },
    picture::Depth,
    tile::{Rect, Window},
};

/// A dense block in one map, values added over one and over several layers, every activation and every way to combine,
/// windows, a normalisation, and a tail.
fn wide_network() -> Network {
    let mut draft = Draft::new();
    let picture = draft.picture(1);
    let dense = draft.map(24, Extent::PICTURE);
    let slopes = draft.noise.values(11, 0.0, 0.5);
    draft.conv(picture, slice(dense, 0, 11), 3, |conv| conv.activation = Activation::Prelu(slopes));
    draft.conv(slice(dense, 0, 11), slice(dense, 12, 6), 3, |conv| conv.activation = Activation::Silu);
    draft.conv(slice(dense, 0, 18), slice(dense, 20, 4), 1, |conv| conv.activation = Activation::Mish);
    let joined = draft.map(11, Extent::PICTURE);
    draft.conv(dense, joined, 3, |conv| conv.combine = Combine::Add(vec![(slice(dense, 0, 11), 0.5)]));
    let attended = draft.map(11, Extent::PICTURE);
    draft.conv(joined, attended, 3, |conv| conv.combine = Combine::Attend(joined));
    let both = draft.map(11, Extent::PICTURE);
    draft.conv(attended, both, 5, |conv| {
        conv.combine = Combine::Add(vec![(joined, 1.0), (slice(dense, 0, 11), -0.25)]);
    });

    let strided = draft.map(5, Extent::Windows { of: both.map, kernel: 3, stride: 2 });
    draft.conv(both, strided, 3, |conv| (conv.stride, conv.padding) = (2, 0));
    let pooled = draft.map(5, Extent::Windows { of: strided.map, kernel: 4, stride: 3 });
    draft.ops.push(Op::MaxPool(MaxPool { source: strided, output: pooled, kernel: 4, stride: 3 }));
    let coarse = draft.map(5, draft.maps[pooled.map].extent);
    draft.conv(pooled, coarse, 3, |_| ());
    let enlarged = draft.map(5, Extent::PICTURE);
    draft.ops.push(Op::Resize(Resize { source: coarse, output: enlarged, filter: ResizeFilter::Bilinear }));
    let gated = draft.map(11, Extent::PICTURE);
    draft.conv(enlarged, gated, 1, |conv| {
        (conv.activation, conv.combine) = (Activation::Sigmoid, Combine::Multiply(both));
    });

    let mixed = draft.map(18, Extent::PICTURE);
    draft.conv(gated, mixed, 1, |_| ());
    let normal = draft.map(18, Extent::PICTURE);
    let (weight, bias) = (draft.noise.values(18, 0.5, 1.0), draft.noise.values(18, -0.1, 0.1));
    let residual = slice(dense, 0, 18);
    draft.ops.push(Op::GroupNorm(GroupNorm { source: mixed, output: normal, groups: 3, weight, bias, residual }));
    let layered = draft.map(18, Extent::PICTURE);
    let (weight, bias) = (draft.noise.values(18, 0.5, 1.0), draft.noise.values(18, -0.1, 0.1));
    draft.ops.push(Op::LayerNorm(LayerNorm { source: normal, output: layered, weight, bias }));
    let last = draft.map(27, Extent::PICTURE);
    draft.conv(layered, last, 3, |_| ());
    draft.finish(last, 3, true)
}

/// A picture that is unshuffled, enlarged again by convolutions, and put out at four times its size without a tail.
fn tall_network() -> Network {
    let mut draft = Draft::new();
    let picture = draft.picture(2);
    let small = draft.map(9, draft.maps[picture.map].extent);
    draft.conv(picture, small, 3, |_| ());
    let middle = draft.map(9, Extent::PICTURE);
    draft.conv(small, middle, 3, |conv| conv.upsample = 2);
    let large = draft.map(6, Extent::Scaled { times: 2, over: 1 });
    draft.conv(middle, large, 5, |conv| conv.upsample = 2);
    let plain = draft.picture(1);
    let cubic = draft.map(3, Extent::Scaled { times: 2, over: 1 });
    draft.ops.push(Op::Resize(Resize { source: plain, output: cubic, filter: ResizeFilter::Bicubic }));
    let joined = draft.map(12, Extent::Scaled { times: 2, over: 1 });
    draft.conv(large, slice(joined, 0, 12), 3, |_| ());
    let offsets = draft.map(2 * 3 * 4, Extent::Scaled { times: 2, over: 1 });
    draft.conv(large, offsets, 1, |_| ());
    let sampled = draft.map(12, Extent::Scaled { times: 4, over: 1 });
    draft.ops.push(Op::DySample(DySample { source: joined, offsets, output: sampled, groups: 3, scale: 2 }));
    let cubic_enlarged = draft.map(3, Extent::Scaled { times: 4, over: 1 });
    draft.conv(cubic, cubic_enlarged, 3, |conv| conv.upsample = 2);
    let last = draft.map(3, Extent::Scaled { times: 4, over: 1 });
    draft.conv(sampled, last, 1, |conv| conv.combine = Combine::Add(vec![(cubic_enlarged, 0.5)]));
    draft.finish(last, 1, false)
}

pub(super) const NEEDS_A_DRIVER: &str = "GPU tests need a Vulkan driver; a software one will do (Debian: mesa-vulkan-drivers), as \
                              `cargo xtask test` sets up";

fn open(network: &Network, precision: Precision, blocking: BlockingChoice) -> Gpu {
    let options = GpuOptions { precision, tile: Some(40), blocking, allow_software: true };
    pollster::block_on(Gpu::open(network, options)).expect(NEEDS_A_DRIVER)
}

/// A tile of noise out of the middle of a larger picture.
fn tile(width: u32, height: u32, keep: Rect) -> TileInput {
    let mut noise = Noise(width * 100 + height);
    let rgba = (0..width * height * 4).map(|_| (noise.next() * 256.0) as u8).collect();
    let part = Rect { x: 24, y: 12, width, height };
    TileInput { rgba, depth: Depth::Eight, window: Window { part, whole: [24 + width + 30, 12 + height + 6] }, keep }
}

fn compare(network: &Network, precision: Precision, blocking: BlockingChoice, tolerance: f32) {
    let gpu = open(network, precision, blocking);
    for (width, height) in [(12, 36), (18, 12), (16, 16), (36, 38)] {
        let input = tile(width, height, Rect { x: 0, y: 0, width, height });
        let (maps, _) = run_all(network, &input);
        for (index, step) in gpu.plan.steps.iter().enumerate().filter(|(_, step)| step.output.is_some()) {
            // The first half of a normalisation leaves nothing in its output yet.
            let Some(output) = network.ops()[step.op].writes().filter(|_| step.entry.name() != "statistics") else {
                continue;
            };
            let map = &maps[output.map];
            let expected = values(map, output);
            let got = pollster::block_on(gpu.features_after(&input, index, output)).expect("runs");
            assert_eq!(got.len(), expected.len());
            for (place, (got, expected)) in got.iter().zip(&expected).enumerate() {
                let error = (got - expected).abs() / expected.abs().max(1.0);
                let what = format!("{width} x {height}, step {index} ({}), value {place}", step.entry.name());
                assert!(error <= tolerance, "{what}: GPU {got}, CPU {expected}");
            }
        }
    }
}

/// `[height][width][channels]` of a slice.
fn values(map: &Features, slice: Slice) -> Vec<f32> {
    map.data
        .chunks_exact(map.channels)
        .flat_map(|pixel| pixel[slice.first..][..slice.channels].iter().copied())
        .collect()
}

#[test]
fn every_step_equals_its_twin_in_f32() {
    compare(&wide_network(), Precision::F32, BlockingChoice::Auto, 2e-5);
    compare(&tall_network(), Precision::F32, BlockingChoice::Auto, 2e-5);
}

/// f16 keeps 11 bits of each stored value; a few layers add that up.
#[test]
fn every_step_is_near_its_twin_in_f16() {
    compare(&wide_network(), Precision::F16, BlockingChoice::Auto, 2e-2);
    compare(&tall_network(), Precision::F16, BlockingChoice::Auto, 2e-2);
}

/// 3x3 convolutions of the picture and of features, into odd numbers of blocks, with values added, and enlarged.
fn blocked_network() -> Network {
    let mut draft = Draft::new();
    let picture = draft.picture(1);
    let first = draft.map(11, Extent::PICTURE);
    let slopes = draft.noise.values(11, 0.0, 0.5);
    draft.conv(picture, first, 3, |conv| conv.activation = Activation::Prelu(slopes));
    let second = draft.map(20, Extent::PICTURE);
    draft.conv(first, second, 3, |conv| conv.activation = Activation::Silu);
    let third = draft.map(11, Extent::PICTURE);
    draft.conv(second, third, 3, |conv| conv.combine = Combine::Add(vec![(first, 0.5)]));
    let large = draft.map(8, Extent::Scaled { times: 2, over: 1 });
    draft.conv(third, large, 3, |conv| conv.upsample = 2);
    let last = draft.map(27, Extent::Scaled { times: 2, over: 1 });
    draft.conv(large, last, 3, |_| ());
    draft.finish(last, 3, false)
}

/// Every blocking, and products both fused and not, which depends on the GPU otherwise.
#[test]
fn every_blocking_equals_the_twin() {
    let network = blocked_network();
    for blocking in Blocking::ALL {
        compare(&network, Precision::F32, BlockingChoice::Only(blocking), 2e-5);
        compare(&network, Precision::F16, BlockingChoice::Only(blocking), 2e-2);
        pixels_equal(&network, &open(&network, Precision::F32, BlockingChoice::Only(blocking)));
    }
    let device = pollster::block_on(Device::open(Precision::F32, true)).expect(NEEDS_A_DRIVER);
    for fused in [false, true] {
        let plan = DispatchPlan::new(&network, Blocking::Square1, fused);
        let gpu = pollster::block_on(Gpu::new(device.clone(), &network, plan, false, Some(40))).expect("opens");
        pixels_equal(&network, &gpu);
    }
}

#[test]
fn a_trial_times_every_blocking_and_takes_the_fastest() {
    let network = blocked_network();
    let device = pollster::block_on(Device::open(Precision::F32, true)).expect(NEEDS_A_DRIVER);
    let (fastest, times) = pollster::block_on(trial::measure(&device, &network, false)).expect("runs");
    assert_eq!(times.iter().map(|(blocking, _)| *blocking).collect::<Vec<_>>(), Blocking::ALL);
    let least = times.iter().map(|(_, seconds)| *seconds).fold(f64::INFINITY, f64::min);
    assert!(least > 0.0 && times.contains(&(fastest, least)), "{fastest} of {times:?}");
}

/// Pixels have 8 bits; they must round to the twin's values, for the part that is kept and no other.
#[test]
fn pixels_equal_their_twins() {
    for network in [wide_network(), tall_network()] {
        pixels_equal(&network, &open(&network, Precision::F32, BlockingChoice::Auto));
    }
}

fn pixels_equal(network: &Network, gpu: &Gpu) {
    let keep = Rect { x: 3, y: 2, width: 17, height: 13 };
    let input = tile(24, 20, keep);
    let (_, whole) = run_all(network, &input);
    let whole = whole.expect("every network ends in pixels");
    let whole_width = whole.window.part.width as usize;
    let got = pollster::block_on(gpu.run(input)).expect("runs");
    let part = keep.scaled(network.scale());
    assert_eq!(got.len(), part.area() * 4);
    let mut clamped = 0;
    for (index, &[red, green, blue, alpha]) in got.as_chunks::<4>().0.iter().enumerate() {
        let (x, y) = (part.x as usize + index % part.width as usize, part.y as usize + index / part.width as usize);
        let expected = &whole.data[(y * whole_width + x) * 3..][..3];
        for (got, expected) in [red, green, blue].into_iter().zip(expected) {
            clamped += usize::from(!(0.0..=1.0).contains(expected));
            let error = (f32::from(got) - expected.clamp(0.0, 1.0) * 255.0).abs();
            assert!(error <= 0.51, "pixel {x}, {y}: GPU {got}, CPU {}", expected * 255.0);
        }
        assert_eq!(alpha, 255);
    }
    assert!(clamped > 0 && clamped < got.len() * 7 / 10, "values must be in and out of range, {clamped} are out");
}

#[test]
fn every_step_is_timed() {
    for network in [wide_network(), tall_network()] {
        let gpu = open(&network, Precision::F32, BlockingChoice::Auto);
        let input = tile(36, 24, Rect { x: 0, y: 0, width: 36, height: 24 });
        let Some(layers) = pollster::block_on(gpu.time_layers(&input, 2)).expect("runs") else {
            eprintln!("skipped: {} has no timestamp queries", gpu.info.adapter);
            return;
        };
        let steps: Vec<_> = gpu.plan.steps.iter().map(|step| step.entry.name()).collect();
        assert_eq!(layers.iter().map(|layer| layer.step).collect::<Vec<_>>(), steps);
        // Every step is work that the pace must know of.
        assert!(layers.iter().all(|layer| layer.flops > 0.0), "{layers:?}");
        let convolutions = layers.iter().filter(|layer| layer.kernel.is_some());
        let flops: f64 = convolutions.map(|layer| layer.flops).sum();
        // The outline that the GPU keeps has no weights to count.
        assert!((flops / (network.flops_per_pixel() * 36.0 * 24.0) - 1.0).abs() < 1e-9);
        for layer in &layers {
            // Beyond a second it would be no time but the difference of two unrelated numbers.
            assert!(layer.seconds > 0.0 && layer.seconds < 1.0, "{layer:?}");
        }
    }
}

#[test]
fn a_peak_can_be_measured() {
    let peak = pollster::block_on(Peak::measure(true)).expect(NEEDS_A_DRIVER);
    assert!(!peak.adapter.is_empty());
    let speeds = [Some(peak.f32_flops), peak.f16_flops, Some(peak.copy_bytes)];
    assert!(speeds.into_iter().flatten().all(|speed| speed.is_finite() && speed > 0.0), "{peak:?}");
}
