//! Files in memory.

use std::{cell::RefCell, io::Write, rc::Rc};

use lenslet::picture::{FileFormat, Picture, create};

#[derive(Clone, Default)]
struct Shared(Rc<RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The picture as a file of that format.
pub fn written(picture: &Picture, format: FileFormat) -> Vec<u8> {
    let output = Shared::default();
    let size = [picture.width, picture.height];
    let mut file = create(output.clone(), format, size, picture.kind, &picture.metadata, 90).expect("can hold it");
    file.write(&picture.rgba).expect("is written");
    file.finish().expect("is finished");
    output.0.take()
}
