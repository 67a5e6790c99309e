//! TIFF files of every kind, against samples that are known.
//!
//! The files in `tests/tiff` are of the world's kinds: Pillow saved `fax*.tif`, `jpeg*.tif`, `lzw-predictor.tif` and
//! `float-predictor.tif`, and generators the others, after reports of files that programs read wrongly.
#![cfg(not(target_arch = "wasm32"))]

use lenslet::picture::{Depth, Kind, Picture, decode};

const WIDTH: usize = 21;
const HEIGHT: usize = 19;

/// Types of a tag's values.
const SHORT: u16 = 3;
const LONG: u16 = 4;

/// How a file is laid out.
#[derive(Clone, Copy, Debug)]
struct Form {
    is_big_endian: bool,
    /// With offsets of 64 bits.
    is_big: bool,
    is_planar: bool,
    /// Width and height of tiles; strips are of 5 rows.
    tile: Option<[usize; 2]>,
}

const PLAIN: Form = Form { is_big_endian: false, is_big: false, is_planar: false, tile: None };

/// Every form that there is.
fn forms() -> impl Iterator<Item = Form> {
    (0..16).map(|number| Form {
        is_big_endian: number & 1 > 0,
        is_big: number & 2 > 0,
        is_planar: number & 4 > 0,
        tile: (number & 8 > 0).then_some([16, 16]),
    })
}

/// A file of that form with more tags, of samples of some bits.
fn tiff(
    form: Form,
    bits: usize,
    samples: usize,
    tags: &[(u16, u16, &[u64])],
    sample: &dyn Fn(usize, usize, usize) -> u64,
) -> Vec<u8> {
    let [across, down] = form.tile.unwrap_or([WIDTH, 5]);
    let planes: Vec<Vec<usize>> =
        if form.is_planar { (0..samples).map(|plane| vec![plane]).collect() } else { vec![(0..samples).collect()] };
    let mut chunks = Vec::new();
    for plane in &planes {
        for top in (0..HEIGHT).step_by(down) {
            for left in (0..WIDTH).step_by(across) {
                let rows = if form.tile.is_some() { top..top + down } else { top..HEIGHT.min(top + down) };
                let row = |y: usize| {
                    let values = (left..left + across).flat_map(|x| plane.iter().map(move |&channel| [x, y, channel]));
                    // Beyond the picture there may be anything.
                    let value =
                        |[x, y, channel]: [usize; 3]| if x < WIDTH && y < HEIGHT { sample(x, y, channel) } else { 1 };
                    packed(bits, form.is_big_endian, values.map(value))
                };
                chunks.push(rows.flat_map(row).collect());
            }
        }
    }
    let counts = [bits as u64].repeat(samples);
    let planar = [if form.is_planar { 2 } else { 1 }];
    let mut all: Vec<(u16, u16, &[u64])> = vec![(258, SHORT, &counts), (284, SHORT, &planar)];
    let sizes = [across as u64, down as u64, samples as u64];
    match form.tile {
        Some(_) => all.extend([(322, LONG, &sizes[..1]), (323, LONG, &sizes[1..2])]),
        None => all.push((278, LONG, &sizes[1..2])),
    }
    all.push((277, SHORT, &sizes[2..]));
    all.extend(tags);
    file(form, &all, &chunks)
}

/// Values one after the other; of less than 8 bits or of 12 the first in the highest bits.
fn packed(bits: usize, is_big_endian: bool, values: impl Iterator<Item = u64>) -> Vec<u8> {
    if bits.is_multiple_of(8) {
        return values.flat_map(|value| number(is_big_endian, bits / 8, value)).collect();
    }
    let mut all: Vec<bool> = values.flat_map(|value| (0..bits).rev().map(move |bit| value >> bit & 1 == 1)).collect();
    all.resize(all.len().next_multiple_of(8), false);
    all.chunks(8).map(|bits| bits.iter().fold(0, |byte, &bit| byte << 1 | u8::from(bit))).collect()
}

fn number(is_big_endian: bool, bytes: usize, value: u64) -> Vec<u8> {
    let little = value.to_le_bytes();
    let mut bytes = little[..bytes].to_vec();
    if is_big_endian {
        bytes.reverse();
    }
    bytes
}

