//! Animations and files of several pages.

use std::{io::Cursor, num::NonZeroU32};

use common::animations::{Dispose, Drawn, apng, drawings, gif, shown, webp};
use lenslet::picture::{Animation, Picture};

use super::*;

const SIZE: [u32; 2] = [21, 14];

/// Opaque frames of few colours that show all ways to dispose.
fn frames(per_second: u32) -> Vec<Drawn> {
    drawings(SIZE, &[255], &[Dispose::Keep, Dispose::Restore], &[true], per_second)
}

/// The usual folder with an animation of each format.
fn folder_of_animations() -> TempDir {
    let folder = folder();
    let write = |name: &str, file: Vec<u8>| fs::write(folder.path().join(name), file).expect("written");
    write("a.gif", gif(&frames(100), SIZE, Some(gif::Repeat::Infinite)));
    write("a.png", apng(&frames(100), SIZE, 2, false, false));
    write("a.webp", webp(&drawings(SIZE, &[0, 90, 255], &[Dispose::Keep, Dispose::Clear], &[true], 1000), SIZE, 3));
    folder
}

fn read_frames(path: &Path) -> (Vec<Picture>, Vec<f64>, Option<NonZeroU32>) {
    let file = fs::read(path).expect("written");
    let animation = Animation::open(&file).expect("sound").expect("an animation");
    let (pictures, delays) = animation
        .frames()
        .map(|frame| frame.expect("whole"))
        .map(|frame| (frame.picture, frame.delay.seconds()))
        .unzip();
    (pictures, delays, animation.plays)
}

#[test]
fn every_frame_is_enlarged_in_the_format_of_the_file() {
    let folder = folder_of_animations();
    let output = lenslet(folder.path(), "upscale a.gif a.png a.webp --model nearest --scale 2 -o out/ --json");
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    for (report, (name, format)) in json(&output).iter().zip([("a.gif", "gif"), ("a.png", "png"), ("a.webp", "webp")]) {
        let (before, delays, plays) = read_frames(&folder.path().join(name));
        let (after, delays_after, plays_after) = read_frames(&folder.path().join(format!("out/a-2x.{format}")));
        assert_eq!((report["format"].as_str(), report["frames"].as_u64()), (Some(format), Some(before.len() as u64)));
        assert_eq!((report["width"].as_u64(), report["tiles"].as_u64()), (Some(42), Some(before.len() as u64)));
        assert_eq!((delays, plays, before.len()), (delays_after, plays_after, after.len()));
        for (before, after) in before.iter().zip(&after) {
            let pixel = |picture: &Picture, x: u32, y: u32| {
                let pixel = &picture.rgba[((y * picture.width + x) * 4) as usize..][..4];
                if pixel[3] == 0 { [0; 4] } else { [pixel[0], pixel[1], pixel[2], pixel[3]] }
            };
            for (x, y) in (0..28).flat_map(|y| (0..42).map(move |x| (x, y))) {
                assert_eq!(pixel(after, x, y), pixel(before, x / 2, y / 2), "{name} at {x}, {y}");
            }
        }
    }
}

/// A frame that a network enlarged after others is the one that it enlarges alone.
#[test]
fn frames_are_those_that_are_taken_one_by_one() {
    let folder = folder_of_animations();
    let run = |arguments: &str| {
        let output =
            lenslet(folder.path(), &format!("upscale a.gif --model small.safetensors --backend cpu {arguments}"));
        assert_eq!(status(&output), 0, "{}", stderr(&output));
    };
    run("-o all.apng");
    let (all, ..) = read_frames(&folder.path().join("all.apng"));
    assert_eq!(all.len(), frames(100).len());
    for (number, frame) in all.iter().enumerate().step_by(3) {
        run(&format!("--frame {number} -o one.png"));
        let one = decode(&fs::read(folder.path().join("one.png")).expect("written")).expect("a picture");
        assert_eq!(one.rgba, frame.rgba, "frame {number}");
    }
}

#[test]
fn formats_become_each_other_and_jpeg_takes_the_first_frame() {
    let folder = folder_of_animations();
    for (name, format) in [("a.gif", "webp"), ("a.gif", "apng"), ("a.png", "gif"), ("a.webp", "png")] {
        let output =
            lenslet(folder.path(), &format!("upscale {name} --model nearest --scale 1 -o out/ --format {format}"));
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        let ending = format.trim_start_matches('a');
        let (before, delays, plays) = read_frames(&folder.path().join(name));
        let (after, delays_after, plays_after) = read_frames(&folder.path().join(format!("out/a-1x.{ending}")));
        assert_eq!((delays, plays), (delays_after, plays_after));
        assert!(before.iter().zip(&after).all(|(before, after)| { name == "a.webp" || before.rgba == after.rgba }));
        let told = format!("{} frames of 21 x 14", before.len());
        assert!(stderr(&output).contains(&told), "{}", stderr(&output));
    }
    let output = lenslet(folder.path(), "upscale a.gif --model nearest --scale 1 -o first.jpg");
    let count = frames(100).len();
    let told = format!("an animation of {count} frames, and a JPEG file holds one: the first is taken");
    assert!(status(&output) == 0 && stderr(&output).contains(&told), "{}", stderr(&output));
    assert_eq!(decode(&fs::read(folder.path().join("first.jpg")).expect("written")).expect("a picture").width, 21);
}

