//! ncnn's pair of files: `.param`, the layers in text, and `.bin`, their weights in the same order.

use std::collections::{BTreeMap, HashMap};

use super::graph::{
    Binary, Conv, Graph, MAX_NODES, Node, Op, Parsed, Resize, Unary, Value, damaged, quantised, refused, shown,
    unknown_kind,
};
use crate::{Error, Result};

/// What the text begins with.
const MAGIC: &str = "7767517";

/// What stands before the weights of a convolution that are f16; f32 have one of the others.
const F16: u32 = 0x0130_6b47;
const F32: [u32; 2] = [0, 0x0002_c056];

/// Keys of lists have this taken off.
const FIRST_LIST: i64 = -23_300;

/// Whether these bytes are a `.param` file in text.
pub(super) fn is_param(file: &[u8]) -> bool {
    file.trim_ascii_start().starts_with(MAGIC.as_bytes())
}

/// One line of the text.
struct Layer<'a> {
    kind: &'a str,
    name: &'a str,
    inputs: Vec<&'a str>,
    outputs: Vec<&'a str>,
    options: BTreeMap<i64, Vec<f32>>,
}

impl<'a> Layer<'a> {
    /// Kind, name, numbers of inputs and outputs, their names, options.
    fn parse(line: &'a str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        let (kind, name) = (words.next()?, words.next()?);
        let (inputs, outputs) = (words.next()?.parse::<usize>().ok()?, words.next()?.parse::<usize>().ok()?);
        let names: Vec<_> = words.by_ref().take(inputs.checked_add(outputs)?).collect();
        let (inputs, outputs) = names.split_at_checked(inputs).filter(|(_, rest)| rest.len() == outputs)?;
        let mut options = BTreeMap::new();
        for word in words {
            let (key, value) = word.split_once('=')?;
            let key = key.parse::<i64>().ok()?;
            let is_list = key <= FIRST_LIST;
            let values = value.split(',').skip(usize::from(is_list));
            let values = values.map(|value| value.parse().ok()).collect::<Option<Vec<f32>>>()?;
            options.insert(if is_list { FIRST_LIST.checked_sub(key)? } else { key }, values);
        }
        Some(Self { kind, name, inputs: inputs.to_vec(), outputs: outputs.to_vec(), options })
    }

    fn float(&self, key: i64, default: f32) -> f32 {
        self.options.get(&key).and_then(|values| values.first()).copied().unwrap_or(default)
    }

    fn number(&self, key: i64, default: usize) -> usize {
        self.options.get(&key).and_then(|values| values.first()).map_or(default, |&value| value as usize)
    }

    fn list(&self, key: i64) -> Vec<f32> {
        self.options.get(&key).cloned().unwrap_or_default()
    }

    /// The error for a layer that is as no known network has it.
    fn unknown(&self, what: &str) -> Error {
        refused(format!(
            "its layer {} ({}) {what}, as none of a network that is known here does",
            shown(self.name),
            shown(self.kind)
        ))
    }
}

/// What is left of the weights.
struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    fn take(&mut self, bytes: Option<usize>, layer: &Layer) -> Result<&[u8]> {
        let taken = bytes.and_then(|bytes| self.0.split_off(..bytes));
        taken
            .ok_or_else(|| damaged(format!("the .bin file ends within the weights of the layer {}", shown(layer.name))))
    }

    /// f32 with nothing before them.
    fn plain(&mut self, count: usize, layer: &Layer) -> Result<Vec<f32>> {
        let bytes = self.take(count.checked_mul(4), layer)?;
        Ok(bytes.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())
    }

    /// f16 or f32, which the number before them tells.
    fn flagged(&mut self, count: usize, layer: &Layer) -> Result<Vec<f32>> {
        let flag = self.take(Some(4), layer)?.first_chunk().map_or(0, |&bytes| u32::from_le_bytes(bytes));
        if F32.contains(&flag) {
            return self.plain(count, layer);
        }
        if flag != F16 {
            return Err(quantised(&format!(
                "the weights of its layer {} are of the kind {flag:#010x}",
                shown(layer.name)
            )));
        }
        // Filled up to whole groups of four bytes.
        let bytes = self.take(count.checked_add(count % 2).and_then(|count| count.checked_mul(2)), layer)?;
        Ok(bytes.as_chunks().0.iter().take(count).map(|&bytes| half::f16::from_le_bytes(bytes).to_f32()).collect())
    }
}

