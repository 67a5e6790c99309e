//! Weights out of files of other programs that enlarge: ncnn's pairs and ONNX files. These hold a graph, and the weights in it have no names
//! that tell what they are for.
//!
//! The layers are read in the order in which they run, and their weights get the names of the architecture that has as many of such shapes.
//! Then the graph runs on a small picture, and so does the network that was recognised: only where both make the same of it is the file what
//! it seems to be. Whatever does not agree is refused.

mod archive;
mod arrays;
mod graph;
mod maps;
#[cfg(target_arch = "wasm32")]
mod module;
mod ncnn;
mod onnx;
mod protobuf;
mod run;

use crate::{
    Network, Result, TileInput, cpu,
    network::{Parameters, Shape, Weights, layouts, unsupported},
    picture::Depth,
    tile::{Rect, Window},
};
use graph::{Conv, Graph, Node, Op, Unary, Value, refused};

/// Widths and heights of pictures to try, of which the second is for networks that pool; multiples of what networks need.
const SIZES: [[u32; 2]; 2] = [[12, 8], [28, 24]];

/// Pixels of a picture that a graph is for, at most.
const MOST_PIXELS: u64 = 1 << 18;

/// How far what both make may be apart, of 1.
const APART: f32 = 1e-3;

/// Whether these bytes are a file of another program: one of ONNX, or a ZIP archive that holds such a file or ncnn's pair.
pub(crate) fn is_foreign(file: &[u8]) -> bool {
    onnx::is_onnx(file) || ncnn::is_param(file) || archive::holds_graph(file)
}

/// The weights of such a file.
///
/// # Errors
/// [`crate::Error::DamagedModel`] when it is cut off or not sound, [`crate::Error::RefusedModel`] when it is quantised, incomplete or computes
/// something else than it seems to, [`crate::Error::UnsupportedModel`] when it is of no known architecture.
pub(crate) fn weights(file: &[u8]) -> Result<Weights> {
    if onnx::is_onnx(file) {
        return recognise(&onnx::parse(file)?);
    }
    if ncnn::is_param(file) {
        return Err(refused(
            "a .param file of ncnn has no weights. Give its .bin file with it, or both in one ZIP archive",
        ));
    }
    match archive::open(file)? {
        archive::Content::Onnx(file) => recognise(&onnx::parse(&file)?),
        archive::Content::Ncnn { param, bin } => ncnn_weights(&param, &bin),
    }
}

/// The weights of ncnn's two files.
///
/// # Errors
/// As [`weights`].
pub(crate) fn ncnn_weights(param: &[u8], bin: &[u8]) -> Result<Weights> {
    recognise(&ncnn::parse(param, bin)?)
}

fn recognise(graph: &Graph) -> Result<Weights> {
    let channels = graph.channels();
    // Some graphs have the size of their pictures in them, and take no other.
    let mut found = Err(refused("its graph cannot be run"));
    for [width, height] in SIZES.into_iter().chain(graph.size) {
        let picture = Picture::new(width, height)?;
        found = run::run(graph, picture.value(channels, 1.0)?).map(|made| (picture, made));
        if found.is_ok() {
            break;
        }
    }
    let (picture, made) = found?;
    let scale = scale([picture.height as usize, picture.width as usize], &made.enlarged)?;
    let shapes: Vec<Shape> =
        made.parameters.iter().filter_map(|parameters| parameters.shape[..].try_into().ok()).collect();
    let layouts = layouts(&shapes, scale);
    let fitting = layouts.iter().filter_map(|layout| Some((layout, layout.assign(&made.parameters)?)));
    let fitting: Vec<_> = fitting.filter(|(_, weights)| Network::from_weights(weights).is_ok()).collect();
    if fitting.is_empty() {
        return Err(unsupported(described(&made.parameters)));
    }
    // Graphs take pictures of 0 to 1 or of 0 to 255. Running takes long for large networks: the second only where the first fits none.
    let mut enlarged = made.enlarged;
    for range in [1.0, 255.0] {
        if range > 1.0 {
            enlarged = run::run(graph, picture.value(channels, range)?)?.enlarged;
        }
        for (layout, weights) in &fitting {
            let expected = if layout.takes_enlarged {
                run::run(&plain_chain(&made.parameters), picture.value(channels, 1.0)?)?.enlarged.data.to_vec()
            } else {
                picture.enlarged(&Network::from_weights(weights)?)
            };
            let both = expected.iter().zip(enlarged.data.iter());
            let apart = both.map(|(expected, made)| (expected.clamp(0.0, 1.0) - (made / range).clamp(0.0, 1.0)).abs());
            // What is no number is not near.
            if expected.len() == enlarged.data.len()
                && apart.fold(0.0, f32::max) < APART
                && enlarged.data.iter().all(|value| value.is_finite())
            {
                return Ok(weights.clone());
            }
        }
    }
    let names = fitting.iter().filter_map(|(_, weights)| Some(Network::from_weights(weights).ok()?.architecture()));
    let mut names: Vec<_> = names.collect();
    names.dedup();
    let names = names.join(" or ");
    Err(refused(format!("its weights would fit {names}, but its graph computes something else with them")))
}

