//! EXIF that is right for the result: upright, of its size, without the small picture of before.
//!
//! The block (a TIFF structure) is changed in place, so that offsets from its start, which makers' own notes hold too,
//! stay valid.

use std::ops::Range;

const ORIENTATION: u16 = 0x0112;
const EXIF_DIRECTORY: u16 = 0x8769;
const POSITION_DIRECTORY: u16 = 0x8825;
const INTEROPERABILITY_DIRECTORY: u16 = 0xa005;
/// The sizes that the first directory and the EXIF directory give.
const WIDTHS: [u16; 2] = [0x0100, 0xa002];
const HEIGHTS: [u16; 2] = [0x0101, 0xa003];
/// Where a thumbnail's pixels are and how many bytes they take: of a JPEG file, and of strips.
const THUMBNAILS: [[u16; 2]; 2] = [[0x0201, 0x0202], [0x0111, 0x0117]];

/// Pixels an inch or a centimetre, across and down.
const RESOLUTIONS: [u16; 2] = [0x011a, 0x011b];

const SHORT: u16 = 3;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;
/// Bytes of a value of each type, by its number.
const TYPE_BYTES: [usize; 13] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
const ENTRY_BYTES: usize = 12;

/// The block of an input made right for an upright result of `width` x `height` pixels, without the `Exif\0\0` that
/// JPEG files put before it. [`None`] when it cannot be understood.
pub(crate) fn for_result(exif: &[u8], width: u32, height: u32) -> Option<Vec<u8>> {
    let once = patched(without_prefix(exif), width, height)?;
    // Where directories overlap, one change may spoil another.
    (patched(&once, width, height)? == once).then_some(once)
}

/// A sound block with that many times the pixels on each inch or centimetre of paper, across and down.
pub(super) fn with_density(exif: Vec<u8>, factors: [f64; 2]) -> Vec<u8> {
    let Some(mut block) = Block::new(&exif) else { return exif };
    let Some(first) = block.u32(4).and_then(|at| block.directory(at)) else { return exif };
    for &entry in &first.entries {
        let factor = match block.u16(entry) {
            Some(tag) if tag == RESOLUTIONS[0] => factors[0],
            Some(tag) if tag == RESOLUTIONS[1] => factors[1],
            _ => continue,
        };
        let value = block.value(entry);
        if block.u16(entry + 2) != Some(RATIONAL) || value.len() != 8 {
            continue;
        }
        // What is too large for its place stays as it is.
        let number = block.u32(value.start).map(|number| (f64::from(number) * factor).round());
        if let Some(number) = number.filter(|&number| number <= f64::from(u32::MAX)) {
            block.put(value.start, number as u32);
        }
    }
    block.bytes
}

/// The orientation that a block tells, which may have `Exif\0\0` before it.
pub(super) fn orientation(exif: &[u8]) -> Option<u8> {
    let block = Block::new(without_prefix(exif))?;
    let first = block.directory(block.u32(4)?)?;
    block.numbers(&first, ORIENTATION).first().and_then(|&number| number.try_into().ok())
}

fn without_prefix(exif: &[u8]) -> &[u8] {
    exif.strip_prefix(b"Exif\0\0").unwrap_or(exif)
}

fn patched(exif: &[u8], width: u32, height: u32) -> Option<Vec<u8>> {
    let mut block = Block::new(exif)?;
    let first = block.directory(block.u32(4)?)?;
    let thumbnail = block.thumbnail(&first);
    let mut kept = Runs::new(exif.len());
    kept.add(0..8);
    let mut directories = vec![first];
    // The first directory names two more, and one of these another.
    for tag in [EXIF_DIRECTORY, POSITION_DIRECTORY, INTEROPERABILITY_DIRECTORY] {
        let named = directories.iter().flat_map(|directory| &directory.entries);
        let place = named.copied().find(|&entry| block.u16(entry) == Some(tag)).and_then(|entry| block.u32(entry + 8));
        directories.extend(place.and_then(|place| block.directory(place)));
    }
    for directory in &directories {
        kept.add(directory.place.clone());
        for &entry in &directory.entries {
            kept.add(block.value(entry));
            match block.u16(entry)? {
                ORIENTATION => block.set(entry, SHORT, 1),
                tag if WIDTHS.contains(&tag) => block.set(entry, block.u16(entry + 2)?, width),
                tag if HEIGHTS.contains(&tag) => block.set(entry, block.u16(entry + 2)?, height),
                _ => {}
            }
        }
    }
    // No directory after the first.
    block.put(directories[0].place.end - 4, 0);
    block.clear(&thumbnail, &kept);
    Some(block.bytes)
}

struct Block {
    bytes: Vec<u8>,
    big_endian: bool,
}

struct Directory {
    /// With the offset of the next one at its end.
    place: Range<usize>,
    entries: Vec<usize>,
}

