//! Reads PyTorch's own weight files (`.pth`, `.pt`): a zip archive whose `data.pkl` describes the tensors, and whose
//! `data/0`, `data/1` ... are the storages that hold their numbers. Nothing is ever compressed, so tensors are read
//! right where they lie. Before PyTorch 1.6 five pickles and the storages simply followed each other.

use std::collections::BTreeMap;

use rawzip::{CompressionMethod, ZipArchive};

use super::{
    OWNERS, WRAPPERS, damaged,
    pickle::{Name, Pickle, Value},
    refused, shown,
    view::View,
};
use crate::Result;

/// How every zip archive starts that has an entry.
const ZIP: &[u8] = b"PK\x03\x04";

/// How PyTorch's format before 1.6 starts, behind what tells of pickles: the instruction of a number with ten bytes, that number, and
/// the pickle's end.
const OLD: &[u8] = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e";

/// What is told of a file whose numbers have their bytes in the other order.
const NOT_LITTLE_ENDIAN: &str =
    "its numbers are not little-endian. Load it in PyTorch on a common computer and save it again";

/// Dictionaries within dictionaries around the weights, at most.
const MAX_WRAPPERS: usize = 4;

/// Whether these bytes are a PyTorch file of any age; none starts as a safetensors file does.
pub(super) fn is_torch(file: &[u8]) -> bool {
    file.starts_with(ZIP) || is_old(file) || is_tar(file)
}

/// The format before 1.6, in pickles of any version: later ones say how long a part of them is.
fn is_old(file: &[u8]) -> bool {
    let number = match file {
        [0x80, 2..=5, 0x95, _, _, _, _, _, _, _, _, number @ ..] | [0x80, 2..=5, number @ ..] => number,
        _ => return false,
    };
    number.starts_with(OLD)
}

/// The format of the first versions.
fn is_tar(file: &[u8]) -> bool {
    file.get(257..).is_some_and(|rest| rest.starts_with(b"ustar"))
}

/// The tensors by name, as they lie in the file.
pub(super) fn parse(file: &[u8]) -> Result<BTreeMap<String, View<'_>>> {
    if is_tar(file) {
        return Err(refused(
            "it was saved in the format of PyTorch's first versions. Load it in PyTorch and save it again with torch.save",
        ));
    }
    let (pickle, entries) = if is_old(file) { old(file)? } else { archived(file)? };
    let mut tensors = BTreeMap::new();
    for &(name, value) in state_dict(&pickle)? {
        if let Some(view) = tensor(&pickle, value, &entries) {
            let view = view.map_err(|reason| damaged(format!("{} {reason}", shown(name))))?;
            tensors.insert(name.to_owned(), view);
        }
    }
    Ok(tensors)
}

/// The pickle and the storages of an archive.
fn archived(file: &[u8]) -> Result<(Pickle<'_>, BTreeMap<String, &[u8]>)> {
    let entries = entries(file)?;
    if entries.get("byteorder").is_some_and(|&order| order != b"little") {
        return Err(refused(NOT_LITTLE_ENDIAN));
    }
    let data = entries.get("data.pkl").ok_or_else(|| {
        refused("it is a zip archive without data.pkl, so not of PyTorch. If the weight file is inside, unpack it")
    })?;
    Ok((Pickle::parse(data)?, entries))
}

/// The same of a file in the format before 1.6: what wrote it, what it holds, and which storages follow in which order, each
/// after its number of numbers.
fn old(file: &[u8]) -> Result<(Pickle<'_>, BTreeMap<String, &[u8]>)> {
    let (_, rest) = Pickle::parse_first(file)?;
    let (_, rest) = Pickle::parse_first(rest)?;
    let (system, rest) = Pickle::parse_first(rest)?;
    let (pickle, rest) = Pickle::parse_first(rest)?;
    let (keys, mut rest) = Pickle::parse_first(rest)?;
    if system.dict(system.root).is_some_and(|pairs| pairs.contains(&("little_endian", Value::Bool(false)))) {
        return Err(refused(NOT_LITTLE_ENDIAN));
    }
    let kinds: BTreeMap<_, _> = pickle
        .all_persistent()
        .filter_map(|description| match description {
            [_, Value::Name(Name::Storage(dtype)), Value::Text(key), ..] => Some((*key, *dtype)),
            _ => None,
        })
        .collect();
    let keys = keys.list(keys.root).ok_or_else(|| damaged("it has no list of its storages"))?;
    let mut entries = BTreeMap::new();
    for key in keys {
        let (Value::Text(key), Some((&count, after))) = (key, rest.split_first_chunk()) else {
            return Err(damaged("its storages are cut off"));
        };
        let Some(dtype) = kinds.get(key) else {
            return Err(damaged(format!("it has the storage {}, which no tensor is made of", shown(key))));
        };
        let bytes = u64::from_le_bytes(count).checked_mul(dtype.bitsize() as u64 / 8);
        let bytes = bytes.and_then(|bytes| after.split_at_checked(usize::try_from(bytes).ok()?));
        let (content, after) = bytes.ok_or_else(|| damaged("its storages are cut off"))?;
        entries.insert(format!("data/{key}"), content);
        rest = after;
    }
    Ok((pickle, entries))
}

