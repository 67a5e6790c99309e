//! ONNX files: a graph in a message of protocol buffers (`onnx.proto` of the ONNX project has the fields' numbers).

use std::collections::HashMap;

use super::{
    graph::{
        Binary, Conv, Graph, MAX_NODES, Node, Op, Parsed, Resize, Unary, Value, damaged, quantised, refused, shown,
        unknown_kind,
    },
    protobuf::{Field, fields},
};
use crate::{Error, Result};

/// Whether these bytes begin as ONNX files do: with the version of the format, and then what else says of itself.
pub(super) fn is_onnx(file: &[u8]) -> bool {
    matches!(file, [0x08, 1..=0x20, 0x12 | 0x1a | 0x22 | 0x28 | 0x32 | 0x3a | 0x42, ..])
}

/// A node's attributes by their names.
#[derive(Default)]
struct Attributes<'a>(HashMap<&'a str, Attribute<'a>>);

#[derive(Default)]
struct Attribute<'a> {
    float: Option<f32>,
    number: Option<i64>,
    text: &'a [u8],
    tensor: Option<Value>,
    numbers: Vec<i64>,
    floats: Vec<f32>,
}

impl Attributes<'_> {
    fn number(&self, name: &str, default: i64) -> i64 {
        self.0.get(name).and_then(|attribute| attribute.number).unwrap_or(default)
    }

    fn size(&self, name: &str, default: usize) -> usize {
        self.0.get(name).and_then(|attribute| usize::try_from(attribute.number?).ok()).unwrap_or(default)
    }

    fn float(&self, name: &str, default: f32) -> f32 {
        self.0.get(name).and_then(|attribute| attribute.float).unwrap_or(default)
    }

    fn text(&self, name: &str) -> &[u8] {
        self.0.get(name).map(|attribute| attribute.text).unwrap_or_default()
    }

    fn list(&self, name: &str) -> Option<Vec<i64>> {
        self.0.get(name).map(|attribute| attribute.numbers.clone())
    }

    /// Two sizes or four, or so many ones or noughts.
    fn sizes<const COUNT: usize>(&self, name: &str, default: usize) -> Result<[usize; COUNT]> {
        let Some(numbers) = self.list(name) else { return Ok([default; COUNT]) };
        let sizes = numbers.iter().map(|&number| usize::try_from(number).ok()).collect::<Option<Vec<_>>>();
        sizes
            .and_then(|sizes| sizes.try_into().ok())
            .ok_or_else(|| refused(format!("its graph has {name} of another kind than of a picture's")))
    }
}

/// The graph of a file.
///
/// # Errors
/// [`Error::DamagedModel`] when it is cut off or not sound, [`Error::RefusedModel`] or [`Error::UnsupportedModel`] when it is quantised,
/// incomplete, or has a node that no known network has.
pub(super) fn parse(file: &[u8]) -> Parsed {
    let mut message: &[u8] = &[];
    for field in fields(file) {
        if let (7, field) = field? {
            message = field.bytes()?;
        }
    }
    let mut graph =
        Graph { constants: HashMap::new(), nodes: Vec::new(), input: String::new(), output: String::new(), size: None };
    let (mut inputs, mut outputs, mut nodes, mut sizes) = (Vec::new(), Vec::new(), Vec::new(), HashMap::new());
    for field in fields(message) {
        match field? {
            (1, field) => nodes.push(field.bytes()?),
            (5, field) => {
                let (name, value) = tensor(field.bytes()?)?;
                graph.constants.insert(name, value);
            }
            (11, field) => {
                let name = value_name(field)?;
                inputs.push(name);
                sizes.insert(name, size(field.bytes()?)?);
            }
            (12, field) => outputs.push(value_name(field)?),
            _ => {}
        }
    }
    if nodes.len() > MAX_NODES {
        return Err(refused("its graph has more nodes than any network that is known here"));
    }
    // Older files have their constants among the inputs.
    inputs.retain(|name| !graph.constants.contains_key(*name));
    match (&inputs[..], &outputs[..]) {
        ([input], [output]) => (graph.input, graph.output) = ((*input).to_owned(), (*output).to_owned()),
        _ if message.is_empty() => return Err(damaged("it is an ONNX file without a graph")),
        _ => return Err(refused("its graph does not make one picture of one")),
    }
    graph.size = sizes.remove(&*graph.input).flatten();
    for message in nodes {
        add(&mut graph, message)?;
    }
    Ok(graph)
}

