//! Of an ICC profile, what tells the colours of inks: curves, a table of four axes, curves, a matrix, curves, in any of the
//! encodings lut8Type, lut16Type and lutAToBType. All of it is read where it lies, so that a profile takes no memory.

use super::table::{NodePair, interpolate};

/// The white of the profile connection space.
const D50: [f32; 3] = [0.9642, 1.0, 0.8249];

/// Of 33 nodes an axis, twice as many as presses are described with. More would take much memory.
const MAX_NUMBERS: usize = 3 * 33_usize.pow(4);

/// What a profile makes of inks.
pub(super) struct Profile<'a> {
    a_curves: [Curve<'a>; 4],
    /// Nodes along each axis, at least two.
    pub(super) grid: [usize; 4],
    /// Three numbers a node, the last axis first.
    nodes: Numbers<'a>,
    m_curves: [Curve<'a>; 3],
    /// Three rows of factors, then what is added to each.
    matrix: [f32; 12],
    b_curves: [Curve<'a>; 3],
    /// Whether the profile connection space is Lab, not XYZ.
    pub(super) lab: bool,
    /// From numbers of 0 to 1 to XYZ, or to parts of the whole range of Lab.
    scale: f32,
}

impl<'a> Profile<'a> {
    /// [`None`] for what is no sound profile of CMYK.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        if bytes.get(36..40)? != b"acsp" || &bytes[16..20] != b"CMYK" {
            return None;
        }
        let lab = &bytes[20..24] == b"Lab ";
        if !lab && &bytes[20..24] != b"XYZ " {
            return None;
        }
        let table = tag(bytes, b"A2B0").or_else(|| tag(bytes, b"A2B1"))?;
        // From four channels to three.
        if table.get(8..10)? != [4, 3] {
            return None;
        }
        let mut profile = Self {
            a_curves: [Curve::Identity; 4],
            grid: [0; 4],
            nodes: Numbers { bytes: &[], is_u16: false },
            m_curves: [Curve::Identity; 3],
            matrix: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0],
            b_curves: [Curve::Identity; 3],
            lab,
            scale: if lab { 1.0 } else { 65_535.0 / 32_768.0 },
        };
        match &table[..4] {
            b"mft1" => profile.read_plain(table, false)?,
            b"mft2" => profile.read_plain(table, true)?,
            b"mAB " => profile.read_curved(table)?,
            _ => return None,
        }
        Some(profile)
    }

    /// lut8Type, or with numbers of two bytes lut16Type.
    fn read_plain(&mut self, table: &'a [u8], is_u16: bool) -> Option<()> {
        let mut rest = table.get(48..)?;
        let (mut before, mut after) = (256, 256);
        if is_u16 {
            (before, after) = (u16(&mut rest)?, u16(&mut rest)?);
            if self.lab {
                // An older encoding of Lab, in which 0xff00 is all of the range.
                self.scale = 65_535.0 / 65_280.0;
            }
        }
        for curve in &mut self.a_curves {
            *curve = Curve::sampled(&mut rest, before, is_u16)?;
        }
        self.read_nodes(&mut rest, [table[10]; 4], is_u16)?;
        for curve in &mut self.b_curves {
            *curve = Curve::sampled(&mut rest, after, is_u16)?;
        }
        Some(())
    }

    /// lutAToBType.
    fn read_curved(&mut self, table: &'a [u8]) -> Option<()> {
        let mut offsets = table.get(12..)?;
        read_curves(table, &mut offsets, &mut self.b_curves)?;
        if let Some(mut numbers) = offset_target(table, &mut offsets)? {
            for number in &mut self.matrix {
                *number = fixed(&mut numbers)?;
            }
        }
        read_curves(table, &mut offsets, &mut self.m_curves)?;
        let mut nodes = offset_target(table, &mut offsets)??;
        let head = nodes.split_off(..20)?;
        let is_u16 = match head[16] {
            1 => false,
            2 => true,
            _ => return None,
        };
        self.read_nodes(&mut nodes, [head[0], head[1], head[2], head[3]], is_u16)?;
        read_curves(table, &mut offsets, &mut self.a_curves)
    }

    fn read_nodes(&mut self, rest: &mut &'a [u8], grid: [u8; 4], is_u16: bool) -> Option<()> {
        let mut count = 3_usize;
        for (nodes, grid) in self.grid.iter_mut().zip(grid) {
            if grid < 2 {
                return None;
            }
            *nodes = usize::from(grid);
            count = count.checked_mul(*nodes)?;
        }
        if count > MAX_NUMBERS {
            return None;
        }
        self.nodes = Numbers::take(rest, count, is_u16)?;
        Some(())
    }

    /// Where in the table as much of each of the inks lies, from 0 to 1.
    pub(super) fn positions(&self, ink: f32) -> [f32; 4] {
        self.a_curves.map(|curve| curve.at(ink))
    }

    /// X, Y and Z at a position in the table in parts of the white's; for Lab the roots that its definition makes of those.
    pub(super) fn at(&self, position: [f32; 4]) -> [f32; 3] {
        let mut step = self.grid.iter().product::<usize>();
        let pairs = std::array::from_fn(|axis| {
            step /= self.grid[axis];
            NodePair::new(position[axis], self.grid[axis], step)
        });
        let [one, two, three, _] = interpolate(pairs, |node| {
            let number = |channel| self.nodes.get(3 * node + channel);
            [number(0), number(1), number(2), 0.0]
        });
        let [one, two, three] = curved(&self.m_curves, [one, two, three]);
        let rows: [f32; 3] = std::array::from_fn(|row| {
            let factors = &self.matrix[3 * row..];
            factors[0] * one + factors[1] * two + factors[2] * three + self.matrix[9 + row]
        });
        let value = curved(&self.b_curves, rows).map(|value| value * self.scale);
        if self.lab { roots(value) } else { [value[0] / D50[0], value[1], value[2] / D50[2]] }
    }
}

