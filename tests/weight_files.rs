//! Weight files of both formats: what a sound one gives, and that no other one does harm.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::path::PathBuf;

use common::{
    chain_tensors, golden, safetensors_file,
    torch::{Entry, Stored, dict, floats, int, pickle, text, torch_entries, torch_file, tuple, zip},
};
use lenslet::{Error, Network, network::Weights};

/// A small file with two tensors on two storages, and other values beside them.
fn sound_torch_file() -> Vec<u8> {
    let value = dict(&[
        ("a", Stored { shape: vec![2, 2], strides: vec![1, 2], ..Stored::whole("0", 4) }.pickle()),
        ("epoch", int(7)),
        ("b", Stored::whole("1", 1).pickle()),
    ]);
    torch_file(&pickle(&value), &[floats(&[1.0, 2.0, 3.0, 4.0]), floats(&[5.0])])
}

fn sound_safetensors_file() -> Vec<u8> {
    safetensors_file(&[("a".into(), vec![2, 2], vec![1.0, 3.0, 2.0, 4.0]), ("b".into(), vec![1], vec![5.0])])
}

fn is_sound(weights: &Weights) -> bool {
    weights.describe() == "a [2, 2], b [1]"
        && weights.get("a").is_some_and(|a| a.data == [1.0, 3.0, 2.0, 4.0])
        && weights.get("b").is_some_and(|b| b.data == [5.0])
}

/// The tensors of a pickle's value, on a storage of the numbers 0 to 5.
fn parse(value: &[u8]) -> Result<Weights, Error> {
    Weights::parse(&torch_file(&pickle(value), &[floats(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0])]))
}

fn tensor(weights: &Weights, name: &str) -> Vec<f32> {
    weights.get(name).unwrap_or_else(|| panic!("no {name} in {}", weights.describe())).data.clone()
}

#[track_caller]
fn refused(result: Result<Weights, Error>, code: &str, expected: &str) {
    let error = result.expect_err("must be refused");
    let sentence = error.to_string();
    assert_eq!(error.code(), code, "{sentence}");
    assert!(sentence.contains(expected), "{sentence}");
    assert!(sentence.len() < 600, "{sentence}");
}

fn first(count: i64) -> Vec<u8> {
    Stored { shape: vec![count], ..Stored::whole("0", 6) }.pickle()
}

#[test]
fn both_formats_give_the_same() {
    assert!(is_sound(&Weights::parse(&sound_torch_file()).expect("sound")));
    assert!(is_sound(&Weights::parse(&sound_safetensors_file()).expect("sound")));
}

#[test]
fn a_network_loads_from_a_pytorch_file() {
    let tensors = chain_tensors(6, 2, 2);
    let stored = |(_, shape, data): &(String, Vec<usize>, Vec<f32>), key: usize| {
        let shape: Vec<i64> = shape.iter().map(|&size| size as i64).collect();
        let strides = (0..shape.len()).map(|index| shape[index + 1..].iter().product()).collect();
        let key = &*key.to_string().leak();
        Stored { shape, strides, ..Stored::whole(key, data.len() as i64) }.pickle()
    };
    let pairs: Vec<_> = tensors.iter().enumerate().map(|(key, entry)| (&*entry.0, stored(entry, key))).collect();
    let storages: Vec<_> = tensors.iter().map(|(.., data)| floats(data)).collect();
    let file = torch_file(&pickle(&dict(&[("params", dict(&pairs))])), &storages);
    let from_torch = Network::load(&file).expect("sound");
    let from_safetensors = Network::load(&safetensors_file(&tensors)).expect("sound");
    assert_eq!(format!("{from_torch:?}"), format!("{from_safetensors:?}"));
}

