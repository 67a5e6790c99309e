//! The command as a person runs it: what it writes, prints and returns.
#![cfg(not(target_arch = "wasm32"))]

mod animations;
mod clean_up;
#[path = "../common/mod.rs"]
mod common;
mod files;
mod inspect;
mod shell;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use common::{chain_tensors, golden_folder, largest_difference, picture, png, safetensors_file};
use image::{DynamicImage, RgbaImage};
use lenslet::picture::decode;
use tempfile::TempDir;

/// Runs `lenslet` in a folder with arguments separated by spaces.
fn lenslet(folder: &Path, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lenslet"))
        .current_dir(folder)
        .args(arguments.split_whitespace())
        .output()
        .expect("the command starts")
}

fn status(output: &Output) -> i32 {
    output.status.code().expect("not killed")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(output: &Output) -> Vec<serde_json::Value> {
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("one JSON object a line")).collect()
}

/// A folder with `photo.png` and a small model, `small.safetensors`, of scale 2.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("temporary folder");
    write_picture(&folder.path().join("photo.png"), 47, 31);
    fs::write(folder.path().join("small.safetensors"), safetensors_file(&chain_tensors(6, 1, 2))).expect("written");
    folder
}

fn write_picture(path: &Path, width: u32, height: u32) {
    let rgba = RgbaImage::from_raw(width, height, picture(width, height).rgba).expect("fits");
    fs::write(path, png(&DynamicImage::from(rgba).to_rgb8().into())).expect("written");
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .expect("folder")
        .map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn enlarges_with_the_built_in_model() {
    let folder = folder();
    let output = lenslet(folder.path(), "upscale photo.png --model fidelity --backend cpu");
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let enlarged = decode(&fs::read(folder.path().join("photo-4x.png")).expect("written")).expect("a picture");
    assert_eq!((enlarged.width, enlarged.height), (188, 124));

    // What invents nothing must look like its input, noise and all: shrunk back, close to it on average.
    let enlarged = RgbaImage::from_raw(188, 124, enlarged.rgba).expect("fits");
    let shrunk = image::imageops::thumbnail(&enlarged, 47, 31);
    let original = picture(47, 31).rgba;
    let sum: u64 = shrunk.as_raw().iter().zip(&original).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    assert!(sum / (original.len() as u64) < 12, "mean difference {} of 255", sum / original.len() as u64);
}

#[test]
fn tile_sizes_give_byte_identical_files() {
    let folder = folder();
    write_picture(&folder.path().join("wide.png"), 211, 67);
    let mut files = Vec::new();
    for tile in [32, 61, 200] {
        let output =
            lenslet(folder.path(), &format!("upscale wide.png -o {tile}.png --backend cpu --tile {tile} --json"));
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        // On the CPU this network goes through in strips of the whole width.
        assert_eq!(json(&output)[0]["tiles"], 67u64.div_ceil(tile));
        files.push(fs::read(folder.path().join(format!("{tile}.png"))).expect("written"));
    }
    assert!(files[0] == files[1] && files[1] == files[2]);
}

#[test]
fn gpu_and_cpu_write_the_same_picture() {
    let folder = folder();
    let mut pictures = Vec::new();
    for backend in ["cpu", "gpu --precision f32"] {
        let output = lenslet(
            folder.path(),
            &format!("upscale photo.png -o out.png --model small.safetensors --backend {backend}"),
        );
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        pictures.push(decode(&fs::read(folder.path().join("out.png")).expect("written")).expect("a picture"));
    }
    assert!(largest_difference(&pictures[0].rgba, &pictures[1].rgba) <= 1);
}

#[test]
fn json_tells_what_was_done() {
    let folder = folder();
    let output = lenslet(folder.path(), "upscale photo.png --model small.safetensors --backend cpu --json");
    let report = &json(&output)[0];
    assert_eq!(report["input"], "photo.png");
    assert_eq!(report["output"], "photo-2x.png");
    assert_eq!((&report["width"], &report["height"]), (&94.into(), &62.into()));
    assert_eq!(report["model"], "small.safetensors");
    assert_eq!(report["backend"], "cpu");
    assert!(report["milliseconds"].as_f64().is_some_and(|time| time > 0.0));
    assert!(!cfg!(target_os = "linux") || report["peak_memory_bytes"].as_u64().is_some_and(|bytes| bytes > 1 << 20));
    assert!(report["warnings"].as_array().is_some_and(Vec::is_empty));
}

#[test]
fn results_have_the_size_format_and_name_that_is_asked_for() {
    let folder = folder();
    let photo = fs::read(folder.path().join("photo.png")).expect("reads");
    let decoded = image::load_from_memory(&photo).expect("decodes").to_rgb8();
    decoded.save(folder.path().join("shot.jpg")).expect("writes");
    for (arguments, name, size) in [
        ("photo.png", "photo-2x.png", [94, 62]),
        ("photo.png --scale 2.5", "photo-2.5x.png", [118, 78]),
        ("photo.png --width 100", "photo-100x66.png", [100, 66]),
        ("photo.png --height 100", "photo-152x100.png", [152, 100]),
        ("photo.png --fit 1000x70", "photo-106x70.png", [106, 70]),
        ("photo.png --format webp", "photo-2x.webp", [94, 62]),
        ("photo.png --scale 1 -o out.JPEG", "out.JPEG", [47, 31]),
        ("shot.jpg", "shot-2x.jpg", [94, 62]),
        ("shot.jpg --format png", "shot-2x.png", [94, 62]),
        ("shot.jpg --scale 8 --quality 50 -o results/", "results/shot-8x.jpg", [376, 248]),
    ] {
        let command = format!("upscale {arguments} --model small.safetensors --backend cpu --json");
        let output = lenslet(folder.path(), &command);
        let report = &json(&output)[0];
        assert_eq!(report["output"], *name, "{arguments}: {}", stderr(&output));
        let file = fs::read(folder.path().join(name)).expect("reads");
        let picture = lenslet::picture::decode(&file).expect("decodes");
        assert_eq!([picture.width, picture.height], size, "{arguments}");
        let format = picture.format.expect("a format that results have").name().to_ascii_lowercase();
        assert_eq!(report["format"], *format, "{arguments}");
        let ending = name.rsplit('.').next().expect("an ending").to_ascii_lowercase();
        assert_eq!(format, ending.replace("jpg", "jpeg"), "{arguments}");
    }
    let size = |name: &str| fs::metadata(folder.path().join(name)).expect("there").len();
    lenslet(folder.path(), "upscale shot.jpg --model small.safetensors --backend cpu --scale 8 -o fine.jpg");
    assert!(size("fine.jpg") > size("results/shot-8x.jpg") * 3 / 2, "a higher quality takes more bytes");
}

#[test]
fn classical_filters_are_models() {
    let folder = folder();
    for filter in ["nearest", "bilinear", "bicubic", "lanczos"] {
        let output =
            lenslet(folder.path(), &format!("upscale photo.png -o {filter}.png --scale 3 --model {filter} --json"));
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        let report = &json(&output)[0];
        assert_eq!((&report["width"], &report["backend"]), (&141.into(), &"cpu".into()));
        assert_eq!((&report["model"], &report["kind"]), (&filter.into(), &().into()));
    }
    let output = lenslet(folder.path(), "upscale photo.png --model bicubic --json");
    assert_eq!(json(&output)[0]["width"], 188);
    let bench = json(&lenslet(folder.path(), "bench --model lanczos --size 16 --runs 1 --json"));
    assert_eq!((&bench[0]["model"], &bench[0]["gflops"]), (&"lanczos".into(), &().into()));

    // A weight file that has a filter's name before its dot is a file.
    fs::copy(folder.path().join("small.safetensors"), folder.path().join("lanczos.pth")).expect("copied");
    let output = lenslet(folder.path(), "upscale photo.png --model lanczos.pth --backend cpu --json");
    assert_eq!(json(&output)[0]["width"], 94, "{}", stderr(&output));
}

#[test]
fn what_cannot_apply_is_refused() {
    let folder = folder();
    for (arguments, expected) in [
        ("--backend lanczos", "the classical filters are models now: --model lanczos"),
        ("--model lanczos --backend gpu", "the option backend gpu cannot apply to it"),
        ("--model lanczos --precision f32", "the option precision cannot apply to it"),
        ("--model lanczos --tile 32", "the option tile cannot apply to it"),
        ("--model lanczos --mix small.safetensors:0.5", "the option mix cannot apply to it"),
        ("--model lanczos --strength 0.5", "the option strength cannot apply to it"),
        ("--model lanczos --denoise 0.5", "the option denoise cannot apply to it"),
        ("--model small.safetensors --mix lanczos:0.5", "lanczos is a classical filter, and has no weights"),
        ("--mix small.safetensors:0.5", "name the model to mix with"),
        ("--model auto --mix small.safetensors:0.5", "name the model to mix with"),
        (
            "--model small.safetensors --denoise 0.5",
            "The model small.safetensors has no slider for denoise; it has none.",
        ),
        ("--model fast-x4 --strength 0.5", "The model fast-x4 has no slider for strength; it has none."),
        ("--denoise 1.5", "The denoise is 1.5; it must be 0 to 1."),
        ("--strength -1", "The strength is -1; it must be 0 to 1."),
        ("--strength NaN", "The strength is NaN; it must be 0 to 1."),
        ("--scale 0.5", "The scale must be 1 to 16, not 0.5."),
        ("--scale NaN", "The scale must be 1 to 16, not NaN."),
        ("--scale 2 --width 100", "cannot be used with"),
        ("--fit 100", "such as 1920x1080"),
        ("--quality 0", "0 is not in 1..=100"),
        ("--format bmp", "Choose png, jpeg, webp or gif"),
        ("--format jpeg -o out.png", "The output is to be JPEG, but out.png ends like PNG."),
        ("-o out.bmp", "must end in .png, .jpg, .webp or .gif, not out.bmp"),
    ] {
        let before = names(folder.path());
        let output = lenslet(folder.path(), &format!("upscale photo.png {arguments}"));
        assert_eq!(status(&output), 2, "{arguments}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{arguments}: {}", stderr(&output));
        assert_eq!(names(folder.path()), before, "{arguments}");
    }
}

/// The first model of the row of purposes that has one for scale 4.
fn first_for(folder: &Path, purposes: &[&str]) -> serde_json::Value {
    let models = json(&lenslet(folder, "models --json")).remove(0);
    let models = models.as_array().expect("a list");
    let for_purpose = |purpose: &&str| models.iter().find(|model| model["purpose"] == *purpose && model["scale"] == 4);
    purposes.iter().find_map(for_purpose).expect("a model")["name"].clone()
}

#[test]
fn each_picture_chooses_its_model() {
    let folder = folder();
    // Black bars on white, as letters are, and soft shades.
    let bars = RgbaImage::from_fn(64, 48, |x, y| {
        image::Rgba(if x % 16 < 3 && y % 12 < 8 { [0, 0, 0, 255] } else { [255; 4] })
    });
    let shades = RgbaImage::from_fn(64, 48, |x, y| image::Rgba([(x * 3 + y) as u8, (y * 4) as u8, (x + y) as u8, 255]));
    for (name, pixels) in [("text.png", bars), ("shades.png", shades)] {
        fs::write(folder.path().join(name), png(&DynamicImage::from(pixels))).expect("written");
    }
    let output = lenslet(folder.path(), "upscale text.png shades.png text.png -o out/ --backend cpu --json");
    let reports = json(&output);
    assert_eq!((&reports[0]["kind"], &reports[1]["kind"]), (&"graphic".into(), &"photo".into()));
    assert_eq!(reports[0]["model"], first_for(folder.path(), &["text", "photo", "fidelity", "fast"]));
    assert_eq!(reports[1]["model"], first_for(folder.path(), &["photo", "fidelity", "fast"]));
    // The third would replace the first, which is told of it alone.
    assert_eq!((status(&output), &reports[2]["code"]), (1, &"invalid-option".into()));

    let output = lenslet(folder.path(), "upscale text.png --backend cpu");
    assert!(stderr(&output).contains("taken for a graphic, "), "{}", stderr(&output));
    let output = lenslet(folder.path(), "inspect --content text.png shades.png --json");
    let kinds: Vec<_> = json(&output).iter().map(|told| told["kind"].clone()).collect();
    assert_eq!(kinds, ["graphic", "photo"]);
    let output = lenslet(folder.path(), "inspect --content text.png");
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("text.png: graphic (score "));
}

