//! What nodes do with feature maps, [1][channels][height][width], with plain loops.

use super::{
    graph::{Conv, Resize, Value},
    run::{Budget, Made},
};

/// Channels, height and width.
fn sizes(map: &Value) -> Made<[usize; 3]> {
    match map.shape[..] {
        [1, channels, height, width] => Ok([channels, height, width]),
        _ => Err(format!("it takes no map of the shape {:?}", map.shape)),
    }
}

fn made(shape: [usize; 3], data: Vec<f32>) -> Made {
    let [channels, height, width] = shape;
    Value::new(vec![1, channels, height, width], data).ok_or_else(|| "its sizes do not fit each other".into())
}

pub(super) fn conv(conv: &Conv, map: &Value, weight: &Value, bias: Option<&[f32]>, budget: &mut Budget) -> Made {
    let [channels, height, width] = sizes(map)?;
    let &[outputs, inputs, rows, columns] = &weight.shape[..] else {
        return Err("its weights have not four sizes".into());
    };
    let groups = conv.groups;
    let fits = groups > 0 && Some(channels) == inputs.checked_mul(groups) && outputs.is_multiple_of(groups);
    if !fits || rows * columns == 0 || bias.is_some_and(|bias| bias.len() != outputs) {
        return Err("its weights do not fit its input".into());
    }
    let [top, left, bottom, right] = conv.pads;
    let length = |size: usize, pads: usize, kernel: usize, axis: usize| {
        let reach = (kernel - 1).checked_mul(conv.dilation[axis])?;
        Some(size.checked_add(pads)?.checked_sub(reach)?.checked_sub(1)?.checked_div(conv.stride[axis])? + 1)
    };
    let too_small = "its input is too small";
    let made_height = length(height, top.saturating_add(bottom), rows, 0).ok_or(too_small)?;
    let made_width = length(width, left.saturating_add(right), columns, 1).ok_or(too_small)?;
    let count = budget.take(&[outputs, made_height, made_width], inputs.saturating_mul(rows * columns))?;
    let mut data = Vec::with_capacity(count);
    for output in 0..outputs {
        data.resize(data.len() + made_height * made_width, bias.map_or(0.0, |bias| bias[output]));
        let start = data.len() - made_height * made_width;
        let plane = &mut data[start..];
        for input in 0..inputs {
            let channel = output / (outputs / groups) * inputs + input;
            let source = &map.data[channel * height * width..][..height * width];
            for tap in 0..rows * columns {
                let factor = weight.data[(output * inputs + input) * rows * columns + tap];
                let (down, across) = (tap / columns * conv.dilation[0], tap % columns * conv.dilation[1]);
                for (y, line) in plane.chunks_exact_mut(made_width).enumerate() {
                    let Some(row) = (y * conv.stride[0] + down).checked_sub(top).filter(|&row| row < height) else {
                        continue;
                    };
                    let row = &source[row * width..][..width];
                    if conv.stride[1] == 1 {
                        // The part of the line for which there are values.
                        let first = left.saturating_sub(across).min(made_width);
                        let skipped = (first + across).saturating_sub(left).min(width);
                        let pairs = line[first..].iter_mut().zip(&row[skipped..]);
                        pairs.for_each(|(sum, value)| *sum += factor * value);
                    } else {
                        for (x, sum) in line.iter_mut().enumerate() {
                            let at = (x * conv.stride[1] + across).checked_sub(left);
                            *sum += factor * at.and_then(|at| row.get(at)).copied().unwrap_or_default();
                        }
                    }
                }
            }
        }
    }
    made([outputs, made_height, made_width], data)
}

pub(super) fn prelu(map: &Value, slopes: &[f32], budget: &mut Budget) -> Made {
    let [channels, height, width] = sizes(map)?;
    if slopes.len() != channels && slopes.len() != 1 {
        return Err("it has not one slope for each channel".into());
    }
    budget.take(&map.shape, 1)?;
    let slope = |at: usize| slopes[at / (height * width) % slopes.len()];
    let values = map.data.iter().enumerate().map(|(at, &value)| if value < 0.0 { value * slope(at) } else { value });
    made([channels, height, width], values.collect())
}

