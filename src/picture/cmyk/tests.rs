//! Against exact evaluation, and against another engine's own transforms.

use jpeg_encoder::{ColorType, Encoder};
use moxcms::{ColorProfile, Layout, RenderingIntent, TransformOptions};

use super::*;
use crate::picture::decode;

/// A curve as profiles have it.
enum Tone {
    Sampled(Vec<u16>),
    /// A power, in 256ths.
    Gamma(u16),
    /// The function type's number and its parameters, in 65536ths.
    Parametric(u16, Vec<i32>),
}

const STRAIGHT: Tone = Tone::Sampled(Vec::new());

impl Tone {
    /// As lut8Type and lut16Type have them too.
    fn sampled(entries: usize, gamma: f64) -> Self {
        let value = |entry| (entry as f64 / (entries - 1) as f64).powf(gamma);
        Self::Sampled((0..entries).map(|entry| word(value(entry))).collect())
    }

    fn parametric(kind: u16, parameters: &[f64]) -> Self {
        Self::Parametric(kind, parameters.iter().map(|&parameter| fixed(parameter)).collect())
    }

    fn at(&self, x: f64) -> f64 {
        let x = x.clamp(0.0, 1.0);
        let y = match self {
            Self::Sampled(values) if values.is_empty() => x,
            Self::Sampled(values) => {
                let position = x * (values.len() - 1) as f64;
                let lower = (position as usize).min(values.len() - 2);
                let part = position - lower as f64;
                (f64::from(values[lower]) * (1.0 - part) + f64::from(values[lower + 1]) * part) / 65_535.0
            }
            Self::Gamma(gamma) => x.powf(f64::from(*gamma) / 256.0),
            Self::Parametric(kind, parameters) => {
                let p: Vec<f64> = parameters.iter().map(|&parameter| f64::from(parameter) / 65_536.0).collect();
                match kind {
                    0 => x.powf(p[0]),
                    1 if x >= -p[2] / p[1] => (p[1] * x + p[2]).powf(p[0]),
                    1 => 0.0,
                    2 if x >= -p[2] / p[1] => (p[1] * x + p[2]).powf(p[0]) + p[3],
                    2 => p[3],
                    3 if x >= p[4] => (p[1] * x + p[2]).powf(p[0]),
                    3 => p[3] * x,
                    _ if x >= p[4] => (p[1] * x + p[2]).powf(p[0]) + p[5],
                    _ => p[3] * x + p[6],
                }
            }
        };
        y.clamp(0.0, 1.0)
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = match self {
            Self::Sampled(values) => {
                [&b"curv\0\0\0\0"[..], &(values.len() as u32).to_be_bytes(), &words(values)].concat()
            }
            Self::Gamma(gamma) => [b"curv\0\0\0\0\0\0\0\x01", &gamma.to_be_bytes()[..]].concat(),
            Self::Parametric(kind, parameters) => {
                let parameters: Vec<u8> = parameters.iter().flat_map(|parameter| parameter.to_be_bytes()).collect();
                [b"para\0\0\0\0", &kind.to_be_bytes()[..], &[0; 2], &parameters].concat()
            }
        };
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }
}

fn word(value: f64) -> u16 {
    (value * 65_535.0).round() as u16
}

fn words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

fn fixed(value: f64) -> i32 {
    (value * 65_536.0).round() as i32
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Lut8,
    Lut16,
    /// lutAToBType, with bytes of so many for each number of the table.
    Curved(u8),
}

/// The way from an imagined press's inks to what a viewer sees.
struct Press {
    kind: Kind,
    lab: bool,
    a_curves: [Tone; 4],
    grid: [usize; 4],
    nodes: Vec<u16>,
    m_curves: [Tone; 3],
    /// Three rows of factors, then what is added, in 65536ths.
    matrix: [i32; 12],
    b_curves: [Tone; 3],
}

const UNCHANGED: [i32; 12] = [65_536, 0, 0, 0, 65_536, 0, 0, 0, 65_536, 0, 0, 0];

