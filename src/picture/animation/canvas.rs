//! What an animation shows, as its frames are drawn over each other. Decoders tell of frames; how these come together they tell
//! wrongly in places, or not at all.

use crate::{
    picture::{Depth, crop},
    tile::Rect,
};

/// A frame as the file has it: often only what differs from the frame before.
pub(super) struct Patch {
    /// Its place, which may go beyond the picture.
    pub(super) part: Rect,
    /// RGBA of the animation's depth.
    pub(super) rgba: Vec<u8>,
    /// Whether it is laid over what is there, which shows where it is transparent, or takes its place.
    pub(super) is_over: bool,
    pub(super) dispose: Dispose,
}

/// What becomes of a frame before the next one is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dispose {
    Keep,
    /// Its place becomes transparent. That is what viewers do, whatever background a file names.
    Clear,
    /// Its place shows again what it showed before.
    Restore,
}

/// What can be seen.
pub(super) struct Canvas {
    size: [u32; 2],
    depth: Depth,
    rgba: Vec<u8>,
    /// The last frame's place, and what is to be shown there before the next one; None where it stays.
    disposed: Option<(Rect, Vec<u8>)>,
}

impl Canvas {
    pub(super) fn new(size: [u32; 2], depth: Depth) -> Self {
        let rgba = vec![0; size[0] as usize * size[1] as usize * depth.pixel_bytes()];
        Self { size, depth, rgba, disposed: None }
    }

    /// Draws the next frame, and gives what is to be seen then.
    pub(super) fn draw(&mut self, patch: &Patch) -> &[u8] {
        let bytes = self.depth.pixel_bytes();
        if let Some((part, before)) = self.disposed.take() {
            self.rows(part, part.width).zip(before.chunks_exact(part.width as usize * bytes)).for_each(
                |(row, before)| {
                    row.copy_from_slice(before);
                },
            );
        }
        let Rect { x, y, width, height } = patch.part;
        let inside = Rect {
            width: width.min(self.size[0].saturating_sub(x)),
            height: height.min(self.size[1].saturating_sub(y)),
            ..patch.part
        };
        if inside.area() == 0 {
            return &self.rgba;
        }
        self.disposed = match patch.dispose {
            Dispose::Keep => None,
            Dispose::Clear => Some((inside, vec![0; inside.area() * bytes])),
            Dispose::Restore => Some((inside, crop(&self.rgba, bytes, self.size[0], inside))),
        };
        let (depth, visible) = (self.depth, inside.width as usize * bytes);
        let rows = patch.rgba.chunks_exact(width as usize * bytes).map(|row| &row[..visible]);
        for (below, above) in self.rows(inside, inside.width).zip(rows) {
            if patch.is_over {
                below.chunks_exact_mut(bytes).zip(above.chunks_exact(bytes)).for_each(|(below, above)| {
                    lay_over(depth, below, above);
                });
            } else {
                below.copy_from_slice(above);
            }
        }
        &self.rgba
    }

    /// The rows of a part that lies inside.
    fn rows(&mut self, part: Rect, width: u32) -> impl Iterator<Item = &mut [u8]> {
        let bytes = self.depth.pixel_bytes();
        let rows = self.rgba.chunks_exact_mut(self.size[0] as usize * bytes);
        let [start, length] = [part.x, width].map(|length| length as usize * bytes);
        rows.skip(part.y as usize).take(part.height as usize).map(move |row| &mut row[start..start + length])
    }
}