impl Block {
    fn new(bytes: &[u8]) -> Option<Self> {
        let big_endian = match bytes.get(..4)? {
            b"II*\0" => false,
            b"MM\0*" => true,
            _ => return None,
        };
        Some(Self { bytes: bytes.to_vec(), big_endian })
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let &bytes = self.bytes.get(at..)?.first_chunk()?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let &bytes = self.bytes.get(at..)?.first_chunk()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn put(&mut self, at: usize, value: u32) {
        let bytes = if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        self.bytes[at..at + 4].copy_from_slice(&bytes);
    }

    /// Gives an entry one value, as a number of 32 bits unless it is one of 16 that suffice.
    fn set(&mut self, entry: usize, kind: u16, value: u32) {
        let short = u16::try_from(value).ok().filter(|_| kind == SHORT);
        // A number of 16 bits takes the first two bytes of the four.
        let halves = |half: u16| if self.big_endian { u32::from(half) << 16 } else { half.into() };
        let value = short.map_or(value, halves);
        let tag = self.u16(entry).unwrap_or_default();
        let kind = if short.is_some() { SHORT } else { LONG };
        let head = [tag, kind].map(|half| if self.big_endian { half.to_be_bytes() } else { half.to_le_bytes() });
        self.bytes[entry..entry + 4].copy_from_slice(head.as_flattened());
        self.put(entry + 4, 1);
        self.put(entry + 8, value);
    }

    fn directory(&self, at: u32) -> Option<Directory> {
        let at = at as usize;
        let count = usize::from(self.u16(at)?);
        let entries = at + 2;
        let place = at..entries + count * ENTRY_BYTES + 4;
        self.bytes.get(place.clone())?;
        Some(Directory { place, entries: (0..count).map(|index| entries + index * ENTRY_BYTES).collect() })
    }

    /// Where an entry's value is, cut off at the block's end.
    fn value(&self, entry: usize) -> Range<usize> {
        let size = self.u16(entry + 2).and_then(|kind| TYPE_BYTES.get(usize::from(kind))).copied().unwrap_or_default();
        let bytes = (self.u32(entry + 4).unwrap_or_default() as usize).saturating_mul(size);
        let start = if bytes > 4 { self.u32(entry + 8).unwrap_or_default() as usize } else { entry + 8 };
        self.inside(start, bytes)
    }

    fn inside(&self, start: usize, bytes: usize) -> Range<usize> {
        let start = start.min(self.bytes.len());
        start..start.saturating_add(bytes).min(self.bytes.len())
    }

    /// The numbers of the entry with that tag.
    fn numbers(&self, directory: &Directory, tag: u16) -> Vec<usize> {
        let Some(&entry) = directory.entries.iter().find(|&&entry| self.u16(entry) == Some(tag)) else {
            return Vec::new();
        };
        let value = self.value(entry);
        match self.u16(entry + 2) {
            Some(SHORT) => value.step_by(2).filter_map(|at| self.u16(at).map(usize::from)).collect(),
            Some(LONG) => value.step_by(4).filter_map(|at| self.u32(at).map(|number| number as usize)).collect(),
            _ => Vec::new(),
        }
    }

    /// Everything that the directory after the first holds.
    fn thumbnail(&self, first: &Directory) -> Runs {
        let mut runs = Runs::new(self.bytes.len());
        let next = self.u32(first.place.end - 4).filter(|&next| next > 0);
        if let Some(directory) = next.and_then(|next| self.directory(next)) {
            runs.add(directory.place.clone());
            directory.entries.iter().for_each(|&entry| runs.add(self.value(entry)));
            for [starts, lengths] in THUMBNAILS {
                let lengths = self.numbers(&directory, lengths);
                for (start, length) in self.numbers(&directory, starts).into_iter().zip(lengths) {
                    runs.add(self.inside(start, length));
                }
            }
        }
        runs
    }

    /// Takes out some bytes: what is at the end goes, what is before it becomes zero.
    fn clear(&mut self, gone: &Runs, kept: &Runs) {
        let (mut gone_runs, mut kept_runs, mut end) = (0, 0, 0);
        for (at, byte) in self.bytes.iter_mut().enumerate() {
            gone_runs += gone.0[at];
            kept_runs += kept.0[at];
            if gone_runs > 0 && kept_runs == 0 {
                *byte = 0;
            } else {
                end = at + 1;
            }
        }
        self.bytes.truncate(end);
    }
}

/// Runs of bytes, which may overlap: at each place, how many begin less how many end.
struct Runs(Vec<i32>);

impl Runs {
    fn new(bytes: usize) -> Self {
        Self(vec![0; bytes + 1])
    }