fn value_name(field: Field<'_>) -> Result<&str> {
    let name = fields(field.bytes()?).find_map(|field| {
        field.map_or_else(|error| Some(Err(error)), |(number, field)| (number == 1).then(|| field.text()))
    });
    name.unwrap_or(Ok(""))
}

/// Width and height of what a value's type says, where they are numbers.
fn size(value: &[u8]) -> Result<Option<[u32; 2]>> {
    let mut dimensions = Vec::new();
    for shape in inner(value, &[2, 1, 2])? {
        for dimension in inner(shape, &[1])? {
            let mut number = None;
            for field in fields(dimension) {
                if let (1, field) = field? {
                    number = u32::try_from(field.number()?).ok().filter(|&size| size > 0);
                }
            }
            dimensions.push(number);
        }
    }
    Ok(if let [_, _, Some(height), Some(width)] = dimensions[..] { Some([width, height]) } else { None })
}

/// The messages that lie in those of these numbers.
fn inner<'a>(message: &'a [u8], path: &[u64]) -> Result<Vec<&'a [u8]>> {
    let mut messages = vec![message];
    for wanted in path {
        let mut next = Vec::new();
        for message in messages {
            for field in fields(message) {
                match field? {
                    (number, field) if number == *wanted => next.push(field.bytes()?),
                    _ => {}
                }
            }
        }
        messages = next;
    }
    Ok(messages)
}

/// A tensor with its name; its numbers are in one of several fields.
fn tensor(message: &[u8]) -> Result<(String, Value)> {
    let (mut shape, mut kind, mut name, mut raw, mut is_elsewhere) = (Vec::new(), 0, "", None, false);
    let (mut floats, mut numbers, mut doubles) = (Vec::new(), Vec::new(), Vec::new());
    for field in fields(message) {
        match field? {
            (1, field) => field.numbers(&mut shape)?,
            (2, field) => kind = field.number()?,
            (4, field) => field.floats(&mut floats)?,
            (5 | 7, field) => field.numbers(&mut numbers)?,
            (8, field) => name = field.text()?,
            (9, field) => raw = Some(field.bytes()?),
            (10, Field::Bytes(bytes)) => doubles.extend(each(bytes, |bytes| f64::from_le_bytes(bytes) as f32)),
            (10, Field::Eight(bytes)) => doubles.push(f64::from_le_bytes(bytes) as f32),
            (13, _) => is_elsewhere = true,
            (14, field) => is_elsewhere |= field.number()? != 0,
            _ => {}
        }
    }
    if is_elsewhere {
        return Err(refused("its weights lie in a file of their own. Export it as one file"));
    }
    let half = |number: &i64| half::f16::from_bits(*number as u16).to_f32();
    let brain = |number: &i64| half::bf16::from_bits(*number as u16).to_f32();
    let whole = |numbers: &[i64]| numbers.iter().map(|&number| number as f32).collect();
    let data: Vec<f32> = match (kind, raw) {
        (1, None) => floats,
        (1, Some(raw)) => each(raw, f32::from_le_bytes),
        (10, None) => numbers.iter().map(half).collect(),
        (10, Some(raw)) => each(raw, |bytes| half::f16::from_le_bytes(bytes).to_f32()),
        (16, None) => numbers.iter().map(brain).collect(),
        (16, Some(raw)) => each(raw, |bytes| half::bf16::from_le_bytes(bytes).to_f32()),
        (11, None) => doubles,
        (11, Some(raw)) => each(raw, |bytes| f64::from_le_bytes(bytes) as f32),
        (6 | 7 | 9, None) => whole(&numbers),
        (6, Some(raw)) => each(raw, |bytes| i32::from_le_bytes(bytes) as f32),
        (7, Some(raw)) => each(raw, |bytes| i64::from_le_bytes(bytes) as f32),
        (9, Some(raw)) => each(raw, |[byte]| f32::from(byte)),
        (2..=5 | 12 | 17..=30, _) => return Err(quantised(&format!("{} has numbers of the kind {kind}", shown(name)))),
        _ => return Err(damaged(format!("{} has numbers of the kind {kind}, which there is not", shown(name)))),
    };
    let shape = shape.iter().map(|&size| usize::try_from(size).ok()).collect::<Option<Vec<_>>>();
    let value = shape.and_then(|shape| Value::new(shape, data));
    let value =
        value.ok_or_else(|| damaged(format!("{} has another number of numbers than its shape says", shown(name))))?;
    Ok((name.to_owned(), Value { is_whole: matches!(kind, 6 | 7), ..value.constant() }))
}

