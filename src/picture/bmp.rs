//! What a BMP file says beside its pixels, which `image` does not tell.

/// Bytes of the file's own head; the other one follows, and places are counted from there.
const FILE_HEAD_BYTES: usize = 14;

/// Bytes of the first head that can name a profile.
const PROFILE_HEAD_BYTES: u32 = 124;

/// That the profile lies in the file, and not elsewhere on the disk.
const EMBEDDED: u32 = u32::from_be_bytes(*b"MBED");

fn number(head: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*head.get(at..)?.first_chunk()?))
}

/// The colour profile in the file.
pub(super) fn icc_profile(file: &[u8]) -> Option<Vec<u8>> {
    let head = file.get(FILE_HEAD_BYTES..)?;
    if number(head, 0)? < PROFILE_HEAD_BYTES || number(head, 56)? != EMBEDDED {
        return None;
    }
    let [at, length] = [number(head, 112)?, number(head, 116)?].map(|number| number as usize);
    Some(head.get(at..at.checked_add(length)?)?.to_vec()).filter(|profile| !profile.is_empty())
}

/// How many pixels there are to a metre, across and down.
pub(super) fn density(file: &[u8]) -> Option<[u32; 2]> {
    let head = file.get(FILE_HEAD_BYTES..)?;
    let density = [number(head, 24)?, number(head, 28)?];
    // The first kind of head has none, and some programs write 0.
    let is_told = number(head, 0)? >= 40 && density.iter().all(|&number| number > 0 && i32::try_from(number).is_ok());
    is_told.then_some(density)
}
