//! Animations: what their frames show, that enlarging them one after the other is enlarging each alone, and the files they are written to.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::{cell::Cell, io::Cursor, num::NonZeroU32, rc::Rc};

use common::{
    Noise,
    animations::{Dispose, Drawn, apng, drawings, gif, shown, webp},
    backend, chain, golden_network,
};
use lenslet::{
    Backend, BackendChoice, BackendInfo, Network, NoProgress, Picture, Precision, Result, Run, Size, TileInput,
    Upscaler,
    picture::{Animation, AnimationFile, Delay, Depth, FileFormat, Kind, Saving, SharedWriter, decode_frame},
    tile::{Reach, Rect, Tiling},
};

const ALL: [Dispose; 3] = [Dispose::Keep, Dispose::Clear, Dispose::Restore];
const SIZE: [u32; 2] = [21, 14];

fn open(file: &[u8]) -> Animation<'_> {
    Animation::open(file).expect("sound").expect("an animation")
}

fn read(file: &[u8]) -> Vec<(Picture, Delay)> {
    open(file).frames().map(|frame| frame.expect("whole")).map(|frame| (frame.picture, frame.delay)).collect()
}

/// Fails where a file's frames are others than those drawn.
fn assert_shows(file: &[u8], frames: &[Drawn]) {
    let expected = shown(frames, SIZE);
    let got = read(file);
    assert_eq!(got.len(), frames.len());
    for (number, ((picture, delay), expected)) in got.iter().zip(&expected).enumerate() {
        assert_eq!([picture.width, picture.height], SIZE);
        let rgba = picture.in_eight_bits();
        for (at, (pixel, expected)) in rgba.rgba.as_chunks::<4>().0.iter().zip(expected).enumerate() {
            assert!(pixel == expected, "frame {number}, pixel {at}: {pixel:?}, not {expected:?}");
        }
        assert_eq!(delay.seconds(), frames[number].delay.seconds());
        let one = decode_frame(file, number).expect("whole");
        assert_eq!(one.rgba, picture.rgba, "frame {number} by itself");
    }
    let error = decode_frame(file, frames.len()).expect_err("there is none");
    assert!(error.to_string().contains(&format!("{} frames", frames.len())), "{error}");
}

#[test]
fn frames_of_gif_are_what_is_to_be_seen() {
    let mut frames = drawings(SIZE, &[0, 255], &ALL, &[true], 100);
    // Beyond the edge, as some programs write them.
    frames.push(Drawn {
        part: Rect { x: 18, y: 11, width: 6, height: 6 },
        pixels: vec![[1, 2, 250, 255]; 36],
        ..frames[0].clone()
    });
    for (repeat, plays) in [
        (None, NonZeroU32::new(1)),
        (Some(gif::Repeat::Infinite), None),
        (Some(gif::Repeat::Finite(3)), NonZeroU32::new(4)),
    ] {
        let file = gif(&frames, SIZE, repeat);
        assert_eq!((open(&file).plays, open(&file).format), (plays, FileFormat::Gif));
        assert_shows(&file, &frames);
    }
}

#[test]
fn frames_of_apng_are_what_is_to_be_seen() {
    let frames = drawings(SIZE, &[0, 1, 77, 200, 255], &ALL, &[true, false], 30);
    for default in [false, true] {
        let file = apng(&frames, SIZE, 3, false, default);
        assert_eq!((open(&file).plays, open(&file).format), (NonZeroU32::new(3), FileFormat::Png));
        assert_shows(&file, &frames);
    }
    assert_eq!(open(&apng(&frames, SIZE, 0, false, false)).plays, None);
    // A denominator of 0 stands for 100.
    let over = |denominator| -> Vec<Drawn> {
        let frames = frames.iter();
        frames.map(|frame| Drawn { delay: Delay { denominator, ..frame.delay }, ..frame.clone() }).collect()
    };
    assert_shows(&apng(&over(0), SIZE, 0, false, false), &over(100));
}

/// What lies between transparent and opaque is mixed finer than 8 bits tell, so there is none of it here.
#[test]
fn sixteen_bits_stay() {
    let frames = drawings(SIZE, &[0, 255], &ALL, &[true, false], 30);
    let file = apng(&frames, SIZE, 1, true, false);
    assert_eq!(open(&file).kind, Kind { alpha: true, depth: Depth::Sixteen, grey: false });
    assert_shows(&file, &frames);
}

