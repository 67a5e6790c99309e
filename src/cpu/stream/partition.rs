//! Partitions a network into stages for workers that run side by side, each with steps of its own.

use std::ops::Range;

use lenslet_kernels::PATCH;

use super::plan::{RowPlan, RowStep};
use crate::{
    Network,
    network::{Op, Slice},
};

/// What a weight costs Winograd's way, of what it costs the direct one: 36 products instead of 144.
const WINOGRAD_COST: f64 = 0.25;

/// What a value costs that Winograd's way transforms, in weights of a direct convolution. Measured in V8.
const TRANSFORM_COST: f64 = 43.0;

/// What a value costs that a pixel shuffle reads, or its opposite writes, in weights of a direct convolution.
const SHUFFLE_COST: f64 = 20.0;

/// Another worker is not worth its memory for less than this share of the time.
const WORTH: f64 = 0.05;

impl RowPlan {
    /// The steps of each stage: at most `most` stages, of nearly equal cost, and no more than make the network faster.
    pub(crate) fn stages(&self, network: &Network, most: usize) -> Vec<Range<usize>> {
        let steps = network.ops().iter().zip(&self.steps);
        let costs: Vec<_> = steps.map(|(op, step)| cost(network, op, step)).collect();
        let partitions: Vec<_> = (1..=most.max(1)).map(|count| partition(&costs, count)).collect();
        let slowest =
            |stages: &[Range<usize>]| stages.iter().map(|steps| costs[steps.clone()].iter().sum()).fold(0.0, f64::max);
        let best = partitions.iter().map(|stages| slowest(stages)).fold(f64::INFINITY, f64::min);
        let is_enough = |stages: &Vec<Range<usize>>| slowest(stages) * (1.0 - WORTH) <= best;
        partitions.into_iter().find(is_enough).unwrap_or_default()
    }
}

/// About how much work an op is for each pixel of the picture, in weights of a direct convolution.
fn cost(network: &Network, op: &Op, step: &RowStep) -> f64 {
    let values = |slice: Slice| network.density(slice.map) * slice.channels as f64;
    match op {
        Op::Conv(conv) => {
            let weights = values(conv.output) * (conv.source.channels * conv.kernel * conv.kernel) as f64;
            let is_winograd = matches!(step, RowStep::Conv(step) if step.unit == PATCH);
            if is_winograd {
                weights * WINOGRAD_COST + (values(conv.source) + values(conv.output)) * TRANSFORM_COST
            } else {
                weights
            }
        }
        Op::PixelShuffle(shuffle) => values(shuffle.source) * SHUFFLE_COST,
        Op::PixelUnshuffle(unshuffle) => values(unshuffle.output) * SHUFFLE_COST,
        // No plan has such steps.
        Op::MaxPool(_) | Op::Resize(_) | Op::GroupNorm(_) | Op::LayerNorm(_) | Op::DySample(_) => 0.0,
    }
}

/// Partitions steps of these costs into at most `count` stages such that the slowest is as fast as can be.
fn partition(costs: &[f64], count: usize) -> Vec<Range<usize>> {
    // The least cost of the slowest that leads to few enough stages, halved out as finely as numbers go.
    let (mut too_low, mut enough) = (0.0, costs.iter().sum());
    for _ in 0..f64::MANTISSA_DIGITS {
        let middle = f64::midpoint(too_low, enough);
        let fits = fill(costs, middle).is_some_and(|stages| stages.len() <= count);
        *(if fits { &mut enough } else { &mut too_low }) = middle;
    }
    fill(costs, enough).unwrap_or_default()
}

/// Stages as long as a limit of cost lets them be; None where one step alone is above it.
fn fill(costs: &[f64], limit: f64) -> Option<Vec<Range<usize>>> {
    let mut stages = Vec::new();
    let (mut start, mut sum) = (0, 0.0);
    for (index, &cost) in costs.iter().enumerate() {
        if cost > limit {
            return None;
        }
        if sum + cost > limit {
            stages.push(start..index);
            (start, sum) = (index, 0.0);
        }
        sum += cost;
    }
    stages.push(start..costs.len());
    Some(stages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_stage_is_as_fast_as_can_be() {
        let costs = [1.0, 4.0, 4.0, 4.0, 4.0, 3.0];
        assert_eq!(partition(&costs, 1).len(), 1);
        assert_eq!(partition(&costs, 2), [0..3, 3..6]);
        assert_eq!(partition(&costs, 3), [0..2, 2..4, 4..6]);
        assert_eq!(partition(&costs, 5), [0..2, 2..3, 3..4, 4..5, 5..6]);
        assert_eq!(partition(&costs, 9), [0..1, 1..2, 2..3, 3..4, 4..5, 5..6]);
    }
}