impl Press {
    /// With curves that change nothing.
    fn new(kind: Kind, lab: bool, grid: [usize; 4]) -> Self {
        let mut nodes = Vec::new();
        for node in 0..grid.iter().product() {
            let mut rest = node;
            let mut inks = [0.0; 4];
            for axis in (0..4).rev() {
                inks[axis] = (rest % grid[axis]) as f64 / (grid[axis] - 1) as f64;
                rest /= grid[axis];
            }
            let xyz = printed(inks);
            let value = match (lab, kind) {
                (false, _) => xyz.map(|value| value * 32_768.0 / 65_535.0),
                (true, Kind::Lut16) => to_lab(xyz).map(|value| value * 65_280.0 / 65_535.0),
                (true, _) => to_lab(xyz),
            };
            let rounded = value.map(|value| match kind {
                Kind::Lut8 | Kind::Curved(1) => 257 * (value * 255.0).round() as u16,
                _ => word(value),
            });
            nodes.extend(rounded);
        }
        Self {
            kind,
            lab,
            a_curves: [STRAIGHT; 4],
            grid,
            nodes,
            m_curves: [STRAIGHT; 3],
            matrix: UNCHANGED,
            b_curves: [STRAIGHT; 3],
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let (version, table) = match self.kind {
            Kind::Lut8 => (4, self.plain(b"mft1")),
            Kind::Lut16 => (2, self.plain(b"mft2")),
            Kind::Curved(width) => (4, self.curved(width)),
        };
        let mut bytes = vec![0; 128];
        bytes[..4].copy_from_slice(&(144 + table.len() as u32).to_be_bytes());
        bytes[8] = version;
        bytes[12..24].copy_from_slice(if self.lab { b"prtrCMYKLab " } else { b"prtrCMYKXYZ " });
        bytes[36..40].copy_from_slice(b"acsp");
        let white = [0x0000_f6d6_u32, 0x0001_0000, 0x0000_d32d].map(u32::to_be_bytes);
        bytes[68..80].copy_from_slice(white.as_flattened());
        bytes.extend(1_u32.to_be_bytes());
        bytes.extend(b"A2B0");
        bytes.extend([144, table.len() as u32].map(u32::to_be_bytes).as_flattened());
        bytes.extend(table);
        bytes
    }

    fn plain(&self, kind: &[u8; 4]) -> Vec<u8> {
        let mut table = [kind, &[0; 4][..], &[4, 3, self.grid[0] as u8, 0]].concat();
        table.extend(UNCHANGED[..9].iter().flat_map(|number| number.to_be_bytes()));
        let values = |curves: &[Tone]| -> Vec<Vec<u16>> {
            let curves = curves.iter().map(|curve| match curve {
                Tone::Sampled(values) if !values.is_empty() => values.clone(),
                _ => unreachable!("has no other curves"),
            });
            curves.collect()
        };
        let (before, after) = (values(&self.a_curves), values(&self.b_curves));
        if self.kind == Kind::Lut16 {
            table.extend([&before[0], &after[0]].iter().flat_map(|curve| (curve.len() as u16).to_be_bytes()));
        }
        let values = [before.concat(), self.nodes.clone(), after.concat()].concat();
        if self.kind == Kind::Lut8 {
            table.extend(values.iter().map(|value| (value / 257) as u8));
        } else {
            table.extend(words(&values));
        }
        table
    }

    fn curved(&self, width: u8) -> Vec<u8> {
        let curves = |curves: &[Tone]| curves.iter().flat_map(Tone::bytes).collect::<Vec<u8>>();
        let matrix: Vec<u8> = self.matrix.iter().flat_map(|number| number.to_be_bytes()).collect();
        let mut nodes = self.grid.map(|nodes| nodes as u8).to_vec();
        nodes.resize(16, 0);
        nodes.extend([width, 0, 0, 0]);
        if width == 1 {
            nodes.extend(self.nodes.iter().map(|value| (value / 257) as u8));
        } else {
            nodes.extend(words(&self.nodes));
        }
        nodes.resize(nodes.len().next_multiple_of(4), 0);
        let parts = [curves(&self.b_curves), matrix, curves(&self.m_curves), nodes, curves(&self.a_curves)];
        let mut table = b"mAB \0\0\0\0\x04\x03\0\0".to_vec();
        let mut offset = 32;
        for part in &parts {
            table.extend((offset as u32).to_be_bytes());
            offset += part.len();
        }
        table.extend(parts.concat());
        table
    }

    /// Red, green and blue from 0 to 255, as the standard says.
    fn exactly(&self, inks: [u8; 4]) -> [f64; 3] {
        let mut value = [0.0; 3];
        for corner in 0..16_u32 {
            let (mut weight, mut node) = (1.0, 0);
            for (axis, &ink) in inks.iter().enumerate() {
                let position = self.a_curves[axis].at(f64::from(ink) / 255.0) * (self.grid[axis] - 1) as f64;
                let lower = (position as usize).min(self.grid[axis] - 2);
                let part = position - lower as f64;
                let upper = corner >> axis & 1;
                weight *= if upper == 1 { part } else { 1.0 - part };
                node = node * self.grid[axis] + lower + upper as usize;
            }
            for (channel, value) in value.iter_mut().enumerate() {
                *value += weight * f64::from(self.nodes[3 * node + channel]) / 65_535.0;
            }
        }
        let value: [f64; 3] = std::array::from_fn(|channel| self.m_curves[channel].at(value[channel]));
        let matrix = self.matrix.map(|number| f64::from(number) / 65_536.0);
        let value: [f64; 3] = std::array::from_fn(|row| {
            (0..3).map(|column| matrix[3 * row + column] * value[column]).sum::<f64>() + matrix[9 + row]
        });
        let value: [f64; 3] = std::array::from_fn(|channel| self.b_curves[channel].at(value[channel]));
        let xyz = match (self.lab, self.kind) {
            (false, _) => value.map(|value| value * 65_535.0 / 32_768.0),
            (true, Kind::Lut16) => to_xyz(value.map(|value| value * 65_535.0 / 65_280.0)),
            (true, _) => to_xyz(value),
        };
        let to_rgb = ColorProfile::new_srgb().rgb_to_xyz_matrix().inverse();
        to_rgb.v.map(|row| {
            let linear = (row[0] * xyz[0] + row[1] * xyz[1] + row[2] * xyz[2]).clamp(0.0, 1.0);
            255.0 * if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
        })
    }
}

const WHITE: [f64; 3] = [0.9642, 1.0, 0.8249];

/// What inks, each a filter on white paper, look like. Cyan is more vivid than sRGB can show.
fn printed([c, m, y, k]: [f64; 4]) -> [f64; 3] {
    let filters = [[1.08, 0.62, 0.3], [0.3, 0.95, 0.75], [0.05, 0.12, 0.93]];
    let black = 1.0 - 0.97 * k;
    let rgb: [f64; 3] = std::array::from_fn(|channel| {
        (1.0 - filters[0][channel] * c) * (1.0 - filters[1][channel] * m) * (1.0 - filters[2][channel] * y) * black
    });
    let to_xyz = ColorProfile::new_srgb().rgb_to_xyz_matrix();
    to_xyz.v.map(|row| row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2])
}