/// A file of these tags, with those of the size, and strips or tiles.
fn file(form: Form, tags: &[(u16, u16, &[u64])], chunks: &[Vec<u8>]) -> Vec<u8> {
    let put = |bytes: usize, value: usize| number(form.is_big_endian, bytes, value as u64);
    let offset_bytes = if form.is_big { 8 } else { 4 };
    let mut file = if form.is_big_endian { b"MM".to_vec() } else { b"II".to_vec() };
    if form.is_big {
        file.extend([put(2, 43), put(2, 8), put(2, 0)].concat());
    } else {
        file.extend(put(2, 42));
    }
    let start = file.len();
    file.extend(put(offset_bytes, 0));
    let (mut offsets, mut lengths) = (Vec::new(), Vec::new());
    for chunk in chunks {
        offsets.push(file.len() as u64);
        lengths.push(chunk.len() as u64);
        file.extend(chunk);
    }
    let [at, count] = if form.tile.is_some() { [324, 325] } else { [273, 279] };
    let size = [WIDTH as u64, HEIGHT as u64];
    let mut tags = tags.to_vec();
    // What is given goes before these.
    for tag in [(256, LONG, &size[..1]), (257, LONG, &size[1..]), (at, LONG, &offsets), (count, LONG, &lengths)] {
        if tags.iter().all(|(number, ..)| *number != tag.0) {
            tags.push(tag);
        }
    }
    tags.sort_by_key(|tag| tag.0);
    let mut directory = put(if form.is_big { 8 } else { 2 }, tags.len());
    for (tag, kind, values) in tags {
        let bytes = if kind == SHORT { 2 } else { 4 };
        let mut content: Vec<u8> = values.iter().flat_map(|&value| put(bytes, value as usize)).collect();
        if content.len() > offset_bytes {
            let place = put(offset_bytes, file.len());
            file.extend(&content);
            content = place;
        }
        content.resize(offset_bytes, 0);
        directory.extend([put(2, tag.into()), put(2, kind.into()), put(offset_bytes, values.len()), content].concat());
    }
    directory.extend(put(offset_bytes, 0));
    let place = put(offset_bytes, file.len());
    file[start..start + offset_bytes].copy_from_slice(&place);
    file.extend(directory);
    file
}

fn value(x: usize, y: usize, channel: usize) -> u64 {
    ((x * 7919 + y * 104_729 + channel * 1_299_709 + x * y * 31) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 7
}

fn values(picture: &Picture) -> Vec<u16> {
    picture.kind.depth.values(&picture.rgba).collect()
}

/// The pixels of a picture from what each should be, from 0 to 1.
fn expected(depth: Depth, pixel: impl Fn(usize, usize) -> [f64; 4]) -> Vec<u16> {
    let pixels = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| [x, y]));
    pixels.flat_map(|[x, y]| pixel(x, y)).map(|value| (value * f64::from(depth.max())).round() as u16).collect()
}

#[test]
fn whole_numbers_in_every_form() {
    for form in forms() {
        for bits in [1, 2, 4, 6, 8, 10, 12, 14, 16, 24, 32] {
            // Planes of one sample each need no form of their own.
            for (samples, photometric, alpha) in
                [(1, 1, None), (1, 0, None), (2, 1, Some(2)), (3, 2, None), (4, 2, Some(2)), (5, 2, Some(0))]
            {
                let most = (1_u64 << bits) - 1;
                let sample = |x, y, channel| value(x, y, channel) & most;
                let extra = [alpha.unwrap_or_default(), 0];
                let mut tags: Vec<(u16, u16, &[u64])> = vec![(262, SHORT, std::slice::from_ref(&photometric))];
                if alpha.is_some() {
                    tags.push((338, SHORT, &extra[..if samples == 5 { 2 } else { 1 }]));
                }
                let picture = decode(&tiff(form, bits, samples, &tags, &sample))
                    .unwrap_or_else(|error| panic!("{form:?} {bits} {samples}: {error}"));
                let depth = if bits > 8 { Depth::Sixteen } else { Depth::Eight };
                let has_alpha = alpha == Some(2);
                assert_eq!(picture.kind, Kind { grey: samples < 3, alpha: has_alpha, depth });
                let pixel = |x, y| {
                    let share = |channel| sample(x, y, channel) as f64 / most as f64;
                    let share = |channel| if photometric == 0 { 1.0 - share(channel) } else { share(channel) };
                    let colours = if samples < 3 { [share(0); 3] } else { [share(0), share(1), share(2)] };
                    [colours[0], colours[1], colours[2], if has_alpha { share(samples.min(4) - 1) } else { 1.0 }]
                };
                // 16 bits hold no other number of them exactly, and what is near a half may be rounded either way.
                let step = u16::from(bits > 8 && bits != 16);
                let mut pairs = values(&picture).into_iter().zip(expected(depth, pixel));
                let far = pairs.any(|(got, expected)| got.abs_diff(expected) > step);
                assert!(!far, "{form:?} {bits} {samples}");
            }
        }
    }
}

