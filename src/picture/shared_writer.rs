//! A writer that can still be asked when whoever wrote to it is gone.

use std::{
    cell::RefCell,
    io::{self, Seek, SeekFrom, Write},
    rc::Rc,
};

/// A writer of which every copy is the same. Encoders keep the writer that they are given, and the last bytes that they write may fail
/// unnoticed: who keeps a copy can flush it.
#[derive(Debug, Default)]
pub struct SharedWriter<W>(Rc<RefCell<W>>);

impl<W> SharedWriter<W> {
    /// Shares a writer.
    pub fn new(writer: W) -> Self {
        Self(Rc::new(RefCell::new(writer)))
    }

    /// Takes the writer out, and leaves a new one.
    #[must_use]
    pub fn take(&self) -> W
    where
        W: Default,
    {
        self.0.take()
    }
}

impl<W> Clone for SharedWriter<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<W: Write> Write for SharedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

impl<W: Seek> Seek for SharedWriter<W> {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        self.0.borrow_mut().seek(place)
    }
}