/// From 0 to 1 over the encoded range.
fn to_lab(xyz: [f64; 3]) -> [f64; 3] {
    let [x, y, z]: [f64; 3] = std::array::from_fn(|channel| {
        let value = xyz[channel] / WHITE[channel];
        if value > 216.0 / 24_389.0 { value.cbrt() } else { (value * 24_389.0 / 27.0 + 16.0) / 116.0 }
    });
    [(116.0 * y - 16.0) / 100.0, (500.0 * (x - y) + 128.0) / 255.0, (200.0 * (y - z) + 128.0) / 255.0]
}

fn to_xyz([l, a, b]: [f64; 3]) -> [f64; 3] {
    let y = (l * 100.0 + 16.0) / 116.0;
    let roots = [y + (a * 255.0 - 128.0) / 500.0, y, y - (b * 255.0 - 128.0) / 200.0];
    std::array::from_fn(|channel| {
        let root = roots[channel];
        WHITE[channel] * if root > 6.0 / 29.0 { root.powi(3) } else { (root * 116.0 - 16.0) * 27.0 / 24_389.0 }
    })
}

fn lut8() -> Press {
    let byte = |gamma| {
        let values = (0..256).map(|entry| 257 * ((f64::from(entry) / 255.0).powf(gamma) * 255.0).round() as u16);
        Tone::Sampled(values.collect())
    };
    Press {
        a_curves: [1.0, 1.1, 0.9, 1.2].map(byte),
        b_curves: [1.0, 1.0, 1.0].map(byte),
        ..Press::new(Kind::Lut8, true, [9; 4])
    }
}