#[test]
fn palettes() {
    for form in forms() {
        for bits in [1, 4, 8] {
            let count = 1_u64 << bits;
            let map: Vec<u64> = (0..3 * count).map(|at| at * 65_535 / (3 * count)).collect();
            let sample = |x, y, _| value(x, y, 0) % count;
            let file = tiff(form, bits, 1, &[(262, SHORT, &[3]), (320, SHORT, &map)], &sample);
            let picture = decode(&file).expect("decodes");
            assert_eq!(picture.kind, Kind::default());
            let colour = |x, y, channel: u64| map[(channel * count + sample(x, y, 0)) as usize] as f64 / 65_535.0;
            let pixel = |x, y| [colour(x, y, 0), colour(x, y, 1), colour(x, y, 2), 1.0];
            assert_eq!(values(&picture), expected(Depth::Eight, pixel), "{form:?} {bits}");
        }
    }
}

#[test]
fn inks_in_planes() {
    let sample = |x: usize, y: usize, channel| if channel == 3 { 51 } else { value(x, y, channel) & 255 };
    for form in forms() {
        let picture = decode(&tiff(form, 8, 4, &[(262, SHORT, &[5])], &sample)).expect("decodes");
        let colour = |x, y, channel| (255 - sample(x, y, channel)) as f64 / 255.0 * 0.8;
        let pixel = |x, y| [colour(x, y, 0), colour(x, y, 1), colour(x, y, 2), 1.0];
        assert_eq!(values(&picture), expected(Depth::Eight, pixel), "{form:?}");
    }
}

#[test]
fn alpha_that_colours_were_multiplied_by_is_divided_out() {
    for (bits, most) in [(8, 255), (16, 65_535)] {
        let alpha = |x: usize| most * x as u64 / (WIDTH as u64 - 1);
        let sample = |x, _, channel| if channel == 3 { alpha(x) } else { alpha(x) * channel as u64 / 2 };
        let picture =
            decode(&tiff(PLAIN, bits, 4, &[(262, SHORT, &[2]), (338, SHORT, &[1])], &sample)).expect("decodes");
        for pixel in values(&picture).chunks(4).filter(|pixel| pixel[3] > 9) {
            let near = |got: u16, share: f64| {
                (f64::from(got) - share * most as f64).abs() <= most as f64 / f64::from(pixel[3])
            };
            assert!(pixel[0] == 0 && near(pixel[1], 0.5) && u64::from(pixel[2]) == most, "{pixel:?}");
        }
    }
    let picture = decode(include_bytes!("tiff/premultiplied.tif")).expect("decodes");
    assert_eq!(picture.rgba, [199, 100, 50, 128].repeat(16));
}

