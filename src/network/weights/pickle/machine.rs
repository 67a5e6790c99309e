//! Does a pickle's instructions, and makes plain values of them.

use super::{
    super::{damaged, refused},
    Name, Object, Pickle, Value,
    names::global,
};
use crate::{Error, Result};

/// Far more instructions than any network's weights take. Each makes at most one value, so this also limits memory.
pub(super) const MAX_INSTRUCTIONS: usize = 1 << 20;

/// Longer texts are no names of tensors.
const MAX_TEXT: usize = 1024;

/// A stack machine that runs nothing.
pub(super) struct Machine<'a> {
    /// What is not read yet.
    rest: &'a [u8],
    stack: Vec<Value<'a>>,
    /// Heights of the stack that instructions go back to. Nothing below the last one is ever taken off.
    marks: Vec<usize>,
    /// Values that can be recalled by their numbers, which every pickler gives out one after the other.
    memo: Vec<Value<'a>>,
    pickle: Pickle<'a>,
}

impl<'a> Machine<'a> {
    /// Reads the pickle that bytes begin with, and gives what follows it.
    pub(super) fn run(bytes: &'a [u8]) -> Result<(Pickle<'a>, &'a [u8])> {
        let mut machine = Self {
            rest: bytes,
            stack: Vec::new(),
            marks: Vec::new(),
            memo: Vec::new(),
            pickle: Pickle { root: Value::Other, objects: Vec::new() },
        };
        for _ in 0..MAX_INSTRUCTIONS {
            if let Some(root) = machine.step()? {
                return Ok((Pickle { root, ..machine.pickle }, machine.rest));
            }
        }
        Err(damaged(format!("its pickle has more than {MAX_INSTRUCTIONS} instructions")))
    }

    /// Does one instruction. The last one gives the value of the whole.
    fn step(&mut self) -> Result<Option<Value<'a>>> {
        use super::opcode::*;

