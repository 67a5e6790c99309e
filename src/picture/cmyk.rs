//! The colours of printing, CMYK, to sRGB by a picture's own ICC profile.
//!
//! `moxcms` reads the profile. Its transforms serve every pair of colour spaces and would make the page's wasm much larger,
//! so the one that is needed is made here: curves, table, curves, and from the profile connection space to sRGB.

use moxcms::{ColorProfile, DataColorSpace, LutDataType, LutMultidimensionalType, LutStore, LutType, LutWarehouse};
use moxcms::{ToneCurveEvaluator, ToneReprCurve};

/// Nodes along an edge of the table that pixels go through, as in other colour engines.
const GRID: usize = 17;

/// Linear sRGB from XYZ with the white D50, adapted as Bradford did.
const XYZ_TO_SRGB: [[f32; 3]; 3] =
    [[3.133_856, -1.616_867, -0.490_615], [-0.978_768, 1.916_142, 0.033_454], [0.071_945, -0.228_991, 1.405_243]];

/// The white of the profile connection space.
const D50: [f32; 3] = [0.9642, 1.0, 0.8249];

/// A way from CMYK to sRGB.
pub(super) struct Cmyk {
    /// Where in the table each value of each channel lies.
    places: [Vec<Place>; 4],
    /// Red, green and blue from 0 to 255 at the table's nodes.
    nodes: Vec<[f32; 4]>,
}

impl Cmyk {
    /// By the profile's perceptual table, or else another one; as relative colorimetry goes, white becomes white.
    /// [`None`] for what is no sound profile of CMYK.
    pub(super) fn new(profile: &[u8]) -> Option<Self> {
        let profile = ColorProfile::new_from_slice(profile).ok()?;
        if profile.color_space != DataColorSpace::Cmyk {
            return None;
        }
        let table = profile.lut_a_to_b_perceptual.or(profile.lut_a_to_b_colorimetric)?;
        let (curves, table) = match &table {
            LutWarehouse::Lut(lut) => plain_table(lut)?,
            LutWarehouse::Multidimensional(lut) => curved_table(lut)?,
        };
        let to_rgb: fn([f32; 3]) -> [f32; 3] = match (profile.pcs, table.legacy) {
            (DataColorSpace::Lab, false) => |[l, a, b]| from_lab([l * 100.0, a * 255.0 - 128.0, b * 255.0 - 128.0]),
            // Here 0xff00 is 100 and 0x8000 is 0.
            (DataColorSpace::Lab, true) => |value| {
                let [l, a, b] = value.map(|value| value * (65_535.0 / 256.0));
                from_lab([l * (100.0 / 255.0), a - 128.0, b - 128.0])
            },
            (DataColorSpace::Xyz, _) => |value| from_xyz(value.map(|value| value * (65_535.0 / 32_768.0))),
            _ => return None,
        };
        let nodes = (0..GRID.pow(4)).map(|node| {
            let position =
                [GRID.pow(3), GRID.pow(2), GRID, 1].map(|step| (node / step % GRID) as f32 / (GRID - 1) as f32);
            let [red, green, blue] = to_rgb(table.at(position));
            [red, green, blue, 0.0]
        });
        let mut step = GRID.pow(4);
        let places = curves.map(|curve| {
            step /= GRID;
            curve.iter().map(|&position| Place::new(position, GRID, step)).collect()
        });
        Some(Self { places, nodes: nodes.collect() })
    }

    /// Red, green and blue of a pixel of which the inks go from 0, none, to 255.
    pub(super) fn to_rgb(&self, inks: [u8; 4]) -> [u8; 3] {
        let [c, m, y, k] = inks;
        let place = |channel: usize, ink: u8| self.places[channel][usize::from(ink)];
        let [red, green, blue, _] = interpolate(&self.nodes, [place(0, c), place(1, m), place(2, y), place(3, k)]);
        // A cast to an integer saturates.
        [red, green, blue].map(|value| (value + 0.5) as u8)
    }
}

/// Between which two nodes of an axis a value lies.
#[derive(Clone, Copy)]
struct Place {
    lower: usize,
    upper: usize,
    /// How far it is from the lower to the upper one, 0 to 1.
    part: f32,
}

impl Place {
    /// Of a position from 0 to 1 on an axis of so many nodes, each so many elements after the other.
    fn new(position: f32, nodes: usize, step: usize) -> Self {
        let position = position.clamp(0.0, 1.0) * (nodes - 1) as f32;
        let lower = (position as usize).min(nodes - 1);
        Self { lower: lower * step, upper: (lower + 1).min(nodes - 1) * step, part: position - lower as f32 }
    }
}

