//! Whether a JPEG file is all there. Decoders fill what is missing with grey and say nothing.

const END_OF_IMAGE: u8 = 0xd9;

/// Walks the segments and the coded data between them (ITU-T T.81, annex B) up to the end-of-image marker. Bytes after
/// it do not matter, and a marker inside a segment, such as that of an EXIF thumbnail, does not count.
pub(super) fn is_complete(file: &[u8]) -> bool {
    // After the start-of-image marker.
    let mut rest = file.get(2..).unwrap_or_default();
    while let Some(at) = rest.windows(2).position(|pair| pair[0] == 0xff && is_marker(pair[1])) {
        if rest[at + 1] == END_OF_IMAGE {
            return true;
        }
        let segment = &rest[at + 2..];
        let &[high, low, ..] = segment else { return false };
        let length = usize::from(u16::from_be_bytes([high, low]));
        rest = segment.get(length..).unwrap_or_default();
    }
    false
}

/// Not a stuffed 0xff of coded data, a filler, or one of the markers that stand alone between coded data.
fn is_marker(byte: u8) -> bool {
    !matches!(byte, 0x00 | 0x01 | 0xd0..=0xd7 | 0xff)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A thumbnail in a segment, a scan with a stuffed byte, a restart marker and a filler, the end, and more.
    const FILE: &[u8] =
        b"\xff\xd8\xff\xe1\x00\x06\xff\xd8\xff\xd9\xff\xda\x00\x03\x01data\xff\x00data\xff\xd0data\xff\xff\xd9more";

    #[test]
    fn a_whole_file_is_complete_and_any_part_of_it_is_not() {
        assert!(is_complete(FILE));
        let end = FILE.len() - b"more".len();
        assert!(is_complete(&FILE[..end]));
        for length in 0..end {
            assert!(!is_complete(&FILE[..length]), "{length}");
        }
    }
}
