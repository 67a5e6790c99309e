//! Networks of any shape for tests.

use super::{Activation, BLOCK, Combine, Conv, Extent, Map, Network, Op, PixelShuffle, PixelUnshuffle, Slice};

/// Fixed noise in 0..1 (a linear congruential generator).
pub(crate) struct Noise(pub(crate) u32);

impl Noise {
    pub(crate) fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / (1 << 24) as f32
    }

    pub(crate) fn values(&mut self, count: usize, from: f32, to: f32) -> Vec<f32> {
        (0..count).map(|_| from + self.next() * (to - from)).collect()
    }
}

/// A network in the making, with random weights that keep values at about the same size from layer to layer.
pub(crate) struct Draft {
    pub(crate) noise: Noise,
    pub(crate) maps: Vec<Map>,
    pub(crate) ops: Vec<Op>,
}

impl Draft {
    pub(crate) fn new() -> Self {
        let picture = Map { channels: BLOCK, extent: Extent::PICTURE };
        Self { noise: Noise(7), maps: vec![picture], ops: Vec::new() }
    }

    pub(crate) fn map(&mut self, channels: usize, extent: Extent) -> Slice {
        self.maps.push(Map { channels: channels.next_multiple_of(BLOCK), extent });
        Slice { map: self.maps.len() - 1, first: 0, channels }
    }

    pub(crate) fn picture(&mut self, factor: usize) -> Slice {
        let output = self.map(3 * factor * factor, Extent::Scaled { times: 1, over: factor as u32 });
        self.ops.push(Op::PixelUnshuffle(PixelUnshuffle { output, factor }));
        output
    }

    /// A convolution into `output`, which may be changed before it is added.
    pub(crate) fn conv(&mut self, source: Slice, output: Slice, kernel: usize, change: impl FnOnce(&mut Conv)) {
        let range = (12.0 / (source.channels * kernel * kernel) as f32).sqrt() / 2.0;
        let mut conv = Conv {
            source,
            output,
            kernel,
            stride: 1,
            padding: kernel / 2,
            upsample: 1,
            weight: self.noise.values(output.channels * source.channels * kernel * kernel, -range, range),
            bias: self.noise.values(output.channels, -0.1, 0.1),
            activation: Activation::Identity,
            combine: Combine::Nothing,
        };
        change(&mut conv);
        self.ops.push(Op::Conv(conv));
    }

    pub(crate) fn finish(mut self, source: Slice, scale: usize, adds_picture: bool) -> Network {
        self.ops.push(Op::PixelShuffle(PixelShuffle { source, scale, adds_picture }));
        Network::new("test", self.maps, self.ops, 0).expect("sound")
    }
}

/// Some channels of a slice's map.
pub(crate) fn slice(of: Slice, first: usize, channels: usize) -> Slice {
    Slice { map: of.map, first, channels }
}
