//! Between the nodes of tables, those of one axis and those of four.

/// Between which two nodes of an axis a value lies.
#[derive(Clone, Copy)]
pub(super) struct NodePair {
    pub(super) lower: usize,
    pub(super) upper: usize,
    /// How far it is from the lower to the upper one, 0 to 1.
    pub(super) share: f32,
}

impl NodePair {
    /// Of a position from 0 to 1 on an axis of `nodes` nodes, at least one, each `step` elements after the other.
    pub(super) fn new(position: f32, nodes: usize, step: usize) -> Self {
        let position = position.clamp(0.0, 1.0) * (nodes - 1) as f32;
        // A cast to an integer makes 0 of what is no number.
        let lower = (position as usize).min(nodes - 1);
        Self { lower: lower * step, upper: (lower + 1).min(nodes - 1) * step, share: position - lower as f32 }
    }
}

/// The value at a position in a table of four axes, from those of the nodes around it.
pub(super) fn interpolate(pairs: [NodePair; 4], node: impl Fn(usize) -> [f32; 4]) -> [f32; 4] {
    let mut corners: [[f32; 4]; 16] = std::array::from_fn(|corner| {
        let ends = pairs.iter().enumerate();
        node(ends.map(|(axis, pair)| if corner >> axis & 1 == 0 { pair.lower } else { pair.upper }).sum::<usize>())
    });
    for axis in (0..4).rev() {
        let (lower, upper) = corners.split_at_mut(1 << axis);
        for (lower, upper) in lower.iter_mut().zip(upper) {
            for (lower, upper) in lower.iter_mut().zip(*upper) {
                *lower += (upper - *lower) * pairs[axis].share;
            }
        }
    }
    corners[0]
}