/// Inputs of one shape, each times its factor, or 1.
pub(super) fn sum<'a>(inputs: impl Iterator<Item = &'a Value>, factors: &[f32], budget: &mut Budget) -> Made {
    let mut all: Option<Value> = None;
    for (index, input) in inputs.enumerate() {
        let factor = factors.get(index).copied().unwrap_or(1.0);
        budget.take(&input.shape, 1)?;
        let before = all.as_ref().map(|all| (&all.shape, &all.data));
        if before.is_some_and(|(shape, _)| *shape != input.shape) {
            return Err("its inputs are of different shapes".into());
        }
        let values =
            input.data.iter().enumerate().map(|(at, value)| before.map_or(0.0, |(_, data)| data[at]) + factor * value);
        all = Value::new(input.shape.clone(), values.collect());
    }
    all.ok_or_else(|| "it has no inputs".into())
}

pub(super) fn depth_to_space(map: &Value, block: usize, colours_first: bool, budget: &mut Budget) -> Made {
    let [channels, height, width] = sizes(map)?;
    let area = block
        .checked_mul(block)
        .filter(|&area| area > 0 && channels.is_multiple_of(area))
        .ok_or("its channels make no squares")?;
    let count = budget.take(&map.shape, 1)?;
    let colours = channels / area;
    let mut data = vec![0.0; count];
    for (at, value) in map.data.iter().enumerate() {
        let (channel, y, x) = (at / (height * width), at / width % height, at % width);
        let (colour, place) =
            if colours_first { (channel / area, channel % area) } else { (channel % colours, channel / colours) };
        let row = (colour * height + y) * block + place / block;
        data[row * width * block + x * block + place % block] = *value;
    }
    made([colours, height * block, width * block], data)
}

pub(super) fn space_to_depth(map: &Value, block: usize, colours_first: bool, budget: &mut Budget) -> Made {
    let [channels, height, width] = sizes(map)?;
    if block == 0 || !height.is_multiple_of(block) || !width.is_multiple_of(block) {
        return Err("its input makes no whole squares".into());
    }
    let count = budget.take(&map.shape, 1)?;
    let (rows, columns) = (height / block, width / block);
    let mut data = vec![0.0; count];
    for (at, value) in map.data.iter().enumerate() {
        let (colour, y, x) = (at / (height * width), at / width % height, at % width);
        let place = y % block * block + x % block;
        let channel = if colours_first { colour * block * block + place } else { place * channels + colour };
        data[(channel * rows + y / block) * columns + x / block] = *value;
    }
    made([channels * block * block, rows, columns], data)
}

/// `lists` are factors and sizes out of inputs; `picture` is its height and width.
pub(super) fn resize(
    how: &Resize,
    map: &Value,
    lists: &[Vec<f32>; 2],
    picture: [usize; 2],
    budget: &mut Budget,
) -> Made {
    let [channels, height, width] = sizes(map)?;
    let size = match (how, &lists[..]) {
        (Resize { to_picture: true, .. }, _) => picture,
        (_, [_, sizes]) if sizes.len() == 4 => [sizes[2] as usize, sizes[3] as usize],
        (Resize { factors: Some(factors), .. }, _) => {
            [height as f32 * factors[0], width as f32 * factors[1]].map(|length| length as usize)
        }
        (_, [factors, _]) if factors.len() == 4 => {
            [height as f32 * factors[2], width as f32 * factors[3]].map(|length| length as usize)
        }
        _ => return Err("it does not say to which size".into()),
    };
    if height * width == 0 || size.contains(&0) {
        return Err("it makes nothing".into());
    }
    let count = budget.take(&[channels, size[0], size[1]], 4)?;
    // For each place of a line, between which two places of the source it lies, and how far from the first.
    let places = |from: usize, to: usize| -> Vec<(usize, usize, f32)> {
        let places = (0..to).map(|at| {
            if !how.linear {
                return ((at * from / to).min(from - 1), 0, 0.0);
            }
            let place = if how.align {
                at as f32 * (from - 1) as f32 / (to - 1).max(1) as f32
            } else {
                (at as f32 + 0.5) * from as f32 / to as f32 - 0.5
            };
            let place = place.clamp(0.0, (from - 1) as f32);
            (place as usize, (place as usize + 1).min(from - 1), place.fract())
        });
        places.collect()
    };
    let (rows, columns) = (places(height, size[0]), places(width, size[1]));
    let mut data = Vec::with_capacity(count);
    for plane in map.data.chunks_exact(height * width) {
        for &(top, bottom, down) in &rows {
            for &(left, right, across) in &columns {
                let line =
                    |row: usize| plane[row * width + left] * (1.0 - across) + plane[row * width + right] * across;
                data.push(line(top) * (1.0 - down) + line(bottom) * down);
            }
        }
    }
    made([channels, size[0], size[1]], data)
}

