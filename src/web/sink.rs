//! Where the bytes of a result's file go: to whom asks for them piece by piece, or into a Blob.

use std::{
    cell::RefCell,
    io::{self, Write},
    rc::Rc,
};

use js_sys::{Array, Function, Uint8Array};
use web_sys::{Blob, BlobPropertyBag};

use super::{callback::Thrown, describe};
use crate::{Error, Result};

/// Bytes that are handed on at once. Browsers keep the parts of a large Blob outside of the page's memory.
const PIECE: usize = 4 << 20;

/// Takes the bytes of a file. Its copies are the same sink.
#[derive(Clone)]
pub(super) struct Sink(Rc<RefCell<Pieces>>);

struct Pieces {
    bytes: Vec<u8>,
    parts: Array,
    on_bytes: Option<Function>,
    thrown: Thrown,
    /// Why bytes could not be handed on; an encoder's last ones fail without a word.
    failure: Option<String>,
}

impl Sink {
    pub(super) fn new(on_bytes: Option<Function>, thrown: Thrown) -> Self {
        Self(Rc::new(RefCell::new(Pieces {
            bytes: Vec::with_capacity(PIECE),
            parts: Array::new(),
            on_bytes,
            thrown,
            failure: None,
        })))
    }

    /// The file of that media type; none where its bytes were handed on.
    pub(super) fn into_blob(self, media_type: &str) -> Result<Option<Blob>> {
        let mut pieces = self.0.borrow_mut();
        // The rest, and then whatever has failed on the way.
        let _ = pieces.hand_on();
        if let Some(reason) = pieces.failure.take() {
            return Err(Error::Encode(reason));
        }
        if pieces.on_bytes.is_some() {
            return Ok(None);
        }
        let bag = BlobPropertyBag::new();
        bag.set_type(media_type);
        let blob = Blob::new_with_blob_sequence_and_options(&pieces.parts, &bag);
        blob.map(Some).map_err(|reason| Error::Encode(describe(&reason)))
    }
}

impl Pieces {
    fn hand_on(&mut self) -> io::Result<()> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let bytes = Uint8Array::from(&self.bytes[..]);
        self.bytes.clear();
        let handed_on = match &self.on_bytes {
            // The call rejects with what was thrown, and not with this reason.
            Some(on_bytes) if !self.thrown.call(on_bytes, &bytes) => Err("onBytes threw".into()),
            Some(_) => Ok(()),
            None => Blob::new_with_u8_array_sequence(&Array::of1(&bytes))
                .map(|part| {
                    self.parts.push(&part);
                })
                .map_err(|reason| describe(&reason)),
        };
        handed_on.map_err(|reason: String| {
            self.failure.get_or_insert_with(|| reason.clone());
            io::Error::other(reason)
        })
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut pieces = self.0.borrow_mut();
        let taken = &bytes[..bytes.len().min(PIECE - pieces.bytes.len())];
        pieces.bytes.extend_from_slice(taken);
        if pieces.bytes.len() == PIECE {
            pieces.hand_on()?;
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
