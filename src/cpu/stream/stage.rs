//! Some steps of a network, one after the other, over a picture that comes row by row.
//!
//! Each step makes all rows that it can of those that the steps before it have made, and lags behind them by what it needs.
//! Of every part only the rows that a step still needs stay in memory. A stage may hold all steps of a network, or some: what
//! steps before it made is then fed to it, and what steps behind it need is taken from it.

use std::{ops::Range, sync::Arc};

use lenslet_kernels::{Geometry, Picture, Rows, Sample, Scratches, Segment, Shuffle, blocks, share_bytes, unshuffle};

use super::plan::{ConvStep, Kernel, Part, RowPlan, RowStep};

/// What goes into a stage and comes out of it.
#[derive(Default)]
pub(crate) struct Batch {
    /// The picture's next rows, RGBA.
    pub(crate) picture: Vec<u8>,
    /// The next rows of parts, by the part's number: `[row][pixel][stride]`.
    pub(crate) parts: Vec<(usize, Vec<f32>)>,
    /// Rows of the enlarged picture that the last step has finished, RGBA.
    pub(crate) pixels: Vec<u8>,
}

/// Steps at work on one picture.
pub(crate) struct RowStage {
    plan: Arc<RowPlan>,
    steps: Range<usize>,
    /// Rows of the picture that go through at once at most.
    step: usize,
    picture: Picture,
    sample: Sample,
    /// The parts that this stage's steps read or make; the others are empty.
    parts: Vec<Rows>,
    /// How many rows have been handed on of each part that is made here and that steps behind this stage read.
    handed_on: Vec<Option<usize>>,
    /// How many rows of its source the last step has made pixels of, and the pixels.
    finished: usize,
    pixels: Vec<u8>,
    scratches: Scratches,
}

impl RowStage {
    /// Steps for a picture of `width` x `height` pixels, padding included, of which `step` rows go through at once at most.
    pub(crate) fn new(
        plan: Arc<RowPlan>,
        steps: Range<usize>,
        [width, height]: [usize; 2],
        sample: Sample,
        step: usize,
    ) -> Self {
        let reads = |part: &Part| part.readers.iter().any(|reader| steps.contains(reader));
        let parts = plan.parts.iter().map(|part| {
            if !reads(part) && !steps.contains(&part.maker) {
                return Rows::default();
            }
            let slack = plan.machine.lanes;
            let geometry = Geometry::new(part.left, part.scaled(width), part.right, part.stride, slack);
            Rows::new(geometry, part.scaled(height), plan.rows(part, step))
        });
        let parts = parts.collect();
        let is_handed_on =
            |part: &Part| steps.contains(&part.maker) && part.readers.iter().any(|&reader| reader >= steps.end);
        let handed_on = plan.parts.iter().map(|part| is_handed_on(part).then_some(0)).collect();
        let scratches = Scratches::default();
        let picture = Picture::new(width, sample);
        Self { plan, steps, step, picture, sample, parts, handed_on, finished: 0, pixels: Vec::new(), scratches }
    }

    /// Goes on with what comes next, and gives what comes out: the input of the next stage.
    pub(crate) fn push(&mut self, input: Batch) -> Batch {
        let mut output = Batch::default();
        let plan = self.plan.clone();
        let keep = self.picture_needed();
        self.picture.push(keep, &input.picture);
        let adds_picture = |step: &RowStep| matches!(step, RowStep::Shuffle { adds_picture: true, .. });
        if plan.steps[self.steps.end..].iter().any(adds_picture) {
            output.picture = input.picture;
        }
        for (part, values) in input.parts {
            let readers = &plan.parts[part].readers;
            if readers.iter().any(|reader| self.steps.contains(reader)) {
                self.take_in(part, &values);
            }
            if readers.iter().any(|&reader| reader >= self.steps.end) {
                output.parts.push((part, values));
            }
        }
        self.run();
        for part in 0..self.parts.len() {
            if let Some(first) = self.handed_on[part] {
                output.parts.push((part, self.hand_on(part, first)));
            }
        }
        output.pixels = std::mem::take(&mut self.pixels);
        output
    }

    /// Adds rows that another stage has made.
    fn take_in(&mut self, part: usize, values: &[f32]) {
        let keep = self.needed(part);
        let rows = &mut self.parts[part];
        let Geometry { left, width, stride, row } = rows.geometry;
        let end = rows.end + values.len() / (width * stride);
        for (row, values) in rows.extend(keep, end).chunks_exact_mut(row).zip(values.chunks_exact(width * stride)) {
            row[left * stride..][..width * stride].copy_from_slice(values);
        }
    }

    /// The rows of a part from `first` on.
    fn hand_on(&mut self, part: usize, first: usize) -> Vec<f32> {
        let rows = &self.parts[part];
        let Geometry { left, width, stride, .. } = rows.geometry;
        let values = (first..rows.end).flat_map(|y| &rows.row(y as isize)[left * stride..][..width * stride]);
        let values = values.copied().collect();
        self.handed_on[part] = Some(rows.end);
        values
    }