#[test]
fn a_purpose_names_a_model() {
    let folder = folder();
    let output = lenslet(folder.path(), "upscale photo.png --model fidelity --scale 4 --backend cpu --json");
    assert_eq!(json(&output)[0]["model"], first_for(folder.path(), &["fidelity"]), "{}", stderr(&output));
}

#[test]
fn unsound_weight_files_are_refused() {
    let folder = folder();
    let sound = chain_tensors(6, 1, 2);
    let (mut missing, mut infinite, mut misshapen) = (sound.clone(), sound.clone(), sound);
    missing.retain(|(name, ..)| name != "body.2.bias");
    infinite[0].2[0] = f32::INFINITY;
    misshapen[3].1 = vec![6, 6, 9, 1];
    for (tensors, expected) in [
        (missing, "body.2.bias is missing"),
        (infinite, "expected finite numbers"),
        (misshapen, "has shape [6, 6, 9, 1]"),
    ] {
        fs::write(folder.path().join("bad.safetensors"), safetensors_file(&tensors)).expect("written");
        let before = names(folder.path());
        let output = lenslet(folder.path(), "upscale photo.png --model bad.safetensors --backend cpu");
        assert_eq!(status(&output), 1, "{expected}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{expected}: {}", stderr(&output));
        assert_eq!(names(folder.path()), before, "{expected}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_cleans_up() {
    let folder = folder();
    write_picture(&folder.path().join("large.png"), 1500, 1500);
    let before = names(folder.path());
    let child = Command::new(env!("CARGO_BIN_EXE_lenslet"))
        .current_dir(folder.path())
        .args(["upscale", "large.png", "--backend", "cpu", "--tile", "32"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    // The temporary file shows that the work is under way.
    while names(folder.path()) == before {
        std::thread::yield_now();
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(killed.success());
    let output = child.wait_with_output().expect("ends");
    assert_eq!(status(&output), 130, "{}", stderr(&output));
    assert_eq!(names(folder.path()), before);
}

#[test]
fn bad_usage_says_what_to_do() {
    let folder = folder();
    for (arguments, expected, code) in [
        ("upscale", "required", 2),
        ("upscale photo.png --backend quantum", "possible values", 2),
        ("upscale photo.png --model unheard-of", "There is no model named \"unheard-of\". Available: ", 2),
        ("upscale photo.png --tile 0 --backend cpu", "0 is not in 1..", 2),
        ("upscale photo.png --width 10 --backend cpu", "0.21 times as large as the picture of 47 x 31 pixels", 1),
        ("upscale photo.png --scale 99 --model bicubic", "1 to 16", 2),
        ("upscale photo.png photo.png -o one.png --backend cpu", "folder", 2),
        ("upscale photo.png -o photo.png --backend cpu", "would replace the input", 1),
        ("upscale . --backend cpu", "This is a folder", 1),
        (
            "upscale photo.png --model photo.png --backend cpu",
            "neither a PyTorch file nor a complete safetensors file",
            1,
        ),
        ("upscale photo.png --mix small.safetensors --backend cpu", "a colon and a share from 0 to 1", 2),
        ("upscale photo.png --mix small.safetensors:1.5 --backend cpu", "a colon and a share from 0 to 1", 2),
        (
            "upscale photo.png --model fast-x4 --mix small.safetensors:0.5 --backend cpu",
            "cannot be mixed: body.0.bias has shape",
            2,
        ),
        ("inspect missing.safetensors", "missing.safetensors", 1),
    ] {
        let before = names(folder.path());
        let output = lenslet(folder.path(), arguments);
        assert_eq!(status(&output), code, "{arguments}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{arguments}: {}", stderr(&output));
        assert_eq!(names(folder.path()), before, "{arguments}");
    }
}

/// `--mix` interpolates: nothing and all of the other are the two models themselves, and half lies between.
#[test]
fn models_are_mixed() {
    let folder = folder();
    let mut tensors = chain_tensors(6, 1, 2);
    for (_, _, data) in &mut tensors {
        data.iter_mut().for_each(|value| *value *= 0.8);
    }
    fs::write(folder.path().join("other.safetensors"), safetensors_file(&tensors)).expect("written");
    let enlarge = |arguments: &str| {
        let output = lenslet(folder.path(), &format!("upscale photo.png -o out.png --backend cpu {arguments}"));
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        fs::read(folder.path().join("out.png")).expect("written")
    };
    let (one, other) = (enlarge("--model small.safetensors"), enlarge("--model other.safetensors"));
    assert!(enlarge("--model small.safetensors --mix other.safetensors:0") == one);
    assert!(enlarge("--model small.safetensors --mix other.safetensors:1") == other);
    let half = enlarge("--model small.safetensors --mix other.safetensors:0.5");
    assert!(half != one && half != other);
    assert!(enlarge("--model other.safetensors --mix small.safetensors:0.5") == half);
}

#[test]
fn files_written_by_pytorch_run() {
    let folder = folder();
    let file = golden_folder().join("torch/params_ema.pth");
    let output = lenslet(folder.path(), &format!("upscale photo.png --backend cpu --json --model {}", file.display()));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert_eq!(json(&output)[0]["width"], 94);
}

/// The scale that a file does not tell is asked for, or in its name.
#[test]
fn the_scale_of_srcnn_is_asked_for_or_in_the_name() {
    let folder = folder();
    let conv = |name: &str, outputs: usize, inputs: usize, kernel: usize| {
        let (weight, bias) = (vec![0.01; outputs * inputs * kernel * kernel], vec![0.0; outputs]);
        let shape = vec![outputs, inputs, kernel, kernel];
        [(format!("{name}.weight"), shape, weight), (format!("{name}.bias"), vec![outputs], bias)]
    };
    let tensors = [conv("conv1", 4, 1, 9), conv("conv2", 3, 4, 1), conv("conv3", 1, 3, 5)].concat();
    for name in ["plain.safetensors", "srcnn_x3.safetensors"] {
        fs::write(folder.path().join(name), safetensors_file(&tensors)).expect("written");
    }
    for (arguments, width) in [
        ("--model srcnn_x3.safetensors", 47 * 3),
        ("--model srcnn_x3.safetensors --scale 2", 47 * 2),
        ("--model plain.safetensors --scale 2", 47 * 2),
        ("--model plain.safetensors", 47 * 4),
    ] {
        let output = lenslet(folder.path(), &format!("upscale photo.png --backend cpu --json {arguments}"));
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        assert_eq!(json(&output)[0]["width"], width, "{arguments}");
    }
}

#[test]
fn the_mean_of_eight_is_told_and_refused_where_it_is_of_no_use() {
    let folder = folder();
    let plain = lenslet(folder.path(), "upscale photo.png --model small.safetensors --backend cpu --json -o plain.png");
    let mean =
        lenslet(folder.path(), "upscale photo.png --model small.safetensors --backend cpu --tta --json -o mean.png");
    assert_eq!(status(&mean), 0, "{}", stderr(&mean));
    let [plain, mean] = [&json(&plain)[0], &json(&mean)[0]];
    assert_eq!((&plain["tta"], &mean["tta"]), (&false.into(), &true.into()));
    // One part of the picture in eight orientations.
    assert_eq!(mean["tiles"], 8);
    let pixels = |name: &str| decode(&fs::read(folder.path().join(name)).expect("written")).expect("a picture").rgba;
    let difference = largest_difference(&pixels("plain.png"), &pixels("mean.png"));
    assert!(difference > 0, "the mean of eight is one of them");

    let filter = lenslet(folder.path(), "upscale photo.png --model lanczos --tta -o filter.png");
    assert_eq!(status(&filter), 2);
    assert!(stderr(&filter).contains("whichever way it is turned"), "{}", stderr(&filter));
}
