//! What is read, of every kind that a format has, against pixels that are known.
#![cfg(not(target_arch = "wasm32"))]

use std::io::Cursor;

use image::{DynamicImage, ImageBuffer, ImageFormat, Luma, LumaA, Rgb, Rgba, RgbaImage};
use lenslet::picture::{Depth, FileFormat, Kind, Picture, decode};

const WIDTH: u32 = 13;
const HEIGHT: u32 = 7;

/// Four channels of 16 bits that differ from pixel to pixel.
fn sample(x: u32, y: u32) -> [u16; 4] {
    [x * 5000, y * 9000, (x * y * 700) % 65_536, 65_535 - x * 4000].map(|value| value as u16)
}

fn eight(value: u16) -> u8 {
    (value >> 8) as u8
}

fn pixels() -> impl Iterator<Item = [u16; 4]> {
    (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| sample(x, y)))
}

fn grey8() -> DynamicImage {
    ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| Luma([eight(sample(x, y)[0])])).into()
}

fn grey_alpha8() -> DynamicImage {
    ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| LumaA([sample(x, y)[0], sample(x, y)[3]].map(eight))).into()
}

fn rgb8() -> DynamicImage {
    ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| Rgb([0, 1, 2].map(|channel| eight(sample(x, y)[channel])))).into()
}

fn rgba8() -> DynamicImage {
    ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| Rgba(sample(x, y).map(eight))).into()
}

fn grey16() -> DynamicImage {
    ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| Luma([sample(x, y)[0]])).into()
}

fn grey_alpha16() -> DynamicImage {
    ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| LumaA([sample(x, y)[0], sample(x, y)[3]])).into()
}

fn rgb16() -> DynamicImage {
    ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| Rgb([0, 1, 2].map(|channel| sample(x, y)[channel]))).into()
}

fn rgba16() -> DynamicImage {
    ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| Rgba(sample(x, y))).into()
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).expect("encodes");
    file.into_inner()
}

fn kind(image: &DynamicImage) -> Kind {
    let color = image.color();
    let depth = if color.bytes_per_pixel() / color.channel_count() == 1 { Depth::Eight } else { Depth::Sixteen };
    Kind { grey: !color.has_color(), alpha: color.has_alpha(), depth }
}

/// Compares with a picture of the same kind.
fn check(file: &[u8], expected: &DynamicImage) -> Picture {
    let picture = decode(file).expect("decodes");
    assert_eq!((picture.width, picture.height), (expected.width(), expected.height()));
    assert_eq!(picture.kind, kind(expected));
    match picture.kind.depth {
        Depth::Eight => assert_eq!(picture.rgba, expected.to_rgba8().into_raw()),
        Depth::Sixteen => {
            let values: Vec<u16> = Depth::Sixteen.values(&picture.rgba).collect();
            assert_eq!(values, expected.to_rgba16().into_raw());
        }
    }
    picture
}

#[test]
fn png_in_8_and_16_bits() {
    for image in [grey8(), grey_alpha8(), rgb8(), rgba8(), grey16(), grey_alpha16(), rgb16(), rgba16()] {
        assert_eq!(check(&encoded(&image, ImageFormat::Png), &image).format, Some(FileFormat::Png));
    }
}

/// The size, the interlacing, and the rest as in the header; rows as they are stored.
fn png_file(color: png::ColorType, depth: png::BitDepth, palette: &[u8], transparent: &[u8], data: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH, HEIGHT);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if !palette.is_empty() {
        encoder.set_palette(palette);
    }
    if !transparent.is_empty() {
        encoder.set_trns(transparent);
    }
    let mut writer = encoder.write_header().expect("encodes");
    writer.write_image_data(data).expect("encodes");
    writer.finish().expect("encodes");
    file
}

/// Rows of values of some bits each, the first in the highest bits.
fn packed(bits: u32, value: impl Fn(u32, u32) -> u8) -> Vec<u8> {
    let row = |y: u32| {
        let mut bytes = vec![0; (WIDTH * bits).div_ceil(8) as usize];
        for x in 0..WIDTH {
            bytes[(x * bits / 8) as usize] |= value(x, y) << (8 - bits - x * bits % 8);
        }
        bytes
    };
    (0..HEIGHT).flat_map(row).collect()
}

