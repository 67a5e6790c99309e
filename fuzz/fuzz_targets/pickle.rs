//! Any pickle in a sound archive is tensors or an error; random changes of whole files seldom leave the archive sound.
#![no_main]

#[path = "../../tests/common/torch.rs"]
#[allow(dead_code, reason = "only the archive is needed here")]
mod torch;

use lenslet::network::Weights;

libfuzzer_sys::fuzz_target!(|pickle: &[u8]| {
    let file = torch::torch_file(pickle, &[torch::floats(&[1.0; 64]), torch::floats(&[2.0])]);
    if let Ok(weights) = Weights::parse(&file) {
        for tensor in weights.names().filter_map(|name| weights.get(name)) {
            assert_eq!(tensor.data.len(), tensor.shape.iter().product::<usize>());
            assert!(tensor.data.iter().all(|&value| value == 1.0 || value == 2.0));
        }
    }
});
