//! Computes what a graph makes of a small picture, and notes the weights that it uses in their order.

use std::{collections::HashMap, rc::Rc};

use super::{
    arrays,
    graph::{Graph, Op, Unary, Value, refused, shown},
    maps,
};
use crate::{Result, network::Parameters};

/// Multiply-adds and copied numbers that a graph may take, so that no file keeps the machine busy for long. A network of 17 million weights
/// takes a tenth of it.
const MAX_WORK: u64 = 1 << 35;

/// Numbers of one value, and of all, at most.
const MAX_NUMBERS: usize = 1 << 24;
const MAX_ALL_NUMBERS: usize = 1 << 26;

/// What a node cannot do, or the value that it makes.
pub(super) type Made<T = Value> = Result<T, String>;

/// What is left of the work and the memory that a graph may take.
pub(super) struct Budget {
    work: u64,
    numbers: usize,
}

impl Budget {
    /// Room for a value of that shape, each number of which takes so many steps.
    pub(super) fn take(&mut self, shape: &[usize], steps: usize) -> Made<usize> {
        let most = shape.iter().try_fold(1_usize, |count, &size| count.checked_mul(size.max(1)));
        most.filter(|&count| count <= MAX_NUMBERS).ok_or("its result is too large")?;
        let count = shape.iter().product();
        let left = self.numbers.checked_sub(count).ok_or("the graph takes too much memory")?;
        let work = (count as u64).saturating_mul(steps as u64 + 1);
        self.work = self.work.checked_sub(work).ok_or("the graph takes too much work")?;
        self.numbers = left;
        Ok(count)
    }
}

/// What a graph makes of a picture, and the weights of its layers.
pub(super) struct Outcome {
    pub(super) enlarged: Value,
    pub(super) parameters: Vec<Parameters>,
}

/// Runs a graph on a picture of the shape [1][channels][height][width].
///
/// # Errors
/// [`crate::Error::RefusedModel`] when it is not as the known networks have it.
pub(super) fn run(graph: &Graph, picture: Value) -> Result<Outcome> {
    let mut run = Run {
        values: HashMap::new(),
        size: [picture.shape[2], picture.shape[3]],
        budget: Budget { work: MAX_WORK, numbers: MAX_ALL_NUMBERS },
        parameters: Vec::new(),
        factors: HashMap::new(),
    };
    run.values.insert(&graph.input, picture);
    for node in &graph.nodes {
        let find = |name: &String| run.values.get(&**name).or_else(|| graph.constants.get(name)).cloned();
        let inputs: Option<Vec<_>> =
            node.inputs.iter().map(|name| if name.is_empty() { Some(None) } else { find(name).map(Some) }).collect();
        let not_as_known = |reason: String| {
            refused(format!(
                "{} in its graph is not as the networks that are known here have it: {reason}",
                shown(&node.name)
            ))
        };
        let inputs = inputs.ok_or_else(|| not_as_known("an input is missing".into()))?;
        let is_constant = inputs.iter().flatten().all(|value| value.is_constant);
        let made = run.node(&node.op, &node.inputs, &inputs, &node.outputs).map_err(not_as_known)?;
        for (name, value) in node.outputs.iter().zip(made) {
            run.values.insert(name, Value { is_constant, ..value });
        }
    }
    let enlarged =
        run.values.remove(&*graph.output).ok_or_else(|| refused("its graph does not make what it should"))?;
    Ok(Outcome { enlarged, parameters: run.parameters })
}

struct Run<'a> {
    values: HashMap<&'a str, Value>,
    /// Height and width of the picture.
    size: [usize; 2],
    budget: Budget,
    parameters: Vec<Parameters>,
    /// Factors for each channel that a value was multiplied by, by its name: the first half of a normalisation.
    factors: HashMap<&'a str, Vec<f32>>,
}