#[test]
fn png_of_few_bits_and_of_palettes() {
    use png::BitDepth::{Eight, Four, One, Two};
    for (bits, depth) in [(1, One), (2, Two), (4, Four), (8, Eight)] {
        let most = ((1_u32 << bits) - 1) as u8;
        let value = |x: u32, y: u32| ((x + y * 3) as u8) & most;
        let data = packed(bits, value);
        let step = 255 / most;
        let grey = ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| Luma([value(x, y) * step]));
        check(&png_file(png::ColorType::Grayscale, depth, &[], &[], &data), &grey.into());

        let palette: Vec<u8> = (0..=most).flat_map(|index| [index, 255 - index, index.wrapping_mul(37)]).collect();
        let colour = |x, y| {
            let index = usize::from(value(x, y)) * 3;
            [palette[index], palette[index + 1], palette[index + 2]]
        };
        let expected = ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| Rgb(colour(x, y)));
        check(&png_file(png::ColorType::Indexed, depth, &palette, &[], &data), &expected.into());

        let alpha = |x, y| if value(x, y) == 0 { 0 } else { 255 };
        let expected = ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| {
            let [red, green, blue] = colour(x, y);
            Rgba([red, green, blue, alpha(x, y)])
        });
        check(&png_file(png::ColorType::Indexed, depth, &palette, &[0], &data), &expected.into());

        let expected = ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| LumaA([value(x, y) * step, alpha(x, y)]));
        check(&png_file(png::ColorType::Grayscale, depth, &[], &[0, 0], &data), &expected.into());
    }
}

#[test]
fn png_with_one_colour_that_is_clear() {
    let [red, green, blue, _] = sample(3, 2);
    let expected = ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| {
        let [r, g, b, _] = sample(x, y);
        Rgba([r, g, b, if (x, y) == (3, 2) { 0 } else { 65_535 }])
    });
    let data: Vec<u8> = pixels().flat_map(|[r, g, b, _]| [r, g, b]).flat_map(u16::to_be_bytes).collect();
    let transparent: Vec<u8> = [red, green, blue].into_iter().flat_map(u16::to_be_bytes).collect();
    check(&png_file(png::ColorType::Rgb, png::BitDepth::Sixteen, &[], &transparent, &data), &expected.into());
}

/// Every one of the seven passes of Adam7, of a picture that is larger than 8 pixels in both directions and of small ones.
#[test]
fn png_interlaced() {
    for (width, height) in [(13, 11), (1, 1), (3, 5), (9, 2)] {
        let value = |x: u32, y: u32| (x * 19 + y * 7) as u8;
        let passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
        let mut rows = Vec::new();
        for (left, top, across, down) in passes {
            for y in (top..height).step_by(down) {
                if left < width {
                    rows.push(0);
                    rows.extend((left..width).step_by(across).map(|x| value(x, y)));
                }
            }
        }
        let mut header = [width, height].map(u32::to_be_bytes).concat();
        header.extend([8, 0, 0, 0, 1]);
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        for (name, data) in [(b"IHDR", header), (b"IDAT", stored_zlib(&rows)), (b"IEND", Vec::new())] {
            file.extend((data.len() as u32).to_be_bytes());
            let chunk = [&name[..], &data].concat();
            file.extend(&chunk);
            file.extend(crc32(&chunk).to_be_bytes());
        }
        check(&file, &ImageBuffer::from_fn(width, height, |x, y| Luma([value(x, y)])).into());
    }
}

/// Deflate's way of not compressing (RFC 1950 and 1951).
fn stored_zlib(data: &[u8]) -> Vec<u8> {
    let length = data.len() as u16;
    let (one, two) = data.iter().fold((1_u32, 0), |(one, two), &byte| {
        let one = (one + u32::from(byte)) % 65_521;
        (one, (two + one) % 65_521)
    });
    let sum = two << 16 | one;
    [&[0x78, 1, 1], &length.to_le_bytes()[..], &(!length).to_le_bytes(), data, &sum.to_be_bytes()].concat()
}

