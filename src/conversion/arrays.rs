//! What nodes do with arrays of any shape.

use std::rc::Rc;

use super::{
    graph::{Binary, Unary, Value},
    run::{Budget, Made},
};

fn made(shape: Vec<usize>, data: Vec<f32>, is_whole: bool) -> Made {
    let value = Value::new(shape, data).ok_or("its sizes do not fit each other")?;
    Ok(Value { is_whole, ..value })
}

/// The values of an array as whole numbers; those beyond all become the last.
pub(super) fn whole_numbers(value: &Value) -> Vec<i64> {
    value.data.iter().map(|&number| number as i64).collect()
}

/// Numbers as sizes.
pub(super) fn sizes(numbers: &[i64]) -> Made<Vec<usize>> {
    let sizes = numbers.iter().map(|&size| usize::try_from(size));
    sizes.collect::<Result<_, _>>().map_err(|_| "it has a negative size".into())
}

/// An axis, counted from the end where it is negative.
fn axis(axis: i64, dimensions: usize) -> Made<usize> {
    let counted = if axis < 0 { axis.saturating_add(dimensions as i64) } else { axis };
    usize::try_from(counted).ok().filter(|&axis| axis < dimensions).ok_or_else(|| format!("it has no axis {axis}"))
}

/// How many numbers lie before an axis, along it, and behind it.
fn around(shape: &[usize], axis: usize) -> [usize; 3] {
    [shape[..axis].iter().product(), shape[axis], shape[axis + 1..].iter().product()]
}

pub(super) fn unary(unary: Unary, value: &Value) -> Value {
    let function = |x: f32| match unary {
        Unary::Identity | Unary::Fraction => x,
        Unary::LeakyRelu(slope) => {
            if x < 0.0 {
                x * slope
            } else {
                x
            }
        }
        Unary::Clip(low, high) => x.max(low).min(high),
        Unary::Sigmoid => 1.0 / (1.0 + (-x).exp()),
        Unary::Tanh => x.tanh(),
        Unary::Softplus => softplus(x),
        Unary::Mish => x * softplus(x).tanh(),
        Unary::Silu => x / (1.0 + (-x).exp()),
        Unary::Sqrt => x.sqrt(),
        Unary::Negative => -x,
        Unary::Reciprocal => 1.0 / x,
        Unary::Floor => x.floor(),
        Unary::Ceil => x.ceil(),
        Unary::Whole => x.trunc(),
    };
    if matches!(unary, Unary::Identity) {
        return value.clone();
    }
    let is_whole = match unary {
        Unary::Whole => true,
        Unary::Fraction => false,
        _ => value.is_whole,
    };
    Value { data: Rc::new(value.data.iter().map(|&x| function(x)).collect()), is_whole, ..value.clone() }
}

fn softplus(x: f32) -> f32 {
    if x > 20.0 { x } else { x.exp().ln_1p() }
}

/// The shape of two together, of which the shorter one, or one of the size 1, is repeated.
fn joint_shape(one: &[usize], other: &[usize]) -> Made<Vec<usize>> {
    let dimensions = one.len().max(other.len());
    let size = |shape: &[usize], index: usize| (index + shape.len()).checked_sub(dimensions).map_or(1, |at| shape[at]);
    (0..dimensions)
        .map(|index| match (size(one, index), size(other, index)) {
            (1, size) | (size, 1) => Ok(size),
            (size, same) if size == same => Ok(size),
            _ => Err(format!("its inputs of the shapes {one:?} and {other:?} do not fit each other")),
        })
        .collect()
}

/// For each number of a shape, where the number for it lies in an array that is repeated.
fn repeated<'a>(value: &'a Value, shape: &'a [usize]) -> impl Iterator<Item = f32> + 'a {
    let mut step = 1;
    let mut steps = vec![0; shape.len()];
    for (step_of, &size) in steps.iter_mut().rev().zip(value.shape.iter().rev()) {
        *step_of = if size == 1 { 0 } else { step };
        step *= size;
    }
    let is_same = value.shape == shape;
    (0..shape.iter().product()).map(move |index| {
        if is_same {
            return value.data[index];
        }
        let axes = shape.iter().zip(&steps).rev();
        let (_, at) = axes.fold((index, 0), |(index, at), (&size, &step)| (index / size, at + index % size * step));
        value.data[at]
    })
}

pub(super) fn binary(binary: Binary, one: &Value, other: &Value, budget: &mut Budget) -> Made {
    let shape = joint_shape(&one.shape, &other.shape)?;
    budget.take(&shape, 8)?;
    let is_whole = one.is_whole && other.is_whole;
    let quotient = |x: f32, y: f32| if is_whole { (x / y).trunc() } else { x / y };
    let function = |(x, y): (f32, f32)| match binary {
        Binary::Add => x + y,
        Binary::Sub => x - y,
        Binary::Mul => x * y,
        Binary::Div => quotient(x, y),
        Binary::Max => x.max(y),
        Binary::Min => x.min(y),
        Binary::Pow => x.powf(y),
        Binary::Mod => x - (x / y).floor() * y,
        Binary::ReverseSub => y - x,
        Binary::ReverseDiv => quotient(y, x),
    };
    let data = repeated(one, &shape).zip(repeated(other, &shape)).map(function).collect();
    made(shape, data, is_whole)
}