/// The largest value of each window; those that reach beyond the map count where the size is rounded up.
pub(super) fn max_pool(
    map: &Value,
    kernel: [usize; 2],
    stride: [usize; 2],
    rounds_up: bool,
    budget: &mut Budget,
) -> Made {
    let [channels, height, width] = sizes(map)?;
    let length = |size: usize, axis: usize| {
        let (room, step) = (size.checked_sub(kernel[axis])?, stride[axis]);
        let whole = room.checked_div(step)?;
        // None begins beyond the map.
        let has_more = rounds_up && whole * step < room && (whole + 1).checked_mul(step)? < size;
        (kernel[axis] > 0).then_some(whole + 1 + usize::from(has_more))
    };
    let too_small = "its input is too small";
    let (rows, columns) = (length(height, 0).ok_or(too_small)?, length(width, 1).ok_or(too_small)?);
    let count = budget.take(&[channels, rows, columns], kernel[0].saturating_mul(kernel[1]))?;
    let mut data = Vec::with_capacity(count);
    for plane in map.data.chunks_exact(height * width) {
        for place in 0..rows * columns {
            let (top, left) = (place / columns * stride[0], place % columns * stride[1]);
            let lines = (top..(top + kernel[0]).min(height)).map(|row| &plane[row * width..][..width]);
            let values = lines.flat_map(|line| &line[left.min(width)..(left + kernel[1]).min(width)]);
            data.push(values.copied().fold(f32::NEG_INFINITY, f32::max));
        }
    }
    made([channels, rows, columns], data)
}

/// Normalises groups of channels, or, where there is no number of them, each channel; factors and summands are one for each channel.
pub(super) fn group_norm(
    map: &Value,
    groups: Option<usize>,
    epsilon: f32,
    [factors, summands]: [&[f32]; 2],
    budget: &mut Budget,
) -> Made {
    let &[1, channels, ..] = &map.shape[..] else { return Err("it takes no such map".into()) };
    let groups = groups.unwrap_or(channels);
    if groups == 0
        || channels == 0
        || !channels.is_multiple_of(groups)
        || factors.len() != channels
        || summands.len() != channels
    {
        return Err("its numbers of channels do not fit each other".into());
    }
    budget.take(&map.shape, 4)?;
    let count = (map.data.len() / groups).max(1);
    let each = (map.data.len() / channels).max(1);
    let mut data = Vec::with_capacity(map.data.len());
    for (group, values) in map.data.chunks_exact(count).enumerate() {
        let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / count as f64;
        let variance = values.iter().map(|&value| (f64::from(value) - mean).powi(2)).sum::<f64>() / count as f64;
        let scale = 1.0 / (variance + f64::from(epsilon)).sqrt();
        data.extend(values.iter().enumerate().map(|(at, &value)| {
            let channel = group * (channels / groups) + at / each;
            ((f64::from(value) - mean) * scale) as f32 * factors[channel] + summands[channel]
        }));
    }
    Value::new(map.shape.clone(), data).ok_or_else(|| "its sizes do not fit each other".into())
}
