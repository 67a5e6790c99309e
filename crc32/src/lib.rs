//! The CRC-32 of PNG and zlib files (ISO 3309), with the names of the registry's crate `crc32fast`, in whose place the workspace
//! puts this one. That crate brings tables of 16 kB, which no compression makes smaller, and they alone were a thirtieth of what a
//! visitor of the page downloads. Here they are computed when they are first needed.

use std::sync::LazyLock;

/// The polynomial, the coefficient of the highest power in the lowest bit.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// Bytes that are taken at once.
const STEP: usize = 8;

/// For each byte, what it does to the checksum when that many other bytes follow it.
static TABLES: LazyLock<[[u32; 256]; STEP]> = LazyLock::new(|| {
    let mut tables = [[0; 256]; STEP];
    for byte in 0..256 {
        let mut sum = byte as u32;
        for table in &mut tables {
            for _ in 0..8 {
                sum = times_x(sum);
            }
            table[byte] = sum;
        }
    }
    tables
});

/// A polynomial times x, modulo [`POLYNOMIAL`].
fn times_x(factor: u32) -> u32 {
    factor >> 1 ^ if factor & 1 == 1 { POLYNOMIAL } else { 0 }
}

/// The product of two polynomials modulo [`POLYNOMIAL`].
fn times(mut one: u32, other: u32) -> u32 {
    // From the coefficient of 1 on.
    (0..32).rev().fold(0, |product, bit| {
        let term = if other >> bit & 1 == 1 { one } else { 0 };
        one = times_x(one);
        product ^ term
    })
}

/// The checksum of some bytes.
#[must_use]
pub fn hash(bytes: &[u8]) -> u32 {
    let mut hasher = Hasher::new();
    hasher.update(bytes);
    hasher.finalize()
}

/// A checksum in the making.
#[derive(Clone, Debug, Default)]
pub struct Hasher {
    sum: u32,
    length: u64,
}

impl Hasher {
    /// The checksum of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let tables = &*TABLES;
        let (steps, rest) = bytes.as_chunks::<STEP>();
        let mut sum = !self.sum;
        for step in steps {
            let mixed = u64::from_le_bytes(*step) ^ u64::from(sum);
            let places = mixed.to_le_bytes().into_iter().zip(tables.iter().rev());
            sum = places.fold(0, |sum, (byte, table)| sum ^ table[usize::from(byte)]);
        }
        for byte in rest {
            sum = sum >> 8 ^ tables[0][usize::from(sum as u8 ^ byte)];
        }
        self.sum = !sum;
        self.length += bytes.len() as u64;
    }

    /// Begins anew.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Adds the bytes that another checksum is of.
    pub fn combine(&mut self, other: &Self) {
        // x^8, squared again and again, for each bit of the length.
        let (mut shift, mut power, mut length) = (1 << 31, 1 << 23, other.length);
        while length > 0 {
            if length & 1 == 1 {
                shift = times(shift, power);
            }
            power = times(power, power);
            length >>= 1;
        }
        self.sum = times(self.sum, shift) ^ other.sum;
        self.length += other.length;
    }

    /// The checksum.
    #[must_use]
    pub fn finalize(self) -> u32 {
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_checksums() {
        assert_eq!(hash(b""), 0);
        // The check value of every catalogue of CRCs, and the end of every PNG file.
        assert_eq!(hash(b"123456789"), 0xcbf4_3926);
        assert_eq!(hash(b"IEND"), 0xae42_6082);
    }

    #[test]
    fn parts_give_what_the_whole_gives() {
        let bytes: Vec<u8> = (0..100_u8).map(|index| index.wrapping_mul(73)).collect();
        for cut in 0..=bytes.len() {
            let (first, second) = bytes.split_at(cut);
            let mut hasher = Hasher::new();
            hasher.update(first);
            let mut combined = hasher.clone();
            hasher.update(second);
            assert_eq!(hasher.finalize(), hash(&bytes), "{cut}");
            let mut other = Hasher::new();
            other.update(second);
            combined.combine(&other);
            assert_eq!(combined.finalize(), hash(&bytes), "{cut}");
        }
    }
}