/// PNG's checksum (ISO 3309), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}

#[test]
fn webp_without_loss_and_animated() {
    for image in [rgb8(), rgba8()] {
        let file = encoded(&image, ImageFormat::WebP);
        assert_eq!(check(&file, &image).format, Some(FileFormat::WebP));

        // The same data as the first frame of an animation, before one of another colour.
        let other = encoded(&RgbaImage::from_pixel(WIDTH, HEIGHT, Rgba([9; 4])).into(), ImageFormat::WebP);
        let three = |value: u32| [value as u8, (value >> 8) as u8, (value >> 16) as u8];
        let chunk = |name: &[u8; 4], data: &[u8]| {
            let length = (data.len() as u32).to_le_bytes();
            [&name[..], &length, data, &[0][..data.len() % 2]].concat()
        };
        let size = [three(WIDTH - 1), three(HEIGHT - 1)].concat();
        let frame = |file: &[u8]| {
            // Behind the head of the file there is its one chunk; no blending, no disposal.
            chunk(b"ANMF", &[&[0; 6], &size[..], &three(100), &[2], &file[12..]].concat())
        };
        let alpha = if image.color().has_alpha() { 0x10 } else { 0 };
        let chunks = [
            chunk(b"VP8X", &[&[2 | alpha, 0, 0, 0], &size[..]].concat()),
            chunk(b"ANIM", &[0; 6]),
            frame(&file),
            frame(&other),
        ]
        .concat();
        let animated = [b"RIFF", &(chunks.len() as u32 + 4).to_le_bytes()[..], b"WEBP", &chunks].concat();
        let picture = decode(&animated).expect("decodes");
        assert_eq!((picture.width, picture.height), (WIDTH, HEIGHT));
        assert_eq!(picture.rgba, image.to_rgba8().into_raw());
    }
}

/// Pillow saved these at quality 80, of 32 x 24 pixels of the colour (8 x, 10 y, 128), one with alpha of 8 x.
#[test]
fn webp_with_loss() {
    let files = [&include_bytes!("webp/lossy.webp")[..], include_bytes!("webp/lossy-alpha.webp")];
    for (file, alpha) in files.into_iter().zip([false, true]) {
        let picture = decode(file).expect("decodes");
        assert_eq!((picture.width, picture.height), (32, 24));
        assert_eq!(picture.kind, Kind { alpha, ..Kind::default() });
        for (at, pixel) in picture.rgba.as_chunks::<4>().0.iter().enumerate() {
            let (x, y) = (at as u8 % 32, (at / 32) as u8);
            let expected = [x * 8, y * 10, 128, if alpha { x * 8 } else { 255 }];
            let far = |(got, expected): (&u8, &u8)| got.abs_diff(*expected) > 40;
            // What is transparent may have any colour.
            assert!(pixel[3] < 32 || !pixel.iter().zip(&expected).any(far), "{pixel:?} {expected:?}");
            assert_eq!(pixel[3], expected[3]);
        }
    }
}

#[test]
fn gif_is_its_first_frame() {
    use image::{Delay, Frame, codecs::gif::GifEncoder};
    // Few colours, so that the palette holds them all, and some transparent pixels.
    let first = RgbaImage::from_fn(WIDTH, HEIGHT, |x, y| {
        if x < 3 { Rgba([0; 4]) } else { Rgba([x as u8 % 4 * 60, y as u8 * 30, 200, 255]) }
    });
    let second = RgbaImage::from_pixel(WIDTH, HEIGHT, Rgba([1, 2, 3, 255]));
    let mut file = Vec::new();
    let frames = [first.clone(), second].map(|frame| Frame::from_parts(frame, 0, 0, Delay::from_numer_denom_ms(9, 1)));
    GifEncoder::new(&mut file).encode_frames(frames).expect("encodes");
    let picture = decode(&file).expect("decodes");
    for (got, expected) in picture.rgba.as_chunks().0.iter().zip(first.pixels()) {
        assert!(*got == expected.0 || got[3] == 0 && expected.0[3] == 0, "{got:?} {expected:?}");
    }
    assert_eq!(picture.format, None);
}