fn interpolate(nodes: &[[f32; 4]], places: [Place; 4]) -> [f32; 4] {
    let mut corners: [[f32; 4]; 16] = std::array::from_fn(|corner| {
        let ends = places.iter().enumerate();
        nodes[ends.map(|(axis, place)| if corner >> axis & 1 == 0 { place.lower } else { place.upper }).sum::<usize>()]
    });
    for axis in (0..4).rev() {
        let (lower, upper) = corners.split_at_mut(1 << axis);
        for (lower, upper) in lower.iter_mut().zip(upper) {
            for (lower, upper) in lower.iter_mut().zip(*upper) {
                *lower += (upper - *lower) * places[axis].part;
            }
        }
    }
    corners[0]
}

/// What a profile does to positions in its table: the nodes, and what comes after them.
struct Table {
    nodes: Vec<[f32; 4]>,
    grid: [usize; 4],
    after: Box<dyn Fn([f32; 3]) -> [f32; 3]>,
    /// Whether Lab is in the older of its two encodings.
    legacy: bool,
}

impl Table {
    fn new(nodes: &[f32], grid: [u8; 4], after: Box<dyn Fn([f32; 3]) -> [f32; 3]>, legacy: bool) -> Option<Self> {
        let grid = grid.map(usize::from);
        let count = grid.iter().try_fold(3_usize, |count, &nodes| count.checked_mul(nodes))?;
        let sound = count > 0 && count == nodes.len();
        let nodes = nodes.as_chunks().0.iter().map(|&[one, two, three]| [one, two, three, 0.0]).collect();
        sound.then_some(Self { nodes, grid, after, legacy })
    }

    /// The value in the profile connection space, as encoded there.
    fn at(&self, position: [f32; 4]) -> [f32; 3] {
        let mut step = self.nodes.len();
        let places = std::array::from_fn(|axis| {
            step /= self.grid[axis];
            Place::new(position[axis], self.grid[axis], step)
        });
        let [one, two, three, _] = interpolate(&self.nodes, places);
        (self.after)([one, two, three])
    }
}

/// Where in the table each of a channel's 256 values lies.
type Curves = [Vec<f32>; 4];

/// Of lut8Type and lut16Type.
fn plain_table(lut: &LutDataType) -> Option<(Curves, Table)> {
    let curves = |store: &LutStore, entries: u16, channels: usize| {
        let entries = usize::from(entries);
        let values = floats(store);
        (entries > 0 && values.len() == entries * channels).then_some((values, entries))
    };
    let (before, before_entries) = curves(&lut.input_table, lut.num_input_table_entries, 4)?;
    let (after, after_entries) = curves(&lut.output_table, lut.num_output_table_entries, 3)?;
    let places = std::array::from_fn(|channel| {
        let curve = &before[channel * before_entries..][..before_entries];
        (0..=255_u8).map(|value| along(curve, f32::from(value) / 255.0)).collect()
    });
    let after = Box::new(move |value: [f32; 3]| {
        std::array::from_fn(|channel| along(&after[channel * after_entries..][..after_entries], value[channel]))
    });
    let legacy = lut.lut_type == LutType::Lut16;
    Some((places, Table::new(&floats(&lut.clut_table), [lut.num_clut_grid_points; 4], after, legacy)?))
}

/// Of lutAToBType.
fn curved_table(lut: &LutMultidimensionalType) -> Option<(Curves, Table)> {
    type Evaluators = Vec<Box<dyn ToneCurveEvaluator + Send + Sync>>;
    let evaluators = |curves: &[ToneReprCurve]| -> Option<Evaluators> {
        curves.iter().map(|curve| curve.make_linear_evaluator().ok()).collect()
    };
    let before = evaluators(&lut.a_curves)?;
    let middle = evaluators(&lut.m_curves)?;
    let last = evaluators(&lut.b_curves)?;
    if before.len() != 4 || last.len() != 3 || !matches!(middle.len(), 0 | 3) {
        return None;
    }
    let places = std::array::from_fn(|channel| {
        (0..=255_u8).map(|value| before[channel].evaluate_value(f32::from(value) / 255.0)).collect()
    });
    let (matrix, bias) = (lut.matrix.to_f32().v, lut.bias.v.map(|value| value as f32));
    let after = Box::new(move |mut value: [f32; 3]| {
        let curves = |curves: &Evaluators, value: [f32; 3]| {
            std::array::from_fn(|channel| curves[channel].evaluate_value(value[channel].clamp(0.0, 1.0)))
        };
        if !middle.is_empty() {
            value = times(&matrix, curves(&middle, value));
            value = std::array::from_fn(|channel| value[channel] + bias[channel]);
        }
        curves(&last, value)
    });
    let &grid = lut.grid_points.first_chunk()?;
    Some((places, Table::new(&floats(lut.clut.as_ref()?), grid, after, false)?))
}

