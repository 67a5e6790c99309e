//! Files in memory.

use lenslet::picture::{FileFormat, Picture, SharedWriter, create};

/// The picture as a file of that format.
pub fn written(picture: &Picture, format: FileFormat) -> Vec<u8> {
    let output = SharedWriter::<Vec<u8>>::default();
    let size = [picture.width, picture.height];
    let mut file = create(output.clone(), format, size, picture.kind, &picture.metadata, 90).expect("can hold it");
    file.write(&picture.rgba).expect("is written");
    file.finish().expect("is finished");
    output.take()
}