/// Two lumas across and two down share a pair of chroma.
#[test]
fn reduced_chroma() {
    for [across, down] in [[1, 1], [2, 1], [2, 2], [4, 2]] {
        let units = |y: usize| {
            (0..WIDTH.div_ceil(across)).flat_map(move |x| {
                let lumas = (0..across * down).map(move |at| luma(x * across + at % across, y * down + at / across));
                lumas.chain([128, 160])
            })
        };
        let data = (0..HEIGHT.div_ceil(down)).flat_map(units).collect();
        let tags: [(u16, u16, &[u64]); 5] = [
            (258, SHORT, &[8, 8, 8]),
            (262, SHORT, &[6]),
            (277, SHORT, &[3]),
            (278, LONG, &[HEIGHT as u64]),
            (530, SHORT, &[across as u64, down as u64]),
        ];
        let picture = decode(&file(PLAIN, &tags, &[data])).expect("decodes");
        for (at, pixel) in picture.rgba.chunks(4).enumerate() {
            let luma = f64::from(luma(at % WIDTH, at / WIDTH));
            for (got, expected) in pixel.iter().zip([luma + 1.402 * 32.0, luma - 0.714_136 * 32.0, luma, 255.0]) {
                assert!((f64::from(*got) - expected).abs() <= 1.0, "{across}x{down} {at} {pixel:?}");
            }
        }
    }
    fn luma(x: usize, y: usize) -> u8 {
        (60 + x * 4 + y * 2) as u8
    }
}

fn floats(bits: usize, value: f64) -> u64 {
    match bits {
        16 => half::f16::from_f64(value).to_bits().into(),
        32 => (value as f32).to_bits().into(),
        _ => value.to_bits(),
    }
}

#[test]
fn floats_are_scaled_where_they_go_beyond_white() {
    let share = |x: usize, y: usize| ((x + y) % 16) as f64 / 15.0;
    for form in forms() {
        for bits in [16, 32, 64] {
            for (low, high) in [(0.0, 1.0), (-8.0, 7.0), (0.0, 240.0)] {
                let sample = |x, y, _| floats(bits, low + (high - low) * share(x, y));
                let file = tiff(form, bits, 3, &[(262, SHORT, &[2]), (339, SHORT, &[3, 3, 3])], &sample);
                let picture = decode(&file).expect("decodes");
                assert_eq!(picture.kind.depth, Depth::Sixteen);
                let told = picture.warnings.concat();
                assert_eq!(
                    told.contains(&format!("go from {low} to {high} in place of 0 to 1")),
                    high != 1.0,
                    "{told}"
                );
                let pixel = |x, y| [share(x, y), share(x, y), share(x, y), 1.0];
                let pairs = values(&picture).into_iter().zip(expected(Depth::Sixteen, pixel));
                // Half floats have 11 bits.
                let far = pairs.max_by_key(|(got, expected)| got.abs_diff(*expected)).expect("has pixels");
                assert!(far.0.abs_diff(far.1) <= if bits == 16 { 32 } else { 1 }, "{form:?} {bits} {far:?}");
            }
        }
    }
}

#[test]
fn compressed_and_told_by_differences() {
    let picture = decode(include_bytes!("tiff/lzw-predictor.tif")).expect("decodes");
    let colours = |x: u32, y: u32| [x as u8 * 6, y as u8 * 10, 128, 255];
    for (at, pixel) in (0..).zip(picture.rgba.as_chunks().0) {
        assert_eq!(*pixel, colours(at % 40, at / 40));
    }
    for file in [&include_bytes!("tiff/jpeg.tif")[..], include_bytes!("tiff/jpeg-ycbcr.tif")] {
        let picture = decode(file).expect("decodes");
        assert_eq!((picture.width, picture.height), (40, 24));
        for (at, pixel) in (0..).zip(picture.rgba.as_chunks::<4>().0) {
            let expected = colours(at % 40, at / 40);
            assert!(
                pixel.iter().zip(expected).all(|(got, expected)| got.abs_diff(expected) < 12),
                "{at} {pixel:?} {expected:?}"
            );
        }
    }
    // What is not compressed, or in another way, is told by no differences.
    let sample = |x, y, channel| value(x, y, channel) & 255;
    let plain = |tags: &[(u16, u16, &[u64])]| decode(&tiff(PLAIN, 8, 3, tags, &sample)).expect("decodes");
    assert_eq!(plain(&[(262, SHORT, &[2]), (317, SHORT, &[2])]).rgba, plain(&[(262, SHORT, &[2])]).rgba);
    let picture = decode(include_bytes!("tiff/float-predictor.tif")).expect("decodes");
    for (at, value) in (0_u16..).zip(values(&picture).into_iter().step_by(4)) {
        let expected = f32::from(at % 13 + at / 13 * 13) / 100.0 * 65_535.0;
        assert!((f32::from(value) - expected).abs() <= 1.0, "{at} {value} {expected}");
    }
}

