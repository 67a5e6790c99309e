//! Any bytes as a file of ncnn or ONNX are weights or an error. Bytes with a line of `----` in them are ncnn's pair, text before weights.
#![no_main]

use lenslet::models::{read, read_ncnn};

/// What stands between ncnn's files.
const BETWEEN: &[u8] = b"\n----\n";

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    let between = file.windows(BETWEEN.len()).position(|bytes| bytes == BETWEEN);
    let weights = match between {
        Some(at) => read_ncnn("", &file[..at], &file[at + BETWEEN.len()..], None),
        None => read("", file, None),
    };
    if let Ok(weights) = weights {
        for tensor in weights.names().filter_map(|name| weights.get(name)) {
            assert_eq!(tensor.data.len(), tensor.shape.iter().product::<usize>());
        }
    }
});
