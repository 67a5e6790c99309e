//! CMYK to sRGB by a picture's own ICC profile. A colour engine would read that too, but those
//! serve every pair of colour spaces and make the page's wasm much larger.

mod profile;
mod table;
#[cfg(test)]
mod tests;

use profile::Profile;
use table::{NodePair, interpolate};

/// Nodes along an edge of the table that pixels go through, or a few less, so that the profile's own are among them; more
/// only where the profile has more. That is for the curves after the profile's table, which are not applied to every pixel.
const GRID: usize = 17;

/// Linear sRGB from XYZ in parts of the white D50, adapted as Bradford did.
const TO_LINEAR: [[f32; 3]; 3] =
    [[3.021_664, -1.616_867, -0.404_708], [-0.943_728, 1.916_142, 0.027_596], [0.069_369, -0.228_991, 1.159_185]];

/// Steps of linear light that are told apart, the darkest of which are a fifth of a value of sRGB.
const STEPS: usize = 16_384;

/// A way from CMYK to sRGB.
pub(super) struct Cmyk {
    /// Where in the table each value of each channel lies.
    pairs: Vec<[NodePair; 4]>,
    /// X, Y and Z at the table's nodes in parts of the white's, or the roots of those: what the profile has, between two of
    /// its nodes, lies on a line.
    nodes: Vec<[f32; 4]>,
    roots: bool,
    /// sRGB at every step of linear light.
    values: Vec<u8>,
}

impl Cmyk {
    /// By the profile's perceptual table, or else the colorimetric one; as relative colorimetry goes, white becomes white.
    /// [`None`] for what is no sound profile of CMYK.
    pub(super) fn new(profile: &[u8]) -> Option<Self> {
        let profile = Profile::new(profile)?;
        let grid = profile.grid.map(|nodes| (nodes - 1) * ((GRID - 1) / (nodes - 1)).max(1) + 1);
        let steps = [grid[1] * grid[2] * grid[3], grid[2] * grid[3], grid[3], 1];
        let mut pairs = Vec::with_capacity(256);
        for ink in 0..=255_u8 {
            let positions = profile.positions(f32::from(ink) / 255.0);
            pairs.push(std::array::from_fn(|axis| NodePair::new(positions[axis], grid[axis], steps[axis])));
        }
        let count = grid[0] * steps[0];
        let mut nodes = Vec::with_capacity(count);
        for node in 0..count {
            let position =
                std::array::from_fn(|axis| (node / steps[axis] % grid[axis]) as f32 / (grid[axis] - 1) as f32);
            let [x, y, z] = profile.at(position);
            nodes.push([x, y, z, 0.0]);
        }
        let mut values = Vec::with_capacity(STEPS);
        for step in 0..STEPS {
            let linear = step as f32 / (STEPS - 1) as f32;
            let value = if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
            values.push((value * 255.0 + 0.5) as u8);
        }
        Some(Self { pairs, nodes, roots: profile.lab, values })
    }

    /// Red, green and blue of a pixel of which the inks go from 0, none, to 255.
    pub(super) fn to_rgb(&self, inks: [u8; 4]) -> [u8; 3] {
        let pairs = std::array::from_fn(|axis| self.pairs[usize::from(inks[axis])][axis]);
        let mut xyz = interpolate(pairs, |node| self.nodes[node]);
        if self.roots {
            xyz = xyz.map(from_root);
        }
        TO_LINEAR.map(|row| {
            let linear = row[0] * xyz[0] + row[1] * xyz[1] + row[2] * xyz[2];
            // A cast to an integer saturates.
            self.values[((linear * (STEPS - 1) as f32 + 0.5) as usize).min(STEPS - 1)]
        })
    }
}

/// How much of X, Y or Z of the white it is that has this root in the definition of Lab.
fn from_root(root: f32) -> f32 {
    if root > 6.0 / 29.0 { root * root * root } else { (root - 4.0 / 29.0) * (108.0 / 841.0) }
}
