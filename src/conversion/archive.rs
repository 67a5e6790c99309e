//! ZIP archives that hold an ONNX file or ncnn's pair.

use std::io::Read;

use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive, ZipSliceArchive};

use super::graph::{damaged, refused, shown};
use crate::Result;

/// Bytes that a file may become for each of the archive, and beside those. Weights hardly become smaller, and text some times.
const MOST_TIMES: usize = 16;
const MOST_BESIDE: usize = 1 << 20;

/// What an archive holds.
pub(super) enum Content {
    Onnx(Vec<u8>),
    Ncnn { param: Vec<u8>, bin: Vec<u8> },
}

/// Whether an archive holds a file of such a name; one of PyTorch holds none.
pub(super) fn holds_graph(file: &[u8]) -> bool {
    let Ok(archive) = ZipArchive::from_slice(file) else { return false };
    let found = |ending| matches!(find(&archive, file, ending, true), Ok(Some(_)));
    file.starts_with(b"PK") && (found(".param") || found(".onnx"))
}

pub(super) fn open(file: &[u8]) -> Result<Content> {
    let archive = ZipArchive::from_slice(file).map_err(broken)?;
    if let Some(onnx) = find(&archive, file, ".onnx", false)? {
        return Ok(Content::Onnx(onnx));
    }
    let [param, bin] = [".param", ".bin"].map(|ending| find(&archive, file, ending, false));
    match (param?, bin?) {
        (Some(param), Some(bin)) => Ok(Content::Ncnn { param, bin }),
        _ => Err(refused("its ZIP archive has no .param file of ncnn with the .bin file that belongs to it")),
    }
}

fn broken(error: rawzip::Error) -> crate::Error {
    damaged(format!("it is not a complete ZIP archive ({error})"))
}

/// The content of the only file whose name ends so, or, for who wants its name alone, nothing in its place.
fn find(archive: &ZipSliceArchive<&[u8]>, file: &[u8], ending: &str, only_name: bool) -> Result<Option<Vec<u8>>> {
    let mut found = None;
    for record in archive.entries() {
        let record = record.map_err(broken)?;
        let path = String::from_utf8_lossy(record.file_path().as_ref()).into_owned();
        // What macOS puts beside each file.
        if !path.to_ascii_lowercase().ends_with(ending) || path.contains("__MACOSX/") {
            continue;
        }
        if only_name {
            return Ok(Some(Vec::new()));
        }
        if found.is_some() {
            return Err(refused(format!("its ZIP archive has several {ending} files. Unpack it, and take one")));
        }
        let (start, end) = archive.get_entry(record.wayfinder()).map_err(broken)?.compressed_data_range();
        let stored = file.get(start as usize..end as usize).unwrap_or_default();
        let content = match record.compression_method() {
            _ if record.flags().is_encrypted() => return Err(refused(format!("{} in it is encrypted", shown(&path)))),
            CompressionMethod::STORE => stored.to_vec(),
            CompressionMethod::DEFLATE => inflated(stored, file.len())?,
            _ => return Err(refused(format!("{} in it is compressed in a rare way. Unpack it", shown(&path)))),
        };
        if content.len() as u64 != record.uncompressed_size_hint() {
            return Err(damaged(format!("{} in it is of another size than the ZIP archive says", shown(&path))));
        }
        found = Some(content);
    }
    Ok(found)
}

fn inflated(stored: &[u8], archive: usize) -> Result<Vec<u8>> {
    let most = archive.saturating_mul(MOST_TIMES).saturating_add(MOST_BESIDE) as u64;
    let mut content = Vec::new();
    let read = DeflateDecoder::new(stored).take(most).read_to_end(&mut content);
    read.map_err(|error| damaged(format!("a file in its ZIP archive is damaged ({error})")))?;
    Ok(content)
}
