//! How strongly a JPEG file was compressed, by its quantisation table (ITU-T T.81, B.2.4.1).

const QUANTISATION_TABLES: u8 = 0xdb;
const START_OF_SCAN: u8 = 0xda;

/// The example table for luma of annex K, which nearly all programs scale, in any order.
const EXAMPLE: [u16; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
    87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
];

/// The quality, 1 to 100, at which libjpeg's steps are in sum as coarse as those of the file's first table, which is that of luma.
/// None where there is no table before the first scan.
pub(super) fn quality(file: &[u8]) -> Option<u8> {
    let steps = coarseness(file)?;
    (1..=100).min_by_key(|&quality| of_quality(quality).abs_diff(steps))
}

/// The sum of the file's steps.
fn coarseness(file: &[u8]) -> Option<u32> {
    let mut rest = file.get(2..)?;
    loop {
        let &[0xff, marker, high, low, ..] = rest else { return None };
        let segment = rest.get(4..2 + usize::from(u16::from_be_bytes([high, low])))?;
        match marker {
            START_OF_SCAN => return None,
            QUANTISATION_TABLES => {
                let (&kind, values) = segment.split_first()?;
                let (bytes, pairs) = (values.get(..64)?, values.get(..128));
                let is_wide = kind >> 4 != 0;
                let wide =
                    |pairs: &[u8]| pairs.as_chunks().0.iter().map(|&pair| u32::from(u16::from_be_bytes(pair))).sum();
                return if is_wide { pairs.map(wide) } else { Some(bytes.iter().map(|&step| u32::from(step)).sum()) };
            }
            _ => rest = &rest[4 + segment.len()..],
        }
    }
}

/// The sum of libjpeg's steps.
fn of_quality(quality: u8) -> u32 {
    let quality = u32::from(quality);
    let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    EXAMPLE.iter().map(|&step| ((u32::from(step) * percent + 50) / 100).clamp(1, 255)).sum()
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, codecs::jpeg::JpegEncoder};

    use super::*;

    #[test]
    fn every_quality_is_known_again() {
        for asked in 1..=100 {
            let mut file = Vec::new();
            let picture = DynamicImage::new_rgb8(8, 8).into_rgb8();
            JpegEncoder::new_with_quality(&mut file, asked).encode_image(&picture).expect("written");
            let found = quality(&file).expect("a table");
            // All of the coarsest steps are 255.
            assert_eq!(of_quality(found), of_quality(asked), "{asked}");
            assert!(asked < 3 || found == asked, "{found}, not {asked}");
        }
    }

    #[test]
    fn a_table_of_wide_steps_is_read_and_none_is_none() {
        let head =
            |kind: u8, length: u8| [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, QUANTISATION_TABLES, 0, length, kind];
        let wide = [&head(0x10, 131)[..], &[0, 16].repeat(64)].concat();
        assert_eq!(coarseness(&wide), Some(16 * 64));
        let narrow = [&head(0, 67)[..], &[3; 64]].concat();
        assert_eq!(coarseness(&narrow), Some(3 * 64));
        for length in 0..narrow.len() {
            assert_eq!(quality(&narrow[..length]), None, "{length}");
        }
        assert_eq!(quality(b"\xff\xd8\xff\xda\x00\x02data"), None);
    }
}