#[test]
fn bmp_qoi_and_pnm() {
    let bmp = ImageFormat::Bmp;
    check(&encoded(&rgb8(), bmp), &rgb8());
    check(&encoded(&rgba8(), bmp), &rgba8());
    check(&encoded(&rgb8(), ImageFormat::Qoi), &rgb8());
    check(&encoded(&rgba8(), ImageFormat::Qoi), &rgba8());
    check(&encoded(&grey8(), ImageFormat::Pnm), &grey8());
    check(&encoded(&rgb8(), ImageFormat::Pnm), &rgb8());
}

#[test]
fn pnm_of_every_number() {
    let bits = |x: u32, y: u32| (x + y).is_multiple_of(3);
    let black = ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| Luma([if bits(x, y) { 0_u8 } else { 255 }]));
    let digits: String =
        (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| if bits(x, y) { "1 " } else { "0 " })).collect();
    check(format!("P1\n# a comment\n{WIDTH} {HEIGHT}\n{digits}").as_bytes(), &black.clone().into());
    let data = packed(1, |x, y| bits(x, y).into());
    check(&[format!("P4 {WIDTH} {HEIGHT}\n").as_bytes(), &data].concat(), &black.into());

    let words = |values: Vec<u16>| values.iter().map(|value| format!("{value} ")).collect::<String>();
    let bytes = |values: Vec<u16>| values.iter().flat_map(|value| value.to_be_bytes()).collect::<Vec<u8>>();
    let greys: Vec<u16> = pixels().map(|[grey, ..]| grey).collect();
    let colours: Vec<u16> = pixels().flat_map(|[r, g, b, _]| [r, g, b]).collect();
    let small = |values: &[u16]| values.iter().map(|&value| u16::from(eight(value))).collect::<Vec<_>>();
    for (plain, raw, values, deep, shallow) in
        [("P2", "P5", greys, grey16(), grey8()), ("P3", "P6", colours, rgb16(), rgb8())]
    {
        check(format!("{plain} {WIDTH} {HEIGHT} 65535 {}", words(values.clone())).as_bytes(), &deep);
        check(format!("{plain} {WIDTH} {HEIGHT} 255 {}", words(small(&values))).as_bytes(), &shallow);
        check(&[format!("{raw} {WIDTH} {HEIGHT} 65535\n").as_bytes(), &bytes(values.clone())].concat(), &deep);
        let data: Vec<u8> = values.iter().map(|&value| eight(value)).collect();
        check(&[format!("{raw} {WIDTH} {HEIGHT} 255\n").as_bytes(), &data].concat(), &shallow);
    }
    let head = format!("P7\nWIDTH {WIDTH}\nHEIGHT {HEIGHT}\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n");
    check(&[head.as_bytes(), &rgba8().into_bytes()].concat(), &rgba8());
}

/// Greys of 15 levels fill the range of a byte.
#[test]
fn pnm_of_other_largest_values() {
    let data: Vec<u8> = (0..WIDTH * HEIGHT).map(|at| (at % 16) as u8).collect();
    let expected = ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| Luma([((y * WIDTH + x) % 16 * 17) as u8]));
    check(&[format!("P5 {WIDTH} {HEIGHT} 15\n").as_bytes(), &data].concat(), &expected.into());
}

