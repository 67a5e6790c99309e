//! Whether a JPEG file is all there. Decoders fill what is missing with an invented block and say nothing.

use super::{
    jpeg_scan::{Frame, Tables},
    metadata::INCH,
};

const START_OF_SCAN: u8 = 0xda;
const END_OF_IMAGE: u8 = 0xd9;
const HUFFMAN_TABLES: u8 = 0xc4;
const RESTART_INTERVAL: u8 = 0xdd;
/// Baseline, extended sequential, and progressive frames of Huffman codes; no other can be decoded here.
const FRAMES: std::ops::RangeInclusive<u8> = 0xc0..=0xc2;

/// What is told of a file that has no end.
const NO_END: &str = "its end is missing";

/// Walks the segments and the coded data between them (ITU-T T.81, annex B) up to the end-of-image marker, and looks whether
/// every scan holds as many blocks as it should. Bytes after the end do not matter, and a marker inside a segment, such as that
/// of an EXIF thumbnail, does not count.
///
/// Tells whether components come in sequential scans of their own.
///
/// # Errors
/// What is missing, as half a sentence.
pub(super) fn check(file: &[u8]) -> Result<bool, String> {
    // After the start-of-image marker.
    let mut rest = file.get(2..).unwrap_or_default();
    let (mut frame, mut tables, mut apart) = (None::<Frame>, Tables::default(), false);
    while let Some(at) = rest.windows(2).position(|pair| pair[0] == 0xff && is_marker(pair[1])) {
        let marker = rest[at + 1];
        if marker == END_OF_IMAGE {
            return match frame {
                Some(frame) if frame.lacks_a_component() => Err("the data of a component is missing".into()),
                _ => Ok(apart),
            };
        }
        let segment = &rest[at + 2..];
        let &[high, low, ..] = segment else { break };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let content = segment.get(2..length).unwrap_or_default();
        rest = segment.get(length..).unwrap_or_default();
        match marker {
            HUFFMAN_TABLES => tables.define(content),
            RESTART_INTERVAL => {
                tables.restart_interval = content.first_chunk().map_or(0, |&two| u16::from_be_bytes(two));
            }
            START_OF_SCAN => {
                if let Some(frame) = &mut frame {
                    apart |= frame.is_apart(content);
                    rest = &rest[frame.scan(content, &tables, rest)?..];
                }
            }
            _ if FRAMES.contains(&marker) => frame = Frame::new(marker == *FRAMES.end(), content),
            _ => {}
        }
    }
    Err(NO_END.into())
}

/// How many pixels there are to a metre, as the first segment of most files says.
pub(super) fn density(file: &[u8]) -> Option<[u32; 2]> {
    let head = file.get(2..)?.strip_prefix(b"\xff\xe0")?.get(2..)?.strip_prefix(b"JFIF\0")?;
    let &[_, _, unit, x1, x2, y1, y2] = head.first_chunk()?;
    let metre = match unit {
        1 => INCH,
        2 => 0.01,
        _ => return None,
    };
    let density = [[x1, x2], [y1, y2]].map(|number| (f64::from(u16::from_be_bytes(number)) / metre).round() as u32);
    (!density.contains(&0)).then_some(density)
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
        assert_eq!(check(FILE), Ok(false));
        let end = FILE.len() - b"more".len();
        assert_eq!(check(&FILE[..end]), Ok(false));
        for length in 0..end {
            assert_eq!(check(&FILE[..length]), Err(NO_END.into()), "{length}");
        }
    }
}
