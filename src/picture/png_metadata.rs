//! What a PNG file says beside its pixels, wherever in the file it lies.

use std::io::Cursor;

use png::{Decoder, Info};

use super::Metadata;

/// Under this keyword a PNG file keeps its XMP packet.
pub(super) const XMP: &str = "XML:com.adobe.xmp";

/// Under keywords that begin so ImageMagick and others keep what other formats have segments for.
const RAW_PROFILE: &str = "Raw profile type ";

/// What a segment of XMP begins with.
const XMP_SEGMENT: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

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
    Metadata {
        icc_profile: info.icc_profile.as_deref().map(<[u8]>::to_vec).or_else(|| raw(&["icc", "icm"])),
        exif: (info.exif_metadata.as_deref().map(<[u8]>::to_vec))
            .or_else(|| raw(&["exif"]))
            .or_else(|| in_segment(b"Exif\0\0").map(<[u8]>::to_vec)),
        xmp: (packet.and_then(|chunk| chunk.get_text().ok()).map(String::into_bytes))
            .or_else(|| raw(&["xmp"]))
            .or_else(|| Some(in_segment(XMP_SEGMENT)?[XMP_SEGMENT.len()..].to_vec())),
    }
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
