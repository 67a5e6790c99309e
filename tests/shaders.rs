//! Every shader is valid WGSL as it lies there and in every variant, and has its CPU twin.
#![cfg(not(target_arch = "wasm32"))]

use std::{
    fs,
    path::{Path, PathBuf},
};

use naga::{
    front::wgsl,
    valid::{Capabilities, ValidationFlags, Validator},
};

fn validate(name: &str, source: &str) {
    let module = wgsl::parse_str(source).unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(source)));
    Validator::new(ValidationFlags::all(), Capabilities::SHADER_FLOAT16)
        .validate(&module)
        .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(source)));
}

/// It measures and makes nothing that anyone needs.
const WITHOUT_TWIN: &str = "peak";

#[test]
fn variants_are_valid_and_differ() {
    let variants = lenslet::gpu::shader_variants();
    assert!(variants.iter().any(|(name, _)| name.starts_with(WITHOUT_TWIN)));
    for (name, source) in &variants {
        validate(name, source);
        assert_eq!(source.contains("enable f16;"), name.ends_with("f16"), "{name}");
        assert_eq!(source.contains("alias Stored = f16;"), name.ends_with("f16"), "{name}");
        assert!(!source.contains("//"), "{name} is to be embedded without its comments");
    }
}

#[test]
fn files_are_valid_and_have_twins() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for entry in fs::read_dir(root.join("shaders")).expect("shaders/") {
        let path = entry.expect("entry").path();
        if path.extension().is_none_or(|extension| extension != "wgsl") {
            continue;
        }
        validate(&path.display().to_string(), &fs::read_to_string(&path).expect("text"));
        let name = path.file_stem().expect("name");
        let twin = root.join("src/cpu").join(name).with_extension("rs");
        assert!(twin.exists() || name == WITHOUT_TWIN, "{} has no twin {}", path.display(), twin.display());
        count += 1;
    }
    assert!(count > 0);
}

/// What may run, hand on or show a network of any architecture.
const BLIND_FOLDERS: [&str; 12] = [
    "js",
    "kernels/src",
    "shaders",
    "src/backend",
    "src/command",
    "src/cpu",
    "src/gpu",
    "src/picture",
    "src/resize",
    "src/upscaler",
    "src/web",
    "www",
];

/// Every word by which people call an architecture or a family of them.
const ARCHITECTURES: [&str; 13] = [
    "compact",
    "esrgan",
    "plksr",
    "realplksr",
    "rlfn",
    "rrdb",
    "rrdbnet",
    "span",
    "spanf",
    "spanplus",
    "srcnn",
    "srvgg",
    "srvggnetcompact",
];

/// The files of a folder and of all folders in it.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("entry").path());
    paths.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

/// The architectures that a text names.
fn named(text: &str) -> Vec<&'static str> {
    // HTML's element of that name is none.
    let mut text = text.to_lowercase();
    for element in ["<span", "</span", "createelement('span')"] {
        text = text.replace(element, " ");
    }
    let words: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric()).collect();
    ARCHITECTURES.into_iter().filter(|name| words.contains(name)).collect()
}

/// Adding an architecture is one file in network/: no other part may name one.
#[test]
fn only_network_names_architectures() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_text = |path: &PathBuf| {
        path.extension().is_some_and(|end| ["rs", "wgsl", "js", "html", "css"].iter().any(|text| end == *text))
    };
    for folder in BLIND_FOLDERS {
        let files: Vec<_> = files_in(&root.join(folder)).into_iter().filter(is_text).collect();
        assert!(!files.is_empty(), "{folder}");
        for path in files {
            let mut names = named(&fs::read_to_string(&path).expect("text"));
            // Style sheets select HTML's element by its bare name.
            names.retain(|&name| name != "span" || path.extension().is_none_or(|end| end != "css"));
            assert_eq!(names, [""; 0], "{}", path.display());
        }
    }
}

/// The list of names is complete, and words are found whatever stands around them.
#[test]
fn every_architecture_has_its_names_listed() {
    let network = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/network");
    let mut count = 0;
    for path in files_in(&network) {
        let text = fs::read_to_string(&path).expect("text");
        if text.contains("pub(super) fn recognise") {
            let name = path.file_stem().expect("name").to_string_lossy().into_owned();
            assert!(!named(&format!("is_{name}").replace('_', " ")).is_empty(), "{name} is not listed");
            count += 1;
        }
        for (_, name) in text.match_indices("NAME: &str = \"").map(|(at, mark)| text[at..].split_at(mark.len())) {
            let name = name.split('"').next().expect("a word");
            assert!(!named(name).is_empty(), "{name} is not listed");
        }
    }
    assert!(count > 5);
    assert_eq!(named("if (architecture === 'SPAN') { grid(<span>) }"), ["span"]);
    assert_eq!(named("<span class=\"size\">expansive</span>"), [""; 0]);
    assert_eq!(named("document.createElement('span')"), [""; 0]);
}