#[test]
fn frames_of_webp_are_what_is_to_be_seen() {
    let frames = drawings(SIZE, &[0, 1, 77, 200, 255], &ALL[..2], &[true, false], 1000);
    for plays in [0, 5] {
        let file = webp(&frames, SIZE, plays);
        assert_eq!((open(&file).plays, open(&file).format), (NonZeroU32::new(plays.into()), FileFormat::WebP));
        assert_shows(&file, &frames);
    }
}

#[test]
fn a_single_frame_is_no_animation() {
    let frames = &drawings(SIZE, &[255], &ALL[..1], &[true], 100)[..1];
    for file in [gif(frames, SIZE, None), apng(frames, SIZE, 0, false, false), webp(frames, SIZE, 0)] {
        assert!(Animation::open(&file).expect("sound").is_none());
        assert_eq!(decode_frame(&file, 0).expect("whole").rgba, frames[0].pixels.as_flattened());
        assert!(decode_frame(&file, 1).expect_err("there is none").to_string().contains("no number 1"));
    }
    assert!(Animation::open(b"no picture").expect("none").is_none());
}

/// Of a file that ends early the whole frames are taken, and a sentence says so.
#[test]
fn what_is_whole_of_a_cut_file_is_taken() {
    let frames = drawings(SIZE, &[0, 255], &ALL[..2], &[true], 1000);
    let files = [gif(&frames, SIZE, None), apng(&frames, SIZE, 0, false, false), webp(&frames, SIZE, 0)];
    let expected = shown(&frames, SIZE);
    for file in files {
        let mut seen = vec![false; frames.len() + 1];
        for length in 0..file.len() {
            let Ok(Some(animation)) = Animation::open(&file[..length]) else { continue };
            seen[animation.frames] = true;
            let is_told = animation.warnings.iter().any(|warning| warning.contains("damaged or incomplete"));
            assert!(is_told || animation.format == FileFormat::Gif || animation.frames == frames.len(), "{length}");
            assert!(animation.frames <= frames.len());
            let shown: Vec<_> = animation.frames().map(|frame| frame.expect("whole").picture.rgba).collect();
            assert_eq!(shown.len(), animation.frames);
            for (rgba, expected) in shown.iter().zip(&expected) {
                assert_eq!(rgba, expected.as_flattened(), "cut at {length}");
            }
        }
        assert!(seen[2..].iter().filter(|seen| **seen).count() > frames.len() / 2, "{seen:?}");
    }
}

#[test]
fn hostile_sizes_are_refused() {
    let dot = Drawn {
        part: Rect { x: 0, y: 0, width: 1, height: 1 },
        pixels: vec![[0; 4]],
        is_over: true,
        dispose: Dispose::Keep,
        delay: Delay { numerator: 1, denominator: 100 },
    };
    let told = |file: &[u8]| Animation::open(file).err().expect("refused");
    // 64 megapixels, 65 times.
    let error = told(&gif(&vec![dot.clone(); 65], [8000, 8000], None));
    assert_eq!(error.code(), "picture-too-large");
    assert!(error.to_string().contains("more than 4096 megapixels together"), "{error}");
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 2, 1);
    encoder.set_animated(i32::MAX as u32, 0).expect("announced");
    let mut writer = encoder.write_header().expect("begins");
    writer.write_image_data(&[0, 0]).expect("writes");
    drop(writer);
    assert_eq!(told(&file).code(), "picture-too-large");
}

