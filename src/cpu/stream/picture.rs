//! A picture from its first row to its last.

use std::sync::Arc;

use lenslet_kernels::Sample;

use super::{
    plan::RowPlan,
    stage::{Batch, RowStage},
};
use crate::picture::Depth;

/// Enlarges one picture, row by row.
pub(in crate::cpu) struct Stream {
    stage: RowStage,
    /// Rows of the picture that go through the network at once.
    step: usize,
    /// Bytes of a row of the padded picture, of the padded picture enlarged, and of the enlarged picture.
    input_row: usize,
    padded_row: usize,
    row: usize,
    /// Rows of the enlarged picture that are still to come.
    left: usize,
}

impl Stream {
    /// A picture of `size` that is padded to `padded`.
    pub(in crate::cpu) fn new(plan: &Arc<RowPlan>, size: [usize; 2], padded: [usize; 2], depth: Depth) -> Self {
        let (step, bytes) = (step(plan, padded[0]), depth.pixel_bytes());
        Self {
            stage: RowStage::new(plan.clone(), 0..plan.steps.len(), padded, sample(depth), step),
            step,
            input_row: padded[0] * bytes,
            padded_row: padded[0] * plan.scale * bytes,
            row: size[0] * plan.scale * bytes,
            left: size[1] * plan.scale,
        }
    }

    /// Takes the next rows, RGBA of the padded width, and returns the rows of the enlarged picture that are done with them: RGBA with
    /// alpha opaque.
    pub(in crate::cpu) fn push(&mut self, rgba: &[u8]) -> Vec<u8> {
        let mut enlarged = Vec::new();
        for rows in rgba.chunks(self.step * self.input_row) {
            enlarged.append(&mut self.stage.push(Batch { picture: rows.to_vec(), ..Batch::default() }).pixels);
        }
        // Below and beside the picture lies what is made of the padding.
        let rows = (enlarged.len() / self.padded_row).min(self.left);
        self.left -= rows;
        enlarged.truncate(rows * self.padded_row);
        if self.padded_row > self.row {
            enlarged = enlarged.chunks_exact(self.padded_row).flat_map(|row| &row[..self.row]).copied().collect();
        }
        enlarged
    }
}

/// What a step makes of a picture of `size`, padding included: `[height][width][channels]` of the map that it makes.
pub(in crate::cpu) fn features(
    plan: &Arc<RowPlan>,
    step_index: usize,
    channels: usize,
    size: [usize; 2],
    depth: Depth,
    rgba: &[u8],
) -> Vec<f32> {
    let step = step(plan, size[0]);
    let mut stage = RowStage::new(plan.clone(), 0..step_index + 1, size, sample(depth), step);
    let mut values = Vec::new();
    for rows in rgba.chunks(step * size[0] * depth.pixel_bytes()) {
        // Steps behind the stage read what it makes, so it comes out, with all else that they read.
        for (part, rows) in stage.push(Batch { picture: rows.to_vec(), ..Batch::default() }).parts {
            if plan.parts[part].maker == step_index {
                let pixels = rows.chunks_exact(plan.parts[part].stride);
                values.extend(pixels.flat_map(|pixel| &pixel[..channels]));
            }
        }
    }
    values
}

/// What the kernels call it.
pub(crate) fn sample(depth: Depth) -> Sample {
    match depth {
        Depth::Eight => Sample::U8,
        Depth::Sixteen => Sample::U16,
    }
}

/// Bytes in memory for a picture of that width, whatever its height.
pub(in crate::cpu) fn bytes(plan: &RowPlan, width: usize) -> usize {
    plan.bytes(width, step(plan, width))
}

/// From how many pixels on rows are so wide that few of them fill the caches, and take much memory.
const WIDE: usize = 2048;

/// Rows of a picture of that width that go through at once: so few that they stay in the caches.
pub(crate) fn step(plan: &RowPlan, width: usize) -> usize {
    if width > WIDE { plan.align } else { 2 * plan.align }
}
