//! What a file with a graph is, whichever program it is for: constants, and nodes in the order in which they run.

use std::{collections::HashMap, rc::Rc};

use crate::{Error, Result};

/// Nodes of a graph, at most: far more than any network that is known has.
pub(super) const MAX_NODES: usize = 20_000;

/// Numbers in rows of rows, at most of eight dimensions. Pictures and feature maps are [1][channels][height][width].
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) shape: Vec<usize>,
    pub(super) data: Rc<Vec<f32>>,
    /// Whether dividing leaves whole numbers whole.
    pub(super) is_whole: bool,
    /// Whether it is the same for every picture.
    pub(super) is_constant: bool,
}

impl Value {
    /// None where there are not as many numbers as the shape says.
    pub(super) fn new(shape: Vec<usize>, data: Vec<f32>) -> Option<Self> {
        // Sizes of 0 count too, so that no product of sizes can overflow later on.
        shape.iter().try_fold(1_usize, |count, &size| count.checked_mul(size.max(1)))?;
        let fits = shape.iter().product::<usize>() == data.len() && shape.len() <= 8;
        fits.then(|| Self { shape, data: Rc::new(data), is_whole: false, is_constant: false })
    }

    /// The same for every picture.
    pub(super) fn constant(self) -> Self {
        Self { is_constant: true, ..self }
    }
}

/// A node: what it does to which values, and what it calls the results.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// For messages.
    pub(super) name: String,
    pub(super) op: Op,
    /// Empty where one is left out.
    pub(super) inputs: Vec<String>,
    pub(super) outputs: Vec<String>,
}

/// What nodes do.
#[derive(Clone, Debug)]
pub(super) enum Op {
    /// Of a map, weights and maybe a bias.
    Conv(Conv),
    Unary(Unary),
    /// Of a map and slopes.
    Prelu,
    Binary(Binary),
    /// Each input times its factor, all added; where there are no factors they are 1.
    Sum(Vec<f32>),
    Concat(i64),
    /// Along an axis, into parts of these sizes or into as many equal ones as there are outputs; sizes may be the second input.
    Split {
        axis: i64,
        sizes: Option<Vec<i64>>,
    },
    /// Of a value, starts, ends, axes and steps.
    Slice {
        fixed: Option<[Vec<i64>; 3]>,
    },
    /// Of a value and a shape.
    Reshape,
    Transpose(Vec<usize>),
    /// Axes, or the second input.
    Unsqueeze(Option<Vec<i64>>),
    Squeeze(Option<Vec<i64>>),
    Shape,
    Gather(i64),
    /// Of a value and a shape.
    Expand,
    /// Of a value and how often it is repeated along each axis.
    Tile,
    /// A value everywhere, of the shape that the input says.
    Fill(f32),
    /// Channels to squares of pixels; colours first, or the places in the square first.
    DepthToSpace {
        block: usize,
        colours_first: bool,
    },
    SpaceToDepth {
        block: usize,
        colours_first: bool,
    },
    /// Of a map and maybe an area, factors and sizes.
    Resize(Resize),
    MaxPool {
        kernel: [usize; 2],
        stride: [usize; 2],
        rounds_up: bool,
    },
    /// The mean over axes, or the second input.
    Mean {
        axes: Option<Vec<i64>>,
        keeps: bool,
    },
    /// Of a map, factors and summands for each channel (or, of instances, for each group), over groups of channels.
    GroupNorm {
        groups: Option<usize>,
        epsilon: f32,
    },
    /// What does nothing while it runs, and only where these numbers of padding are nought.
    Pad(Option<Vec<i64>>),
}

#[derive(Clone, Debug)]
pub(super) struct Conv {
    /// Down and across.
    pub(super) stride: [usize; 2],
    pub(super) dilation: [usize; 2],
    /// Top, left, bottom and right.
    pub(super) pads: [usize; 4],
    pub(super) groups: usize,
    pub(super) activation: Unary,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unary {
    Identity,
    LeakyRelu(f32),
    Clip(f32, f32),
    Sigmoid,
    Tanh,
    Softplus,
    Mish,
    Silu,
    Sqrt,
    Negative,
    Reciprocal,
    Floor,
    Ceil,
    /// To whole numbers.
    Whole,
    /// To numbers with fractions.
    Fraction,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Max,
    Min,
    Pow,
    /// What is left of the first divided by the second, with the second's sign.
    Mod,
    /// The second less the first.
    ReverseSub,
    /// The second by the first.
    ReverseDiv,
}

#[derive(Clone, Debug)]
pub(super) struct Resize {
    pub(super) linear: bool,
    /// Whether corners lie on corners.
    pub(super) align: bool,
    /// Factors down and across, where no input says.
    pub(super) factors: Option<[f32; 2]>,
    /// To the size of the picture that the file was made for, in the place of which comes another.
    pub(super) to_picture: bool,
}

/// A file's network.
pub(super) struct Graph {
    pub(super) constants: HashMap<String, Value>,
    pub(super) nodes: Vec<Node>,
    pub(super) input: String,
    pub(super) output: String,
    /// Width and height of the pictures that it was made for, where it says.
    pub(super) size: Option<[u32; 2]>,
}

impl Graph {
    /// Channels of the pictures that the first convolution takes, where it takes the picture itself; else 3.
    pub(super) fn channels(&self) -> usize {
        let is_first = |node: &&Node| {
            matches!(&node.op, Op::Conv(conv) if conv.groups == 1) && node.inputs.first() == Some(&self.input)
        };
        let first = self.nodes.iter().find(is_first);
        let weight = first.and_then(|node| self.constants.get(node.inputs.get(1)?));
        weight.and_then(|weight| weight.shape.get(1)).map_or(3, |&channels| channels)
    }
}

/// The error for a graph that no known network has, or that is not sound; "the file" is before it.
pub(super) fn refused(reason: impl Into<String>) -> Error {
    Error::RefusedModel { reason: reason.into() }
}

pub(super) fn damaged(reason: impl Into<String>) -> Error {
    Error::DamagedModel { reason: reason.into() }
}

/// The error for weights of fewer bits.
pub(super) fn quantised(what: &str) -> Error {
    refused(format!("it is quantised ({what}). Take the file of the same model in f32 or f16"))
}

/// A file's own words, made fit for a message.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(60).flat_map(char::escape_debug).collect()
}

/// What to say of a kind of node that is not known here.
pub(super) fn unknown_kind(kind: &str) -> Error {
    const QUANTISED: [&str; 4] = ["Quantize", "Integer", "QLinear", "Requantize"];
    const OF_TRANSFORMERS: [&str; 8] =
        ["Softmax", "LayerNorm", "MultiHeadAttention", "MatMul", "Gemm", "Attention", "Einsum", "InnerProduct"];
    if QUANTISED.iter().any(|part| kind.contains(part)) {
        return quantised(&format!("its graph has {}", shown(kind)));
    }
    if OF_TRANSFORMERS.iter().any(|part| kind.contains(part)) {
        return crate::network::transformer(&format!("its graph has {}", shown(kind)));
    }
    crate::network::unsupported(format!("a graph with a node of the kind {}", shown(kind)))
}

pub(super) type Parsed = Result<Graph>;