#[test]
fn fax() {
    for file in [&include_bytes!("tiff/fax3.tif")[..], include_bytes!("tiff/fax4.tif")] {
        let picture = decode(file).expect("decodes");
        assert_eq!((picture.width, picture.height, picture.kind.grey), (29, 11, true));
        for (at, pixel) in (0..).zip(picture.rgba.as_chunks::<4>().0) {
            let (x, y) = (at % 29, at / 29);
            let value = if (x * y / 3 + x) % 5 < 2 { 255 } else { 0 };
            assert_eq!(*pixel, [value, value, value, 255], "{x} {y}");
        }
    }
}

/// These were read wrongly, not at all, or ended the program.
#[test]
fn files_of_the_world() {
    let picture = decode(include_bytes!("tiff/tiled-planar.tif")).expect("decodes");
    assert_eq!((picture.width, picture.height), (17, 17));
    assert_eq!(picture.rgba, [200, 0, 0, 255].repeat(17 * 17));
    let picture = decode(include_bytes!("tiff/fillorder2.tif")).expect("decodes");
    assert!(picture.rgba.chunks(4).zip(0..).all(|(pixel, at)| pixel[0] == at % 16));
    assert_eq!(decode(include_bytes!("tiff/bigtiff.tif")).expect("decodes").width, 8);
    let picture = decode(include_bytes!("tiff/profile-79x79.tif")).expect("decodes");
    assert_eq!(picture.metadata.icc_profile.map(|profile| profile.len()), Some(588));
}

#[test]
fn what_is_refused_is_named() {
    let zero = |_, _, _| 0;
    let of = |tags: &[(u16, u16, &[u64])], bits, samples| tiff(PLAIN, bits, samples, tags, &zero);
    for (file, kind) in [
        (of(&[(262, SHORT, &[8])], 8, 3), "This is a TIFF of Lab colours, which cannot be read here."),
        (of(&[(262, SHORT, &[4])], 1, 1), "that is only a mask"),
        (of(&[(262, SHORT, &[32_803])], 8, 1), "of colours that are not known here"),
        (of(&[(262, SHORT, &[1]), (339, SHORT, &[2])], 8, 1), "of signed numbers"),
        (of(&[(262, SHORT, &[1]), (259, SHORT, &[34_712])], 8, 1), "that is compressed as method 34712"),
        (of(&[(262, SHORT, &[1]), (259, SHORT, &[6])], 8, 1), "JPEG of the old style"),
        (include_bytes!("tiff/fax2.tif").to_vec(), "that is compressed as CCITT RLE"),
        (include_bytes!("tiff/jpeg-grey-alpha.tif").to_vec(), "that holds JPEG data of two components"),
    ] {
        let error = decode(&file).expect_err("must be refused");
        assert_eq!(error.code(), "unsupported-kind");
        assert!(error.to_string().contains(kind), "{error}");
    }
}

/// Any byte may be wrong, and any part may be missing.
#[test]
fn damage_does_no_harm() {
    let deep = Form { is_planar: true, tile: Some([16, 16]), ..PLAIN };
    let map: Vec<u64> = (0..48).collect();
    let files = [
        tiff(deep, 12, 3, &[(262, SHORT, &[2])], &|_, _, _| 7),
        tiff(PLAIN, 4, 1, &[(262, SHORT, &[3]), (320, SHORT, &map)], &|x, _, _| x as u64 % 16),
        include_bytes!("tiff/fax3.tif").to_vec(),
        include_bytes!("tiff/fax4.tif").to_vec(),
        include_bytes!("tiff/jpeg.tif").to_vec(),
        include_bytes!("tiff/float-predictor.tif").to_vec(),
    ];
    for file in files {
        for at in (0..file.len()).rev().take(700) {
            for change in [0, 1, 0x7f, 0xff] {
                let mut damaged = file.clone();
                damaged[at] = change;
                let codes = [&damaged[..], &damaged[..at]].map(|file| decode(file).err().map(|error| error.code()));
                assert!(!codes.contains(&Some("decoder-failed")), "{at} {change}");
            }
        }
    }
}
