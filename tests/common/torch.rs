//! Writes PyTorch files by hand, sound ones and others.

/// An entry of a zip archive; what its header claims can differ from what it is.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) content: Vec<u8>,
    /// 0 is stored, 8 is deflate.
    pub(crate) method: u16,
    /// 1 is encrypted.
    pub(crate) flags: u16,
    pub(crate) stored_size: u32,
    pub(crate) unpacked_size: u32,
    /// Where the directory says the entry is; none is where it is.
    pub(crate) offset: Option<u32>,
}

impl Entry {
    pub(crate) fn new(name: &str, content: &[u8]) -> Self {
        let size = content.len() as u32;
        let (name, content) = (name.to_owned(), content.to_vec());
        Self { name, content, method: 0, flags: 0, stored_size: size, unpacked_size: size, offset: None }
    }

    /// What the local header and the directory both say.
    fn header(&self) -> Vec<u8> {
        let mut header = Vec::new();
        for half in [20, self.flags, self.method, 0, 0] {
            header.extend(half.to_le_bytes());
        }
        // The checksum is left out, as PyTorch's reader does not look at it either.
        for word in [0, self.stored_size, self.unpacked_size] {
            header.extend(word.to_le_bytes());
        }
        header.extend((self.name.len() as u16).to_le_bytes());
        header.extend([0, 0]);
        header
    }
}

/// A zip archive (PKWARE's APPNOTE).
pub(crate) fn zip(entries: &[Entry]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let offset = entry.offset.unwrap_or(file.len() as u32);
        file.extend(b"PK\x03\x04");
        file.extend(entry.header());
        file.extend(entry.name.as_bytes());
        file.extend(&entry.content);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(entry.header());
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(entry.name.as_bytes());
    }
    let start = file.len() as u32;
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend([entries.len() as u16; 2].iter().flat_map(|count| count.to_le_bytes()));
    file.extend([directory.len() as u32, start].iter().flat_map(|number| number.to_le_bytes()));
    file.extend([0, 0]);
    file
}

/// The entries of a PyTorch file with that pickle and those storages (`data/0`, `data/1` ...).
pub(crate) fn torch_entries(pickle: &[u8], storages: &[Vec<u8>]) -> Vec<Entry> {
    let storage = |(key, content): (usize, &Vec<u8>)| Entry::new(&format!("archive/data/{key}"), content);
    let mut entries = vec![Entry::new("archive/data.pkl", pickle), Entry::new("archive/byteorder", b"little")];
    entries.extend(storages.iter().enumerate().map(storage));
    entries
}

/// A PyTorch file of those parts.
pub(crate) fn torch_file(pickle: &[u8], storages: &[Vec<u8>]) -> Vec<u8> {
    zip(&torch_entries(pickle, storages))
}

/// f32 numbers as a storage holds them.
pub(crate) fn floats(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// How a pickle describes a tensor.
#[derive(Clone)]
pub(crate) struct Stored {
    /// For example `FloatStorage`.
    pub(crate) kind: &'static str,
    pub(crate) key: &'static str,
    /// Numbers in the whole storage.
    pub(crate) count: i64,
    pub(crate) offset: i64,
    pub(crate) shape: Vec<i64>,
    pub(crate) strides: Vec<i64>,
}

impl Stored {
    /// All of the f32 numbers of a storage.
    pub(crate) fn whole(key: &'static str, count: i64) -> Self {
        Self { kind: "FloatStorage", key, count, offset: 0, shape: vec![count], strides: vec![1] }
    }

    /// The instructions that make it, as PyTorch writes them.
    pub(crate) fn pickle(&self) -> Vec<u8> {
        let mut pickle = b"ctorch._utils\n_rebuild_tensor_v2\n((".to_vec();
        pickle.extend(text("storage"));
        pickle.extend(format!("ctorch\n{}\n", self.kind).bytes());
        pickle.extend([text(self.key), text("cpu"), int(self.count)].concat());
        pickle.extend(b"tQ");
        pickle.extend([int(self.offset), tuple(&self.shape), tuple(&self.strides)].concat());
        // Not trained, no hooks.
        pickle.extend(b"\x89ccollections\nOrderedDict\n)RtR");
        pickle
    }
}

pub(crate) fn text(text: &str) -> Vec<u8> {
    [&b"X"[..], &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat()
}

pub(crate) fn int(number: i64) -> Vec<u8> {
    [&b"\x8a\x08"[..], &number.to_le_bytes()].concat()
}

pub(crate) fn tuple(numbers: &[i64]) -> Vec<u8> {
    let numbers = numbers.iter().flat_map(|&number| int(number)).collect();
    [b"(".to_vec(), numbers, b"t".to_vec()].concat()
}

/// A dictionary of values that are instructions already.
pub(crate) fn dict(pairs: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let pairs: Vec<_> = pairs.iter().flat_map(|(key, value)| [text(key), value.clone()].concat()).collect();
    [b"}(".to_vec(), pairs, b"u".to_vec()].concat()
}

/// A whole pickle of a value.
pub(crate) fn pickle(value: &[u8]) -> Vec<u8> {
    [b"\x80\x02", value, b"."].concat()
}
