//! Any bytes are a weight file or an error: no panic, no hang, and no memory out of proportion.
#![no_main]

use lenslet::network::Weights;

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    if let Ok(weights) = Weights::parse(file) {
        let mut numbers = 0;
        for tensor in weights.names().filter_map(|name| weights.get(name)) {
            assert_eq!(tensor.data.len(), tensor.shape.iter().product::<usize>());
            assert!(tensor.data.iter().all(|value| value.is_finite()));
            numbers += tensor.data.len();
        }
        assert!(numbers <= file.len() + (1 << 16));
    }
});