#[test]
fn one_frame_is_taken_by_its_number() {
    let folder = folder_of_animations();
    let expected = shown(&frames(100), SIZE);
    for number in [0, 1, 7] {
        let output =
            lenslet(folder.path(), &format!("upscale a.gif --model nearest --scale 1 --frame {number} --json"));
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        assert!(json(&output)[0]["frames"].is_null());
        let frame = decode(&fs::read(folder.path().join("a-1x.png")).expect("written")).expect("a picture");
        assert_eq!(frame.rgba, expected[number].as_flattened());
    }
    let output = lenslet(folder.path(), "upscale a.gif photo.png --model nearest --scale 1 --frame 99 --json");
    assert_eq!(status(&output), 1);
    assert!(json(&output).iter().all(|failure| failure["code"] == "invalid-option"), "{}", stderr(&output));
    let told = format!("{} frames or pages, 0 to {}; there is no number 99", expected.len(), expected.len() - 1);
    assert!(stderr(&output).contains(&told), "{}", stderr(&output));
    let help = String::from_utf8(lenslet(folder.path(), "upscale --help").stdout).expect("UTF-8");
    assert!(
        help.split_whitespace().collect::<Vec<_>>().join(" ").contains("counted from 0 as by ImageMagick and ffmpeg")
    );
}

#[test]
fn of_a_cut_animation_the_whole_frames_are_enlarged() {
    let folder = folder_of_animations();
    for name in ["a.gif", "a.png", "a.webp"] {
        let file = fs::read(folder.path().join(name)).expect("there");
        let cut = format!("cut-{name}");
        // In the middle of a frame's pixels.
        let is_cut = |length: &usize| {
            let animation = Animation::open(&file[..*length]).ok().flatten();
            animation.is_some_and(|animation| animation.frames > 2 && !animation.warnings.is_empty())
        };
        let length = (file.len() / 2..file.len()).find(is_cut).expect("cut somewhere");
        fs::write(folder.path().join(&cut), &file[..length]).expect("written");
        let output = lenslet(folder.path(), &format!("upscale {cut} --model nearest --scale 2 -o out/"));
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        assert!(stderr(&output).contains("The animation is damaged or incomplete ("), "{}", stderr(&output));
        let (before, ..) = read_frames(&folder.path().join(&cut));
        let (after, ..) = read_frames(&folder.path().join("out").join(cut.replace('.', "-2x.")));
        assert_eq!(before.len(), after.len());
        assert!(before.len() < read_frames(&folder.path().join(name)).0.len());
    }
}

#[test]
fn animations_go_through_pipes() {
    let folder = folder_of_animations();
    for name in ["a.gif", "a.png", "a.webp"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lenslet"));
        command.args(["upscale", "-", "--model", "nearest", "--scale", "2"]);
        command.stdin(fs::File::open(folder.path().join(name)).expect("there"));
        let output = command.output().expect("the command starts");
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        let animation = Animation::open(&output.stdout).expect("sound").expect("an animation");
        assert_eq!((animation.size, animation.warnings.len()), ([42, 28], 0), "{name}");
    }
}

#[test]
fn pages_of_tiff_files_are_told_and_taken() {
    use tiff::{
        encoder::{TiffEncoder, colortype::Gray8},
        tags::Tag,
    };
    let folder = folder();
    let mut file = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut file).expect("begins");
    for (tone, kind) in [(10, 0_u32), (20, 0), (99, 1), (30, 2)] {
        let mut image = encoder.new_image::<Gray8>(5, 4).expect("begins");
        image.encoder().write_tag(Tag::NewSubfileType, kind).expect("writes");
        image.write_data(&[tone; 20]).expect("writes");
    }
    fs::write(folder.path().join("pages.tif"), file.into_inner()).expect("written");
    let tone = |arguments: &str| {
        let output = lenslet(folder.path(), &format!("upscale pages.tif --model nearest --scale 1 {arguments}"));
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        let picture = decode(&fs::read(folder.path().join("pages-1x.png")).expect("written")).expect("a picture");
        (picture.rgba[0], stderr(&output))
    };
    let (first, told) = tone("");
    // A smaller copy of a page is none.
    assert!(first == 10 && told.contains("The file has 3 pages: the first is taken"), "{told}");
    for (number, expected) in [(0, 10), (1, 20), (2, 30)] {
        let (page, told) = tone(&format!("--frame {number}"));
        assert!(page == expected && !told.contains("The file has"), "{page}: {told}");
    }
    let output = lenslet(folder.path(), "upscale pages.tif --model nearest --scale 1 --frame 3");
    assert!(status(&output) == 1 && stderr(&output).contains("3 frames or pages, 0 to 2"), "{}", stderr(&output));
}
