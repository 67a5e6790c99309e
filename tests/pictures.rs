//! What a picture keeps on its way: orientation, grey, alpha, colour profile, flat colours.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::io::Cursor;

use common::{backend, chain, largest_difference, picture, png, upscale_to_png};
use image::{DynamicImage, GrayAlphaImage, GrayImage, ImageEncoder, RgbImage, RgbaImage, codecs::png::PngEncoder};
use lenslet::{
    BackendChoice, NoProgress, Picture, Precision, Size, Upscaler,
    picture::{Depth, FileFormat, Kind, decode},
    resize::{Filter, Resampler},
};

fn enlarge(file: &[u8]) -> (Picture, Picture) {
    let input = decode(file).expect("decodes");
    let upscaler = Upscaler::new(backend(&chain(6, 1, 2), BackendChoice::Cpu, Precision::Auto, Some(16)));
    let output = decode(&upscale_to_png(&upscaler, &input, Size::Model)).expect("decodes");
    assert_eq!((output.width, output.height), (2 * input.width, 2 * input.height));
    (input, output)
}

#[test]
fn kinds_stay() {
    let (width, height) = (23, 17);
    let rgba = RgbaImage::from_fn(width, height, |x, y| image::Rgba([x as u8 * 9, y as u8 * 9, 7, (x * y) as u8]));
    let images: [(DynamicImage, bool, bool); 4] = [
        (GrayImage::from_fn(width, height, |x, y| image::Luma([(x * y) as u8])).into(), true, false),
        (GrayAlphaImage::from_fn(width, height, |x, y| image::LumaA([(x * y) as u8, x as u8 * 11])).into(), true, true),
        (DynamicImage::from(rgba.clone()).to_rgb8().into(), false, false),
        (rgba.into(), false, true),
    ];
    for (image, grey, alpha) in images {
        let (input, output) = enlarge(&png(&image));
        assert_eq!(input.kind, Kind { grey, alpha, depth: Depth::Eight });
        assert_eq!(output.kind, input.kind);
    }
}

#[test]
fn alpha_stays_opaque_clear_and_soft() {
    // Opaque on the left, transparent on the right, a soft edge between them.
    let alpha = |x: u32| (255 - (x.clamp(10, 15) - 10) * 51) as u8;
    let image = RgbaImage::from_fn(26, 20, |x, _| image::Rgba([200, 30, 60, alpha(x)]));
    let (_, output) = enlarge(&png(&image.into()));
    let at = |x: u32, y: u32| output.rgba[((y * output.width + x) * 4 + 3) as usize];
    for y in 0..output.height {
        assert!((0..12).all(|x| at(x, y) == 255), "row {y} is opaque on the left");
        assert!((40..output.width).all(|x| at(x, y) == 0), "row {y} is transparent on the right");
        assert!((20..32).all(|x| at(x, y) >= at(x + 1, y)), "row {y} falls steadily");
        assert!((100..156).contains(&at(25, y)), "row {y} is half transparent in the middle: {}", at(25, y));
    }
}

#[test]
fn a_colour_profile_is_carried_untouched() {
    let profile: Vec<u8> = (0..700u32).map(|i| (i * i % 251) as u8).collect();
    let pixels = RgbImage::from_pixel(5, 4, image::Rgb([1, 2, 3]));
    let mut file = Vec::new();
    let mut encoder = PngEncoder::new(&mut file);
    encoder.set_icc_profile(profile.clone()).expect("supported");
    encoder.write_image(&pixels, 5, 4, image::ExtendedColorType::Rgb8).expect("encodes");
    let (input, output) = enlarge(&file);
    assert_eq!(input.metadata.icc_profile.as_ref(), Some(&profile));
    assert_eq!(output.metadata.icc_profile, Some(profile));
}

/// A JPEG whose EXIF says "turn by 90 degrees" comes out upright.
#[test]
fn orientation_is_applied() {
    let image = RgbImage::from_fn(24, 16, |x, _| image::Rgb([if x < 12 { 255 } else { 0 }, 0, 0]));
    let mut jpeg = Cursor::new(Vec::new());
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 95).encode_image(&image).expect("encodes");
    let jpeg = jpeg.into_inner();
    // Right after the start of the JPEG file: an EXIF segment with the one tag 0x0112, orientation 6.
    let tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let mut turned = jpeg[..2].to_vec();
    turned.extend([0xff, 0xe1]);
    turned.extend((2 + 6 + tiff.len() as u16).to_be_bytes());
    turned.extend(b"Exif\0\0");
    turned.extend(tiff);
    turned.extend(&jpeg[2..]);
    let picture = decode(&turned).expect("decodes");
    assert_eq!((picture.width, picture.height), (16, 24));
    // Clockwise by 90 degrees, left becomes top.
    assert!(picture.rgba[0] > 200 && picture.rgba[(23 * 16 * 4) as usize] < 50);
}