fn each<const BYTES: usize>(raw: &[u8], number: fn([u8; BYTES]) -> f32) -> Vec<f32> {
    raw.as_chunks().0.iter().map(|&bytes| number(bytes)).collect()
}

fn attribute(message: &[u8]) -> Result<(&str, Attribute<'_>)> {
    let (mut name, mut attribute) = ("", Attribute::default());
    for field in fields(message) {
        match field? {
            (1, field) => name = field.text()?,
            (2, field) => attribute.float = Some(field.float()?),
            (3, field) => attribute.number = Some(field.number()?),
            (4, field) => attribute.text = field.bytes()?,
            (5, field) => attribute.tensor = Some(tensor(field.bytes()?)?.1),
            (7, field) => field.floats(&mut attribute.floats)?,
            (8, field) => field.numbers(&mut attribute.numbers)?,
            _ => {}
        }
    }
    Ok((name, attribute))
}

fn add(graph: &mut Graph, message: &[u8]) -> Result<()> {
    let (mut inputs, mut outputs, mut name, mut kind) = (Vec::new(), Vec::new(), "", "");
    let mut attributes = Attributes::default();
    for field in fields(message) {
        match field? {
            (1, field) => inputs.push(field.text()?.to_owned()),
            (2, field) => outputs.push(field.text()?.to_owned()),
            (3, field) => name = field.text()?,
            (4, field) => kind = field.text()?,
            (5, field) => {
                let (name, attribute) = attribute(field.bytes()?)?;
                attributes.0.insert(name, attribute);
            }
            _ => {}
        }
    }
    if kind == "Constant" {
        let value = constant(attributes).ok_or_else(|| refused("its graph has a constant of an unknown kind"))?;
        graph.constants.extend(outputs.into_iter().next().map(|output| (output, value)));
        return Ok(());
    }
    let op = op(kind, &attributes, name)?;
    graph.nodes.push(Node { name: format!("{name} ({kind})"), op, inputs, outputs });
    Ok(())
}

fn constant(attributes: Attributes) -> Option<Value> {
    let (name, attribute) = attributes.0.into_iter().next()?;
    let (shape, data) = match name {
        "value" => return attribute.tensor,
        "value_float" => (Vec::new(), vec![attribute.float?]),
        "value_int" => (Vec::new(), vec![attribute.number? as f32]),
        "value_floats" => (vec![attribute.floats.len()], attribute.floats),
        "value_ints" => {
            (vec![attribute.numbers.len()], attribute.numbers.iter().map(|&number| number as f32).collect())
        }
        _ => return None,
    };
    Value::new(shape, data).map(|value| Value { is_whole: name.starts_with("value_int"), ..value.constant() })
}