        let instruction = self.take(1)?[0];
        let value = match instruction {
            // What they say makes no difference here.
            PROTO => return self.take(1).map(|_| None),
            FRAME => return self.take(8).map(|_| None),
            STOP => return self.pop().map(Some),

            NONE => Value::Other,
            NEWTRUE | NEWFALSE => Value::Bool(instruction == NEWTRUE),
            BININT => Value::Int((self.unsigned(4)? as i32).into()),
            BININT1 => Value::Int(self.unsigned(1)? as i64),
            BININT2 => Value::Int(self.unsigned(2)? as i64),
            LONG1 => long(self.counted(1)?),
            LONG4 => long(self.counted(4)?),
            BINFLOAT => self.take(8).map(|_| Value::Other)?,
            BINUNICODE => text(self.counted(4)?)?,
            SHORT_BINUNICODE => text(self.counted(1)?)?,
            BINUNICODE8 => text(self.counted(8)?)?,
            // Texts of Python 2, in which bytes are texts as well.
            SHORT_BINSTRING => text(self.counted(1)?).unwrap_or(Value::Other),
            BINSTRING => text(self.counted(4)?).unwrap_or(Value::Other),
            SHORT_BINBYTES => self.counted(1).map(|_| Value::Other)?,
            BINBYTES => self.counted(4).map(|_| Value::Other)?,
            BINBYTES8 | BYTEARRAY8 => self.counted(8).map(|_| Value::Other)?,

            MARK => {
                self.marks.push(self.stack.len());
                return Ok(None);
            }
            EMPTY_TUPLE => self.object(Object::Tuple(Vec::new())),
            TUPLE1..=TUPLE3 => {
                let items = self.last(usize::from(instruction - TUPLE1 + 1))?;
                self.object(Object::Tuple(items))
            }
            TUPLE => {
                let items = self.since_mark()?;
                self.object(Object::Tuple(items))
            }
            EMPTY_LIST => self.object(Object::List(Vec::new())),
            APPEND => {
                let item = self.pop()?;
                return self.extend_list(&[item]);
            }
            APPENDS => {
                let items = self.since_mark()?;
                return self.extend_list(&items);
            }
            EMPTY_SET => self.object(Object::Note),
            FROZENSET => {
                self.since_mark()?;
                self.object(Object::Note)
            }
            ADDITEMS => {
                self.since_mark()?;
                let top = self.top()?;
                return if self.is_note(top) { Ok(None) } else { Err(wrong_kind()) };
            }
            EMPTY_DICT => self.object(Object::Dict(Vec::new())),
            SETITEM => {
                let pair = self.last(2)?;
                return self.extend_dict(&pair);
            }
            SETITEMS => {
                let pairs = self.since_mark()?;
                return self.extend_dict(&pairs);
            }

            BINPUT => return self.unsigned(1).and_then(|number| self.memorise(number as usize)),
            LONG_BINPUT => return self.unsigned(4).and_then(|number| self.memorise(number as usize)),
            MEMOIZE => return self.memorise(self.memo.len()),
            BINGET => self.unsigned(1).and_then(|number| self.recall(number as usize))?,
            LONG_BINGET => self.unsigned(4).and_then(|number| self.recall(number as usize))?,

            // The first names something, the second names it and calls it at once.
            GLOBAL | INST => {
                let (module, name) = (self.line()?, self.line()?);
                let found = global(module, name)?;
                if instruction == INST {
                    return Err(refused_instruction(instruction));
                }
                found
            }
            STACK_GLOBAL => {
                let [Value::Text(module), Value::Text(name)] = self.last(2)?[..] else {
                    return Err(damaged("its pickle names a function without a text"));
                };
                global(module, name)?
            }
            REDUCE => {
                let [function, arguments] = self.last(2)?[..] else { return Err(cut_off()) };
                self.call(function, arguments)?
            }
            NEWOBJ => {
                let [class, arguments] = self.last(2)?[..] else { return Err(cut_off()) };
                if class != Value::Name(Name::Note) {
                    return Err(refused_instruction(instruction));
                }
                self.call(class, arguments)?
            }
            // This puts attributes onto an object. A dictionary's, such as PyTorch's version numbers, are not needed.
            BUILD => {
                self.pop()?;
                let top = self.top()?;
                let is_known = self.pickle.dict(top).is_some() || self.is_note(top);
                return if is_known { Ok(None) } else { Err(refused_instruction(instruction)) };
            }
            BINPERSID => {
                let description = self.pop()?;
                self.object(Object::Persistent(description))
            }
            other => return Err(refused_instruction(other)),
        };
        self.stack.push(value);
        Ok(None)
    }

    fn call(&mut self, function: Value<'a>, arguments: Value<'a>) -> Result<Value<'a>> {
        match (function, self.pickle.tuple(arguments)) {
            (Value::Name(Name::OrderedDict), Some([])) | (Value::Name(Name::DefaultDict), Some(_)) => {
                Ok(self.object(Object::Dict(Vec::new())))
            }
            (Value::Name(Name::Note), Some(_)) => Ok(self.object(Object::Note)),
            (Value::Name(name @ (Name::RebuildTensor | Name::RebuildParameter)), Some(_)) => {
                Ok(self.object(Object::Call(name, arguments)))
            }
            _ => Err(damaged("its pickle calls something in a way that makes no tensor")),
        }
    }

    fn object(&mut self, object: Object<'a>) -> Value<'a> {
        self.pickle.objects.push(object);
        Value::Object(self.pickle.objects.len() - 1)
    }

    fn extend_dict(&mut self, pairs: &[Value<'a>]) -> Result<Option<Value<'a>>> {
        let (pairs, odd) = pairs.as_chunks::<2>();
        let top = self.top()?;
        let Value::Object(number) = top else { return Err(wrong_kind()) };
        let dict = match (self.pickle.objects.get_mut(number), odd) {
            (Some(Object::Dict(dict)), []) => dict,
            (Some(Object::Note), []) => return Ok(None),
            _ => return Err(wrong_kind()),
        };
        dict.extend(pairs.iter().filter_map(|&[key, value]| match key {
            Value::Text(key) => Some((key, value)),
            _ => None,
        }));
        Ok(None)
    }

    fn extend_list(&mut self, items: &[Value<'a>]) -> Result<Option<Value<'a>>> {
        let Value::Object(number) = self.top()? else { return Err(wrong_kind()) };
        match self.pickle.objects.get_mut(number) {
            Some(Object::List(list)) => list.extend(items),
            Some(Object::Note) => {}
            _ => return Err(wrong_kind()),
        }
        Ok(None)
    }

    fn is_note(&self, value: Value<'a>) -> bool {
        matches!(self.pickle.object(value), Some(Object::Note))
    }

    fn memorise(&mut self, number: usize) -> Result<Option<Value<'a>>> {
        let top = self.top()?;
        if number != self.memo.len() {
            return Err(damaged(format!("its pickle memorises value {number} out of order")));
        }
        self.memo.push(top);
        Ok(None)
    }

    fn recall(&self, number: usize) -> Result<Value<'a>> {
        let value = self.memo.get(number).copied();
        value.ok_or_else(|| damaged(format!("its pickle recalls value {number} before it is made")))
    }

    fn top(&self) -> Result<Value<'a>> {
        self.stack.last().copied().ok_or_else(stack_is_empty)
    }

    fn pop(&mut self) -> Result<Value<'a>> {
        Ok(self.last(1)?[0])
    }

    /// Takes the last values off the stack.
    fn last(&mut self, count: usize) -> Result<Vec<Value<'a>>> {
        let start = self.stack.len().checked_sub(count).ok_or_else(stack_is_empty)?;
        if self.marks.last().is_some_and(|&mark| start < mark) {
            return Err(stack_is_empty());
        }
        Ok(self.stack.split_off(start))
    }

    /// Takes off the stack what was put there since the last mark.
    fn since_mark(&mut self) -> Result<Vec<Value<'a>>> {
        let mark = self.marks.pop().ok_or_else(stack_is_empty)?;
        Ok(self.stack.split_off(mark))
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(cut_off)?;
        self.rest = rest;
        Ok(taken)
    }

    /// An unsigned little-endian number of at most 8 bytes.
    fn unsigned(&mut self, bytes: usize) -> Result<u64> {
        let mut eight = [0; 8];
        eight[..bytes].copy_from_slice(self.take(bytes)?);
        Ok(u64::from_le_bytes(eight))
    }

    /// Bytes after their number, which is itself a number of that many bytes.
    fn counted(&mut self, bytes: usize) -> Result<&'a [u8]> {
        let count = usize::try_from(self.unsigned(bytes)?).map_err(|_| cut_off())?;
        self.take(count)
    }

    fn line(&mut self) -> Result<&'a str> {
        let end = self.rest.iter().position(|&byte| byte == b'\n').ok_or_else(cut_off)?;
        let line = self.take(end)?;
        self.take(1)?;
        std::str::from_utf8(line).map_err(|_| damaged("its pickle names a function in bytes that are no text"))
    }
}