pub(super) fn expand(value: &Value, shape: &[i64], budget: &mut Budget) -> Made {
    let shape = joint_shape(&value.shape, &sizes(shape)?)?;
    budget.take(&shape, 8)?;
    let data = repeated(value, &shape).collect();
    made(shape, data, value.is_whole)
}

pub(super) fn concat(values: &[&Value], along: i64, budget: &mut Budget) -> Made {
    let first = values.first().ok_or("it has no inputs")?;
    let along = axis(along, first.shape.len())?;
    let mut shape = first.shape.clone();
    shape[along] = 0;
    for value in values {
        let fits = value.shape.len() == shape.len()
            && value.shape.iter().zip(&shape).enumerate().all(|(index, (size, same))| index == along || size == same);
        if !fits {
            return Err("its inputs do not fit each other".into());
        }
        shape[along] += value.shape[along];
    }
    let count = budget.take(&shape, 1)?;
    let mut data = Vec::with_capacity(count);
    for before in 0..shape[..along].iter().product() {
        for value in values {
            let [_, size, behind] = around(&value.shape, along);
            data.extend_from_slice(&value.data[before * size * behind..][..size * behind]);
        }
    }
    made(shape, data, values.iter().all(|value| value.is_whole))
}

/// Of each place along an axis the numbers behind it, in another order.
fn picked(value: &Value, along: usize, places: impl Iterator<Item = usize> + Clone, budget: &mut Budget) -> Made {
    let [before, size, behind] = around(&value.shape, along);
    let mut shape = value.shape.clone();
    shape[along] = places.clone().count();
    let count = budget.take(&shape, 1)?;
    let mut data = Vec::with_capacity(count);
    for at in 0..before {
        for place in places.clone() {
            data.extend_from_slice(&value.data[(at * size + place) * behind..][..behind]);
        }
    }
    made(shape, data, value.is_whole)
}

pub(super) fn split(
    value: &Value,
    along: i64,
    sizes_of: Option<Vec<i64>>,
    count: usize,
    budget: &mut Budget,
) -> Made<Vec<Value>> {
    let along = axis(along, value.shape.len())?;
    let whole = value.shape[along];
    let sizes_of = match sizes_of {
        Some(numbers) => sizes(&numbers)?,
        None => vec![whole / count.max(1); count],
    };
    if sizes_of.iter().try_fold(0_usize, |sum, &size| sum.checked_add(size)) != Some(whole) {
        return Err("its parts are not the whole".into());
    }
    let mut start = 0;
    let mut parts = Vec::new();
    for size in sizes_of {
        parts.push(picked(value, along, start..start + size, budget)?);
        start += size;
    }
    Ok(parts)
}

/// By starts, ends, axes and steps.
pub(super) fn slice(value: &Value, [starts, ends, axes, steps]: &[Vec<i64>; 4], budget: &mut Budget) -> Made {
    let mut made = value.clone();
    for (index, (&start, &end)) in starts.iter().zip(ends).enumerate() {
        let along = axis(axes.get(index).copied().unwrap_or(index as i64), made.shape.len())?;
        let size = made.shape[along] as i64;
        let step = steps.get(index).copied().unwrap_or(1);
        // Backwards, the end lies before the first place.
        let lowest = if step < 0 { -1 } else { 0 };
        let place = |at: i64| (if at < 0 { at.saturating_add(size) } else { at }).clamp(lowest, size + lowest);
        let (start, end) = (place(start), place(end));
        let distance = usize::try_from(step.unsigned_abs()).ok().filter(|&step| step > 0).ok_or("it makes no steps")?;
        let places: Vec<usize> = if step > 0 {
            (start..end).step_by(distance).map(|at| at as usize).collect()
        } else {
            (end + 1..start + 1).rev().step_by(distance).map(|at| at as usize).collect()
        };
        made = picked(&made, along, places.into_iter(), budget)?;
    }
    Ok(made)
}

pub(super) fn gather(value: &Value, places: &Value, along: i64, budget: &mut Budget) -> Made {
    let along = axis(along, value.shape.len())?;
    let size = value.shape[along];
    let numbers = whole_numbers(places);
    let indices = numbers.iter().map(|&at| axis(at, size)).collect::<Made<Vec<_>>>()?;
    let mut made = picked(value, along, indices.into_iter(), budget)?;
    made.shape.splice(along..=along, places.shape.iter().copied());
    Ok(made)
}