fn op(kind: &str, attributes: &Attributes, name: &str) -> Result<Op> {
    let unknown = |what: &str| -> Error {
        refused(format!(
            "its node {} ({}) {what}, as none of a network that is known here does",
            shown(name),
            shown(kind)
        ))
    };
    Ok(match kind {
        "Conv" => {
            if ![&b""[..], b"NOTSET", b"VALID"].contains(&attributes.text("auto_pad")) {
                return Err(unknown("pads by itself"));
            }
            Op::Conv(Conv {
                stride: attributes.sizes("strides", 1)?,
                dilation: attributes.sizes("dilations", 1)?,
                pads: attributes.sizes("pads", 0)?,
                groups: attributes.size("group", 1),
                activation: Unary::Identity,
            })
        }
        "PRelu" => Op::Prelu,
        "Relu" => Op::Unary(Unary::LeakyRelu(0.0)),
        "LeakyRelu" => Op::Unary(Unary::LeakyRelu(attributes.float("alpha", 0.01))),
        "Sigmoid" => Op::Unary(Unary::Sigmoid),
        "Tanh" => Op::Unary(Unary::Tanh),
        "Softplus" => Op::Unary(Unary::Softplus),
        "Mish" => Op::Unary(Unary::Mish),
        "Swish" => Op::Unary(Unary::Silu),
        "Sqrt" => Op::Unary(Unary::Sqrt),
        "Neg" => Op::Unary(Unary::Negative),
        "Reciprocal" => Op::Unary(Unary::Reciprocal),
        "Floor" => Op::Unary(Unary::Floor),
        "Ceil" => Op::Unary(Unary::Ceil),
        "Identity" | "Dropout" => Op::Unary(Unary::Identity),
        "Cast" | "CastLike" => {
            Op::Unary(if [6, 7].contains(&attributes.number("to", 1)) { Unary::Whole } else { Unary::Fraction })
        }
        "Clip" => Op::Unary(Unary::Clip(attributes.float("min", f32::MIN), attributes.float("max", f32::MAX))),
        "Add" => Op::Binary(Binary::Add),
        "Sub" => Op::Binary(Binary::Sub),
        "Mul" => Op::Binary(Binary::Mul),
        "Div" => Op::Binary(Binary::Div),
        "Pow" => Op::Binary(Binary::Pow),
        "Mod" => Op::Binary(Binary::Mod),
        "Max" => Op::Binary(Binary::Max),
        "Min" => Op::Binary(Binary::Min),
        "Sum" => Op::Sum(Vec::new()),
        "Concat" => Op::Concat(attributes.number("axis", 0)),
        "Split" => Op::Split { axis: attributes.number("axis", 0), sizes: attributes.list("split") },
        "Slice" => {
            let lists = (attributes.list("starts"), attributes.list("ends"));
            let fixed = if let (Some(starts), Some(ends)) = lists {
                Some([starts, ends, attributes.list("axes").unwrap_or_default()])
            } else {
                None
            };
            Op::Slice { fixed }
        }
        "Reshape" => Op::Reshape,
        "Transpose" => {
            let order = attributes.list("perm").unwrap_or_default();
            Op::Transpose(order.iter().map(|&axis| usize::try_from(axis).unwrap_or(usize::MAX)).collect())
        }
        "Unsqueeze" => Op::Unsqueeze(attributes.list("axes")),
        "Squeeze" => Op::Squeeze(attributes.list("axes")),
        "Shape" => Op::Shape,
        "Gather" => Op::Gather(attributes.number("axis", 0)),
        "Expand" => Op::Expand,
        "Tile" => Op::Tile,
        "ConstantOfShape" => {
            let value = attributes.0.get("value").and_then(|attribute| attribute.tensor.as_ref());
            Op::Fill(value.and_then(|value| value.data.first()).copied().unwrap_or_default())
        }
        "DepthToSpace" => Op::DepthToSpace {
            block: attributes.size("blocksize", 1),
            colours_first: attributes.text("mode") == b"CRD",
        },
        "SpaceToDepth" => Op::SpaceToDepth { block: attributes.size("blocksize", 1), colours_first: false },
        "Resize" | "Upsample" => {
            let linear = match attributes.text("mode") {
                b"linear" => true,
                b"" | b"nearest" => false,
                _ => return Err(unknown("enlarges")),
            };
            let align = attributes.text("coordinate_transformation_mode") == b"align_corners";
            Op::Resize(Resize { linear, align, factors: None, to_picture: false })
        }
        "MaxPool" => {
            if attributes.sizes::<4>("pads", 0)? != [0; 4] || attributes.sizes::<2>("dilations", 1)? != [1; 2] {
                return Err(unknown("pools"));
            }
            Op::MaxPool {
                kernel: attributes.sizes("kernel_shape", 1)?,
                stride: attributes.sizes("strides", 1)?,
                rounds_up: attributes.number("ceil_mode", 0) != 0,
            }
        }
        "ReduceMean" => Op::Mean { axes: attributes.list("axes"), keeps: attributes.number("keepdims", 1) != 0 },
        "InstanceNormalization" => Op::GroupNorm { groups: None, epsilon: attributes.float("epsilon", 1e-5) },
        "GroupNormalization" => {
            Op::GroupNorm { groups: Some(attributes.size("num_groups", 0)), epsilon: attributes.float("epsilon", 1e-5) }
        }
        "Pad" => Op::Pad(attributes.list("pads")),
        other => return Err(unknown_kind(other)),
    })
}