    fn add(&mut self, run: Range<usize>) {
        self.0[run.start] += 1;
        self.0[run.end] -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THUMBNAIL: &[u8] = b"\xff\xd8THUMBNAIL\xff\xd9";
    const NOTE: &[u8] = b"maker's note";

    /// A block in either order of bytes: orientation 6, a size of 40 x 30, a maker's note, a thumbnail, and what comes
    /// after it.
    fn sample(big_endian: bool, after: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let half = |value: u16| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        let word = |value: u32| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
            [&half(tag)[..], &half(kind), &word(count), &value].concat()
        };
        let short = |value: u16| [half(value)[0], half(value)[1], 0, 0];
        bytes.extend(if big_endian { b"MM\0*" } else { b"II*\0" });
        bytes.extend(word(8));
        // The first directory, 8 to 50.
        bytes.extend(half(3));
        bytes.extend(entry(0x0100, SHORT, 1, short(40)));
        bytes.extend(entry(ORIENTATION, SHORT, 1, short(6)));
        bytes.extend(entry(EXIF_DIRECTORY, LONG, 1, word(50)));
        bytes.extend(word(104));
        // EXIF's own, 50 to 92, and the note, 92 to 104.
        bytes.extend(half(3));
        bytes.extend(entry(0x927c, 7, NOTE.len() as u32, word(92)));
        bytes.extend(entry(0xa002, LONG, 1, word(40)));
        bytes.extend(entry(0xa003, SHORT, 1, short(30)));
        bytes.extend(word(0));
        bytes.extend(NOTE);
        // The thumbnail's, 104 to 134.
        bytes.extend(half(2));
        bytes.extend(entry(0x0201, LONG, 1, word(134)));
        bytes.extend(entry(0x0202, LONG, 1, word(THUMBNAIL.len() as u32)));
        bytes.extend(word(0));
        bytes.extend(THUMBNAIL);
        bytes.extend(after);
        bytes
    }

    #[test]
    fn a_block_becomes_that_of_the_result() {
        for big_endian in [false, true] {
            for prefix in [&b""[..], b"Exif\0\0"] {
                let exif = [prefix, &sample(big_endian, b"")].concat();
                let bytes = for_result(&exif, 70_000, 300).expect("sound");
                assert_eq!(bytes.len(), 104, "the thumbnail is cut off");
                assert_eq!(&bytes[92..], NOTE);
                let block = Block { bytes, big_endian };
                let first = block.directory(8).expect("sound");
                assert_eq!(block.u32(first.place.end - 4), Some(0));
                assert_eq!(block.u16(10 + 2), Some(LONG), "70000 is too much for 16 bits");
                assert_eq!(block.numbers(&first, 0x0100), [70_000]);
                assert_eq!(block.numbers(&first, ORIENTATION), [1]);
                let own = block.directory(50).expect("sound");
                assert_eq!(block.numbers(&own, 0xa002), [70_000]);
                assert_eq!(block.numbers(&own, 0xa003), [300]);
            }
        }
    }

    #[test]
    fn what_comes_after_the_thumbnail_stays_where_it_is() {
        let exif = sample(false, b"more");
        let bytes = for_result(&exif, 160, 120).expect("sound");
        assert_eq!(bytes.len(), exif.len());
        assert!(bytes.ends_with(b"more"));
        assert!(bytes[104..bytes.len() - 4].iter().all(|&byte| byte == 0));
    }

    #[test]
    fn a_thumbnail_in_strips_goes() {
        let mut exif = sample(false, b"");
        exif[106..108].copy_from_slice(&0x0111_u16.to_le_bytes());
        exif[118..120].copy_from_slice(&0x0117_u16.to_le_bytes());
        assert_eq!(for_result(&exif, 160, 120).expect("sound").len(), 104);
    }

    #[test]
    fn a_thumbnail_that_claims_the_rest_of_the_block_takes_nothing_of_it() {
        let mut exif = sample(false, b"");
        exif[114..118].copy_from_slice(&0_u32.to_le_bytes());
        exif[126..130].copy_from_slice(&u32::MAX.to_le_bytes());
        let bytes = for_result(&exif, 160, 120).expect("sound");
        assert_eq!(bytes, for_result(&sample(false, b""), 160, 120).expect("sound"));
    }

    #[test]
    fn what_is_no_block_is_dropped() {
        for exif in [&b""[..], b"Exif\0\0", b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\0\x01", b"JPEG here"]
        {
            assert_eq!(for_result(exif, 1, 1), None);
        }
    }

    /// Any change of any byte, and any cut, gives nothing or a block that is right and no longer.
    #[test]
    fn damage_does_no_harm() {
        for big_endian in [false, true] {
            let exif = sample(big_endian, b"more");
            for at in 0..exif.len() {
                for value in [0, 1, 8, 0x10, 50, 0x69, 0x7f, 0xff] {
                    let mut damaged = exif.clone();
                    damaged[at] = value;
                    for damaged in [&damaged[..], &damaged[..at]] {
                        if let Some(bytes) = for_result(damaged, 70_000, 3) {
                            assert!(bytes.len() <= damaged.len());
                            assert_eq!(for_result(&bytes, 70_000, 3), Some(bytes));
                        }
                    }
                }
            }
        }
    }

    /// Directories of as many entries as there can be, each over the whole block, take no time to speak of.
    #[test]
    fn a_block_of_65535_entries() {
        let mut exif = b"II*\0\x08\0\0\0\xff\xff".to_vec();
        exif.extend([1, 0, 1, 0, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0].repeat(65_535));
        exif.extend(8_u32.to_le_bytes());
        assert_eq!(for_result(&exif, 9, 9).expect("sound").len(), exif.len());
    }
}