#[test]
fn classical_filters_keep_flat_colours_and_tiles_leave_no_seam() {
    for filter in [Filter::Nearest, Filter::Bilinear, Filter::Bicubic, Filter::Lanczos] {
        let run = |picture: &Picture, scale| {
            let upscaler = Upscaler::new(Box::new(Resampler::new(filter, Some(scale)).expect("in range")));
            let mut pixels = Vec::new();
            let mut rows = |rgba: &[u8]| {
                pixels.extend_from_slice(rgba);
                Ok(())
            };
            pollster::block_on(upscaler.upscale(picture, Size::Model, &mut rows, &mut NoProgress)).expect("upscales");
            pixels
        };
        let mut flat = picture(13, 9);
        flat.rgba.fill(255);
        assert!(run(&flat, 3).iter().all(|&value| value == 255), "{}", filter.name());

        // Two tiles wide, against another library's enlargement of the whole.
        let wide = picture(300, 5);
        let whole = RgbaImage::from_raw(300, 5, wide.rgba.clone()).expect("fits");
        let kernel = match filter {
            Filter::Nearest => image::imageops::FilterType::Nearest,
            Filter::Bilinear => image::imageops::FilterType::Triangle,
            Filter::Bicubic => image::imageops::FilterType::CatmullRom,
            Filter::Lanczos => image::imageops::FilterType::Lanczos3,
        };
        let whole = image::imageops::resize(&whole, 600, 10, kernel);
        // They round at different places.
        let difference = largest_difference(&run(&wide, 2), &whole.into_raw());
        assert!(difference <= 1, "{}: {difference}", filter.name());
    }
    assert!(Resampler::new(Filter::Bicubic, Some(0)).is_err() && Resampler::new(Filter::Bicubic, Some(17)).is_err());
}

/// Cancelling stops before the next tile.
#[test]
fn an_observer_can_stop_the_work() {
    struct StopAfter(usize);
    impl lenslet::Observer for StopAfter {
        fn tile(&mut self, tile: &lenslet::FinishedTile<'_>) -> std::ops::ControlFlow<()> {
            assert!(tile.done <= self.0, "tile {} came after the stop", tile.done);
            if tile.done == self.0 { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
        }
    }
    for choice in [BackendChoice::Cpu, BackendChoice::Gpu] {
        let upscaler = Upscaler::new(backend(&chain(6, 1, 2), choice, Precision::F32, Some(8)));
        let run = |observer: &mut dyn lenslet::Observer| {
            pollster::block_on(upscaler.upscale(&picture(60, 60), Size::Model, &mut |_| Ok(()), observer))
        };
        let stopped = run(&mut StopAfter(3)).expect_err("must stop");
        assert_eq!(stopped.code(), "cancelled");
        run(&mut NoProgress).expect("the upscaler still works");
    }
}

/// Networks are a step off on flat areas, and more where the picture ends; the result is not.
#[test]
fn flat_colours_are_exact_where_nothing_is_to_be_drawn() {
    let colours = [[255, 255, 255], [128, 128, 128], [7, 7, 7], [0, 0, 255], [250, 10, 40]];
    for choice in [BackendChoice::Cpu, BackendChoice::Gpu] {
        for colour in colours {
            let mut flat = picture(40, 20);
            for (index, pixel) in flat.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                if index % 40 < 20 {
                    pixel[..3].copy_from_slice(&colour);
                }
            }
            let upscaler = Upscaler::new(backend(&chain(6, 1, 2), choice, Precision::F32, Some(16)));
            let enlarged = decode(&upscale_to_png(&upscaler, &flat, Size::Model)).expect("decodes");
            for (index, pixel) in enlarged.rgba.as_chunks::<4>().0.iter().enumerate() {
                if index % 80 < 2 * 19 {
                    assert_eq!(pixel[..3], colour, "{choice:?} at {index}");
                }
            }
            // What comes as JPEG has blocks that only seem flat.
            flat.format = Some(FileFormat::Jpeg);
            let of_network = decode(&upscale_to_png(&upscaler, &flat, Size::Model)).expect("decodes");
            assert!(of_network.rgba != enlarged.rgba, "{choice:?} {colour:?}");
        }
    }
}