impl<'a> Run<'a> {
    fn node(&mut self, op: &Op, names: &[String], inputs: &[Option<Value>], outputs: &'a [String]) -> Made<Vec<Value>> {
        let input = |index: usize| inputs.get(index).and_then(Option::as_ref);
        let first = || input(0).ok_or("an input is missing");
        let numbers = |index: usize| input(index).map(arrays::whole_numbers);
        let listed = |fixed: &Option<Vec<i64>>| fixed.clone().or_else(|| numbers(1));
        let budget = &mut self.budget;
        let made = match op {
            Op::Conv(conv) => {
                let weight = input(1)
                    .filter(|weight| weight.is_constant)
                    .ok_or("its weights are not in the file as they are")?;
                let bias = input(2).map(|bias| bias.data.to_vec());
                self.note(weight.shape.clone(), weight, bias.clone(), conv.groups);
                let made = maps::conv(conv, first()?, weight, bias.as_deref(), &mut self.budget)?;
                arrays::unary(conv.activation, &made)
            }
            Op::Prelu => {
                let slopes = input(1).filter(|slopes| slopes.is_constant).ok_or("it has no slopes")?;
                let made = maps::prelu(first()?, &slopes.data, budget)?;
                self.note(vec![slopes.data.len()], slopes, None, 1);
                made
            }
            Op::Unary(unary) => {
                let value = first()?;
                budget.take(&value.shape, 8)?;
                let bound = |index: usize| input(index).and_then(|bound| bound.data.first()).copied();
                let unary = match *unary {
                    Unary::Clip(low, high) => Unary::Clip(bound(1).unwrap_or(low), bound(2).unwrap_or(high)),
                    other => other,
                };
                arrays::unary(unary, value)
            }
            Op::Binary(binary) => {
                let (one, other) = (first()?, input(1).ok_or("an input is missing")?);
                let made = arrays::binary(*binary, one, other, budget)?;
                self.note_half_norm(op, names, [one, other], outputs);
                made
            }
            Op::Sum(factors) => maps::sum(inputs.iter().flatten(), factors, budget)?,
            Op::Concat(axis) => arrays::concat(&inputs.iter().flatten().collect::<Vec<_>>(), *axis, budget)?,
            Op::Split { axis, sizes } => return arrays::split(first()?, *axis, listed(sizes), outputs.len(), budget),
            Op::Slice { fixed } => {
                let ranges = match fixed {
                    Some([starts, ends, axes]) => [starts.clone(), ends.clone(), axes.clone(), Vec::new()],
                    None => [1, 2, 3, 4].map(|index| numbers(index).unwrap_or_default()),
                };
                arrays::slice(first()?, &ranges, budget)?
            }
            Op::Reshape => arrays::reshape(first()?, &numbers(1).ok_or("it has no shape")?)?,
            Op::Transpose(order) => arrays::transpose(first()?, order, budget)?,
            Op::Unsqueeze(axes) => arrays::unsqueeze(first()?, &listed(axes).ok_or("it has no axes")?)?,
            Op::Squeeze(axes) => arrays::squeeze(first()?, listed(axes))?,
            Op::Shape => {
                let shape = first()?.shape.iter().map(|&size| size as f32).collect::<Vec<_>>();
                Value { is_whole: true, ..Value::new(vec![shape.len()], shape).ok_or("it has no shape")? }
            }
            Op::Gather(axis) => arrays::gather(first()?, input(1).ok_or("it has no places")?, *axis, budget)?,
            Op::Expand => arrays::expand(first()?, &numbers(1).ok_or("it has no shape")?, budget)?,
            Op::Tile => arrays::tile(first()?, &numbers(1).ok_or("it has no numbers")?, budget)?,
            Op::Fill(value) => {
                let shape = arrays::sizes(&numbers(0).ok_or("it has no shape")?)?;
                let count = budget.take(&shape, 1)?;
                Value::new(shape, vec![*value; count]).ok_or("it has no shape")?
            }
            Op::DepthToSpace { block, colours_first } => {
                maps::depth_to_space(first()?, *block, *colours_first, budget)?
            }
            Op::SpaceToDepth { block, colours_first } => {
                maps::space_to_depth(first()?, *block, *colours_first, budget)?
            }
            Op::Resize(resize) => {
                // Before version 11 there was no area between the map and the factors.
                let factors = if inputs.len() == 2 { input(1) } else { input(2) };
                let lists = [factors, input(3)].map(|value| value.map(|value| value.data.to_vec()).unwrap_or_default());
                maps::resize(resize, first()?, &lists, self.size, budget)?
            }
            Op::MaxPool { kernel, stride, rounds_up } => {
                maps::max_pool(first()?, *kernel, *stride, *rounds_up, budget)?
            }
            Op::Mean { axes, keeps } => arrays::mean(first()?, listed(axes), *keeps, budget)?,
            Op::GroupNorm { groups, epsilon } => {
                let (factors, summands) = (input(1).ok_or("it has no factors")?, input(2).ok_or("it has no summands")?);
                let made = maps::group_norm(first()?, *groups, *epsilon, [&factors.data, &summands.data], budget)?;
                if groups.is_some() && factors.is_constant && summands.is_constant {
                    self.note(vec![factors.data.len()], factors, Some(summands.data.to_vec()), 1);
                }
                made
            }
            Op::Pad(pads) => {
                let pads = listed(pads).unwrap_or_default();
                if pads.iter().any(|&pad| pad != 0) {
                    return Err("it pads".into());
                }
                first()?.clone()
            }
        };
        Ok(vec![made; outputs.len()])
    }

    fn note(&mut self, shape: Vec<usize>, weight: &Value, bias: Option<Vec<f32>>, groups: usize) {
        self.parameters.push(Parameters { shape, weight: weight.data.clone(), bias, groups });
    }

    /// A normalisation's last two steps are factors and then summands for each channel.
    fn note_half_norm(&mut self, op: &Op, names: &[String], inputs: [&Value; 2], outputs: &'a [String]) {
        use super::graph::Binary;
        let for_each_channel = |value: &&Value| {
            let dimensions = value.shape.len();
            let is_one_a_channel = dimensions >= 3 && value.shape[dimensions - 3] == value.data.len();
            value.is_constant && is_one_a_channel && value.data.len() > 1
        };
        let Some(constant) = inputs.into_iter().find(for_each_channel) else { return };
        match op {
            Op::Binary(Binary::Mul) => {
                if let Some(name) = outputs.first() {
                    self.factors.insert(name, constant.data.to_vec());
                }
            }
            Op::Binary(Binary::Add) => {
                let before = names.iter().find_map(|name| self.factors.get(&**name));
                if let Some(factors) = before.filter(|factors| factors.len() == constant.data.len()) {
                    self.parameters.push(Parameters {
                        shape: vec![factors.len()],
                        weight: Rc::new(factors.clone()),
                        bias: Some(constant.data.to_vec()),
                        groups: 1,
                    });
                }
            }
            _ => {}
        }
    }
}