/// The archive's entries by their names below the archive's one folder.
fn entries(file: &[u8]) -> Result<BTreeMap<String, &[u8]>> {
    let broken = |error: rawzip::Error| damaged(format!("it is not a complete zip archive ({error})"));
    let archive = ZipArchive::from_slice(file).map_err(broken)?;
    let mut entries = BTreeMap::new();
    let mut last_end = 0;
    for record in archive.entries() {
        let record = record.map_err(broken)?;
        let path = record.file_path();
        let path =
            std::str::from_utf8(path.as_ref()).map_err(|_| damaged("its zip archive has a name that is not UTF-8"))?;
        let name = path.split_once('/').map_or(path, |(_, name)| name);
        if name == "constants.pkl" || name.starts_with("code/") {
            return Err(refused(
                "it is a TorchScript program. Load it with torch.jit.load and save its state_dict() with torch.save",
            ));
        }
        if record.compression_method() != CompressionMethod::STORE || record.flags().is_encrypted() {
            return Err(refused(format!(
                "{} is compressed or encrypted in it, which PyTorch never does. If the weight file is inside, unpack it",
                shown(path)
            )));
        }
        let (start, end) = archive.get_entry(record.wayfinder()).map_err(broken)?.compressed_data_range();
        if record.local_header_offset() < last_end || end > archive.directory_offset() {
            return Err(damaged(format!("its zip archive has {} on other entries or out of order", shown(path))));
        }
        last_end = end;
        let content = file.get(start as usize..end as usize).unwrap_or_default();
        if content.len() as u64 != record.uncompressed_size_hint() || entries.insert(name.to_owned(), content).is_some()
        {
            return Err(damaged(format!("its zip archive has two sizes or two entries for {}", shown(path))));
        }
    }
    Ok(entries)
}

/// The dictionary that holds the weights, out of those around it.
fn state_dict<'p, 'a>(pickle: &'p Pickle<'a>) -> Result<&'p [(&'a str, Value<'a>)]> {
    let mut dict = pickle
        .dict(pickle.root)
        .ok_or_else(|| refused("it holds no dictionary of tensors. Save the network's state_dict() with torch.save"))?;
    let is_tensor = |(_, value): &(&str, Value)| pickle.call(*value).is_some();
    for _ in 0..MAX_WRAPPERS {
        let named = |wanted: &str| {
            let (_, value) = dict.iter().rev().find(|(name, _)| *name == wanted)?;
            pickle.dict(*value)
        };
        // Under another name only when there can be no doubt.
        let only = || {
            let starts_with_tensor = |inner: &&[(&str, Value)]| inner.first().is_some_and(is_tensor);
            let mut inner = dict.iter().filter_map(|(_, value)| pickle.dict(*value)).filter(starts_with_tensor);
            inner.next().filter(|_| inner.next().is_none() && !dict.iter().any(is_tensor))
        };
        match WRAPPERS.into_iter().chain(OWNERS).find_map(named).or_else(only) {
            Some(inner) => dict = inner,
            None => break,
        }
    }
    Ok(dict)
}

/// What a call makes; None for a value that is no call.
fn tensor<'a>(
    pickle: &Pickle<'a>,
    value: Value<'a>,
    entries: &BTreeMap<String, &'a [u8]>,
) -> Option<Result<View<'a>, String>> {
    let call = match pickle.call(value)? {
        (Name::RebuildParameter, &[inner, ..]) => pickle.call(inner),
        call => Some(call),
    };
    Some(match call {
        // Storage, offset, shape, strides, and whether it is trained and by which hooks.
        Some((
            Name::RebuildTensor,
            &[storage, Value::Int(offset), shape, strides] | &[storage, Value::Int(offset), shape, strides, _, _],
        )) => view(pickle, [storage, shape, strides], offset, entries),
        _ => Err("is made in a way that is not known here".into()),
    })
}

fn view<'a>(
    pickle: &Pickle<'a>,
    [storage, shape, strides]: [Value<'a>; 3],
    offset: i64,
    entries: &BTreeMap<String, &'a [u8]>,
) -> Result<View<'a>, String> {
    // The fourth is the device, which is of no interest here. Before 1.6 there was a sixth, None unless it is part of another.
    let (dtype, key, count) = match pickle.persistent(storage) {
        Some(
            &[Value::Text("storage"), Value::Name(Name::Storage(dtype)), Value::Text(key), _, Value::Int(count)]
            | &[
                Value::Text("storage"),
                Value::Name(Name::Storage(dtype)),
                Value::Text(key),
                _,
                Value::Int(count),
                Value::Other,
            ],
        ) => (dtype, key, count),
        _ => return Err("has no storage that is known here".into()),
    };
    let bytes =
        *entries.get(&format!("data/{key}")).ok_or_else(|| format!("needs data/{}, which is missing", shown(key)))?;
    let expected = u64::try_from(count).ok().and_then(|count| count.checked_mul(dtype.bitsize() as u64 / 8));
    if expected != Some(bytes.len() as u64) {
        return Err(format!("needs {count} {dtype:?} numbers in data/{}, which has {} bytes", shown(key), bytes.len()));
    }
    let sizes = |value, what| {
        let items = pickle.tuple(value).ok_or_else(|| format!("has no {what}"))?;
        items
            .iter()
            .map(|item| match item {
                Value::Int(size) => {
                    usize::try_from(*size).map_err(|_| format!("has the impossible number {size} in its {what}"))
                }
                _ => Err(format!("has something else than whole numbers in its {what}")),
            })
            .collect::<Result<Vec<_>, _>>()
    };
    let offset = usize::try_from(offset).map_err(|_| format!("has the impossible offset {offset}"))?;
    View::new(dtype, sizes(shape, "shape")?, sizes(strides, "strides")?, offset, bytes)
}
