//! What a model is, whoever runs it: a list of ops with their weights, a scale and a receptive field.
//!
//! Backends run the ops over feature maps; none of them knows which architecture they came from.

mod builder;
mod check;
mod compact;
#[cfg(test)]
pub(crate) mod draft;
mod extent;
mod layers;
mod layout;
mod needed;
mod op;
mod realplksr;
mod rlfn;
mod rrdb;
mod span;
mod srcnn;
mod weights;

pub use layers::Layer;
pub(crate) use layout::{Layout, Shape};
#[cfg(any(not(target_arch = "wasm32"), feature = "conversion"))]
pub(crate) use layout::{Parameters, layouts};
pub use op::{
    Activation, BLOCK, Combine, Conv, DySample, Extent, GROUP_NORM_EPSILON, GroupNorm, LAYER_NORM_EPSILON, LayerNorm,
    Map, MaxPool, Op, PixelShuffle, PixelUnshuffle, Resize, ResizeFilter, Slice,
};
pub use weights::{Tensor, Weights};

use crate::{
    Error, Result,
    tile::{Reach, Rect, Tiling, Window},
};
use check::Facts;

/// Up to this receptive-field radius in LR pixels, tiles overlap by all of it, and tiled equals whole.
const LARGEST_EXACT_HALO: u32 = 64;

/// How far tiles overlap where the radius is larger, in LR pixels. What that costs is measured in README.md.
const CAPPED_HALO: u32 = 32;

/// A model: what to compute, and how much larger the result is.
#[derive(Clone, Debug)]
pub struct Network {
    architecture: &'static str,
    maps: Vec<Map>,
    ops: Vec<Op>,
    /// For each op what its weights are called; empty where it has none. Without any where the network is not out of a file.
    names: Vec<String>,
    parameters: usize,
    facts: Facts,
}

/// Recognises one architecture: None when the tensors are of another, an error when they are of this one but damaged.
type Recognise = fn(&Weights) -> Option<Result<Network>>;

/// Every architecture that is known, by the name that people use.
const ARCHITECTURES: &[(&str, Recognise)] = &[
    (compact::NAME, compact::recognise),
    (rrdb::NAME, rrdb::recognise),
    (span::NAME, span::recognise),
    (span::FAST_NAME, span::recognise_fast),
    (rlfn::NAME, rlfn::recognise),
    (realplksr::NAME, realplksr::recognise),
    (srcnn::NAME, srcnn::recognise),
];

/// Parts of names that only transformers have.
const ATTENTION: [&str; 5] = ["relative_position", ".qkv.", ".rpi_", "attn.proj.", "layers.0.residual_group"];

/// The error for a transformer.
pub(crate) fn transformer(seen: &str) -> Error {
    Error::RefusedModel {
        reason: format!(
            "it is a transformer, as SwinIR, DAT and HAT are ({seen}), and its attention between distant pixels is not computed \
             here. Take a network of convolutions for the same kind of pictures, such as an ESRGAN, a SPAN or a RealPLKSR"
        ),
    }
}

/// The error for a sound file that no known architecture runs; `seen` is what it holds.
pub(crate) fn unsupported(seen: String) -> Error {
    let supported = ARCHITECTURES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    Error::UnsupportedModel { seen, supported }
}

impl Network {
    /// Reads a weight file (see [`Weights::parse`]) and recognises its architecture from the tensors' names and shapes.
    ///
    /// # Errors
    /// [`Error::DamagedModel`] when the file or a tensor in it is not sound, [`Error::RefusedModel`] when it is of a
    /// kind that is not accepted, or a transformer, [`Error::UnsupportedModel`] when no known architecture has such tensors.
    pub fn load(file: &[u8]) -> Result<Self> {
        Self::from_weights(&Weights::parse(file)?)
    }

    /// Recognises the architecture of named tensors.
    ///
    /// # Errors
    /// As [`Network::load`].
    pub fn from_weights(weights: &Weights) -> Result<Self> {
        if let Some(model) = weights.is_difference_to() {
            let reason = format!("it holds what is to be added to the weights of {model}, and is no model by itself");
            return Err(Error::RefusedModel { reason });
        }
        ARCHITECTURES.iter().find_map(|(_, recognise)| recognise(weights)).unwrap_or_else(|| {
            let of_attention = weights.names().find(|name| ATTENTION.iter().any(|part| name.contains(part)));
            Err(of_attention.map_or_else(|| unsupported(weights.describe()), transformer))
        })
    }

    /// Puts a network together and checks that its ops fit each other. Map 0 is the picture, and `parameters` is the
    /// number of trained values.
    ///
    /// # Errors
    /// [`Error::DamagedModel`] when an op reads channels that are not made yet, when channels or sizes do not match, or
    /// when the ops do not end in a pixel shuffle.
    pub fn new(architecture: &'static str, maps: Vec<Map>, ops: Vec<Op>, parameters: usize) -> Result<Self> {
        let damaged = |reason| Error::DamagedModel { reason: format!("as {architecture}, {reason}") };
        let facts = check::check(&maps, &ops).map_err(damaged)?;
        Ok(Self { architecture, maps, ops, names: Vec::new(), parameters, facts })
    }

    /// The same network without the weights of its convolutions, for backends that have packed them their own way.
    #[must_use]
    pub fn outline(&self) -> Self {
        let without_weights = |op: &Op| match op {
            Op::Conv(conv) => Op::Conv(Conv {
                weight: Vec::new(),
                bias: conv.bias.clone(),
                activation: conv.activation.clone(),
                combine: conv.combine.clone(),
                ..*conv
            }),
            other => other.clone(),
        };
        let ops = self.ops.iter().map(without_weights).collect();
        Self { maps: self.maps.clone(), ops, names: self.names.clone(), ..*self }
    }