/// How many times larger than the picture, height and width, what the graph makes is.
fn scale(size: [usize; 2], made: &Value) -> Result<usize> {
    let sizes = made.shape.get(2..).unwrap_or_default();
    let scale = sizes.first().map_or(0, |height| height / size[0]);
    if scale == 0 || made.shape.len() != 4 || sizes != size.map(|length| length * scale) {
        return Err(refused(format!(
            "its graph makes {:?} of a picture of {} x {} pixels, which is no enlarging",
            made.shape, size[1], size[0]
        )));
    }
    Ok(scale)
}

/// What a graph is made of, for people.
fn described(parameters: &[Parameters]) -> String {
    let convolutions = parameters.iter().filter(|parameters| parameters.shape.len() == 4);
    let first = convolutions.clone().take(3).map(|parameters| format!("{:?}", parameters.shape)).collect::<Vec<_>>();
    format!("a graph of {} convolutions, the first of the shapes {}", convolutions.count(), first.join(", "))
}

/// Convolutions with a ReLU behind each but the last, for pictures that are enlarged already.
fn plain_chain(parameters: &[Parameters]) -> Graph {
    let mut graph = Graph {
        constants: Default::default(),
        nodes: Vec::new(),
        input: "0".into(),
        output: parameters.len().to_string(),
        size: None,
    };
    for (index, layer) in parameters.iter().enumerate() {
        let pads = [0, 1].map(|axis| layer.shape.get(2 + axis).map_or(0, |kernel| kernel / 2));
        let is_last = index + 1 == parameters.len();
        let names = ["weight", "bias"].map(|part| format!("{index} {part}"));
        let tensors = [
            Value::new(layer.shape.clone(), layer.weight.to_vec()),
            layer.bias.clone().and_then(|bias| Value::new(vec![bias.len()], bias)),
        ];
        for (name, tensor) in names.iter().zip(tensors) {
            graph.constants.extend(tensor.map(|tensor| (name.clone(), tensor.constant())));
        }
        let activation = if is_last { Unary::Identity } else { Unary::LeakyRelu(0.0) };
        graph.nodes.push(Node {
            name: index.to_string(),
            op: Op::Conv(Conv {
                stride: [1; 2],
                dilation: [1; 2],
                pads: [pads[0], pads[1], pads[0], pads[1]],
                groups: 1,
                activation,
            }),
            inputs: [index.to_string()].into_iter().chain(names).collect(),
            outputs: vec![(index + 1).to_string()],
        });
    }
    graph
}

/// A picture to try networks on.
struct Picture {
    width: u32,
    height: u32,
    /// RGBA of 16 bits.
    values: Vec<u16>,
}

impl Picture {
    /// Of fixed noise, so that nothing can go unnoticed.
    fn new(width: u32, height: u32) -> Result<Self> {
        if u64::from(width) * u64::from(height) > MOST_PIXELS {
            return Err(refused(format!(
                "its graph takes pictures of {width} x {height} pixels alone. Export it for any size"
            )));
        }
        let mut noise = 1_u32;
        let values = (0..width * height * 4).map(|_| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (noise >> 16) as u16
        });
        Ok(Self { width, height, values: values.collect() })
    }

    /// As a graph takes it, from 0 to `range`: its colours, or the first of them.
    fn value(&self, channels: usize, range: f32) -> Result<Value> {
        let plane = |channel: usize| self.values.iter().skip(channel).step_by(4);
        let data = (0..channels.min(3)).flat_map(plane).map(|&value| f32::from(value) / f32::from(u16::MAX) * range);
        let value = Value::new(vec![1, channels, self.height as usize, self.width as usize], data.collect());
        value.ok_or_else(|| refused(format!("its graph takes pictures of {channels} channels, expected 3")))
    }

    /// What a network makes of it, as [3][height][width].
    fn enlarged(&self, network: &Network) -> Vec<f32> {
        let samples = Depth::Sixteen.samples(self.values.iter().map(|&value| f32::from(value)));
        let keep = Rect { x: 0, y: 0, width: self.width, height: self.height };
        let window = Window::whole(self.width, self.height);
        let rgba = cpu::enlarge(network, &TileInput { rgba: samples, depth: Depth::Sixteen, window, keep });
        let values: Vec<_> = Depth::Sixteen.values(&rgba).map(|value| f32::from(value) / f32::from(u16::MAX)).collect();
        (0..3).flat_map(|channel| values.iter().skip(channel).step_by(4)).copied().collect()
    }
}
