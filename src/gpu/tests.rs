//! Every step on the GPU against its CPU twin, feature map by feature map, on odd sizes.

use super::{Gpu, Slot};
use crate::{
    Backend, Network, Precision, TileInput,
    cpu::{Features, run_op},
    network::{Conv3x3, Op, PixelShuffle, Value},
    tile::Rect,
};

/// Fixed noise in 0..1 (a linear congruential generator).
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / (1 << 24) as f32
    }

    /// Weights that keep values at about the same size from layer to layer.
    fn conv(&mut self, source: usize, inputs: usize, outputs: usize, residual: Option<usize>) -> Op {
        let range = (12.0 / (inputs * 9) as f32).sqrt();
        Op::Conv3x3(Conv3x3 {
            source: Value(source),
            inputs,
            outputs,
            weight: (0..outputs * inputs * 9).map(|_| (self.next() - 0.5) * range).collect(),
            bias: (0..outputs).map(|_| self.next() * 0.2 - 0.1).collect(),
            slopes: Some((0..outputs).map(|_| self.next() * 0.5).collect()),
            residual: residual.map(Value),
        })
    }
}

/// Odd widths, a layer wider than the others, and values added over one and over several layers.
fn network() -> Network {
    let mut noise = Noise(7);
    let ops = vec![
        noise.conv(0, 3, 11, None),
        noise.conv(1, 11, 11, Some(1)),
        noise.conv(2, 11, 17, None),
        noise.conv(3, 17, 11, Some(1)),
        noise.conv(4, 11, 11, None),
        noise.conv(5, 11, 27, None),
        Op::PixelShuffle(PixelShuffle { source: Value(6) }),
    ];
    Network::new("test", 3, ops).expect("sound")
}

fn half_to_f32(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<2>().0.iter().map(|&two| half::f16::from_le_bytes(two).to_f32()).collect()
}

/// What step number `step` leaves in its feature buffer, as `[height][width][channels]`.
fn features_after(gpu: &Gpu, input: &TileInput, step: usize, channels: usize) -> Vec<f32> {
    let slot = Slot::new(gpu);
    let mut encoder = slot.encode(gpu, input, step + 1);
    let features = &gpu.features[gpu.plan.steps[step].output.expect("not the tail")];
    let readback = gpu.device.device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: features.size(),
        usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
        mapped_at_creation: false,
    });
    encoder.copy_buffer_to_buffer(features, 0, &readback, 0, features.size());
    gpu.device.queue.submit([encoder.finish()]);
    readback.map_async(wgpu::MapMode::Read, .., |result| result.expect("mapped"));
    gpu.device.device.poll(wgpu::PollType::wait_indefinitely()).expect("polled");
    assert!(gpu.device.take_failure().is_none());
    let bytes = readback.get_mapped_range(..).expect("mapped").to_vec();
    let blocked = if gpu.info.precision == "f16" {
        half_to_f32(&bytes)
    } else {
        bytes.as_chunks::<4>().0.iter().map(|&four| f32::from_le_bytes(four)).collect()
    };
    let pixels = (input.width * input.height) as usize;
    let value = |pixel: usize, channel: usize| blocked[(channel / 4 * pixels + pixel) * 4 + channel % 4];
    (0..pixels).flat_map(|pixel| (0..channels).map(move |channel| (pixel, channel))).map(|(p, c)| value(p, c)).collect()
}

const NEEDS_A_DRIVER: &str = "GPU tests need a Vulkan driver; a software one will do (Debian: mesa-vulkan-drivers), as \
                              `cargo xtask test` sets up";

/// A tile of noise, and the values of every op over it on the CPU, the picture first.
fn case(network: &Network, width: u32, height: u32, keep: Rect) -> (TileInput, Vec<Features>) {
    let mut noise = Noise(width * 100 + height);
    let rgba: Vec<u8> = (0..width * height * 4).map(|_| (noise.next() * 256.0) as u8).collect();
    let pixels = rgba.as_chunks::<4>().0.iter();
    let data = pixels.flat_map(|&[red, green, blue, _]| [red, green, blue]).map(|v| f32::from(v) / 255.0).collect();
    let mut values = vec![Features { width: width as usize, height: height as usize, channels: 3, data }];
    for op in network.ops() {
        let made = run_op(op, network.scale(), &values);
        values.push(made);
    }
    (TileInput { rgba, width, height, keep }, values)
}

fn compare(precision: Precision, tolerance: f32) {
    let network = network();
    let gpu = pollster::block_on(Gpu::open(&network, precision, Some(40), true)).expect(NEEDS_A_DRIVER);
    for (width, height) in [(1, 1), (1, 33), (17, 3), (16, 16), (35, 37)] {
        let (input, values) = case(&network, width, height, Rect { x: 0, y: 0, width, height });
        for (index, step) in gpu.plan.steps.iter().enumerate().filter(|(_, step)| step.output.is_some()) {
            let expected = &values[step.op + 1];
            let got = features_after(&gpu, &input, index, expected.channels);
            assert_eq!(got.len(), expected.data.len());
            for (place, (got, expected)) in got.iter().zip(&expected.data).enumerate() {
                let error = (got - expected).abs() / expected.abs().max(1.0);
                let what = format!("{width} x {height}, step {index}, value {place}");
                assert!(error <= tolerance, "{what}: GPU {got}, CPU {expected}");
            }
        }
    }
}

#[test]
fn every_layer_equals_its_twin_in_f32() {
    compare(Precision::F32, 1e-5);
}

/// f16 keeps 11 bits of each stored value; a few layers add that up.
#[test]
fn every_layer_is_near_its_twin_in_f16() {
    compare(Precision::F16, 5e-3);
}

/// `tail` stores 8 bits; its sums must round to the twin's values, for the part that is kept and no other.
#[test]
fn the_tail_equals_its_twin() {
    let network = network();
    let gpu = pollster::block_on(Gpu::open(&network, Precision::F32, Some(40), true)).expect(NEEDS_A_DRIVER);
    let keep = Rect { x: 3, y: 2, width: 17, height: 13 };
    let (input, values) = case(&network, 23, 19, keep);
    let whole = values.last().expect("the picture at least");
    let got = pollster::block_on(gpu.run(input)).expect("runs");
    let part = keep.scaled(network.scale());
    assert_eq!(got.len(), part.area() * 4);
    let mut clamped = 0;
    for (index, &[red, green, blue, alpha]) in got.as_chunks::<4>().0.iter().enumerate() {
        let (x, y) = (part.x as usize + index % part.width as usize, part.y as usize + index / part.width as usize);
        let expected = &whole.data[(y * whole.width + x) * 3..][..3];
        for (got, expected) in [red, green, blue].into_iter().zip(expected) {
            clamped += usize::from(!(0.0..=1.0).contains(expected));
            let error = (f32::from(got) - expected.clamp(0.0, 1.0) * 255.0).abs();
            assert!(error <= 0.51, "pixel {x}, {y}: GPU {got}, CPU {}", expected * 255.0);
        }
        assert_eq!(alpha, 255);
    }
    assert!(clamped > 0 && clamped < got.len() / 2, "the case must have values in and out of range, {clamped} are out");
}