/// A signed little-endian number; none that belongs to a tensor has more than 8 bytes.
fn long(bytes: &[u8]) -> Value<'_> {
    let sign = if bytes.last().is_some_and(|&byte| byte >= 0x80) { 0xff } else { 0 };
    let mut eight = [sign; 8];
    match eight.get_mut(..bytes.len()) {
        Some(low) => {
            low.copy_from_slice(bytes);
            Value::Int(i64::from_le_bytes(eight))
        }
        None => Value::Other,
    }
}

fn text(bytes: &[u8]) -> Result<Value<'_>> {
    if bytes.len() > MAX_TEXT {
        return Ok(Value::Other);
    }
    std::str::from_utf8(bytes).map(Value::Text).map_err(|_| damaged("its pickle holds a text that is not UTF-8"))
}

fn refused_instruction(instruction: u8) -> Error {
    refused(format!(
        "it uses the pickle instruction {instruction:#04x}, which a weight file has no need of. Save only the \
         state_dict() in PyTorch, and take care: such a request can also be an attack"
    ))
}

fn cut_off() -> Error {
    damaged("its pickle is cut off")
}

fn stack_is_empty() -> Error {
    damaged("its pickle takes more values than it made")
}

fn wrong_kind() -> Error {
    damaged("its pickle adds items to something that is no list or dictionary")
}
