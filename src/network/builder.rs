//! What architectures are written with: layers out of a weight file, and ops over values.

use std::collections::BTreeSet;

use super::{
    Network, Tensor, Weights,
    check::MAX_SCALE,
    op::{
        Activation, BLOCK, Combine, Conv, DySample, Extent, GroupNorm, LayerNorm, Map, MaxPool, Op, PixelShuffle,
        PixelUnshuffle, Resize, ResizeFilter, Slice,
    },
    unsupported,
};
use crate::{Error, Result};

/// Channels of a map in one or several parts, each of which begins a block of its own.
#[derive(Clone, Debug)]
pub(super) struct Value {
    map: usize,
    first: usize,
    parts: Vec<usize>,
}

impl Value {
    /// Number of channels, gaps between parts not counted.
    pub(super) fn channels(&self) -> usize {
        self.parts.iter().sum()
    }

    /// The first `count` parts.
    pub(super) fn first_parts(&self, count: usize) -> Self {
        Self { parts: self.parts[..count].to_vec(), ..*self }
    }

    /// Part number `index`.
    pub(super) fn part(&self, index: usize) -> Self {
        let first = self.first + self.parts[..index].iter().map(|part| part.next_multiple_of(BLOCK)).sum::<usize>();
        Self { map: self.map, first, parts: vec![self.parts[index]] }
    }

    /// The channels that it spans, gaps counted.
    fn slice(&self) -> Slice {
        let channels = self.places().last().map_or(0, |place| place + 1);
        Slice { map: self.map, first: self.first, channels }
    }

    /// For each channel, its place in the slice.
    fn places(&self) -> impl Iterator<Item = usize> {
        self.parts
            .iter()
            .scan(0, |start, &part| {
                let places = *start..*start + part;
                *start += part.next_multiple_of(BLOCK);
                Some(places)
            })
            .flatten()
    }
}

/// The weights of a convolution.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layer {
    /// Its name in the weight file, or what it is for.
    pub(super) name: String,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    pub(super) kernel: usize,
    /// `[outputs][inputs][kernel][kernel]`.
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

impl Layer {
    /// The layer whose results are `factor` times as large.
    pub(super) fn scaled(mut self, factor: f32) -> Self {
        for value in self.weight.iter_mut().chain(&mut self.bias) {
            *value *= factor;
        }
        self
    }

    /// The scale of the pixel shuffle behind the layer.
    pub(super) fn shuffle_scale(&self) -> Result<usize> {
        let (name, channels) = (&self.name, self.outputs);
        (1..=MAX_SCALE as usize).find(|scale| 3 * scale * scale == channels).ok_or_else(|| Error::DamagedModel {
            reason: format!("{name} has {channels} output channels, expected 3, 12, 27, 48 ... (3 for each pixel)"),
        })
    }

    /// The layer that makes only some of the outputs.
    pub(super) fn outputs(&self, range: std::ops::Range<usize>) -> Self {
        let each = self.inputs * self.kernel * self.kernel;
        Self {
            name: self.name.clone(),
            outputs: range.len(),
            weight: self.weight[range.start * each..range.end * each].to_vec(),
            bias: self.bias[range].to_vec(),
            ..*self
        }
    }
}

/// A convolution that is about to be added.
pub(super) struct NewConv<'a> {
    layer: Layer,
    source: &'a Value,
    output: &'a Value,
    upsample: usize,
    activation: Activation,
    combine: Combine,
}

impl<'a> NewConv<'a> {
    pub(super) fn new(layer: Layer, source: &'a Value, output: &'a Value) -> Self {
        Self { layer, source, output, upsample: 1, activation: Activation::Identity, combine: Combine::Nothing }
    }

    /// Slopes for PReLU, one for each output channel.
    pub(super) fn prelu(self, slopes: Vec<f32>) -> Self {
        self.activation(Activation::Prelu(slopes))
    }

    /// One slope for all channels.
    pub(super) fn leaky_relu(self, slope: f32) -> Self {
        let slopes = vec![slope; self.layer.outputs];
        self.prelu(slopes)
    }

    pub(super) fn activation(mut self, activation: Activation) -> Self {
        self.activation = activation;
        self
    }

    /// Adds `share * other`; at most twice.
    pub(super) fn add(mut self, other: &Value, share: f32) -> Self {
        let mut others = if let Combine::Add(others) = self.combine { others } else { Vec::new() };
        others.push((other.slice(), share));
        self.combine = Combine::Add(others);
        self
    }

    pub(super) fn multiply(mut self, other: &Value) -> Self {
        self.combine = Combine::Multiply(other.slice());
        self
    }

    pub(super) fn attend(mut self, other: &Value) -> Self {
        self.combine = Combine::Attend(other.slice());
        self
    }
}

/// What else a step does. Not generic, which would compile every layer of every architecture for itself.
type Finish<'a> = &'a dyn for<'s> Fn(NewConv<'s>) -> NewConv<'s>;