#[test]
fn ico_is_its_largest_picture() {
    use image::codecs::ico::{IcoEncoder, IcoFrame};
    let small = RgbaImage::from_pixel(16, 16, Rgba([1, 2, 3, 255]));
    let large = RgbaImage::from_fn(48, 48, |x, y| Rgba([x as u8 * 5, y as u8 * 5, 9, if x < 9 { 0 } else { 255 }]));
    let frames = [small, large.clone()]
        .map(|frame| IcoFrame::as_png(&frame, frame.width(), frame.height(), image::ExtendedColorType::Rgba8));
    let mut file = Vec::new();
    IcoEncoder::new(&mut file).encode_images(&frames.map(|frame| frame.expect("encodes"))).expect("encodes");
    check(&file, &large.clone().into());

    // A bitmap: its header without that of a file, twice its height, rows from the bottom, and a mask in which nothing is set.
    let mut bitmap = [40_u32, 48, 96].map(u32::to_le_bytes).concat();
    bitmap.extend([1, 0, 32, 0]);
    bitmap.extend([0; 24]);
    for row in (0..48).rev() {
        bitmap.extend((0..48).flat_map(|x| {
            let Rgba([red, green, blue, alpha]) = *large.get_pixel(x, row);
            [blue, green, red, alpha]
        }));
    }
    bitmap.extend(vec![0; 48 * 8]);
    let mut file = vec![0, 0, 1, 0, 1, 0, 48, 48, 0, 0, 1, 0, 32, 0];
    file.extend((bitmap.len() as u32).to_le_bytes());
    file.extend(22_u32.to_le_bytes());
    file.extend(bitmap);
    check(&file, &large.into());
}

/// An icon or, with a hot spot at (3, 4), a cursor that holds one picture.
fn icon(is_cursor: bool, picture: &[u8]) -> Vec<u8> {
    let [kind, across, down] = if is_cursor { [2, 3, 4] } else { [1, 1, 24] };
    let mut file = vec![0, 0, kind, 0, 1, 0, WIDTH as u8, HEIGHT as u8, 0, 0, across, 0, down, 0];
    file.extend((picture.len() as u32).to_le_bytes());
    file.extend(22_u32.to_le_bytes());
    file.extend(picture);
    file
}

#[test]
fn icons_and_cursors_with_png_of_every_kind() {
    for image in [grey8(), grey_alpha8(), rgb8(), rgba8(), grey16(), rgb16(), rgba16()] {
        let file = encoded(&image, ImageFormat::Png);
        for is_cursor in [false, true] {
            assert_eq!(check(&icon(is_cursor, &file), &image).format, None);
        }
    }
    let data = packed(1, |x, y| ((x + y) % 2) as u8);
    let file = png_file(png::ColorType::Indexed, png::BitDepth::One, &[9, 99, 199, 1, 2, 3], &[], &data);
    let colours = [[9_u8, 99, 199], [1, 2, 3]];
    check(
        &icon(false, &file),
        &ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| Rgb(colours[((x + y) % 2) as usize])).into(),
    );
    assert_eq!(decode(include_bytes!("ico/rgb-png.ico")).expect("decodes").kind, Kind::default());

    let mut bitmap = [40_u32, WIDTH, 2 * HEIGHT].map(u32::to_le_bytes).concat();
    bitmap.extend([1, 0, 32, 0]);
    bitmap.extend([0; 24]);
    bitmap.extend([50, 100, 200, 255].repeat((WIDTH * HEIGHT) as usize));
    bitmap.extend(vec![0; 4 * HEIGHT as usize]);
    check(&icon(true, &bitmap), &RgbaImage::from_pixel(WIDTH, HEIGHT, Rgba([200, 100, 50, 255])).into());
    for length in 0..bitmap.len() {
        assert!(decode(&icon(true, &bitmap)[..length]).is_err());
    }
}

#[test]
fn tiff_in_8_and_16_bits() {
    for image in [grey8(), rgb8(), rgba8(), grey16(), rgb16(), rgba16()] {
        check(&encoded(&image, ImageFormat::Tiff), &image);
    }
}