/// The graph of the pair.
///
/// # Errors
/// [`Error::DamagedModel`] when a file is cut off or not sound, [`Error::RefusedModel`] or [`Error::UnsupportedModel`] when it is
/// quantised or has a layer that no known network has.
pub(super) fn parse(param: &[u8], bin: &[u8]) -> Parsed {
    let text = String::from_utf8_lossy(param);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    if lines.next() != Some(MAGIC) {
        return Err(refused("its .param file is not in text, as ncnn has it"));
    }
    let announced = lines.next().and_then(|line| line.split_ascii_whitespace().next()?.parse::<usize>().ok());
    let lines: Vec<_> = lines.collect();
    if announced != Some(lines.len()) || lines.len() > MAX_NODES {
        return Err(damaged(format!(
            "its .param file is cut off: it has {} layers, and another number at its beginning",
            lines.len()
        )));
    }
    let mut numbers = Numbers(bin);
    let mut graph =
        Graph { constants: HashMap::new(), nodes: Vec::new(), input: String::new(), output: String::new(), size: None };
    let mut read = Vec::new();
    for line in lines {
        let layer = Layer::parse(line)
            .ok_or_else(|| damaged(format!("its .param file has a line that is no layer: {}", shown(line))))?;
        read.extend(layer.inputs.iter().map(|&name| name.to_owned()));
        if layer.kind == "Input" {
            if !graph.input.is_empty() || layer.outputs.is_empty() {
                return Err(refused("its graph takes more than one picture"));
            }
            graph.input = layer.outputs[0].to_owned();
            continue;
        }
        add(&mut graph, &layer, &mut numbers)?;
    }
    if !numbers.0.is_empty() {
        return Err(damaged(format!("the .bin file has {} bytes too many", numbers.0.len())));
    }
    let read: std::collections::HashSet<_> = read.into_iter().collect();
    let mut left = graph.nodes.iter().flat_map(|node| &node.outputs).filter(|name| !read.contains(*name));
    match (left.next(), left.next()) {
        (Some(output), None) if !graph.input.is_empty() => graph.output = output.clone(),
        _ => return Err(refused("its graph does not make one picture of one")),
    }
    Ok(graph)
}

