//! Files of ncnn and ONNX: each gives the weights that it was made of, under their names, or is refused in a sentence.
#![cfg(not(target_arch = "wasm32"))]

use std::{collections::BTreeMap, fs, path::PathBuf};

use lenslet::{
    Error, Network,
    models::{read, read_ncnn},
    network::Weights,
};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/graphs")
}

fn file(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn tensors(weights: &Weights) -> BTreeMap<&str, (&[usize], &[f32])> {
    let tensor = |name| weights.get(name).map(|tensor| (name, (&tensor.shape[..], &tensor.data[..])));
    weights.names().filter_map(tensor).collect()
}

/// The weights of a graph, as a person gives it.
fn weights_of(name: &str) -> Result<Weights, Error> {
    match name.strip_suffix(".param") {
        Some(stem) => read_ncnn(name, &file(name), &file(&format!("{stem}.bin")), None),
        None => read(name, &file(name), None),
    }
}

#[test]
fn graphs_give_the_weights_they_were_made_of() {
    let names = fs::read_dir(folder()).expect("there").map(|entry| entry.expect("readable").file_name());
    let names: Vec<_> = names.map(|name| name.into_string().expect("Unicode")).collect();
    let (mut count, mut failed) = (0, Vec::new());
    for name in names.iter().filter(|name| name.ends_with(".param") || name.ends_with(".onnx")) {
        let expected =
            Weights::parse(&file(&format!("{}.safetensors", &name[..name.find('.').expect("ending")]))).expect("sound");
        match weights_of(name) {
            Ok(weights) if tensors(&weights) == tensors(&expected) => {
                assert_eq!(weights.metadata("act"), expected.metadata("act"), "{name}");
                Network::from_weights(&weights).expect(name);
            }
            Ok(weights) => failed.push(format!("{name}: {}", weights.describe())),
            Err(error) => failed.push(format!("{name}: {error}")),
        }
        count += 1;
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(count > 25, "{count}");
}

fn message(result: Result<Weights, Error>) -> String {
    result.map(|weights| weights.describe()).expect_err("must be refused").to_string()
}

fn replaced(file: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(file.to_vec()).expect("text");
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1).into_bytes()
}

/// Both of ncnn's files in one archive, in a folder and packed, as people pack them.
#[test]
fn a_pair_in_an_archive_is_one_model() {
    let expected = weights_of("compact.param").expect("sound");
    let packed = fs::read(folder().join("compact.zip")).expect("there");
    let weights = read("compact.zip", &packed, None).expect("sound");
    assert_eq!(tensors(&weights), tensors(&expected));
    for length in (0..packed.len()).step_by(61) {
        assert!(read("compact.zip", &packed[..length], None).is_err(), "{length}");
    }
}

#[test]
fn what_is_no_sound_pair_is_refused() {
    let (param, bin) = (file("compact.param"), file("compact.bin"));
    let read = |param: &[u8], bin: &[u8]| message(read_ncnn("compact.param", param, bin, None));
    for length in [0, 3, 100, bin.len() - 1] {
        assert!(read(&param, &bin[..length]).contains("ends within the weights of the layer"), "{length}");
    }
    assert!(read(&param, &[&bin[..], b"more"].concat()).contains("4 bytes too many"));
    assert!(read(&param, &[&0x000d_4b38_u32.to_le_bytes(), &bin[4..]].concat()).contains("quantised"));
    for (from, to, expected) in [
        ("7767517", "7767518", "not in text"),
        ("PixelShuffle", "Softmax", "a transformer"),
        ("PixelShuffle", "Requantize", "quantised"),
        ("PixelShuffle", "Novelty", "a node of the kind Novelty"),
        ("Input layer0", "Noop layer0", "does not make one picture of one"),
        ("0=1 1=3", "0=7 1=3", "(Interp) enlarges"),
        ("6=135", "6=136", "do not fit each other"),
        ("6=135", "6=135 8=1", "are int8"),
        ("\nPReLU", "\nPReLU x", "a line that is no layer"),
    ] {
        let got = read(&replaced(&param, from, to), &bin);
        assert!(got.contains(expected), "{from} to {to}: {got}");
    }
}

/// What only looks like a network that is known computes something else.
#[test]
fn other_arithmetic_is_noticed() {
    let (param, bin) = (file("compact.param"), file("compact.bin"));
    // Subtracts the enlarged picture instead of adding it.
    let text = String::from_utf8(param).expect("text");
    let at = text.rfind("0=0").expect("the last layer adds");
    let other = format!("{}0=1{}", &text[..at], &text[at + 3..]);
    let got = message(read_ncnn("compact.param", other.as_bytes(), &bin, None));
    assert!(got.contains("would fit Compact, but its graph computes something else"), "{got}");
    let mut onnx = file("span.onnx");
    while let Some(at) = onnx.windows(7).position(|bytes| bytes == b"Sigmoid") {
        onnx[at..at + 7].copy_from_slice(b"Softmax");
    }
    assert!(message(read("span.onnx", &onnx, None)).contains("a transformer"));
}

#[test]
fn what_is_no_sound_onnx_file_is_refused() {
    let sound = file("compact.onnx");
    for length in (0..sound.len()).step_by(97) {
        assert!(read("compact.onnx", &sound[..length], None).is_err(), "{length}");
    }
    // Each byte in turn is another one: weights may differ, but nothing worse happens.
    for at in (0..sound.len()).step_by(211) {
        let mut damaged = sound.clone();
        damaged[at] ^= 0x55;
        let _ = read("compact.onnx", &damaged, None);
    }
}

#[test]
fn transformers_are_told_by_their_tensors() {
    let name = "layers.0.residual_group.blocks.0.attn.relative_position_bias_table";
    let file = safetensors::serialize(
        [(name, safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![1], &[0; 4]).expect("fits"))],
        None,
    );
    let error = Network::load(&file.expect("serialises")).expect_err("must be refused");
    assert_eq!(error.code(), "refused-model");
    assert!(
        error.to_string().contains("a transformer") && error.to_string().contains("Take a network of convolutions"),
        "{error}"
    );
}