#[test]
fn dictionaries_around_the_weights() {
    let (wanted, other) = (dict(&[("a", first(1))]), dict(&[("a", first(2)), ("b", first(2))]));
    let optimizer = dict(&[("state", dict(&[("a", first(3))]))]);
    let mut cases = vec![
        wanted.clone(),
        dict(&[("params", other.clone()), ("params_ema", wanted.clone())]),
        dict(&[("state_dict", other.clone()), ("params", wanted.clone())]),
        dict(&[("optimizer", optimizer.clone()), ("iter", int(3)), ("weird", wanted.clone())]),
        dict(&[("discriminator", other.clone()), ("generator", wanted.clone())]),
        dict(&[("model", dict(&[("state_dict", dict(&[("module.a", first(1))]))]))]),
        dict(&[("a", first(2)), ("a", first(1))]),
        // A weight and a dictionary of something else side by side.
        dict(&[("a", first(1)), ("extra", other.clone())]),
    ];
    for name in ["params", "state_dict", "model_state_dict", "model", "net", "net_g", "network_g"] {
        cases.push(dict(&[("optimizer", optimizer.clone()), (name, wanted.clone())]));
    }
    // The averaged weights are the better ones.
    for name in ["params_ema", "params-ema", "state_dict_ema", "model_ema", "net_g_ema", "g_ema", "generator_ema"] {
        cases.push(dict(&[("params", other.clone()), (name, wanted.clone())]));
        cases.push(dict(&[(name, wanted.clone()), ("net_g", other.clone())]));
    }
    for value in cases {
        let weights = parse(&value).expect("sound");
        assert_eq!(weights.describe(), "a [1]");
    }
    // Which of the two it is, nobody can tell.
    assert_eq!(parse(&dict(&[("x", wanted.clone()), ("y", other)])).expect("sound").names().count(), 0);
    assert_eq!(parse(&dict(&[("model", dict(&[("0.weight", first(1))]))])).expect("sound").describe(), "0.weight [1]");
    assert_eq!(parse(&dict(&[("model.0.weight", first(1))])).expect("sound").describe(), "model.0.weight [1]");
}

