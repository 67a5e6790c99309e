//! Which files are read and written, and what is never lost.

use super::*;

#[test]
fn one_bad_input_does_not_stop_the_others() {
    let folder = folder();
    fs::write(folder.path().join("notes.txt"), "no picture").expect("written");
    fs::write(folder.path().join("empty.png"), "").expect("written");
    let inputs = "notes.txt empty.png missing.png photo.png";
    let output =
        lenslet(folder.path(), &format!("upscale {inputs} -o out/ --model small.safetensors --backend cpu --json"));
    assert_eq!(status(&output), 1);
    let objects = json(&output);
    let codes: Vec<_> = objects.iter().map(|object| object["code"].as_str()).collect();
    assert_eq!(codes, [Some("unsupported-format"), Some("empty-file"), Some("io"), None]);
    assert_eq!(names(&folder.path().join("out")), ["photo-2x.png"]);
    for part in ["notes.txt: This is not a picture", "empty.png: The file is empty", "missing.png"] {
        assert!(stderr(&output).contains(part), "{}", stderr(&output));
    }
}

#[test]
fn inputs_of_one_name_do_not_replace_each_other() {
    let folder = folder();
    fs::create_dir(folder.path().join("other")).expect("made");
    write_picture(&folder.path().join("other/photo.png"), 5, 3);
    let output =
        lenslet(folder.path(), "upscale photo.png other/photo.png -o out/ --model small.safetensors --backend cpu");
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains("already holds the result of another input"), "{}", stderr(&output));
    let kept = decode(&fs::read(folder.path().join("out/photo-2x.png")).expect("written")).expect("a picture");
    assert_eq!((kept.width, kept.height), (94, 62));
}

#[test]
fn a_result_never_replaces_another_input() {
    let folder = folder();
    write_picture(&folder.path().join("photo-2x.png"), 5, 3);
    let before = fs::read(folder.path().join("photo-2x.png")).expect("there");
    for inputs in ["photo.png photo-2x.png", "photo-2x.png photo.png", "photo.png ./photo-2x.png"] {
        let output = lenslet(folder.path(), &format!("upscale {inputs} --model nearest --scale 2"));
        assert_eq!(status(&output), 1, "{inputs}");
        let told = "photo-2x.png is another input, which the output would replace";
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
        assert_eq!(fs::read(folder.path().join("photo-2x.png")).expect("there"), before);
        assert!(folder.path().join("photo-2x-2x.png").exists(), "the other is enlarged");
    }
}

#[test]
fn an_older_result_is_replaced_unless_that_is_not_wanted() {
    let folder = folder();
    let path = folder.path().join("photo-2x.png");
    fs::write(&path, "an older result").expect("written");
    let output = lenslet(folder.path(), "upscale photo.png --model nearest --scale 2 --no-clobber --json");
    assert_eq!((status(&output), json(&output)[0]["skipped"].as_bool()), (0, Some(true)), "{}", stderr(&output));
    assert_eq!(fs::read(&path).expect("there"), b"an older result");
    #[cfg(unix)]
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o640)).expect("set");
    assert_eq!(status(&lenslet(folder.path(), "upscale photo.png --model nearest --scale 2")), 0);
    assert_eq!(decode(&fs::read(&path).expect("there")).expect("a picture").width, 94);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o640, "of what it replaces");
    }
    let help = String::from_utf8(lenslet(folder.path(), "upscale --help").stdout).expect("UTF-8");
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("A file of that name is replaced, but never one of the inputs"), "{help}");
}

#[test]
fn pictures_come_and_go_through_pipes() {
    let folder = folder();
    let run = |arguments: &str, input: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lenslet"));
        command.current_dir(folder.path()).args(arguments.split_whitespace());
        if let Some(input) = input {
            command.stdin(fs::File::open(folder.path().join(input)).expect("there"));
        }
        command.output().expect("the command starts")
    };
    let before = names(folder.path());
    for (arguments, input) in [
        ("upscale - --model nearest --scale 2", Some("photo.png")),
        ("upscale photo.png -o - --model nearest --scale 2", None),
        ("upscale - -o - --model nearest --scale 2 --quiet", Some("photo.png")),
    ] {
        let output = run(arguments, input);
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        assert_eq!(decode(&output.stdout).expect("a picture").width, 94, "{arguments}");
        assert_eq!(names(folder.path()), before);
    }
    let output = run("upscale - --format jpeg -o out/ --model nearest --scale 2", Some("photo.png"));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert_eq!(names(&folder.path().join("out")), ["stdin-2x.jpg"]);
    let output = run("upscale - --model nearest --scale 2", Some("small.safetensors"));
    assert_eq!((status(&output), &output.stdout[..]), (1, &b""[..]), "nothing is written of a failure");
    assert_eq!(status(&run("upscale photo.png -o - --json", None)), 2);
}

/// What cannot be written is told, and leaves nothing.
#[cfg(unix)]
#[test]
fn places_that_cannot_be_are_told() {
    let folder = folder();
    let long = format!("{}.png", "x".repeat(250));
    fs::copy(folder.path().join("photo.png"), folder.path().join(&long)).expect("a name that is short enough");
    fs::write(folder.path().join("file"), "").expect("written");
    for (arguments, told) in [
        (format!("upscale {long} --scale 2 --model nearest"), "too long"),
        ("upscale photo.png -o file/photo.png --scale 2 --model nearest".into(), "file"),
    ] {
        let output = lenslet(folder.path(), &arguments);
        assert_eq!(status(&output), 1);
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
    }
    assert!(!names(folder.path()).iter().any(|name| name.starts_with(".tmp")));
}

/// File names are bytes, and those of the result begin with the same ones.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf_8_stay() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let folder = folder();
    let input = folder.path().join(OsStr::from_bytes(b"caf\xe9.png"));
    fs::copy(folder.path().join("photo.png"), &input).expect("copied");
    let output = Command::new(env!("CARGO_BIN_EXE_lenslet"))
        .args(["upscale", "--model", "nearest", "--scale", "2", "--json"])
        .arg(&input)
        .output()
        .expect("the command starts");
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert_eq!(json(&output)[0]["width"], 94);
    assert!(folder.path().join(OsStr::from_bytes(b"caf\xe9-2x.png")).exists());
}

#[test]
fn a_failure_leaves_no_file_and_replaces_none() {
    let folder = folder();
    let path: PathBuf = folder.path().join("cut.png");
    let whole = fs::read(folder.path().join("photo.png")).expect("there");
    fs::write(&path, &whole[..whole.len() / 2]).expect("written");
    fs::write(folder.path().join("cut-2x.png"), "an older result").expect("written");
    let before = names(folder.path());
    let output = lenslet(folder.path(), "upscale cut.png --model small.safetensors --backend cpu");
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains("damaged or incomplete"), "{}", stderr(&output));
    assert_eq!(names(folder.path()), before);
    assert_eq!(fs::read(folder.path().join("cut-2x.png")).expect("there"), b"an older result");
}
