//! Every shader is valid WGSL as it lies there and in every variant, and has its CPU twin.
#![cfg(not(target_arch = "wasm32"))]

use std::{fs, path::Path};

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

/// Adding an architecture is one file in network/: no other part may name one.
#[test]
fn only_network_names_architectures() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("src/backend/mod.rs"), root.join("src/tile.rs")];
    for folder in ["src/gpu", "src/cpu", "src/upscaler", "shaders", "www"] {
        files.extend(fs::read_dir(root.join(folder)).expect(folder).map(|entry| entry.expect("entry").path()));
    }
    let is_text = |path: &Path| {
        path.extension().is_some_and(|end| ["rs", "wgsl", "js", "html", "css"].iter().any(|text| end == *text))
    };
    let files: Vec<_> = files.into_iter().filter(|path| is_text(path)).collect();
    assert!(files.len() > 10);
    for path in files {
        let text = fs::read_to_string(&path).expect("text").to_lowercase();
        let words: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric()).collect();
        for name in ["compact", "srvgg", "srvggnetcompact", "esrgan", "rrdb", "rrdbnet", "rlfn", "realplksr", "srcnn"] {
            assert!(!words.contains(&name), "{} names {name}", path.display());
        }
    }
}