    /// Name of the architecture, for people.
    #[must_use]
    pub fn architecture(&self) -> &'static str {
        self.architecture
    }

    /// How many times wider and higher the output is, 1 to 16.
    #[must_use]
    pub fn scale(&self) -> u32 {
        self.facts.scale
    }

    /// The feature maps; the first is the picture.
    #[must_use]
    pub fn maps(&self) -> &[Map] {
        &self.maps
    }

    /// The ops in the order in which they run.
    #[must_use]
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// The layers that can be looked at, in the order in which they run. What is unfolded into the result's pixels is not among them:
    /// a GPU computes and unfolds it in one go, and it is the result.
    #[must_use]
    pub fn layers(&self) -> Vec<Layer> {
        layers::layers(self)
    }

    /// The part of a map of the whole picture that belongs to a part of the picture: parts that meet in the picture meet in the map.
    /// `whole` is the map's width and height.
    pub(crate) fn part_of_map(&self, map: usize, part: Rect, picture: [u32; 2], whole: [u32; 2]) -> Rect {
        let edge = |at: u32, picture: u32, whole: u32| {
            if at >= picture { whole } else { extent::place(&self.maps, map, at).min(whole) }
        };
        let [x, y] = [edge(part.x, u32::MAX, whole[0]), edge(part.y, u32::MAX, whole[1])];
        let [right, bottom] =
            [edge(part.x + part.width, picture[0], whole[0]), edge(part.y + part.height, picture[1], whole[1])];
        Rect { x, y, width: right - x, height: bottom - y }
    }

    /// Receptive-field radius in LR pixels: an output pixel depends on input pixels at most this far from its own. None
    /// when it depends on all of the picture.
    #[must_use]
    pub fn radius(&self) -> Option<u32> {
        self.facts.radius
    }

    /// How tiles must be cut for this network.
    #[must_use]
    pub fn tiling(&self) -> Tiling {
        let Facts { radius, align, multiple, smallest, .. } = self.facts;
        let halo = radius.filter(|&radius| radius <= LARGEST_EXACT_HALO).unwrap_or(CAPPED_HALO.max(smallest));
        Tiling { halo, align, multiple, smallest }
    }

    /// How a part of a picture can be enlarged as a picture of its own by loops that make every pixel alike. None where a pixel's place in
    /// the picture counts, or where the receptive field is so large that tiles only come close.
    #[must_use]
    pub fn reach(&self) -> Option<Reach> {
        let Facts { radius, multiple, .. } = self.facts;
        let is_alike =
            |op: &Op| matches!(op, Op::Conv(_) | Op::LayerNorm(_) | Op::PixelShuffle(_) | Op::PixelUnshuffle(_));
        let radius = radius.filter(|&radius| radius <= LARGEST_EXACT_HALO && self.ops.iter().all(is_alike))?;
        Some(Reach { radius, align: multiple })
    }

    /// Where each map of a tile lies in that of the whole picture.
    #[must_use]
    pub fn windows(&self, tile: Window) -> Vec<Window> {
        extent::windows(&self.maps, tile)
    }

    /// For each map of a tile, the part that is needed for the pixels of `keep` and the map's own coordinates in the tile.
    /// `windows` are the maps' own, `keep` is in LR pixels of the tile.
    #[must_use]
    pub fn needed(&self, windows: &[Window], keep: Rect) -> Vec<Rect> {
        needed::needed(&self.maps, &self.ops, windows, keep)
    }

    /// For each map, the first op that writes it and the last that reads or writes it. The picture is there from the
    /// start.
    #[must_use]
    pub fn lifetimes(&self) -> Vec<std::ops::RangeInclusive<usize>> {
        let mut lifetimes = vec![0..=0; self.maps.len()];
        for (index, op) in self.ops.iter().enumerate().rev() {
            for slice in op.reads().into_iter().chain(op.writes()) {
                let last = (*lifetimes[slice.map].end()).max(index);
                lifetimes[slice.map] = index..=last;
            }
        }
        lifetimes
    }

    /// Number of trained values.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// Floating-point operations of convolutions for each LR pixel, counting a multiply-add as two.
    #[must_use]
    pub fn flops_per_pixel(&self) -> f64 {
        self.convolutions().map(|conv| 2.0 * conv.weight.len() as f64 * self.density(conv.output.map)).sum()
    }

    /// How many pixels of a map there are for each LR pixel.
    #[must_use]
    pub fn density(&self, map: usize) -> f64 {
        match self.maps[map].extent {
            Extent::Scaled { times, over } => (f64::from(times) / f64::from(over)).powi(2),
            Extent::Windows { of, stride, .. } => self.density(of) / f64::from(stride).powi(2),
        }
    }

    /// The most values that must be kept at once, for each LR pixel.
    #[must_use]
    pub fn peak_values_per_pixel(&self) -> f64 {
        let lifetimes = self.lifetimes();
        let alive = |op: usize| {
            let maps = self.maps.iter().enumerate().zip(&lifetimes).filter(|(_, lifetime)| lifetime.contains(&op));
            maps.map(|((index, map), _)| map.channels as f64 * self.density(index)).sum::<f64>()
        };
        (0..self.ops.len()).map(alive).fold(0.0, f64::max)
    }

    /// Whether every weight is in the range of f16 numbers.
    #[must_use]
    pub fn fits_f16(&self) -> bool {
        let max = half::f16::MAX.to_f32();
        self.convolutions().all(|conv| conv.weight.iter().all(|weight| weight.abs() <= max))
    }

    fn convolutions(&self) -> impl Iterator<Item = &Conv> {
        self.ops.iter().filter_map(|op| if let Op::Conv(conv) = op { Some(conv) } else { None })
    }
}