/// Frames of noise in which places change, now and then none, and the last time nearly all. Opaque, or with holes.
fn changing([width, height]: [u32; 2], kind: Kind) -> Vec<Vec<u8>> {
    let mut noise = Noise(width + 31 * height);
    let bytes = kind.depth.pixel_bytes();
    let mut pixel = move |rgba: &mut [u8]| {
        rgba.iter_mut().for_each(|byte| *byte = noise.byte());
        let alpha = if kind.alpha && noise.byte() < 40 { 0 } else { u8::MAX };
        rgba[bytes / 4 * 3..].fill(alpha);
        noise.byte()
    };
    let mut rgba = vec![0; (width * height) as usize * bytes];
    rgba.chunks_exact_mut(bytes).for_each(|place| {
        pixel(place);
    });
    let mut frames = vec![rgba.clone(), rgba.clone()];
    for part in [
        Rect { x: 0, y: 0, width: 1, height: 1 },
        Rect { x: width - 1, y: height - 1, width: 1, height: 1 },
        Rect { x: width / 2 + 1, y: height / 3, width: 3, height: 5 },
        Rect { x: width - 9, y: 5, width: 9, height: 2 },
        Rect { x: 1, y: 1, width: width - 2, height: height - 2 },
    ] {
        for y in part.y..part.y + part.height {
            for x in part.x..part.x + part.width {
                pixel(&mut rgba[(y * width + x) as usize * bytes..][..bytes]);
            }
        }
        frames.push(rgba.clone());
    }
    frames
}

/// An APNG file of whole frames.
fn apng_of(frames: &[Vec<u8>], size: [u32; 2], kind: Kind) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size[0], size[1]);
    encoder.set_color(if kind.alpha { png::ColorType::Rgba } else { png::ColorType::Rgb });
    encoder.set_depth(if kind.depth == Depth::Eight { png::BitDepth::Eight } else { png::BitDepth::Sixteen });
    encoder.set_animated(frames.len() as u32, 0).expect("frames");
    let mut writer = encoder.write_header().expect("begins");
    for frame in frames {
        let mut stored = kind.stored(frame);
        if kind.depth == Depth::Sixteen {
            stored.as_chunks_mut().0.iter_mut().for_each(|sample| *sample = u16::from_ne_bytes(*sample).to_be_bytes());
        }
        writer.write_image_data(&stored).expect("writes");
    }
    writer.finish().expect("ends");
    bytes
}

/// Keeps the frames that it gets.
#[derive(Clone, Default)]
struct Kept(Rc<std::cell::RefCell<Vec<Vec<u8>>>>);

