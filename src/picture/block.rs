//! The small squares of a picture whose tones tell what it shows.

use super::Picture;

/// Edge of a block in pixels; also that of JPEG's, which keeps what JPEG does to an edge within the edge's block.
pub(super) const BLOCK: usize = 8;

/// A block whose luma varies by no more is flat; JPEG and screens dither by this much.
pub(super) const FLAT_RANGE: u8 = 3;

/// Two neighbours in a block with an edge are equal when they differ by no more than this part of the block's range.
const QUIET_PART: u8 = 16;

/// The luma of a block, smaller at the picture's right and lower edge.
pub(super) struct Block {
    luma: [u8; BLOCK * BLOCK],
    width: usize,
    height: usize,
    least: u8,
    most: u8,
}

impl Block {
    /// Reads the block at x and y over a backdrop of that tone, and counts its colours.
    pub(super) fn read(picture: &Picture, (x, y): (usize, usize), backdrop: u8, colours: &mut [u32]) -> Self {
        let row_width = picture.width as usize;
        let (width, height) = (BLOCK.min(row_width - x), BLOCK.min(picture.height as usize - y));
        let mut block = Self { luma: [0; BLOCK * BLOCK], width, height, least: u8::MAX, most: 0 };
        for row in 0..height {
            let pixels = &picture.rgba[((y + row) * row_width + x) * 4..][..width * 4];
            for (place, &[red, green, blue, alpha]) in pixels.as_chunks::<4>().0.iter().enumerate() {
                let (alpha, backdrop) = (u32::from(alpha), u32::from(backdrop));
                let [red, green, blue] =
                    [red, green, blue].map(|value| (u32::from(value) * alpha + backdrop * (255 - alpha)) / 255);
                colours[(red / 16 * 256 + green / 16 * 16 + blue / 16) as usize] += 1;
                let luma = luma([red, green, blue]);
                block.luma[row * BLOCK + place] = luma;
                block.least = block.least.min(luma);
                block.most = block.most.max(luma);
            }
        }
        block
    }

    /// How far the lightest pixel is from the darkest.
    pub(super) fn range(&self) -> u8 {
        self.most - self.least
    }

    fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.luma.chunks_exact(BLOCK).take(self.height).map(|row| &row[..self.width])
    }

    /// Of the variance, the share between the pixels above and below the middle tone.
    pub(super) fn two_toned(&self) -> f64 {
        let middle = u32::from(self.least).midpoint(u32::from(self.most));
        let (mut count, mut sum, mut squares) = ([0.0_f64; 2], [0.0; 2], 0.0);
        for &luma in self.rows().flatten() {
            let side = usize::from(u32::from(luma) > middle);
            let luma = f64::from(luma);
            count[side] += 1.0;
            sum[side] += luma;
            squares += luma * luma;
        }
        let total = squares - (sum[0] + sum[1]).powi(2) / (count[0] + count[1]);
        let within = squares - sum[0] * sum[0] / count[0] - sum[1] * sum[1] / count[1];
        1.0 - within / total
    }

    /// How far neighbours differ, of all pairs beside and below each other.
    fn steps(&self) -> impl Iterator<Item = u8> {
        let beside = self.rows().flat_map(|row| row.iter().zip(&row[1..]));
        let below = self.rows().zip(self.rows().skip(1)).flat_map(|(row, next)| row.iter().zip(next));
        beside.chain(below).map(|(one, other)| one.abs_diff(*other))
    }

    /// The share of pairs of neighbours that are equal.
    pub(super) fn quiet(&self) -> f64 {
        let tolerance = (self.range() / QUIET_PART).max(FLAT_RANGE);
        let equal = self.steps().filter(|&step| step <= tolerance).count();
        equal as f64 / self.steps().count() as f64
    }

    /// The largest step between neighbours, of the block's range.
    pub(super) fn hard(&self) -> f64 {
        f64::from(self.steps().max().unwrap_or(0)) / f64::from(self.range())
    }
}

/// The tone on which a transparent picture shows: white unless what can be seen of it is light. At most about as many pixels
/// are looked at as given.
pub(super) fn backdrop(picture: &Picture, pixels: usize) -> u8 {
    if !picture.kind.alpha {
        return u8::MAX;
    }
    let all = picture.rgba.as_chunks::<4>().0;
    let (mut sum, mut weight) = (0, 0);
    for &[red, green, blue, alpha] in all.iter().step_by(all.len().div_ceil(pixels)) {
        sum += u64::from(luma([red, green, blue].map(u32::from))) * u64::from(alpha);
        weight += u64::from(alpha);
    }
    if sum > weight * 128 { 0 } else { u8::MAX }
}

/// BT.601's, from 8 bits a channel.
pub(super) fn luma([red, green, blue]: [u32; 3]) -> u8 {
    ((77 * red + 150 * green + 29 * blue) / 256) as u8
}
