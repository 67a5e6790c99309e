//! Writes small sound files for the fuzzer to start from.

#[path = "../../tests/common/torch.rs"]
#[allow(dead_code, reason = "only sound files are needed here")]
mod torch;

use std::{fs, path::Path};

use torch::{Stored, dict, floats, int, pickle, torch_file};

fn main() -> std::io::Result<()> {
    let one = |offset, shape: &[i64], strides: &[i64]| {
        Stored { offset, shape: shape.to_vec(), strides: strides.to_vec(), ..Stored::whole("0", 64) }.pickle()
    };
    let parameter = [&b"ctorch._utils\n_rebuild_parameter\n("[..], &one(0, &[2], &[1]), b"\x88}tR"].concat();
    let plain = dict(&[("conv.weight", one(4, &[2, 3], &[1, 2])), ("conv.bias", Stored::whole("1", 1).pickle())]);
    let wrapped = dict(&[("iter", int(5)), ("params_ema", plain.clone()), ("params", dict(&[("a", parameter)]))]);
    let modern = b"\x80\x04\x95\0\0\0\0\0\0\0\0}\x94(\x8c\x01a\x94\x8c\x0bcollections\x94\x8c\x0bOrderedDict\x94\x93)R\
        \x94h\x01](K\x01G\0\0\0\0\0\0\0\0N\x88euh\x02\x8c\x01bs."
        .to_vec();
    let header = br#"{"__metadata__":{"a":"b"},"params.a":{"dtype":"F16","shape":[2,1],"data_offsets":[0,4]},"params.b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#;
    let safetensors = [&(header.len() as u64).to_le_bytes(), &header[..], &[0; 8]].concat();

    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let write = |target: &str, name: &str, content: &[u8]| {
        fs::create_dir_all(corpus.join(target))?;
        fs::write(corpus.join(target).join(name), content)
    };
    write("weights", "safetensors", &safetensors)?;
    for (name, pickle) in [("plain", pickle(&plain)), ("wrapped", pickle(&wrapped)), ("modern", modern)] {
        write("pickle", name, &pickle)?;
        write("weights", name, &torch_file(&pickle, &[floats(&[1.0; 64]), floats(&[2.0])]))?;
    }
    Ok(())
}