fn lut16(lab: bool) -> Press {
    Press {
        a_curves: [1.1, 1.0, 0.9, 1.2].map(|gamma| Tone::sampled(33, gamma)),
        b_curves: [1.0, 1.0, 1.0].map(|gamma| Tone::sampled(2, gamma)),
        ..Press::new(Kind::Lut16, lab, [9; 4])
    }
}

/// With curves of all kinds; those after the table leave XYZ straight, since they count only at the nodes.
fn curved(lab: bool, width: u8, grid: [usize; 4]) -> Press {
    Press {
        a_curves: [
            Tone::sampled(41, 1.2),
            Tone::Gamma(282),
            Tone::parametric(3, &[1.2, 0.95, 0.05, 0.6, 0.02]),
            Tone::parametric(4, &[1.1, 0.9, 0.0, 0.7, 0.0, 0.1, 0.0]),
        ],
        m_curves: if lab {
            [
                Tone::parametric(0, &[1.1]),
                Tone::parametric(1, &[1.05, 1.02, -0.02]),
                Tone::parametric(2, &[1.0, 0.98, 0.0, 0.02]),
            ]
        } else {
            [STRAIGHT; 3]
        },
        matrix: if lab {
            [0.9, 0.0, 0.0, 0.0, 1.0, 0.05, 0.0, 0.0, 1.0, 0.1, -0.025, 0.0].map(fixed)
        } else {
            [0.95, 0.0, 0.0, 0.05, 0.95, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0].map(fixed)
        },
        b_curves: [STRAIGHT, Tone::Gamma(256), Tone::sampled(7, 1.0)],
        ..Press::new(Kind::Curved(width), lab, grid)
    }
}

fn presses() -> [(&'static str, Press); 6] {
    [
        ("lut8", lut8()),
        ("lut16", lut16(true)),
        ("lut16 to XYZ", lut16(false)),
        ("curved", curved(true, 2, [9; 4])),
        ("curved bytes", curved(true, 1, [9, 5, 7, 8])),
        ("curved to XYZ", curved(false, 2, [9; 4])),
    ]
}

fn many_inks() -> impl Iterator<Item = [u8; 4]> {
    (0..20_000_u32).map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes())
}

#[test]
fn colours_are_those_of_exact_evaluation() {
    for (name, press) in presses() {
        let cmyk = Cmyk::new(&press.bytes()).expect("sound");
        for inks in many_inks() {
            let (got, exact) = (cmyk.to_rgb(inks), press.exactly(inks));
            let near = (0..3).all(|channel| (f64::from(got[channel]) - exact[channel]).abs() <= 1.1);
            assert!(near, "{name}: {inks:?} should be {exact:?}, is {got:?}");
        }
    }
    for press in [lut8(), lut16(true), lut16(false)] {
        assert_eq!(Cmyk::new(&press.bytes()).expect("sound").to_rgb([0; 4]), [255; 3], "paper is white");
    }
}

/// Which interpolates in sRGB, and so is far off where a channel is at the edge of what that can show.
#[test]
fn colours_are_near_those_of_another_engine() {
    let inks: Vec<[u8; 4]> = many_inks().collect();
    for (name, press) in presses() {
        // It reads axes of different lengths as if they were equally long.
        if press.grid != [press.grid[0]; 4] {
            continue;
        }
        let profile = press.bytes();
        let source = ColorProfile::new_from_slice(&profile).expect("sound");
        let options = TransformOptions { rendering_intent: RenderingIntent::Perceptual, ..TransformOptions::default() };
        let whole = source
            .create_transform_8bit(Layout::Rgba, &ColorProfile::new_srgb(), Layout::Rgb, options)
            .expect("supported");
        let mut expected = vec![0; inks.len() * 3];
        whole.transform(inks.as_flattened(), &mut expected).expect("fits");
        let cmyk = Cmyk::new(&profile).expect("sound");
        let got: Vec<u8> = inks.iter().flat_map(|&inks| cmyk.to_rgb(inks)).collect();
        let count =
            |most: u8| got.iter().zip(&expected).filter(|(got, expected)| got.abs_diff(**expected) > most).count();
        assert!(count(1) * 10 < got.len(), "{name}: {}", count(1));
        assert!(count(3) * 50 < got.len(), "{name}: {}", count(3));
    }
}