/// Lays a pixel over another one; neither has its colours multiplied by its alpha.
fn lay_over(depth: Depth, below: &mut [u8], above: &[u8]) {
    let max = u64::from(depth.max());
    let values = |pixel: &[u8]| {
        let mut values = [0; 4];
        values.iter_mut().zip(depth.values(pixel)).for_each(|(place, value)| *place = u64::from(value));
        values
    };
    let (top, bottom) = (values(above), values(below));
    if top[3] == 0 {
        return;
    }
    if top[3] == max || bottom[3] == 0 {
        below.copy_from_slice(above);
        return;
    }
    // Shares of the whole, all of them times max * max.
    let [of_top, of_bottom] = [top[3] * max, bottom[3] * (max - top[3])];
    let whole = of_top + of_bottom;
    let colours = (0..3).map(|at| (top[at] * of_top + bottom[at] * of_bottom + whole / 2) / whole);
    let mixed: Vec<u64> = colours.chain([(whole + max / 2) / max]).collect();
    below.copy_from_slice(&depth.samples(mixed.into_iter().map(|value| value as f32)));
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: [u8; 4] = [255, 0, 0, 255];
    const BLUE: [u8; 4] = [0, 0, 255, 255];
    const CLEAR: [u8; 4] = [0; 4];

    /// A frame of one colour in some columns of a picture of one row.
    fn columns(x: u32, width: u32, colour: [u8; 4], dispose: Dispose) -> Patch {
        let part = Rect { x, y: 0, width, height: 1 };
        Patch { part, rgba: colour.repeat(width as usize), is_over: true, dispose }
    }

    fn shown(canvas: &mut Canvas, patch: &Patch) -> Vec<[u8; 4]> {
        canvas.draw(patch).as_chunks().0.to_vec()
    }

    #[test]
    fn frames_stay_go_or_give_back_what_was_there() {
        for (dispose, left) in [(Dispose::Keep, BLUE), (Dispose::Clear, CLEAR), (Dispose::Restore, RED)] {
            let canvas = &mut Canvas::new([4, 1], Depth::Eight);
            assert_eq!(shown(canvas, &columns(0, 4, RED, Dispose::Keep)), [RED; 4]);
            assert_eq!(shown(canvas, &columns(1, 2, BLUE, dispose)), [RED, BLUE, BLUE, RED]);
            assert_eq!(shown(canvas, &columns(2, 1, BLUE, Dispose::Keep)), [RED, left, BLUE, RED], "{dispose:?}");
        }
    }

    /// What comes back is what was there when the frame was drawn, the clearing of the frame before included.
    #[test]
    fn a_frame_that_goes_after_a_cleared_one_leaves_nothing() {
        let canvas = &mut Canvas::new([3, 1], Depth::Eight);
        shown(canvas, &columns(0, 3, RED, Dispose::Clear));
        assert_eq!(shown(canvas, &columns(1, 1, BLUE, Dispose::Restore)), [CLEAR, BLUE, CLEAR]);
        assert_eq!(shown(canvas, &columns(2, 1, BLUE, Dispose::Restore)), [CLEAR, CLEAR, BLUE]);
        assert_eq!(shown(canvas, &columns(0, 1, RED, Dispose::Keep)), [RED, CLEAR, CLEAR]);
    }

    #[test]
    fn what_lies_beyond_the_picture_is_cut_off() {
        let canvas = &mut Canvas::new([3, 1], Depth::Eight);
        assert_eq!(shown(canvas, &columns(2, 5, RED, Dispose::Clear)), [CLEAR, CLEAR, RED]);
        assert_eq!(shown(canvas, &columns(9, 1, RED, Dispose::Clear)), [CLEAR; 3]);
    }

    /// As PNG's specification has it for colours that are not multiplied by their alpha.
    #[test]
    fn half_transparent_pixels_are_mixed() {
        for (below, above) in [
            ([10, 200, 30, 255], [200, 100, 0, 128]),
            ([10, 200, 30, 100], [200, 100, 0, 50]),
            ([10, 200, 30, 1], [200, 100, 0, 1]),
            ([10, 200, 30, 0], [200, 100, 0, 3]),
        ] {
            for depth in [Depth::Eight, Depth::Sixteen] {
                let max = f64::from(depth.max());
                let pixel =
                    |values: [u8; 4]| depth.samples(values.map(|v| (f64::from(v) / 255.0 * max) as f32).into_iter());
                let shares = |values: [u8; 4]| values.map(|value| f64::from(value) / 255.0);
                let (top, bottom) = (shares(above), shares(below));
                let alpha = top[3] + bottom[3] * (1.0 - top[3]);
                let mixed = |at: usize| (top[at] * top[3] + bottom[at] * bottom[3] * (1.0 - top[3])) / alpha;
                let expected = [mixed(0), mixed(1), mixed(2), alpha].map(|share| (share * max).round() as u16);
                let canvas = &mut Canvas::new([1, 1], depth);
                let patch = |values, is_over| {
                    let part = Rect { x: 0, y: 0, width: 1, height: 1 };
                    Patch { part, rgba: pixel(values), is_over, dispose: Dispose::Keep }
                };
                canvas.draw(&patch(below, false));
                let got: Vec<u16> = depth.values(canvas.draw(&patch(above, true))).collect();
                assert_eq!(got, expected, "{below:?} {above:?}");
                let replaced: Vec<u16> = depth.values(canvas.draw(&patch(above, false))).collect();
                assert_eq!(replaced, depth.values(&pixel(above)).collect::<Vec<_>>());
            }
        }
    }
}