/// Numbers from 0 to 1.
fn floats(store: &LutStore) -> Vec<f32> {
    match store {
        LutStore::Store8(values) => values.iter().map(|&value| f32::from(value) / 255.0).collect(),
        LutStore::Store16(values) => values.iter().map(|&value| f32::from(value) / 65_535.0).collect(),
    }
}

/// The value of evenly spaced ones at a position from 0 to 1.
fn along(values: &[f32], position: f32) -> f32 {
    let place = Place::new(position, values.len(), 1);
    values[place.lower] + (values[place.upper] - values[place.lower]) * place.part
}

fn times(matrix: &[[f32; 3]; 3], value: [f32; 3]) -> [f32; 3] {
    matrix.map(|row| row[0] * value[0] + row[1] * value[1] + row[2] * value[2])
}

fn from_lab([l, a, b]: [f32; 3]) -> [f32; 3] {
    let y = (l + 16.0) / 116.0;
    let cubed = |value: f32| if value > 6.0 / 29.0 { value.powi(3) } else { (value - 4.0 / 29.0) * (108.0 / 841.0) };
    let xyz = [y + a / 500.0, y, y - b / 200.0].map(cubed);
    from_xyz(std::array::from_fn(|channel| xyz[channel] * D50[channel]))
}

/// sRGB from 0 to 255.
fn from_xyz(xyz: [f32; 3]) -> [f32; 3] {
    times(&XYZ_TO_SRGB, xyz).map(|linear| {
        let linear = linear.clamp(0.0, 1.0);
        255.0 * if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
    })
}

#[cfg(test)]
mod tests {
    use jpeg_encoder::{ColorType, Encoder};
    use moxcms::{Layout, Matrix3d, ProfileClass, RenderingIntent, TransformOptions, Vector3d};

    use super::*;
    use crate::picture::decode;

    const NODES: u8 = 5;

    /// Lab as encoded, from 0 to 1, at every node of a table for an imagined press.
    fn press() -> Vec<f32> {
        let nodes = usize::from(NODES);
        let values = (0..nodes.pow(4)).flat_map(|node| {
            let [c, m, y, k] =
                [nodes.pow(3), nodes.pow(2), nodes, 1].map(|step| (node / step % nodes) as f32 / (nodes - 1) as f32);
            let paper = 1.0 - 0.75 * k;
            let l = (1.0 - 0.3 * c - 0.35 * m - 0.1 * y) * paper;
            [l, (128.0 + 25.0 * (m - c) * paper) / 255.0, (128.0 + 25.0 * (y - (c + m) / 2.0) * paper) / 255.0]
        });
        values.map(|value| value.clamp(0.0, 1.0)).collect()
    }

    fn words(values: impl Iterator<Item = f32>) -> Vec<u16> {
        values.map(|value| (value * 65_535.0).round() as u16).collect()
    }

    fn ramp(entries: usize, gamma: f32, channels: usize) -> impl Iterator<Item = f32> {
        (0..entries * channels).map(move |entry| ((entry % entries) as f32 / (entries - 1) as f32).powf(gamma))
    }

