//! A picture from its first row to its last: cut into columns where it is very wide.

use std::sync::Arc;

use super::{
    plan::Plan,
    stage::{Batch, Stage},
};

/// Enlarges one picture, row by row.
pub(in crate::cpu) struct Stream {
    columns: Vec<Column>,
    /// Width of the picture with its padding.
    padded_width: usize,
    /// Rows of the picture that go through the network at once.
    step: usize,
    /// Width and height of the enlarged picture.
    width: usize,
    height: usize,
    scale: usize,
    /// How many rows of the enlarged picture are done.
    done: usize,
}

/// A part of the picture's width and what is kept of it, in its pixels.
struct Column {
    stage: Stage,
    from: usize,
    to: usize,
    keep_from: usize,
    keep_to: usize,
}

impl Stream {
    /// A picture of `size` that is padded to `padded`, in so many columns.
    pub(in crate::cpu) fn new(plan: &Arc<Plan>, size: [usize; 2], padded: [usize; 2], columns: usize) -> Self {
        let [width, height] = padded;
        let steps = 0..plan.steps.len();
        let columns = (0..columns).map(|index| {
            let [keep_from, keep_to] = [index, index + 1].map(|index| size[0] * index / columns);
            let from = keep_from.saturating_sub(plan.reach) / plan.align * plan.align;
            let to = (keep_to + plan.reach).next_multiple_of(plan.align).min(width);
            let stage = Stage::new(plan.clone(), steps.clone(), [to - from, height], step(plan));
            Column { stage, from, to, keep_from, keep_to }
        });
        Self {
            columns: columns.collect(),
            padded_width: width,
            step: step(plan),
            width: size[0] * plan.scale,
            height: size[1] * plan.scale,
            scale: plan.scale,
            done: 0,
        }
    }

    /// Takes the next rows, RGBA of the padded width, and returns the rows of the enlarged picture that are done with them: RGBA with
    /// alpha 255.
    pub(in crate::cpu) fn push(&mut self, rgba: &[u8]) -> Vec<u8> {
        let mut enlarged = Vec::new();
        for rows in rgba.chunks(self.step * self.padded_width * 4) {
            self.push_few(rows, &mut enlarged);
        }
        let left = (self.height - self.done) * self.width * 4;
        // What is made of the padding below the picture.
        enlarged.truncate(left);
        self.done += enlarged.len() / (self.width * 4);
        enlarged
    }

    fn push_few(&mut self, rgba: &[u8], enlarged: &mut Vec<u8>) {
        let (scale, width) = (self.scale, self.width);
        if let [column] = &mut self.columns[..]
            && self.padded_width * scale == width
        {
            enlarged.append(&mut column.stage.push(Batch { picture: rgba.to_vec(), ..Batch::default() }).pixels);
            return;
        }
        let start = enlarged.len();
        for column in &mut self.columns {
            let mut picture = Vec::new();
            for row in rgba.chunks_exact(self.padded_width * 4) {
                picture.extend_from_slice(&row[column.from * 4..column.to * 4]);
            }
            let rows = column.stage.push(Batch { picture, ..Batch::default() }).pixels;
            let row = (column.to - column.from) * scale * 4;
            enlarged.resize(start + rows.len() / row * width * 4, 0);
            let bytes = |from: usize, to: usize| from * scale * 4..to * scale * 4;
            let kept = bytes(column.keep_from - column.from, column.keep_to - column.from);
            for (row, output) in rows.chunks_exact(row).zip(enlarged[start..].chunks_exact_mut(width * 4)) {
                output[bytes(column.keep_from, column.keep_to)].copy_from_slice(&row[kept.clone()]);
            }
        }
    }
}

/// Bytes in memory for a picture of that width, whatever its height.
pub(in crate::cpu) fn bytes(plan: &Plan, width: usize) -> usize {
    plan.bytes(width, step(plan))
}

/// Rows that go through at once: so few that they stay in the caches, as the threads share them by columns too.
pub(crate) fn step(plan: &Plan) -> usize {
    2 * plan.align
}