impl AnimationFile for Kept {
    fn write(&mut self, rgba: Vec<u8>, _: Delay) -> Result<()> {
        self.0.borrow_mut().push(rgba);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

fn enlarged(upscaler: &Upscaler, file: &[u8], size: Size) -> Vec<Vec<u8>> {
    let kept = Kept::default();
    pollster::block_on(upscaler.upscale_animation(&open(file), size, Box::new(kept.clone()), &mut NoProgress))
        .expect("upscales");
    kept.0.take()
}

fn alone(upscaler: &Upscaler, picture: &Picture, size: Size) -> Vec<u8> {
    let mut pixels = Vec::new();
    let mut rows = |rgba: &[u8]| {
        pixels.extend_from_slice(rgba);
        Ok(())
    };
    pollster::block_on(upscaler.upscale(picture, size, &mut rows, &mut NoProgress)).expect("upscales");
    pixels
}

/// Enlarging the frames one after the other gives the bytes of each enlarged alone.
fn assert_exact(open_upscaler: impl Fn() -> Upscaler, file: &[u8], size: Size, what: &str) {
    let upscaler = open_upscaler();
    let frames = enlarged(&upscaler, file, size);
    for (number, ((picture, _), frame)) in read(file).iter().zip(&frames).enumerate() {
        assert!(alone(&upscaler, picture, size) == *frame, "{what}, frame {number}");
    }
}

fn kinds() -> [Kind; 3] {
    let opaque = Kind::default();
    [opaque, Kind { alpha: true, ..opaque }, Kind { depth: Depth::Sixteen, ..opaque }]
}

#[test]
fn frames_are_what_each_is_alone_on_the_cpu() {
    let network = chain(16, 3, 2);
    for kind in kinds() {
        for size in [[97, 61], [60, 83]] {
            let file = apng_of(&changing(size, kind), size, kind);
            for asked in [Size::Model, Size::Scale(2.6), Size::Scale(3.5)] {
                let upscaler = || Upscaler::new(backend(&network, BackendChoice::Cpu, Precision::Auto, None));
                assert_exact(upscaler, &file, asked, &format!("{kind:?} {size:?} {asked:?}"));
            }
        }
    }
}

/// Whatever a network does with places and surroundings.
#[test]
fn frames_are_what_each_is_alone_with_every_architecture() {
    let size = [101, 70];
    for name in common::golden_network_names() {
        let network = golden_network(&name);
        for kind in &kinds()[..2] {
            let frames = changing(size, *kind);
            let file = apng_of(&[&frames[..1], &frames[3..5]].concat(), size, *kind);
            let upscaler = || Upscaler::new(backend(&network, BackendChoice::Cpu, Precision::Auto, None));
            assert_exact(upscaler, &file, Size::Model, &name);
        }
    }
}

#[test]
fn frames_are_what_each_is_alone_on_the_gpu() {
    let network = chain(8, 2, 2);
    for kind in kinds() {
        for precision in [Precision::F32, Precision::F16] {
            let file = apng_of(&changing([61, 47], kind), [61, 47], kind);
            let upscaler = || Upscaler::new(backend(&network, BackendChoice::Gpu, precision, Some(32)));
            assert_exact(upscaler, &file, Size::Model, &format!("{kind:?} {precision:?}"));
        }
    }
}

#[test]
fn frames_are_what_each_is_alone_with_filters() {
    use lenslet::resize::{Filter, Resampler};
    for kind in kinds() {
        let file = apng_of(&changing([40, 33], kind), [40, 33], kind);
        for filter in Filter::ALL {
            for size in [Size::Model, Size::Scale(1.7)] {
                let upscaler = || Upscaler::new(Box::new(Resampler::new(filter, None).expect("a filter")));
                assert_exact(upscaler, &file, size, &format!("{filter:?} {size:?}"));
            }
        }
    }
}

/// Counts the pixels that go through a network, tile by tile.
struct Counting {
    backend: Box<dyn Backend>,
    pixels: Rc<Cell<usize>>,
}

impl Backend for Counting {
    fn info(&self) -> &BackendInfo {
        self.backend.info()
    }

    fn scale(&self) -> u32 {
        self.backend.scale()
    }

    fn tiling(&self) -> Tiling {
        self.backend.tiling()
    }

    fn tile(&self) -> u32 {
        self.backend.tile()
    }

    fn in_flight(&self) -> usize {
        self.backend.in_flight()
    }

    fn reach(&self) -> Option<Reach> {
        self.backend.reach()
    }

    fn run(&self, input: TileInput) -> Run<'_> {
        self.pixels.set(self.pixels.get() + input.window.part.area());
        self.backend.run(input)
    }
}

fn pixels_of(network: &Network, file: &[u8]) -> usize {
    let pixels = Rc::new(Cell::new(0));
    let backend = backend(network, BackendChoice::Cpu, Precision::Auto, None);
    enlarged(&Upscaler::new(Box::new(Counting { backend, pixels: pixels.clone() })), file, Size::Model);
    pixels.get()
}

#[test]
fn what_does_not_change_is_enlarged_once() {
    let network = chain(8, 2, 2);
    let size = [160, 120];
    let frames = changing(size, Kind::default());
    let of = |numbers: &[usize]| {
        let frames: Vec<_> = numbers.iter().map(|&number| frames[number].clone()).collect();
        pixels_of(&network, &apng_of(&frames, size, Kind::default()))
    };
    let whole = pixels_of(&network, &apng_of(&[frames[0].clone(), frames[6].clone()], size, Kind::default())) / 2;
    assert_eq!(of(&[0, 1]), whole, "nothing changes");
    let part = of(&[0, 2]) - whole;
    assert!(part > 0 && part * 10 < whole, "a pixel in a corner: {part} of {whole}");
    let part = of(&[3, 4]) - whole;
    assert!(part * 5 < whole, "a few pixels: {part} of {whole}");
}

#[derive(Clone, Default)]
struct Buffer(Rc<std::cell::RefCell<Cursor<Vec<u8>>>>);

impl std::io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl std::io::Seek for Buffer {
    fn seek(&mut self, place: std::io::SeekFrom) -> std::io::Result<u64> {
        self.0.borrow_mut().seek(place)
    }
}

/// The frames of an animation, as they are, in a file of another format.
fn rewritten(animation: &Animation<'_>, format: FileFormat) -> Vec<u8> {
    let saving = Saving { format: Some(format), ..Saving::default() };
    let output = Buffer::default();
    let mut file = saving.create_animation(output.clone(), animation, animation.size).expect("begins");
    for frame in animation.frames() {
        let frame = frame.expect("whole");
        file.write(frame.picture.rgba, frame.delay).expect("writes");
    }
    file.finish().expect("ends");
    output.0.take().into_inner()
}

/// The pixels without what is hidden under transparent ones.
fn visible(picture: &Picture) -> Vec<[u8; 4]> {
    picture.rgba.as_chunks::<4>().0.iter().map(|pixel| if pixel[3] == 0 { [0; 4] } else { *pixel }).collect()
}

/// Every format into every other one; few colours, nothing between transparent and opaque, and times that all can tell.
#[test]
fn formats_hold_what_they_can() {
    for alphas in [&[255][..], &[0, 255]] {
        let frames = drawings(SIZE, alphas, &ALL[..2], &[true], 100);
        let in_thousandths: Vec<_> = frames
            .iter()
            .map(|frame| {
                let delay = Delay { numerator: frame.delay.numerator * 10, denominator: 1000 };
                Drawn { delay, ..frame.clone() }
            })
            .collect();
        let files = [
            gif(&frames, SIZE, Some(gif::Repeat::Finite(6))),
            apng(&frames, SIZE, 7, false, true),
            webp(&in_thousandths, SIZE, 7),
        ];
        for file in &files {
            let animation = open(file);
            for format in [FileFormat::Gif, FileFormat::Png, FileFormat::WebP] {
                let written = rewritten(&animation, format);
                let again = open(&written);
                assert_eq!((again.format, again.plays, again.frames), (format, NonZeroU32::new(7), frames.len()));
                for (before, after) in animation.frames().zip(again.frames()) {
                    let (before, after) = (before.expect("whole"), after.expect("whole"));
                    assert_eq!(before.delay.seconds(), after.delay.seconds());
                    assert!(
                        visible(&before.picture) == visible(&after.picture),
                        "{:?} to {format:?}",
                        animation.format
                    );
                }
            }
        }
    }
}

#[test]
fn a_still_picture_becomes_a_gif_file_when_asked_for() {
    let frames = drawings(SIZE, &[0, 255], &ALL[..1], &[true], 100);
    let picture = decode_frame(&gif(&frames, SIZE, None), 0).expect("whole");
    let output = SharedWriter::<Vec<u8>>::default();
    let saving = Saving { format: Some(FileFormat::Gif), ..Saving::default() };
    let mut file = saving.create(output.clone(), &picture, SIZE).expect("begins");
    picture.rgba.chunks(SIZE[0] as usize * 4 * 3).for_each(|rows| file.write(rows).expect("writes"));
    file.finish().expect("ends");
    let again = lenslet::picture::decode(&output.take()).expect("a GIF file");
    assert!(visible(&again) == visible(&picture));
    let unfinished = saving.create(SharedWriter::<Vec<u8>>::default(), &picture, SIZE).expect("begins");
    assert_eq!(unfinished.finish().expect_err("rows are missing").code(), "encode-failed");
}

/// Whatever becomes of single bytes, every frame that was told of can be had, and no decoder panics.
#[test]
fn damaged_bytes_are_survived() {
    let frames = &drawings(SIZE, &[0, 90, 255], &ALL[..2], &[true, false], 1000)[..5];
    let plain = &drawings(SIZE, &[0, 255], &ALL, &[true], 100)[..5];
    for file in [gif(plain, SIZE, None), apng(frames, SIZE, 0, false, true), webp(frames, SIZE, 0)] {
        for place in 0..file.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut damaged = file.clone();
                damaged[place] ^= change;
                match Animation::open(&damaged) {
                    Ok(Some(animation)) => {
                        assert_eq!(animation.frames().filter(Result::is_ok).count(), animation.frames, "{place}");
                    }
                    Ok(None) => {}
                    Err(error) => assert_ne!(error.code(), "decoder-failed", "{place}"),
                }
            }
        }
    }
}