    /// A profile of one table.
    fn profile(version: u8, table: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; 128];
        bytes[..4].copy_from_slice(&(144 + table.len() as u32).to_be_bytes());
        bytes[8] = version;
        bytes[12..24].copy_from_slice(b"prtrCMYKLab ");
        bytes[36..40].copy_from_slice(b"acsp");
        let white = [0x0000_f6d6_u32, 0x0001_0000, 0x0000_d32d].map(u32::to_be_bytes);
        bytes[68..80].copy_from_slice(white.as_flattened());
        bytes.extend(1_u32.to_be_bytes());
        bytes.extend(b"A2B0");
        bytes.extend([144, table.len() as u32].map(u32::to_be_bytes).as_flattened());
        bytes.extend(table);
        bytes
    }

    fn plain_head(kind: &[u8; 4]) -> Vec<u8> {
        let one = 65_536_u32.to_be_bytes();
        let identity: Vec<u8> = (0..9).flat_map(|at| if at % 4 == 0 { one } else { [0; 4] }).collect();
        [kind, &[0; 4][..], &[4, 3, NODES, 0], &identity].concat()
    }

    fn lut8() -> Vec<u8> {
        let values = ramp(256, 1.1, 4).chain(press()).chain(ramp(256, 1.0, 3));
        let mut table = plain_head(b"mft1");
        table.extend(values.map(|value| (value * 255.0).round() as u8));
        profile(4, &table)
    }

    fn lut16() -> Vec<u8> {
        // The older encoding of Lab.
        let nodes = press().into_iter().map(|value| value * (65_280.0 / 65_535.0));
        let values = [33, 2].into_iter().chain(words(ramp(33, 1.1, 4).chain(nodes).chain(ramp(2, 1.0, 3))));
        let mut table = plain_head(b"mft2");
        table.extend(values.flat_map(u16::to_be_bytes));
        profile(2, &table)
    }

    fn curved() -> Vec<u8> {
        let curve = |entries, gamma| ToneReprCurve::Lut(words(ramp(entries, gamma, 1)));
        let mut grid_points = [0; 16];
        grid_points[..4].fill(NODES);
        let table = LutMultidimensionalType {
            num_input_channels: 4,
            num_output_channels: 3,
            grid_points,
            clut: Some(LutStore::Store16(words(press().into_iter()))),
            a_curves: vec![curve(40, 1.2), ToneReprCurve::Parametric(vec![1.1]), curve(2, 1.0), curve(2, 1.0)],
            m_curves: vec![curve(20, 1.1), curve(2, 1.0), curve(2, 1.0)],
            matrix: Matrix3d { v: [[0.9, 0.0, 0.0], [0.0, 1.0, 0.05], [0.0, 0.0, 1.0]] },
            bias: Vector3d { v: [0.1, -0.025, 0.0] },
            b_curves: vec![curve(2, 1.0), curve(2, 1.0), curve(2, 1.0)],
        };
        let mut profile = ColorProfile::default();
        profile.color_space = DataColorSpace::Cmyk;
        profile.pcs = DataColorSpace::Lab;
        profile.profile_class = ProfileClass::OutputDevice;
        profile.lut_a_to_b_perceptual = Some(LutWarehouse::Multidimensional(table));
        profile.encode().expect("encodes")
    }

    #[test]
    fn colours_are_those_of_the_library_s_own_transform() {
        let inks: Vec<u8> = (0..20_000_u32).flat_map(|at| (at.wrapping_mul(2_654_435_761)).to_be_bytes()).collect();
        for (name, profile) in [("lut8", lut8()), ("lut16", lut16()), ("curved", curved())] {
            let source = ColorProfile::new_from_slice(&profile).expect("sound");
            let options =
                TransformOptions { rendering_intent: RenderingIntent::Perceptual, ..TransformOptions::default() };
            let whole = source
                .create_transform_8bit(Layout::Rgba, &ColorProfile::new_srgb(), Layout::Rgb, options)
                .expect("supported");
            let mut expected = vec![0; inks.len() / 4 * 3];
            whole.transform(&inks, &mut expected).expect("fits");
            let cmyk = Cmyk::new(&profile).expect("sound");
            assert_eq!(cmyk.to_rgb([0; 4]), [255; 3], "{name}: paper is white");
            let got: Vec<u8> = inks.as_chunks().0.iter().flat_map(|&inks| cmyk.to_rgb(inks)).collect();
            // Between its nodes the library goes another way.
            let count =
                |most: u8| got.iter().zip(&expected).filter(|(got, expected)| got.abs_diff(**expected) > most).count();
            assert_eq!(count(3), 0, "{name}");
            assert!(count(2) * 1000 < got.len(), "{name}: {}", count(2));
            assert!(count(1) * 20 < got.len(), "{name}: {}", count(1));
        }
    }

    /// However they are stored, a JPEG file's inks go through its profile, which the picture then does not have.
    #[test]
    fn jpeg_files() {
        let inks =
            [[0, 0, 0, 0], [200, 20, 10, 0], [0, 180, 160, 30], [10, 10, 200, 0], [0, 0, 0, 255], [90, 60, 70, 120]];
        let profile = lut16();
        let cmyk = Cmyk::new(&profile).expect("sound");
        for colours in [ColorType::Cmyk, ColorType::CmykAsYcck] {
            for inks in inks {
                let mut file = Vec::new();
                let mut encoder = Encoder::new(&mut file, 100);
                encoder.add_icc_profile(&profile).expect("fits");
                encoder.encode(&inks.repeat(64), 8, 8, colours).expect("encodes");
                let picture = decode(&file).expect("decodes");
                assert_eq!(picture.metadata.icc_profile, None);
                for (value, expected) in picture.rgba.iter().zip(cmyk.to_rgb(inks)) {
                    assert!(value.abs_diff(expected) <= 4, "{colours:?} {inks:?}: {:?}", &picture.rgba[..3]);
                }
            }
        }
    }

    /// Bytes that are no such profile, and any one that was changed, do no harm.
    #[test]
    fn damage_does_no_harm() {
        assert!(Cmyk::new(b"no profile").is_none());
        assert!(Cmyk::new(&ColorProfile::new_srgb().encode().expect("encodes")).is_none());
        for profile in [lut16(), curved()] {
            for at in [8, 12, 20, 128, 136, 140, 144, 152, 154, 194, 196, profile.len() - 1] {
                let mut damaged = profile.clone();
                damaged[at] = 0xff;
                for damaged in [&damaged[..], &damaged[..at]] {
                    if let Some(cmyk) = Cmyk::new(damaged) {
                        cmyk.to_rgb([0, 100, 200, 255]);
                    }
                }
            }
        }
    }
}