/// A network in the making.
pub(super) struct Builder<'a> {
    weights: &'a Weights,
    maps: Vec<Map>,
    ops: Vec<Op>,
    /// For each op what its weights are called.
    names: Vec<String>,
    parameters: usize,
    used: BTreeSet<String>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(weights: &'a Weights) -> Self {
        let picture = Map { channels: BLOCK, extent: Extent::PICTURE };
        Self { weights, maps: vec![picture], ops: Vec::new(), names: Vec::new(), parameters: 0, used: BTreeSet::new() }
    }

    /// Adds an op; `name` is that of its weights.
    fn push(&mut self, name: &str, op: Op) {
        self.names.push(name.to_owned());
        self.ops.push(op);
    }

    /// The tensor of that name, which is marked as used.
    pub(super) fn tensor(&mut self, name: &str) -> Option<&'a Tensor> {
        self.used.insert(name.to_owned());
        self.weights.get(name)
    }

    /// Whether there is a convolution of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.weights.get(&format!("{name}.weight")).is_some()
    }

    /// Does without the tensors whose names this finds to be leftovers of training.
    pub(super) fn ignore(&mut self, is_leftover: impl Fn(&str) -> bool) {
        self.used.extend(self.weights.names().filter(|name| is_leftover(name)).map(str::to_owned));
    }

    /// The values of a tensor that must be there in that shape.
    pub(super) fn values(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        self.used.insert(name.to_owned());
        let values = self.weights.expect(name, shape)?;
        self.parameters += values.len();
        Ok(values)
    }

    /// The convolution `name.weight` with `name.bias`.
    pub(super) fn layer(&mut self, name: &str) -> Result<Layer> {
        let mut layer = self.layer_without_bias(name)?;
        layer.bias = self.values(&format!("{name}.bias"), &[layer.outputs])?;
        Ok(layer)
    }

    /// The convolution `name.weight`.
    pub(super) fn layer_without_bias(&mut self, name: &str) -> Result<Layer> {
        let weight = format!("{name}.weight");
        let damaged = |reason| Err(Error::DamagedModel { reason });
        let (outputs, inputs, kernel) = match self.weights.get(&weight).map(|tensor| &tensor.shape[..]) {
            Some(&[outputs, inputs, kernel, width]) if kernel == width && outputs * inputs * kernel > 0 => {
                (outputs, inputs, kernel)
            }
            Some(other) => return damaged(format!("{weight} has shape {other:?}, expected [outputs, inputs, N, N]")),
            None => return damaged(format!("{weight} is missing")),
        };
        let weight = self.values(&weight, &[outputs, inputs, kernel, kernel])?;
        Ok(Layer { name: name.to_owned(), inputs, outputs, kernel, weight, bias: vec![0.0; outputs] })
    }

    /// The picture as a feature map of the picture's size over `factor`, with `3 * factor * factor` channels.
    pub(super) fn picture(&mut self, factor: usize) -> Value {
        let value = self.map(&[3 * factor * factor], Extent::Scaled { times: 1, over: factor as u32 });
        self.push("", Op::PixelUnshuffle(PixelUnshuffle { output: value.slice(), factor }));
        value
    }

    /// A new map with parts of `channels` channels each.
    pub(super) fn map(&mut self, parts: &[usize], extent: Extent) -> Value {
        let channels = parts.iter().map(|part| part.next_multiple_of(BLOCK)).sum();
        self.maps.push(Map { channels, extent });
        Value { map: self.maps.len() - 1, first: 0, parts: parts.to_vec() }
    }

    /// A new map of the size of another.
    pub(super) fn map_like(&mut self, parts: &[usize], like: &Value) -> Value {
        self.map(parts, self.maps[like.map].extent)
    }

    /// A new map of `channels` for windows over another.
    pub(super) fn windows(&mut self, channels: usize, of: &Value, kernel: u32, stride: u32) -> Value {
        self.map(&[channels], Extent::Windows { of: of.map, kernel, stride })
    }

    /// A convolution into a new map of the source's size.
    pub(super) fn conv(&mut self, layer: Layer, source: &Value, finish: Finish<'_>) -> Result<Value> {
        let output = self.map_like(&[layer.outputs], source);
        self.step(finish(NewConv::new(layer, source, &output)))?;
        Ok(output)
    }

    /// A convolution of a map that is first enlarged by nearest neighbour, into a new map.
    pub(super) fn enlarged(
        &mut self,
        layer: Layer,
        source: &Value,
        factor: usize,
        finish: Finish<'_>,
    ) -> Result<Value> {
        let extent = self.maps[source.map].extent.enlarged(factor as u32);
        let extent = extent.ok_or_else(|| Error::DamagedModel { reason: "a map has no whole scale".into() })?;
        let output = self.map(&[layer.outputs], extent);
        let step = NewConv { upsample: factor, ..NewConv::new(layer, source, &output) };
        self.step(finish(step))?;
        Ok(output)
    }

    /// A convolution into channels that are there already.
    pub(super) fn step(&mut self, step: NewConv<'_>) -> Result<()> {
        let NewConv { layer, source, output, upsample, activation, combine } = step;
        if layer.inputs != source.channels() || layer.outputs != output.channels() {
            let shape = |outputs: usize, inputs: usize| [outputs, inputs, layer.kernel, layer.kernel];
            let (have, want) = (shape(layer.outputs, layer.inputs), shape(output.channels(), source.channels()));
            let reason = format!("{}.weight has shape {have:?}, expected {want:?}", layer.name);
            return Err(Error::DamagedModel { reason });
        }
        let (stride, padding) = match self.maps[output.map].extent {
            Extent::Windows { of, stride, .. } if of == source.map => (stride as usize, 0),
            _ => (1, layer.kernel / 2),
        };
        let (from, to) = (source.slice(), output.slice());
        let taps = layer.kernel * layer.kernel;
        let mut weight = vec![0.0; to.channels * from.channels * taps];
        for (output, to_place) in output.places().enumerate() {
            for (input, from_place) in source.places().enumerate() {
                let (at, place) = (output * layer.inputs + input, to_place * from.channels + from_place);
                weight[place * taps..][..taps].copy_from_slice(&layer.weight[at * taps..][..taps]);
            }
        }
        let spread = |values: &[f32]| {
            let mut spread = vec![0.0; to.channels];
            output.places().zip(values).for_each(|(place, value)| spread[place] = *value);
            spread
        };
        let activation = match activation {
            Activation::Prelu(slopes) => Activation::Prelu(spread(&slopes)),
            other => other,
        };
        let bias = spread(&layer.bias);
        let kernel = layer.kernel;
        let conv =
            Conv { source: from, output: to, kernel, stride, padding, upsample, weight, bias, activation, combine };
        self.push(&layer.name, Op::Conv(conv));
        Ok(())
    }

    /// The largest values of windows.
    pub(super) fn max_pool(&mut self, source: &Value, kernel: u32, stride: u32) -> Value {
        let output = self.windows(source.channels(), source, kernel, stride);
        let (kernel, stride) = (kernel as usize, stride as usize);
        self.push("", Op::MaxPool(MaxPool { source: source.slice(), output: output.slice(), kernel, stride }));
        output
    }

    /// A map resized to another size.
    pub(super) fn resize(&mut self, source: &Value, extent: Extent, filter: ResizeFilter) -> Value {
        let output = self.map(&source.parts, extent);
        self.push("", Op::Resize(Resize { source: source.slice(), output: output.slice(), filter }));
        output
    }

    /// The group normalisation `name.weight` and `name.bias`, with a value added.
    pub(super) fn group_norm(&mut self, name: &str, source: &Value, groups: usize, residual: &Value) -> Result<Value> {
        let channels = source.channels();
        let output = self.map_like(&[channels], source);
        let weight = self.values(&format!("{name}.weight"), &[channels])?;
        let bias = self.values(&format!("{name}.bias"), &[channels])?;
        let (source, residual) = (source.slice(), residual.slice());
        self.push(name, Op::GroupNorm(GroupNorm { source, output: output.slice(), groups, weight, bias, residual }));
        Ok(output)
    }

    /// The layer normalisation `name.weight` and `name.bias`.
    pub(super) fn layer_norm(&mut self, name: &str, source: &Value) -> Result<Value> {
        let channels = source.channels();
        let output = self.map_like(&[channels], source);
        let weight = self.values(&format!("{name}.weight"), &[channels])?;
        let bias = self.values(&format!("{name}.bias"), &[channels])?;
        self.push(name, Op::LayerNorm(LayerNorm { source: source.slice(), output: output.slice(), weight, bias }));
        Ok(output)
    }

    /// A map sampled where offsets say.
    pub(super) fn dy_sample(&mut self, source: &Value, offsets: &Value, groups: usize, scale: usize) -> Value {
        let output =
            self.map(&source.parts, self.maps[source.map].extent.enlarged(scale as u32).unwrap_or(Extent::PICTURE));
        let (source, offsets) = (source.slice(), offsets.slice());
        self.push("", Op::DySample(DySample { source, offsets, output: output.slice(), groups, scale }));
        output
    }

    /// The last op: the enlarged picture.
    pub(super) fn finish(
        mut self,
        architecture: &'static str,
        source: &Value,
        scale: usize,
        adds_picture: bool,
    ) -> Result<Network> {
        if let Some(name) = self.weights.names().find(|name| !self.used.contains(*name)) {
            return Err(unsupported(format!("{name}, for which {architecture} has no place")));
        }
        self.push("", Op::PixelShuffle(PixelShuffle { source: source.slice(), scale, adds_picture }));
        let network = Network::new(architecture, self.maps, self.ops, self.parameters)?;
        Ok(Network { names: self.names, ..network })
    }
}
