//! The picture of an icon or a cursor. `image` takes only RGBA of 8 bits where it is a PNG file, and no cursors.

const ICON: u8 = 1;
const CURSOR: u8 = 2;
const HEAD_BYTES: usize = 6;
const ENTRY_BYTES: usize = 16;

/// How a PNG file begins.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A picture as it lies in an icon.
pub(super) enum IconPicture<'a> {
    Png(&'a [u8]),
    /// An icon of nothing but a bitmap.
    Bitmap(Vec<u8>),
}

/// Whether a file begins like an icon or a cursor with a picture in it.
pub(super) fn is_icon(file: &[u8]) -> bool {
    matches!(file, [0, 0, ICON | CURSOR, 0, low, high, ..] if [*low, *high] != [0, 0])
}

/// The largest picture, and of those the one of the most bits. None where it lies beyond the end of the file.
pub(super) fn largest(file: &[u8]) -> Option<IconPicture<'_>> {
    let &[_, _, kind, _, low, high] = file.first_chunk::<HEAD_BYTES>()?;
    let count = usize::from(u16::from_le_bytes([low, high]));
    let entries = file[HEAD_BYTES..].as_chunks::<ENTRY_BYTES>().0.iter().take(count);
    // A side of 256 is written as 0. A cursor has its hot spot in the place of the bits.
    let side = |byte: u8| u32::from(byte.wrapping_sub(1)) + 1;
    let bits = |entry: &[u8; ENTRY_BYTES]| if kind == ICON { u16::from_le_bytes([entry[6], entry[7]]) } else { 0 };
    let &entry = entries.max_by_key(|entry| (side(entry[0]) * side(entry[1]), bits(entry)))?;
    let number = |at: usize| u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]) as usize;
    let content = file.get(number(12)..)?;
    if content.starts_with(PNG) {
        return Some(IconPicture::Png(content));
    }
    let mut icon = vec![0, 0, ICON, 0, 1, 0];
    icon.extend(&entry[..4]);
    icon.extend([0; 4]);
    icon.extend(&entry[8..12]);
    icon.extend(((HEAD_BYTES + ENTRY_BYTES) as u32).to_le_bytes());
    icon.extend(&content[..number(8).min(content.len())]);
    Some(IconPicture::Bitmap(icon))
}