#[test]
fn views_share_a_storage() {
    let stored = |offset, shape: &[i64], strides: &[i64]| {
        Stored { offset, shape: shape.to_vec(), strides: strides.to_vec(), ..Stored::whole("0", 6) }.pickle()
    };
    let parameter = [&b"ctorch._utils\n_rebuild_parameter\n("[..], &first(2), b"\x88}tR"].concat();
    let weights = parse(&dict(&[
        ("transposed", stored(0, &[3, 2], &[1, 3])),
        ("expanded", stored(5, &[2, 2], &[0, 0])),
        ("strided", stored(1, &[3], &[2])),
        ("scalar", stored(4, &[], &[])),
        ("empty", stored(6, &[0, 4], &[4, 1])),
        ("parameter", parameter),
    ]))
    .expect("sound");
    assert_eq!(tensor(&weights, "transposed"), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
    assert_eq!(tensor(&weights, "expanded"), [5.0; 4]);
    assert_eq!(tensor(&weights, "strided"), [1.0, 3.0, 5.0]);
    assert_eq!(tensor(&weights, "scalar"), [4.0]);
    assert!(tensor(&weights, "empty").is_empty());
    assert_eq!(tensor(&weights, "parameter"), [0.0, 1.0]);
}

#[test]
fn every_kind_of_storage() {
    let halves = [half::f16::from_f32(0.5), half::f16::from_f32(-2.0)].iter().flat_map(|n| n.to_le_bytes()).collect();
    let brains = [half::bf16::from_f32(0.5), half::bf16::from_f32(-2.0)].iter().flat_map(|n| n.to_le_bytes()).collect();
    let cases: [(&str, Vec<u8>, [f32; 2]); 10] = [
        ("DoubleStorage", [0.5f64, -2.0].iter().flat_map(|n| n.to_le_bytes()).collect(), [0.5, -2.0]),
        ("FloatStorage", floats(&[0.5, -2.0]), [0.5, -2.0]),
        ("HalfStorage", halves, [0.5, -2.0]),
        ("BFloat16Storage", brains, [0.5, -2.0]),
        ("LongStorage", [3i64, -2].iter().flat_map(|n| n.to_le_bytes()).collect(), [3.0, -2.0]),
        ("IntStorage", [3i32, -2].iter().flat_map(|n| n.to_le_bytes()).collect(), [3.0, -2.0]),
        ("ShortStorage", [3i16, -2].iter().flat_map(|n| n.to_le_bytes()).collect(), [3.0, -2.0]),
        ("CharStorage", vec![3, 0xfe], [3.0, -2.0]),
        ("ByteStorage", vec![3, 0xfe], [3.0, 254.0]),
        ("BoolStorage", vec![1, 0], [1.0, 0.0]),
    ];
    for (kind, storage, expected) in cases {
        let value = dict(&[("a", Stored { kind, ..Stored::whole("0", 2) }.pickle())]);
        let weights = Weights::parse(&torch_file(&pickle(&value), &[storage])).expect(kind);
        assert_eq!(tensor(&weights, "a"), expected, "{kind}");
    }
    for (kind, named) in
        [("QInt8Storage", "QInt8"), ("ComplexFloatStorage", "ComplexFloat"), ("Untyped\x1bStorage", "Untyped")]
    {
        let value = dict(&[("a", Stored { kind, ..Stored::whole("0", 2) }.pickle())]);
        refused(parse(&value), "refused-model", &format!("it holds {named}"));
    }
}

#[test]
fn a_pickle_that_asks_for_more_than_tensors() {
    let argument = [text("echo hello"), b"\x85".to_vec()].concat();
    let cases: [(&str, Vec<u8>); 9] = [
        ("asks to run os.system", [b"cos\nsystem\n", &argument[..], b"R"].concat()),
        ("asks to run posix.system", [&text("posix"), &text("system"), &b"\x93"[..], &argument, b"R"].concat()),
        ("asks to run os.system", [b"(", &text("echo hello")[..], b"ios\nsystem\n"].concat()),
        ("asks to run os.system", [b"(cos\nsystem\n", &text("echo hello")[..], b"o"].concat()),
        ("asks to run subprocess.Popen", [b"csubprocess\nPopen\n", &argument[..], b"\x81"].concat()),
        ("instruction 0x81", b"ccollections\nOrderedDict\n)\x81".to_vec()),
        ("instruction 0x62", [&first(1), &dict(&[("__class__", int(1))])[..], b"b"].concat()),
        ("asks to run torch.load", b"ctorch\nload\n".to_vec()),
        // Deep names, and a name that would be fine but for its module.
        ("asks to run collections.OrderedDict.fromkeys", b"ccollections\nOrderedDict.fromkeys\n".to_vec()),
    ];
    for (expected, evil) in cases {
        for value in [evil.clone(), dict(&[("a", first(1)), ("evil", evil.clone())]), dict(&[("params", evil)])] {
            refused(parse(&value), "refused-model", expected);
        }
    }
    refused(parse(b"ccollections\nOrderedDict\n(K\x01tR"), "damaged-model", "makes no tensor");
    refused(parse(&[&first(1), &b")R"[..]].concat()), "damaged-model", "makes no tensor");
}

#[test]
fn tensors_that_cannot_be() {
    let sound = Stored::whole("0", 6);
    let huge = i64::MAX;
    let cases = [
        ("impossible number -1 in its strides", Stored { strides: vec![-1], ..sound.clone() }),
        ("impossible number -6 in its shape", Stored { shape: vec![-6], ..sound.clone() }),
        ("impossible offset -1", Stored { offset: -1, ..sound.clone() }),
        ("does not fit", Stored { offset: 1, ..sound.clone() }),
        ("does not fit", Stored { offset: huge, ..sound.clone() }),
        ("does not fit", Stored { strides: vec![2], ..sound.clone() }),
        ("does not fit", Stored { strides: vec![huge], ..sound.clone() }),
        ("does not fit", Stored { shape: vec![huge], ..sound.clone() }),
        ("impossible shape", Stored { shape: vec![huge, 3], strides: vec![0, 0], ..sound.clone() }),
        ("impossible shape", Stored { shape: vec![1 << 32, 1 << 32], strides: vec![0, 0], ..sound.clone() }),
        ("impossible shape", Stored { shape: vec![0, huge, huge], strides: vec![0; 3], ..sound.clone() }),
        ("many more numbers", Stored { shape: vec![huge], strides: vec![0], ..sound.clone() }),
        ("many more numbers", Stored { shape: vec![1 << 20, 1 << 20], strides: vec![0, 0], ..sound.clone() }),
        ("1 dimensions and 2 strides", Stored { strides: vec![1, 1], ..sound.clone() }),
        ("9 dimensions", Stored { shape: vec![1; 9], strides: vec![1; 9], ..sound.clone() }),
        ("which has 24 bytes", Stored { count: 5, shape: vec![5], ..sound.clone() }),
        ("which has 24 bytes", Stored { count: 7, ..sound.clone() }),
        ("which has 24 bytes", Stored { count: huge, ..sound.clone() }),
        ("which has 24 bytes", Stored { count: -6, ..sound.clone() }),
        ("which has 24 bytes", Stored { kind: "DoubleStorage", ..sound.clone() }),
        ("needs data/1, which is missing", Stored { key: "1", ..sound.clone() }),
        ("needs data/../data.pkl, which is missing", Stored { key: "../data.pkl", ..sound }),
    ];
    for (expected, stored) in cases {
        refused(parse(&dict(&[("weird", stored.pickle())])), "damaged-model", expected);
    }
}

#[test]
fn calls_that_make_no_tensor() {
    let storage =
        [&b"("[..], &text("storage"), b"ctorch\nFloatStorage\n", &text("0"), &text("cpu"), &int(6), b"tQ"].concat();
    let rebuild = b"ctorch._utils\n_rebuild_tensor_v2\n";
    let numbers = [int(0), tuple(&[6]), tuple(&[1])].concat();
    let parameter = [&b"ctorch._utils\n_rebuild_parameter\n("[..], b"K\x01tR"].concat();
    let nested = [&b"ctorch._utils\n_rebuild_parameter\n("[..], &parameter, b"tR"].concat();
    let cases: [(&str, Vec<u8>); 8] = [
        ("has no storage", [rebuild, &b"(K\x01"[..], &numbers, b"tR"].concat()),
        ("has no storage", [rebuild, &b"(K\x01Q"[..], &numbers, b"tR"].concat()),
        ("not known here", [rebuild, &b")R"[..]].concat()),
        ("not known here", [rebuild, &b"("[..], &storage, &numbers, b"NN}tR"].concat()),
        ("has no shape", [rebuild, &b"("[..], &storage, &int(0), b"K\x06K\x01tR"].concat()),
        ("something else than whole numbers", [rebuild, &b"("[..], &storage, &int(0), b"N\x85)tR"].concat()),
        ("not known here", parameter),
        ("not known here", nested),
    ];
    for (expected, value) in cases {
        refused(parse(&dict(&[("weird", value)])), "damaged-model", expected);
    }
    refused(parse(&first(6)), "refused-model", "no dictionary of tensors");
    refused(parse(b"]"), "refused-model", "no dictionary of tensors");
    refused(parse(b"h\x00"), "damaged-model", "recalls value 0");
    let name = "x".repeat(600);
    refused(parse(&dict(&[(&name, first(1))])), "damaged-model", "impossible name");
    refused(parse(&dict(&[("a\u{1b}[2J", first(1))])), "damaged-model", "impossible name a\\u{1b}[2J");
    refused(parse(&dict(&[("a\n", Stored::whole("9", 1).pickle())])), "damaged-model", "a\\n needs");
}

/// Every tensor is small, and all together are 600 times the file.
#[test]
fn many_tensors_on_one_storage() {
    let storage = vec![0; 400_000];
    let mut value = b"}(".to_vec();
    value.extend([text("first"), Stored::whole("0", 100_000).pickle(), b"q\x00".to_vec()].concat());
    for number in 0..10_000 {
        value.extend([text(&number.to_string()), b"h\x00".to_vec()].concat());
    }
    value.push(b'u');
    let file = torch_file(&pickle(&value), &[storage]);
    refused(Weights::parse(&file), "damaged-model", "many more numbers than the file has bytes");
}

#[test]
fn circles_and_depth() {
    let circle = [&b"}q\0"[..], &text("params"), b"h\0s"].concat();
    assert_eq!(parse(&circle).expect("empty").names().count(), 0);
    let with_tensor = [&circle[..], &text("a"), &first(1), b"s"].concat();
    assert_eq!(parse(&with_tensor).expect("sound").describe(), "a [1]");
    let deep = [first(1), vec![0x85; 500_000]].concat();
    assert_eq!(parse(&dict(&[("a", first(1)), ("deep", deep)])).expect("sound").describe(), "a [1]");
    let list = [b"]q\0".to_vec(), b"h\0a".repeat(1000)].concat();
    assert_eq!(parse(&dict(&[("a", first(1)), ("list", list)])).expect("sound").describe(), "a [1]");
}

/// An archive whose entries were changed.
fn changed(change: impl FnOnce(&mut Vec<Entry>)) -> Result<Weights, Error> {
    let mut entries = torch_entries(&pickle(&dict(&[("a", first(6))])), &[floats(&[1.0; 6])]);
    change(&mut entries);
    Weights::parse(&zip(&entries))
}

#[test]
fn archives_that_are_not_as_pytorch_writes_them() {
    assert!(changed(|_| ()).is_ok());
    let compressed = "compressed or encrypted";
    refused(changed(|entries| entries[2].method = 8), "refused-model", compressed);
    refused(changed(|entries| entries[0].method = 93), "refused-model", compressed);
    refused(changed(|entries| entries[2].flags = 1), "refused-model", compressed);
    // A bomb: 24 bytes that claim to unpack to 4 GiB.
    refused(changed(|e| (e[2].method, e[2].unpacked_size) = (8, u32::MAX - 1)), "refused-model", compressed);
    refused(changed(|e| e[2].unpacked_size = u32::MAX - 1), "damaged-model", "two sizes");
    refused(changed(|e| (e[2].stored_size, e[2].unpacked_size) = (1 << 30, 1 << 30)), "damaged-model", "zip archive");
    refused(changed(|e| e[2].offset = Some(1 << 30)), "damaged-model", "not a complete zip archive");
    refused(changed(|e| e[2].offset = Some(3)), "damaged-model", "not a complete zip archive");
    refused(
        changed(|e| e.push(Entry { offset: Some(0), ..Entry::new("archive/x", b"x") })),
        "damaged-model",
        "on other entries or out of order",
    );
    refused(
        changed(|e| (e[2].stored_size, e[2].unpacked_size) = (60, 60)),
        "damaged-model",
        "on other entries or out of order",
    );
    refused(changed(|e| e.push(e[2].clone())), "damaged-model", "two entries for archive/data/0");
    refused(changed(|e| e[1].content = b"big".to_vec()), "damaged-model", "");
    refused(changed(|e| e[1] = Entry::new("archive/byteorder", b"big")), "refused-model", "not little-endian");
    refused(changed(|e| e.push(Entry::new("archive/constants.pkl", b"\x80\x02)."))), "refused-model", "TorchScript");
    refused(changed(|e| e[1] = Entry::new("archive/code/__torch__.py", b"x")), "refused-model", "TorchScript");
    refused(changed(|e| drop(e.remove(0))), "refused-model", "without data.pkl");
    refused(changed(|e| drop(e.remove(2))), "damaged-model", "needs data/0, which is missing");
    refused(changed(|e| e[0] = Entry::new("archive/data.pkl", b"")), "damaged-model", "pickle is cut off");
    assert!(changed(|e| drop(e.remove(1))).is_ok(), "the first files have no byteorder");
}

/// A file of the format before 1.6 with the tensors of [`sound_torch_file`].
fn sound_old_file() -> Vec<u8> {
    let old = |stored: Stored| {
        // A sixth value follows the number of numbers.
        let pickle = stored.pickle();
        let end = pickle.windows(2).position(|pair| pair == b"tQ").expect("is there");
        [&pickle[..end], b"N", &pickle[end..]].concat()
    };
    let value = dict(&[
        ("a", old(Stored { shape: vec![2, 2], strides: vec![1, 2], ..Stored::whole("74", 4) })),
        ("epoch", int(7)),
        ("b", old(Stored::whole("9", 1))),
    ]);
    let system = dict(&[("protocol_version", int(1001)), ("little_endian", b"\x88".to_vec())]);
    let keys = [&b"]("[..], &text("74"), &text("9"), b"e"].concat();
    let magic = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e\x80\x02\x4d\xe9\x03\x2e";
    let storages = [&4_u64.to_le_bytes()[..], &floats(&[1.0, 2.0, 3.0, 4.0]), &1_u64.to_le_bytes(), &floats(&[5.0])];
    [&magic[..], &pickle(&system), &pickle(&value), &pickle(&keys), &storages.concat()].concat()
}

#[test]
fn formats_from_before_the_zip() {
    let file = sound_old_file();
    assert!(is_sound(&Weights::parse(&file).expect("sound")));
    // A later version of pickles tells how long they are.
    let framed = [&b"\x80\x04\x95\x0d\0\0\0\0\0\0\0"[..], &file[2..]].concat();
    assert!(is_sound(&Weights::parse(&framed).expect("sound")));
    for length in 22..file.len() {
        refused(Weights::parse(&file[..length]), "damaged-model", "cut off");
    }
    let replaced = |from: &[u8], to: &[u8]| {
        let at = file.windows(from.len()).position(|bytes| bytes == from).expect("is there");
        Weights::parse(&[&file[..at], to, &file[at + from.len()..]].concat())
    };
    refused(replaced(b"little_endian\x88", b"little_endian\x89"), "refused-model", "not little-endian");
    refused(replaced(b"ctorch\nFloatStorage", b"cos\nsystem"), "refused-model", "asks to run os.system");
    let before_the_numbers = |count: u64| [&count.to_le_bytes()[..], &floats(&[1.0])].concat();
    refused(replaced(&before_the_numbers(4), &before_the_numbers(1 << 60)), "damaged-model", "storages are cut off");
    let tar = [&b"storages"[..], &[0; 249], b"ustar\x0000", &[0; 248]].concat();
    refused(Weights::parse(&tar), "refused-model", "save it again with torch.save");
}

/// What neosr saves: both kinds of weights, of which the averaged are meant.
#[test]
fn averaged_weights_of_neosr() {
    let weights = Weights::parse(include_bytes!("weights/neosr-params-and-params-ema.pth")).expect("sound");
    assert_eq!(tensor(&weights, "body.0.bias")[..2], [0.140_625, -0.140_625]);
}

#[test]
fn values_that_are_no_numbers() {
    for bad in [f32::NAN, f32::INFINITY] {
        let file = torch_file(&pickle(&dict(&[("a", first(6))])), &[floats(&[0.0, 0.0, bad, 0.0, 0.0, 0.0])]);
        refused(Weights::parse(&file), "damaged-model", "a holds the value");
    }
    // A value that no tensor uses is no fault.
    let file = torch_file(&pickle(&dict(&[("a", first(2))])), &[floats(&[0.0, 0.0, f32::NAN, 0.0, 0.0, 0.0])]);
    assert!(Weights::parse(&file).is_ok());
}

/// A safetensors file of that header with 8 bytes of numbers.
fn with_header(header: &str) -> Result<Weights, Error> {
    Weights::parse(&[&(header.len() as u64).to_le_bytes(), header.as_bytes(), &[0; 8]].concat())
}

#[test]
fn safetensors_headers() {
    let sound = r#"{"__metadata__":{"architecture":"Compact"},"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#;
    let weights = with_header(sound).expect("sound");
    assert_eq!(weights.describe(), "a [1]");
    assert_eq!(weights.metadata("architecture"), Some("Compact"));
    assert_eq!(weights.metadata("author"), None);
    assert_eq!(Weights::parse(&sound_torch_file()).expect("sound").metadata("architecture"), None);
    for (dtype, size) in
        [("I64", 1), ("I32", 2), ("I16", 4), ("I8", 8), ("U8", 8), ("BOOL", 8), ("U16", 4), ("BF16", 4)]
    {
        let header = format!(r#"{{"a":{{"dtype":"{dtype}","shape":[{size}],"data_offsets":[0,8]}}}}"#);
        assert_eq!(tensor(&with_header(&header).expect(dtype), "a"), vec![0.0; size]);
    }
    let incomplete = "neither a PyTorch file nor a complete safetensors file";
    for (header, expected) in [
        (r#"{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}"#, "a holds F8_E4M3 numbers"),
        (r#"{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}"#, "a holds C64 numbers"),
        (r#"{"a":{"dtype":"F4","shape":[16],"data_offsets":[0,8]}}"#, "a holds F4 numbers"),
        (r#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, incomplete),
        (r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#, incomplete),
        (r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, incomplete),
        (r#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, incomplete),
        (r#"{"a":{"dtype":"F32","shape":[9223372036854775808,4],"data_offsets":[0,8]}}"#, incomplete),
        (r#"{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,8]}}"#, incomplete),
        (
            r#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#,
            incomplete,
        ),
        (
            r#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
            incomplete,
        ),
        (
            r#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[0,18446744073709551615,2],"data_offsets":[8,8]}}"#,
            "impossible shape",
        ),
    ] {
        refused(with_header(header), "damaged-model", expected);
    }
    let deep = format!(r#"{{"a":{}}}"#, "[".repeat(100_000));
    refused(with_header(&deep), "damaged-model", incomplete);
}

/// What is cut off anywhere is an error, and never a panic.
#[test]
fn files_cut_off_anywhere() {
    for file in [sound_torch_file(), sound_safetensors_file()] {
        for length in 0..file.len() {
            let error = Weights::parse(&file[..length]).expect_err("must be refused");
            assert_eq!(error.code(), "damaged-model", "{length}: {error}");
        }
    }
    // The same within the archive.
    let whole = pickle(&dict(&[("a", first(6))]));
    for length in 0..whole.len() {
        refused(Weights::parse(&torch_file(&whole[..length], &[floats(&[1.0; 6])])), "damaged-model", "pickle");
    }
}

/// Any bit may be wrong; the file is then refused, or still gives tensors of finite numbers.
#[test]
fn files_with_one_bit_changed() {
    for file in [sound_torch_file(), sound_old_file(), sound_safetensors_file()] {
        for bit in 0..file.len() * 8 {
            let mut changed = file.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            if let Ok(weights) = Weights::parse(&changed) {
                assert!(weights.names().all(|name| tensor(&weights, name).iter().all(|value| value.is_finite())));
            }
        }
    }
}

/// Files written by PyTorch itself, in many ways, with the same tensors.
#[test]
fn files_of_pytorch() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/torch");
    let expected = golden("torch/expected");
    for entry in std::fs::read_dir(folder).expect("golden files") {
        let path = entry.expect("golden file").path();
        if path.extension().is_none_or(|extension| extension != "pth") {
            continue;
        }
        let (name, result) = (path.display(), Weights::parse(&std::fs::read(&path).expect("golden file")));
        let weights = result.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(weights.names().eq(expected.names()), "{name} has {}", weights.describe());
        for tensor in weights.names() {
            assert_eq!(weights.get(tensor), expected.get(tensor), "{name}: {tensor}");
        }
    }
}

/// As the recipe reads them, to the bit.
#[test]
fn weights_in_8_bits_are_read_as_the_recipe_reads_them() {
    let (stored, expected) = (golden("eight_bits"), golden("eight_bits_as_f32"));
    assert_eq!(stored.names().collect::<Vec<_>>(), expected.names().collect::<Vec<_>>());
    for name in expected.names() {
        let bits = |weights: &Weights| tensor(weights, name).into_iter().map(f32::to_bits).collect::<Vec<_>>();
        assert_eq!(bits(&stored), bits(&expected), "{name}");
    }
}