fn add(graph: &mut Graph, layer: &Layer, numbers: &mut Numbers) -> Result<()> {
    let mut inputs: Vec<String> = layer.inputs.iter().map(|&name| name.to_owned()).collect();
    // Weights are values of names that no layer's output has.
    let mut weight = |inputs: &mut Vec<String>, shape: Vec<usize>, data: Vec<f32>| {
        let name = format!("{} {}", graph.constants.len(), layer.name);
        let value = Value::new(shape, data)
            .ok_or_else(|| damaged(format!("the sizes of its layer {} do not fit each other", shown(layer.name))))?;
        graph.constants.insert(name.clone(), value.constant());
        inputs.push(name);
        Ok::<_, Error>(())
    };
    let op = match layer.kind {
        "Convolution" | "ConvolutionDepthWise" => {
            if layer.number(8, 0) != 0 {
                return Err(quantised(&format!("the weights of its layer {} are int8", shown(layer.name))));
            }
            let (outputs, width, count) = (layer.number(0, 0), layer.number(1, 0), layer.number(6, 0));
            let height = layer.number(11, width);
            let each = outputs.checked_mul(width).and_then(|each| each.checked_mul(height)).unwrap_or_default();
            let channels = count.checked_div(each).unwrap_or_default();
            weight(&mut inputs, vec![outputs, channels, height, width], numbers.flagged(count, layer)?)?;
            if layer.number(5, 0) != 0 {
                weight(&mut inputs, vec![outputs], numbers.plain(outputs, layer)?)?;
            }
            let left = layer.number(4, 0);
            let top = layer.number(14, left);
            let activation = match layer.number(9, 0) {
                0 => Unary::Identity,
                1 => Unary::LeakyRelu(0.0),
                2 => Unary::LeakyRelu(layer.list(10).first().copied().unwrap_or_default()),
                3 => Unary::Clip(
                    layer.list(10).first().copied().unwrap_or(f32::MIN),
                    layer.list(10).get(1).copied().unwrap_or(f32::MAX),
                ),
                4 => Unary::Sigmoid,
                5 => Unary::Mish,
                _ => return Err(layer.unknown("has an activation")),
            };
            Op::Conv(Conv {
                stride: [layer.number(13, layer.number(3, 1)), layer.number(3, 1)],
                dilation: [layer.number(12, layer.number(2, 1)), layer.number(2, 1)],
                pads: [top, left, layer.number(16, top), layer.number(15, left)],
                groups: layer.number(7, 1),
                activation,
            })
        }
        "PReLU" => {
            let count = layer.number(0, 0);
            weight(&mut inputs, vec![count], numbers.plain(count, layer)?)?;
            Op::Prelu
        }
        "MemoryData" => {
            let mut shape: Vec<_> =
                [2, 1, 0].map(|key| layer.number(key, 0)).into_iter().filter(|&size| size > 0).collect();
            let count = shape.iter().try_fold(1_usize, |count, &size| count.checked_mul(size)).unwrap_or(usize::MAX);
            let data = numbers.plain(count, layer)?;
            shape.splice(0..0, vec![1; 4_usize.saturating_sub(shape.len())]);
            weight(&mut inputs, shape, data)?;
            Op::Unary(Unary::Identity)
        }
        "BinaryOp" => {
            if layer.number(1, 0) != 0 {
                weight(&mut inputs, vec![1], vec![layer.float(2, 0.0)])?;
            }
            Op::Binary(match layer.number(0, 0) {
                0 => Binary::Add,
                1 => Binary::Sub,
                2 => Binary::Mul,
                3 => Binary::Div,
                4 => Binary::Max,
                5 => Binary::Min,
                6 => Binary::Pow,
                7 => Binary::ReverseSub,
                8 => Binary::ReverseDiv,
                _ => return Err(layer.unknown("combines its inputs")),
            })
        }
        "Eltwise" => match (layer.number(0, 0), inputs.len()) {
            (1, _) => Op::Sum(layer.list(1)),
            (0, 2) => Op::Binary(Binary::Mul),
            _ => return Err(layer.unknown("combines its inputs")),
        },
        "Interp" => {
            let mode = layer.number(0, 0);
            if ![1, 2].contains(&mode) {
                return Err(layer.unknown("enlarges"));
            }
            Op::Resize(Resize {
                linear: mode == 2,
                align: layer.number(6, 0) != 0,
                factors: Some([layer.float(1, 1.0), layer.float(2, 1.0)]),
                to_picture: layer.number(3, 0) > 0 || inputs.len() > 1,
            })
        }
        "Pooling" => {
            let is_plain = [0, 3, 4, 13, 14, 15].iter().all(|&key| layer.number(key, 0) == 0);
            if !is_plain {
                return Err(layer.unknown("pools"));
            }
            let (width, across) = (layer.number(1, 0), layer.number(2, 1));
            Op::MaxPool {
                kernel: [layer.number(11, width), width],
                stride: [layer.number(12, across), across],
                rounds_up: layer.number(5, 0) == 0,
            }
        }
        "Clip" => Op::Unary(Unary::Clip(layer.float(0, f32::MIN), layer.float(1, f32::MAX))),
        // Channels come first, and behind them one that ncnn does not have.
        "Concat" => Op::Concat(layer.float(0, 0.0) as i64 + 1),
        "PixelShuffle" => Op::DepthToSpace { block: layer.number(0, 1), colours_first: layer.number(1, 0) == 0 },
        "Reorg" => Op::SpaceToDepth { block: layer.number(0, 1), colours_first: layer.number(1, 0) == 0 },
        "ReLU" => Op::Unary(Unary::LeakyRelu(layer.float(0, 0.0))),
        "Mish" => Op::Unary(Unary::Mish),
        "Sigmoid" => Op::Unary(Unary::Sigmoid),
        "Swish" => Op::Unary(Unary::Silu),
        "TanH" => Op::Unary(Unary::Tanh),
        "Noop" | "Split" | "Dropout" => Op::Unary(Unary::Identity),
        other => return Err(unknown_kind(other)),
    };
    let outputs = layer.outputs.iter().map(|&name| name.to_owned()).collect();
    graph.nodes.push(Node { name: format!("{} ({})", layer.name, layer.kind), op, inputs, outputs });
    Ok(())
}