#[test]
fn the_colorimetric_table_will_do() {
    let mut profile = lut8().bytes();
    profile[132..136].copy_from_slice(b"A2B1");
    assert!(Cmyk::new(&profile).is_some());
    profile[132..136].copy_from_slice(b"A2B2");
    assert!(Cmyk::new(&profile).is_none());
}

/// However they are stored, a JPEG file's inks go through its profile, which the picture then does not have.
#[test]
fn jpeg_files() {
    let inks = [[0, 0, 0, 0], [200, 20, 10, 0], [0, 180, 160, 30], [10, 10, 200, 0], [0, 0, 0, 255], [90, 60, 70, 120]];
    let profile = lut16(true).bytes();
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

const TAG_SIZE: usize = 140;
const TABLE: usize = 144;

#[test]
fn what_is_no_sound_profile_is_refused() {
    assert!(Cmyk::new(b"no profile").is_none());
    assert!(Cmyk::new(&ColorProfile::new_srgb().encode().expect("encodes")).is_none());
    for (name, press) in presses() {
        let sound = press.bytes();
        let refused = |at: usize, bytes: &[u8]| {
            let mut profile = sound.clone();
            profile[at..][..bytes.len()].copy_from_slice(bytes);
            assert!(Profile::new(&profile).is_none(), "{name}: {bytes:?} at {at}");
        };
        refused(16, b"RGB ");
        refused(20, b"RGB ");
        refused(36, b"****");
        refused(128, &[0; 4]);
        refused(136, &[0xff; 4]);
        refused(TAG_SIZE, &[0xff; 4]);
        refused(TABLE, b"mBA ");
        refused(TABLE + 8, &[3]);
        refused(TABLE + 9, &[4]);
        let grid = match press.kind {
            Kind::Curved(_) => {
                let offset =
                    |at: usize| TABLE + u32::from_be_bytes(sound[TABLE + at..][..4].try_into().expect("four")) as usize;
                let (nodes, curves) = (offset(24), offset(28));
                // How many bytes a number has, a curve's kind, how many values it has, and where curves and nodes are.
                refused(nodes + 16, &[3]);
                refused(curves, b"none");
                refused(curves + 8, &[0xff; 4]);
                for at in [12, 16, 20, 24, 28] {
                    refused(TABLE + at, &[0xff; 4]);
                }
                refused(TABLE + 24, &[0; 4]);
                nodes
            }
            Kind::Lut16 => {
                for entries in [0_u16, 1, 0xffff] {
                    refused(TABLE + 48, &entries.to_be_bytes());
                    refused(TABLE + 50, &entries.to_be_bytes());
                }
                TABLE + 10
            }
            Kind::Lut8 => TABLE + 10,
        };
        for nodes in [0, 1, 255] {
            refused(grid, &[nodes]);
        }
        for size in 0..sound.len() - TABLE - 4 {
            refused(TAG_SIZE, &(size as u32).to_be_bytes());
            assert!(Profile::new(&sound[..TABLE + size]).is_none(), "{name}: {size}");
        }
    }
}

#[test]
fn damage_does_no_harm() {
    let mut readable = 0;
    for (_, press) in presses() {
        let sound = press.bytes();
        for at in (0..1000).chain(sound.len() - 300..sound.len()) {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut profile = sound.clone();
                profile[at] = value;
                if let Some(profile) = Profile::new(&profile) {
                    profile.at(profile.positions(0.4));
                    readable += 1;
                }
            }
        }
    }
    assert!(readable > 0);
    // Numbers that are none, as powers of them may be, are some colour.
    let not_a_number = Tone::parametric(4, &[-1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let mut press = curved(true, 2, [2; 4]);
    press.a_curves[0] = not_a_number;
    press.matrix = [i32::MIN; 12];
    Cmyk::new(&press.bytes()).expect("can be read").to_rgb([0, 100, 200, 255]);
}