/// The bytes of a tag.
fn tag<'a>(profile: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    let mut tags = profile.get(128..)?;
    for _ in 0..u32(&mut tags)? {
        let found = tags.split_off(..4)? == name;
        let (offset, size) = (u32(&mut tags)?, u32(&mut tags)?);
        if found {
            return profile.get(offset..)?.get(..size);
        }
    }
    None
}

/// What the next one of the offsets leads to, of which 0 leads to nothing.
fn offset_target<'a>(table: &'a [u8], offsets: &mut &[u8]) -> Option<Option<&'a [u8]>> {
    match u32(offsets)? {
        0 => Some(None),
        offset => Some(Some(table.get(offset..)?)),
    }
}

/// Curves one after the other, if the next one of the offsets leads to any.
fn read_curves<'a>(table: &'a [u8], offsets: &mut &[u8], curves: &mut [Curve<'a>]) -> Option<()> {
    if let Some(mut rest) = offset_target(table, offsets)? {
        for curve in curves {
            *curve = Curve::read(&mut rest)?;
        }
    }
    Some(())
}

/// From numbers of 0 to 1 to such numbers.
#[derive(Clone, Copy)]
enum Curve<'a> {
    Identity,
    /// Evenly spaced values.
    Sampled(Numbers<'a>),
    /// By g, a, b, c, d, e and f: (ax + b) to the power of g, plus e; but where x is less than d, cx + f.
    Parametric([f32; 7]),
}

impl<'a> Curve<'a> {
    fn sampled(rest: &mut &'a [u8], count: usize, is_u16: bool) -> Option<Self> {
        if count < 2 {
            return None;
        }
        Some(Self::Sampled(Numbers::take(rest, count, is_u16)?))
    }

    /// curveType or parametricCurveType, with what pads it to whole groups of four bytes.
    fn read(rest: &mut &'a [u8]) -> Option<Self> {
        let mut parameters = [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        match rest.split_off(..8)?.first_chunk()? {
            b"curv" => match u32(rest)? {
                0 => return Some(Self::Identity),
                1 => {
                    parameters[0] = u16(rest)? as f32 / 256.0;
                    *rest = rest.get(2..).unwrap_or_default();
                }
                count => {
                    let curve = Self::sampled(rest, count, true);
                    *rest = rest.get(count % 2 * 2..).unwrap_or_default();
                    return curve;
                }
            },
            b"para" => {
                let kind = u16(rest)?;
                u16(rest)?;
                for parameter in &mut parameters[..*[1, 3, 4, 5, 7].get(kind)?] {
                    *parameter = fixed(rest)?;
                }
                if kind == 2 {
                    parameters.swap(3, 5);
                }
            }
            _ => return None,
        }
        Some(Self::Parametric(parameters))
    }

    fn at(self, x: f32) -> f32 {
        let x = x.clamp(0.0, 1.0);
        let y = match self {
            Self::Identity => x,
            Self::Sampled(values) => {
                let NodePair { lower, upper, share } = NodePair::new(x, values.len(), 1);
                let lower = values.get(lower);
                lower + (values.get(upper) - lower) * share
            }
            Self::Parametric([g, a, b, c, d, e, f]) => {
                if x < d {
                    c * x + f
                } else {
                    (a * x + b).max(0.0).powf(g) + e
                }
            }
        };
        y.clamp(0.0, 1.0)
    }
}

fn curved(curves: &[Curve; 3], value: [f32; 3]) -> [f32; 3] {
    std::array::from_fn(|channel| curves[channel].at(value[channel]))
}

/// Numbers from 0 to 1, in a byte or two each.
#[derive(Clone, Copy)]
struct Numbers<'a> {
    bytes: &'a [u8],
    is_u16: bool,
}

impl<'a> Numbers<'a> {
    fn take(rest: &mut &'a [u8], count: usize, is_u16: bool) -> Option<Self> {
        Some(Self { bytes: rest.split_off(..count.checked_mul(1 + usize::from(is_u16))?)?, is_u16 })
    }

    fn len(self) -> usize {
        self.bytes.len() >> u32::from(self.is_u16)
    }

    fn get(self, at: usize) -> f32 {
        if self.is_u16 {
            f32::from(u16::from_be_bytes([self.bytes[2 * at], self.bytes[2 * at + 1]])) / 65_535.0
        } else {
            f32::from(self.bytes[at]) / 255.0
        }
    }
}

/// uInt16Number.
fn u16(rest: &mut &[u8]) -> Option<usize> {
    let bytes = rest.split_off(..2)?;
    Some(usize::from(u16::from_be_bytes(*bytes.first_chunk()?)))
}

/// uInt32Number.
fn u32(rest: &mut &[u8]) -> Option<usize> {
    let bytes = rest.split_off(..4)?;
    usize::try_from(u32::from_be_bytes(*bytes.first_chunk()?)).ok()
}

/// s15Fixed16Number.
fn fixed(rest: &mut &[u8]) -> Option<f32> {
    let bytes = rest.split_off(..4)?;
    Some(i32::from_be_bytes(*bytes.first_chunk()?) as f32 / 65_536.0)
}

/// Of parts of the ranges of L, 0 to 100, and of a and b, -128 to 127.
fn roots([l, a, b]: [f32; 3]) -> [f32; 3] {
    let y = (l * 100.0 + 16.0) / 116.0;
    [y + (a * 255.0 - 128.0) / 500.0, y, y - (b * 255.0 - 128.0) / 200.0]
}
