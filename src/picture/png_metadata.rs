//! What a PNG file says beside its pixels, wherever in the file it lies.

use std::io::Cursor;

use png::{Decoder, Info, Unit};

use super::Metadata;

/// Under this keyword a PNG file keeps its XMP packet.
pub(super) const XMP: &str = "XML:com.adobe.xmp";

/// Under keywords that begin so ImageMagick and others keep what other formats have segments for.
const RAW_PROFILE: &str = "Raw profile type ";

/// What a segment of XMP begins with.
const XMP_SEGMENT: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

const SIGNATURE_BYTES: usize = 8;
const CHECKSUM_BYTES: usize = 4;

/// Chunks of colours and how many bytes they have.
const COLOR_CHUNKS: [(&[u8; 4], usize); 6] =
    [(b"gAMA", 4), (b"cHRM", 32), (b"sRGB", 1), (b"cICP", 4), (b"mDCV", 24), (b"cLLI", 8)];

/// Reads all chunks but those of the pixels. What cannot be read is left out.
pub(super) fn read(file: &[u8]) -> Metadata {
    let mut decoder = Decoder::new(Cursor::new(file));
    decoder.set_ignore_text_chunk(false);
    let Ok(mut reader) = decoder.read_info() else { return Metadata::default() };
    // A fault behind the pixels leaves what came before it.
    let _ = reader.finish();
    let info = reader.info();
    let raw = |kinds: &[&str]| {
        texts(info).find_map(|(key, text)| {
            let kind = key.strip_prefix(RAW_PROFILE)?;
            kinds.contains(&kind).then(|| unhexed(&text)).flatten()
        })
    };
    let segment = raw(&["APP1", "app1"]);
    let in_segment = |start: &[u8]| segment.as_deref().filter(|segment| segment.starts_with(start));
    let packet = info.utf8_text.iter().find(|chunk| chunk.keyword == XMP);
    let density = info.pixel_dims.filter(|dims| dims.unit == Unit::Meter).map(|dims| [dims.xppu, dims.yppu]);
    Metadata {
        color_chunks: color_chunks(file),
        density,
        icc_profile: info.icc_profile.as_deref().map(<[u8]>::to_vec).or_else(|| raw(&["icc", "icm"])),
        exif: (info.exif_metadata.as_deref().map(<[u8]>::to_vec))
            .or_else(|| raw(&["exif"]))
            .or_else(|| in_segment(b"Exif\0\0").map(<[u8]>::to_vec)),
        xmp: (packet.and_then(|chunk| chunk.get_text().ok()).map(String::into_bytes))
            .or_else(|| raw(&["xmp"]))
            .or_else(|| Some(in_segment(XMP_SEGMENT)?[XMP_SEGMENT.len()..].to_vec())),
    }
}

/// The chunks that tell of colours, each with as many bytes as it has to have. All of them come before the pixels.
fn color_chunks(file: &[u8]) -> Vec<([u8; 4], Vec<u8>)> {
    let mut chunks = Vec::new();
    let mut rest = file.get(SIGNATURE_BYTES..).unwrap_or_default();
    while let Some((&length, after)) = rest.split_first_chunk() {
        let Some((&name, after)) = after.split_first_chunk() else { break };
        let Some((content, after)) = after.split_at_checked(u32::from_be_bytes(length) as usize) else { break };
        if &name == b"IDAT" {
            break;
        }
        let is_new = chunks.iter().all(|(other, _)| *other != name);
        if is_new && COLOR_CHUNKS.contains(&(&name, content.len())) {
            chunks.push((name, content.to_vec()));
        }
        rest = after.get(CHECKSUM_BYTES..).unwrap_or_default();
    }
    chunks
}

/// The keywords of the file's texts in Latin 1, with these.
fn texts<'a>(info: &'a Info<'_>) -> impl Iterator<Item = (&'a str, String)> {
    let plain = info.uncompressed_latin1_text.iter().map(|chunk| (&*chunk.keyword, chunk.text.clone()));
    let compressed = info.compressed_latin1_text.iter();
    plain.chain(compressed.filter_map(|chunk| Some((&*chunk.keyword, chunk.get_text().ok()?))))
}

/// The bytes of a raw profile: behind a name and their number they are written in hexadecimal digits.
fn unhexed(text: &str) -> Option<Vec<u8>> {
    let mut lines = text.trim_start().lines();
    let count: usize = lines.by_ref().nth(1)?.trim().parse().ok()?;
    let digits: Vec<_> = lines.flat_map(str::chars).filter_map(|digit| digit.to_digit(16)).collect();
    let bytes: Vec<_> = digits.as_chunks().0.iter().map(|[high, low]| (high << 4 | low) as u8).collect();
    (bytes.len() == count).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_profiles() {
        assert_eq!(unhexed("\nexif\n       5\n4d4d00\n2a01\n").as_deref(), Some(&b"MM\0*\x01"[..]));
        for text in ["", "\nexif", "\nexif\n", "\nexif\nfive\n00", "\nexif\n3\n4d4d\n", "\nexif\n1\n4d4d\n"] {
            assert_eq!(unhexed(text), None, "{text}");
        }
    }
}
