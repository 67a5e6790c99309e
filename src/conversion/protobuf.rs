//! The wire format of protocol buffers, as far as ONNX files need it: fields of numbers and of bytes, in their order.

use crate::Result;

use super::graph::damaged;

/// What a field holds.
#[derive(Clone, Copy)]
pub(super) enum Field<'a> {
    Number(u64),
    Four([u8; 4]),
    Eight([u8; 8]),
    Bytes(&'a [u8]),
}

impl<'a> Field<'a> {
    pub(super) fn bytes(self) -> Result<&'a [u8]> {
        if let Field::Bytes(bytes) = self {
            Ok(bytes)
        } else {
            Err(damaged("its ONNX message has a number in the place of bytes"))
        }
    }

    pub(super) fn text(self) -> Result<&'a str> {
        std::str::from_utf8(self.bytes()?).map_err(|_| damaged("its ONNX message has a name that is not UTF-8"))
    }

    pub(super) fn number(self) -> Result<i64> {
        if let Field::Number(number) = self {
            Ok(number as i64)
        } else {
            Err(damaged("its ONNX message has bytes in the place of a number"))
        }
    }

    pub(super) fn float(self) -> Result<f32> {
        if let Field::Four(bytes) = self {
            Ok(f32::from_le_bytes(bytes))
        } else {
            Err(damaged("its ONNX message has no f32 where one belongs"))
        }
    }

    /// Whole numbers, packed or one alone.
    pub(super) fn numbers(self, all: &mut Vec<i64>) -> Result<()> {
        match self {
            Field::Bytes(mut packed) => {
                while !packed.is_empty() {
                    all.push(varint(&mut packed)? as i64);
                }
                Ok(())
            }
            other => other.number().map(|number| all.push(number)),
        }
    }

    /// Numbers with fractions, packed or one alone.
    pub(super) fn floats(self, all: &mut Vec<f32>) -> Result<()> {
        match self {
            Field::Bytes(packed) => {
                let (floats, rest) = packed.as_chunks();
                all.extend(floats.iter().map(|&bytes| f32::from_le_bytes(bytes)));
                if rest.is_empty() { Ok(()) } else { Err(cut_off()) }
            }
            other => other.float().map(|number| all.push(number)),
        }
    }
}

/// The fields of a message, with their numbers.
pub(super) fn fields(mut message: &[u8]) -> impl Iterator<Item = Result<(u64, Field<'_>)>> {
    std::iter::from_fn(move || {
        if message.is_empty() {
            return None;
        }
        let field = field(&mut message);
        if field.is_err() {
            message = &[];
        }
        Some(field)
    })
}

fn field<'a>(message: &mut &'a [u8]) -> Result<(u64, Field<'a>)> {
    let key = varint(message)?;
    let value = match key & 7 {
        0 => Field::Number(varint(message)?),
        1 => Field::Eight(take(message)?),
        5 => Field::Four(take(message)?),
        2 => {
            let length = usize::try_from(varint(message)?).map_err(|_| cut_off())?;
            Field::Bytes(message.split_off(..length).ok_or_else(cut_off)?)
        }
        _ => return Err(damaged("it is neither of a known kind nor a sound ONNX message")),
    };
    Ok((key >> 3, value))
}

fn take<const COUNT: usize>(message: &mut &[u8]) -> Result<[u8; COUNT]> {
    let (taken, rest) = message.split_first_chunk().ok_or_else(cut_off)?;
    *message = rest;
    Ok(*taken)
}

fn varint(message: &mut &[u8]) -> Result<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let [byte] = take(message)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(cut_off())
}

fn cut_off() -> crate::Error {
    damaged("its ONNX message is cut off")
}