#[test]
fn tiff_in_strips_and_compressed() {
    use tiff::encoder::{Compression, DeflateLevel, TiffEncoder, colortype};
    for compression in [
        Compression::Uncompressed,
        Compression::Lzw,
        Compression::Deflate(DeflateLevel::Balanced),
        Compression::Packbits,
    ] {
        let mut file = Cursor::new(Vec::new());
        let mut encoder = TiffEncoder::new(&mut file).expect("encodes").with_compression(compression);
        let mut strips = encoder.new_image::<colortype::RGB16>(WIDTH, HEIGHT).expect("encodes");
        strips.rows_per_strip(2).expect("before any strip");
        strips.write_data(rgb16().as_rgb16().expect("is so")).expect("encodes");
        check(file.get_ref(), &rgb16());
    }
}

/// Floats from 0 to 1 become 16 bits.
#[test]
fn tiff_of_floats() {
    let floats = ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| {
        Rgb([0, 1, 2].map(|channel| f32::from(sample(x, y)[channel]) / 65_535.0))
    });
    check(&encoded(&DynamicImage::ImageRgb32F(floats), ImageFormat::Tiff), &rgb16());
}

/// The colours are no longer CMYK, so that profile does not stay either.
#[test]
fn tiff_of_inks() {
    use tiff::{
        encoder::{TiffEncoder, colortype},
        tags::Tag,
    };
    let mut profile = [0; 132];
    profile[16..20].copy_from_slice(b"CMYK");
    let mut file = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut file).expect("encodes");
    let mut image = encoder.new_image::<colortype::CMYK8>(2, 1).expect("encodes");
    image.encoder().write_tag(Tag::IccProfile, &profile[..]).expect("encodes");
    image.write_data(&[0, 0, 0, 0, 0, 255, 255, 0]).expect("encodes");
    let picture = decode(file.get_ref()).expect("decodes");
    assert_eq!(picture.rgba, [255, 255, 255, 255, 255, 0, 0, 255]);
    assert_eq!(picture.metadata.icc_profile, None);
}

/// Heads that claim 60000 x 60000 pixels are refused before anything is made of them.
#[test]
fn heads_that_claim_too_much() {
    let side = 60_000_u32;
    let (big, little) = (side.to_be_bytes(), side.to_le_bytes());
    let half = [little[0], little[1]];
    let mut files = Vec::new();

    let mut png = encoded(&rgb8(), ImageFormat::Png);
    png[16..24].copy_from_slice(&[big, big].concat());
    let sum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    files.push(png);

    let mut jpeg = encoded(&rgb8(), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).expect("is there");
    jpeg[frame + 5..frame + 9].copy_from_slice(&[big[2], big[3], big[2], big[3]]);
    files.push(jpeg);

    let mut qoi = encoded(&rgb8(), ImageFormat::Qoi);
    qoi[4..12].copy_from_slice(&[big, big].concat());
    files.push(qoi);

    let mut bmp = encoded(&rgb8(), ImageFormat::Bmp);
    bmp[18..26].copy_from_slice(&[little, little].concat());
    files.push(bmp);

    files.push(format!("P6 {side} {side} 255\n").into_bytes());
    files.push([b"GIF89a", &half[..], &half, &[0; 3], b",", &[0; 4], &half, &half, &[0, 2, 0, b';']].concat());

    // The tags of width and height, whose values are words.
    let mut tiff = encoded(&rgb8(), ImageFormat::Tiff);
    for (tag, old) in [(0x0100_u16, WIDTH), (0x0101, HEIGHT)] {
        let entry = [&tag.to_le_bytes()[..], &4_u16.to_le_bytes(), &1_u32.to_le_bytes(), &old.to_le_bytes()].concat();
        let at = tiff.windows(12).position(|bytes| bytes == entry).expect("is there");
        tiff[at + 8..at + 12].copy_from_slice(&little);
    }
    files.push(tiff);

    for file in files {
        let error = decode(&file).expect_err("must be refused");
        let words = match &file[..4] {
            // These two decoders see by themselves that it cannot be.
            b"qoif" => "60000x60000",
            b"II*\0" => "inconsistent sizes",
            _ => "60000 x 60000 pixels; at most",
        };
        assert!(error.to_string().contains(words), "{error}");
    }
}