/// A size of 0 stays as it is, and one of -1 is what the others leave.
pub(super) fn reshape(value: &Value, shape: &[i64]) -> Made {
    let kept = |(index, &size): (usize, &i64)| match size {
        0 => value.shape.get(index).map(|&size| size as i64).ok_or("it keeps a size that there is not"),
        size => Ok(size),
    };
    let shape = shape.iter().enumerate().map(kept).collect::<Result<Vec<_>, _>>()?;
    let known = shape.iter().filter(|&&size| size != -1).try_fold(1_i64, |count, &size| count.checked_mul(size));
    let known = known.filter(|&known| known > 0).ok_or("it has an impossible shape")?;
    let rest = value.data.len() as i64 / known;
    let shape = sizes(&shape.iter().map(|&size| if size == -1 { rest } else { size }).collect::<Vec<_>>())?;
    reshaped(value, shape)
}

fn reshaped(value: &Value, shape: Vec<usize>) -> Made {
    let most = shape.iter().try_fold(1_usize, |count, &size| count.checked_mul(size.max(1)));
    if most.is_none() || shape.iter().product::<usize>() != value.data.len() || shape.len() > 8 {
        return Err("it has another number of numbers than that shape".into());
    }
    Ok(Value { shape, ..value.clone() })
}

pub(super) fn unsqueeze(value: &Value, axes: &[i64]) -> Made {
    let dimensions = value.shape.len() + axes.len();
    if dimensions > 8 {
        return Err("it has too many axes".into());
    }
    let mut places = axes.iter().map(|&place| axis(place, dimensions)).collect::<Made<Vec<_>>>()?;
    places.sort_unstable();
    let mut shape = value.shape.clone();
    for place in places {
        shape.insert(place.min(shape.len()), 1);
    }
    reshaped(value, shape)
}

pub(super) fn squeeze(value: &Value, axes: Option<Vec<i64>>) -> Made {
    let dimensions = value.shape.len();
    let gone =
        axes.map(|axes| axes.iter().map(|&place| axis(place, dimensions)).collect::<Made<Vec<_>>>()).transpose()?;
    let goes = |index: usize, size: usize| gone.as_ref().map_or(size == 1, |gone| gone.contains(&index));
    let shape = value.shape.iter().enumerate().filter(|&(index, &size)| !goes(index, size));
    reshaped(value, shape.map(|(_, &size)| size).collect())
}

pub(super) fn transpose(value: &Value, order: &[usize], budget: &mut Budget) -> Made {
    let dimensions = value.shape.len();
    let reversed: Vec<usize> = (0..dimensions).rev().collect();
    let order = if order.is_empty() { &reversed } else { order };
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    if !sorted.into_iter().eq(0..dimensions) {
        return Err("its order is not one of its axes".into());
    }
    let shape: Vec<usize> = order.iter().map(|&axis| value.shape[axis]).collect();
    let count = budget.take(&shape, 8)?;
    let steps: Vec<usize> = order.iter().map(|&axis| value.shape[axis + 1..].iter().product()).collect();
    let place = |index: usize| {
        let axes = shape.iter().zip(&steps).rev();
        axes.fold((index, 0), |(index, at), (&size, &step)| (index / size, at + index % size * step)).1
    };
    let data = (0..count).map(|index| value.data[place(index)]).collect();
    made(shape, data, value.is_whole)
}

pub(super) fn tile(value: &Value, times: &[i64], budget: &mut Budget) -> Made {
    let mut made = value.clone();
    for (along, times) in sizes(times)?.into_iter().enumerate() {
        let size = *made.shape.get(along).ok_or("it has not so many axes")?;
        budget.take(&made.shape, times)?;
        made = picked(&made, along, (0..times).flat_map(|_| 0..size), budget)?;
    }
    Ok(made)
}

/// Over those axes, or over all.
pub(super) fn mean(value: &Value, axes: Option<Vec<i64>>, keeps: bool, budget: &mut Budget) -> Made {
    let axes = axes.unwrap_or_else(|| (0..value.shape.len() as i64).collect());
    let mut made = value.clone();
    for &along in &axes {
        let along = axis(along, made.shape.len())?;
        let [before, size, behind] = around(&made.shape, along);
        budget.take(&made.shape, 2)?;
        let sum = |at: usize, next: usize| {
            (0..size).map(|place| f64::from(made.data[(at * size + place) * behind + next])).sum::<f64>()
        };
        let data = (0..before).flat_map(|at| (0..behind).map(move |next| (at, next)));
        let data: Vec<f32> = data.map(|(at, next)| (sum(at, next) / size as f64) as f32).collect();
        let mut shape = made.shape.clone();
        shape[along] = 1;
        made = Value::new(shape, data).ok_or("its sizes do not fit each other")?;
    }
    if keeps { Ok(made) } else { squeeze(&made, Some(axes)) }
}