    /// Makes all that can be made.
    fn run(&mut self) {
        let plan = self.plan.clone();
        loop {
            let mut is_done = true;
            for index in self.steps.clone() {
                let has_made = match &plan.steps[index] {
                    RowStep::Unshuffle { output, factor } => self.unshuffle(*output, *factor),
                    RowStep::Conv(conv) => self.conv(conv),
                    RowStep::Shuffle { source, scale, adds_picture } => self.shuffle(*source, *scale, *adds_picture),
                };
                is_done &= !has_made;
            }
            if is_done {
                return;
            }
        }
    }

    /// The first row of the picture that is needed on.
    fn picture_needed(&self) -> usize {
        let of = |step: &RowStep| match step {
            RowStep::Unshuffle { output, factor } => Some(self.parts[*output].end * factor),
            // Its source is of the picture's size.
            RowStep::Shuffle { adds_picture: true, .. } => Some(self.finished),
            RowStep::Shuffle { .. } | RowStep::Conv(_) => None,
        };
        self.plan.steps[self.steps.clone()].iter().filter_map(of).min().unwrap_or(self.picture.end)
    }

    /// The first row of a part that is needed on.
    fn needed(&self, part: usize) -> usize {
        let of = |&reader: &usize| match &self.plan.steps[reader] {
            RowStep::Conv(conv) => {
                let next = self.parts[conv.output].end;
                let convolved = conv.sources.contains(&part).then(|| conv.first_needed(next));
                let is_other = conv.epilogue.others().any(|other| other.part == part);
                convolved.into_iter().chain(is_other.then_some(next)).min()
            }
            RowStep::Shuffle { .. } => Some(self.finished),
            RowStep::Unshuffle { .. } => None,
        };
        let readers = self.plan.parts[part].readers.iter().filter(|reader| self.steps.contains(reader));
        readers.filter_map(of).chain(self.handed_on[part]).min().unwrap_or(self.parts[part].end)
    }

    /// Exclusive end of the rows of a part that may be made next: when the picture ends all that steps lag behind could be made, and
    /// would be more than there is memory for.
    fn at_once(&self, part: usize) -> usize {
        self.parts[part].end + self.plan.parts[part].scaled(self.step)
    }

    /// Lets some work make the rows of a part up to `end`; false where there are none to make.
    fn make(&mut self, part: usize, end: usize, work: impl FnOnce(&mut Self, Geometry, usize, &mut [f32])) -> bool {
        let start = self.parts[part].end;
        if end == start {
            return false;
        }
        let keep = self.needed(part);
        let mut rows = std::mem::take(&mut self.parts[part]);
        work(self, rows.geometry, start, rows.extend(keep, end));
        self.parts[part] = rows;
        true
    }

    fn unshuffle(&mut self, output: usize, factor: usize) -> bool {
        let end = (self.picture.end / factor).min(self.at_once(output));
        self.make(output, end, |stage, geometry, start, rows| {
            for (index, row) in rows.chunks_exact_mut(geometry.row).enumerate() {
                unshuffle(&stage.picture, factor, start + index, row, geometry);
            }
        })
    }

    fn conv(&mut self, conv: &ConvStep) -> bool {
        let ends = conv.sources.iter().map(|&source| conv.ready(self.parts[source].end, self.parts[source].height));
        let height = self.parts[conv.output].height;
        let others = conv.epilogue.others().map(|other| {
            let end = self.parts[other.part].end;
            if end == height { end } else { conv.whole(end) }
        });
        let end = ends.chain(others).min().unwrap_or(0);
        let most = self.at_once(conv.output);
        let end = if end > most { conv.whole(most) } else { end };
        let kernel = conv.kernel.as_ref().expect("a stage runs the steps that its plan is packed for");
        self.make(conv.output, end, |stage, geometry, start, rows| {
            let RowStage { plan, parts, scratches, .. } = stage;
            let (machine, epilogue) = (&plan.machine, &conv.epilogue);
            let blocks = blocks(rows, geometry, start, conv.unit, conv.phase);
            scratches.share(blocks, |block, scratch| match kernel {
                Kernel::Winograd(winograd) => winograd.make(machine, epilogue, parts, block, scratch),
                Kernel::Direct(direct) => direct.make(machine, epilogue, parts, block, scratch),
            });
        })
    }

    fn shuffle(&mut self, source: Segment, scale: usize, adds_picture: bool) -> bool {
        let Self { plan, parts, picture, .. } = self;
        let sample = self.sample;
        let rows = &parts[source.part];
        let (start, end) = (self.finished, rows.end);
        if end == start {
            return false;
        }
        let done = self.pixels.len();
        let unit = rows.geometry.width * scale * scale * sample.pixel_bytes();
        self.pixels.resize(done + (end - start) * unit, 0);
        let picture = adds_picture.then_some(&*picture);
        share_bytes(&mut self.pixels[done..], unit, |index, output| {
            let y = start + index;
            Shuffle { source, scale, picture, rows, y, sample, output }.make(&plan.machine);
        });
        self.finished = end;
        true
    }

    /// Bytes of the rows in memory.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.parts.iter().map(Rows::bytes).sum::<usize>() + self.picture.bytes()
    }
}
