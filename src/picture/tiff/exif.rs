//! EXIF of a TIFF file. The file itself is such a block, with the picture in it; what says something of the picture goes into one of
//! its own.

use tiff::{
    Directory,
    tags::{ByteOrder, Tag, Type, ValueBuffer},
};

use super::layout::File;

/// Description, maker, model, program, date, artist and rights.
const ABOUT: [u16; 7] = [0x010e, 0x010f, 0x0110, 0x0131, 0x0132, 0x013b, 0x8298];

/// How large a print is. Alone it is no reason for a block.
const RESOLUTION: [u16; 3] = [0x011a, 0x011b, 0x0128];

/// Directories of the camera's data and of the place.
const DIRECTORIES: [u16; 2] = [0x8769, 0x8825];

/// A directory within that of the camera's data, which says only how its file is named.
const INTEROPERABILITY: u16 = 0xa005;

/// The last type of values that classic TIFF has.
const LAST_TYPE: u16 = 13;

struct Field {
    tag: u16,
    kind: u16,
    count: u32,
    bytes: Vec<u8>,
}

/// A block of all that the first directory says of its picture, if there is anything.
pub(super) fn exif(file: &mut File<'_>) -> Option<Vec<u8>> {
    let place = file.ifd_pointer()?;
    let first = file.read_directory(place).ok()?;
    let mut block = b"II*\0\0\0\0\0".to_vec();
    let mut fields: Vec<_> = ABOUT.into_iter().filter_map(|tag| field(file, &first, tag)).collect();
    for tag in DIRECTORIES {
        let place =
            file.find_tag(Tag::from_u16_exhaustive(tag)).ok().flatten().and_then(|value| value.into_ifd_pointer().ok());
        let Some(directory) = place.and_then(|place| file.read_directory(place).ok()) else { continue };
        let tags = directory.iter().map(|(tag, _)| tag.to_u16()).filter(|&tag| tag != INTEROPERABILITY);
        let inner: Vec<_> = tags.filter_map(|tag| field(file, &directory, tag)).collect();
        let bytes = put(&mut block, &inner).to_le_bytes().to_vec();
        fields.push(Field { tag, kind: Type::LONG.to_u16(), count: 1, bytes });
    }
    if fields.is_empty() {
        return None;
    }
    fields.extend(RESOLUTION.into_iter().filter_map(|tag| field(file, &first, tag)));
    fields.sort_by_key(|field| field.tag);
    let place = put(&mut block, &fields);
    block[4..8].copy_from_slice(&place.to_le_bytes());
    Some(block)
}

fn field(file: &mut File<'_>, directory: &Directory, tag: u16) -> Option<Field> {
    let mut value = ValueBuffer::empty(Type::BYTE);
    file.read_directory_tags(directory).find_tag_buf(Tag::from_u16_exhaustive(tag), &mut value).ok()??;
    value.set_byte_order(ByteOrder::LittleEndian);
    let (kind, count) = (value.data_type().to_u16(), u32::try_from(value.count()).ok()?);
    (kind <= LAST_TYPE).then(|| Field { tag, kind, count, bytes: value.as_bytes().to_vec() })
}

/// Adds a directory and what its fields hold, and tells where it is.
fn put(block: &mut Vec<u8>, fields: &[Field]) -> u32 {
    block.resize(block.len().next_multiple_of(2), 0);
    let start = block.len();
    block.extend((fields.len() as u16).to_le_bytes());
    let mut place = start + 2 + 12 * fields.len() + 4;
    let mut values = Vec::new();
    for Field { tag, kind, count, bytes } in fields {
        block.extend([tag.to_le_bytes(), kind.to_le_bytes()].as_flattened());
        block.extend(count.to_le_bytes());
        let mut bytes = bytes.clone();
        if bytes.len() > 4 {
            bytes.resize(bytes.len().next_multiple_of(2), 0);
            block.extend((place as u32).to_le_bytes());
            place += bytes.len();
            values.extend(bytes);
        } else {
            bytes.resize(4, 0);
            block.extend(bytes);
        }
    }
    block.extend([0; 4]);
    block.extend(values);
    start as u32
}
