//! Reads Python's pickle format, as far as weight files need it.
//!
//! A pickle is a program for a small stack machine that may call any Python function. This machine runs nothing: it
//! makes plain values, and a call of one of the few names in [`known`] is only noted down. Whatever else a file asks
//! for is refused. (Instructions: `pickletools.py` of CPython.)

use safetensors::Dtype;

use super::{damaged, refused, shown};
use crate::{Error, Result};

/// Far more instructions than any network's weights take. Each makes at most one value, so this also limits memory.
const MAX_INSTRUCTIONS: usize = 1 << 20;

/// Longer texts are no names of tensors.
const MAX_TEXT: usize = 1024;

/// What the machine's stack holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Int(i64),
    Bool(bool),
    Text(&'a str),
    Name(Name),
    /// The object of that number.
    Object(usize),
    /// None, numbers with fractions and what else no tensor is made of.
    Other,
}

/// The functions and classes that a file may name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Name {
    OrderedDict,
    DefaultDict,
    RebuildTensor,
    RebuildParameter,
    /// A class of storages, by the kind of their numbers.
    Storage(Dtype),
    /// Something that people leave beside tensors. Nothing is made of it, whatever is called or put onto it.
    Note,
}

/// A value that others may refer to. Objects lie in one list, so that no depth of nesting and no circle can hurt.
#[derive(Debug)]
enum Object<'a> {
    Tuple(Vec<Value<'a>>),
    List(Vec<Value<'a>>),
    /// The values whose keys are texts.
    Dict(Vec<(&'a str, Value<'a>)>),
    /// A call with its arguments.
    Call(Name, Value<'a>),
    /// Something that lies outside of the pickle.
    Persistent(Value<'a>),
    /// What a call of a [`Name::Note`] would have made.
    Note,
}

/// What a pickle holds.
#[derive(Debug)]
pub(super) struct Pickle<'a> {
    pub(super) root: Value<'a>,
    objects: Vec<Object<'a>>,
}

impl<'a> Pickle<'a> {
    /// Reads a whole pickle.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self> {
        Self::parse_first(bytes).map(|(pickle, _)| pickle)
    }

    /// Reads the pickle that bytes begin with, and gives what follows it.
    pub(super) fn parse_first(bytes: &'a [u8]) -> Result<(Self, &'a [u8])> {
        let mut machine = Machine {
            rest: bytes,
            stack: Vec::new(),
            marks: Vec::new(),
            memo: Vec::new(),
            pickle: Self { root: Value::Other, objects: Vec::new() },
        };
        for _ in 0..MAX_INSTRUCTIONS {
            if let Some(root) = machine.step()? {
                return Ok((Self { root, ..machine.pickle }, machine.rest));
            }
        }
        Err(damaged(format!("its pickle has more than {MAX_INSTRUCTIONS} instructions")))
    }

    /// A dictionary's text keys with their values.
    pub(super) fn dict(&self, value: Value) -> Option<&[(&'a str, Value<'a>)]> {
        match self.object(value)? {
            Object::Dict(pairs) => Some(pairs),
            _ => None,
        }
    }

    pub(super) fn list(&self, value: Value) -> Option<&[Value<'a>]> {
        match self.object(value)? {
            Object::List(items) => Some(items),
            _ => None,
        }
    }

    pub(super) fn tuple(&self, value: Value) -> Option<&[Value<'a>]> {
        match self.object(value)? {
            Object::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The name that a call calls, and its arguments.
    pub(super) fn call(&self, value: Value) -> Option<(Name, &[Value<'a>])> {
        match self.object(value)? {
            Object::Call(name, arguments) => Some((*name, self.tuple(*arguments)?)),
            _ => None,
        }
    }

    /// The description of something that lies outside of the pickle.
    pub(super) fn persistent(&self, value: Value) -> Option<&[Value<'a>]> {
        match self.object(value)? {
            Object::Persistent(description) => self.tuple(*description),
            _ => None,
        }
    }

    /// The descriptions of all that lies outside of the pickle.
    pub(super) fn all_persistent(&self) -> impl Iterator<Item = &[Value<'a>]> {
        self.objects.iter().filter_map(|object| match object {
            Object::Persistent(description) => self.tuple(*description),
            _ => None,
        })
    }

    fn object(&self, value: Value) -> Option<&Object<'a>> {
        match value {
            Value::Object(number) => self.objects.get(number),
            _ => None,
        }
    }
}

/// The names that a file may use; all that it may make out of them is a dictionary, a tensor or nothing.
fn known(module: &str, name: &str) -> Option<Name> {
    Some(match (module, name) {
        ("collections", "OrderedDict") => Name::OrderedDict,
        ("collections", "defaultdict") => Name::DefaultDict,
        ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => Name::RebuildTensor,
        ("torch._utils", "_rebuild_parameter") => Name::RebuildParameter,
        ("torch", "DoubleStorage") => Name::Storage(Dtype::F64),
        ("torch", "FloatStorage") => Name::Storage(Dtype::F32),
        ("torch", "HalfStorage") => Name::Storage(Dtype::F16),
        ("torch", "BFloat16Storage") => Name::Storage(Dtype::BF16),
        ("torch", "LongStorage") => Name::Storage(Dtype::I64),
        ("torch", "IntStorage") => Name::Storage(Dtype::I32),
        ("torch", "ShortStorage") => Name::Storage(Dtype::I16),
        ("torch", "CharStorage") => Name::Storage(Dtype::I8),
        ("torch", "ByteStorage") => Name::Storage(Dtype::U8),
        ("torch", "BoolStorage") => Name::Storage(Dtype::BOOL),
        _ if is_note(module, name) => Name::Note,
        _ => return None,
    })
}

/// Whether it is something that training tools save beside tensors: options, counters, losses.
fn is_note(module: &str, name: &str) -> bool {
    match module {
        "argparse" => name == "Namespace",
        "types" => name == "SimpleNamespace",
        "collections" => ["Counter", "deque"].contains(&name),
        "builtins" | "__builtin__" => {
            let plain = ["object", "bool", "int", "float", "complex", "str", "bytes", "bytearray", "range", "slice"];
            plain.contains(&name) || ["set", "frozenset", "list", "dict", "tuple"].contains(&name)
        }
        "numpy" => ["dtype", "ndarray"].contains(&name),
        "numpy.core.multiarray" | "numpy._core.multiarray" => ["scalar", "_reconstruct"].contains(&name),
        "numpy.core.numeric" | "numpy._core.numeric" => name == "_frombuffer",
        "numpy.dtypes" => name.ends_with("DType"),
        // How bytes and plain objects are written for Python 2.
        "_codecs" => name == "encode",
        "copyreg" | "copy_reg" => name == "_reconstructor",
        "pathlib" => name.ends_with("Path"),
        "datetime" => ["date", "time", "datetime", "timedelta"].contains(&name),
        "torch" => ["Size", "device", "float64", "float32", "float16", "bfloat16", "int64"].contains(&name),
        _ => false,
    }
}

/// The instructions that weight files are made of, by their names in `pickletools.py`.
mod opcode {
    pub(super) const PROTO: u8 = 0x80;
    pub(super) const FRAME: u8 = 0x95;
    pub(super) const STOP: u8 = b'.';
    pub(super) const NONE: u8 = b'N';
    pub(super) const NEWTRUE: u8 = 0x88;
    pub(super) const NEWFALSE: u8 = 0x89;
    pub(super) const BININT: u8 = b'J';
    pub(super) const BININT1: u8 = b'K';
    pub(super) const BININT2: u8 = b'M';
    pub(super) const LONG1: u8 = 0x8a;
    pub(super) const LONG4: u8 = 0x8b;
    pub(super) const BINFLOAT: u8 = b'G';
    pub(super) const BINUNICODE: u8 = b'X';
    pub(super) const SHORT_BINUNICODE: u8 = 0x8c;
    pub(super) const BINUNICODE8: u8 = 0x8d;
    pub(super) const SHORT_BINSTRING: u8 = b'U';
    pub(super) const BINSTRING: u8 = b'T';
    pub(super) const SHORT_BINBYTES: u8 = b'C';
    pub(super) const BINBYTES: u8 = b'B';
    pub(super) const BINBYTES8: u8 = 0x8e;
    pub(super) const BYTEARRAY8: u8 = 0x96;
    pub(super) const MARK: u8 = b'(';
    pub(super) const EMPTY_TUPLE: u8 = b')';
    pub(super) const TUPLE1: u8 = 0x85;
    pub(super) const TUPLE3: u8 = 0x87;
    pub(super) const TUPLE: u8 = b't';
    pub(super) const EMPTY_LIST: u8 = b']';
    pub(super) const APPEND: u8 = b'a';
    pub(super) const APPENDS: u8 = b'e';
    pub(super) const EMPTY_DICT: u8 = b'}';
    pub(super) const SETITEM: u8 = b's';
    pub(super) const SETITEMS: u8 = b'u';
    pub(super) const EMPTY_SET: u8 = 0x8f;
    pub(super) const ADDITEMS: u8 = 0x90;
    pub(super) const FROZENSET: u8 = 0x91;
    pub(super) const BINPUT: u8 = b'q';
    pub(super) const LONG_BINPUT: u8 = b'r';
    pub(super) const MEMOIZE: u8 = 0x94;
    pub(super) const BINGET: u8 = b'h';
    pub(super) const LONG_BINGET: u8 = b'j';
    pub(super) const GLOBAL: u8 = b'c';
    pub(super) const INST: u8 = b'i';
    pub(super) const STACK_GLOBAL: u8 = 0x93;
    pub(super) const REDUCE: u8 = b'R';
    pub(super) const NEWOBJ: u8 = 0x81;
    pub(super) const BUILD: u8 = b'b';
    pub(super) const BINPERSID: u8 = b'Q';
}

struct Machine<'a> {
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
    /// Does one instruction. The last one gives the value of the whole.
    fn step(&mut self) -> Result<Option<Value<'a>>> {
        use opcode::*;

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

fn global<'a>(module: &str, name: &str) -> Result<Value<'a>> {
    if let Some(known) = known(module, name) {
        return Ok(Value::Name(known));
    }
    if let ("torch", Some(kind)) = (module, name.strip_suffix("Storage")) {
        return Err(refused(format!(
            "it holds {} numbers, expected Float, Half, BFloat16, Double, integers or booleans. Convert it in PyTorch",
            shown(kind)
        )));
    }
    Err(refused(format!(
        "it asks to run {}.{}, which a weight file has no need of. Save only the state_dict() in PyTorch, and take care: \
         such a request can also be an attack",
        shown(module),
        shown(name)
    )))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn message(pickle: &[u8]) -> String {
        Pickle::parse(pickle).expect_err("must be refused").to_string()
    }

    #[test]
    fn plain_values() {
        let cases: [(&[u8], Value); 19] = [
            (b"\x80\x02K\xff.", Value::Int(255)),
            (b"\x80\x05\x95\0\0\0\0\0\0\0\0M\x02\x01.", Value::Int(258)),
            (b"J\xfe\xff\xff\xff.", Value::Int(-2)),
            (b"\x8a\x00.", Value::Int(0)),
            (b"\x8a\x01\x80.", Value::Int(-128)),
            (b"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f.", Value::Int(i64::MAX)),
            (b"\x8a\x09\0\0\0\0\0\0\0\0\x01.", Value::Other),
            (b"G\x3f\xf0\0\0\0\0\0\0.", Value::Other),
            (b"X\x02\0\0\0\xc3\xa4.", Value::Text("ä")),
            (b"\x8c\x01a.", Value::Text("a")),
            (b"\x8d\x01\0\0\0\0\0\0\0a.", Value::Text("a")),
            (b"C\x01a.", Value::Other),
            (b"N.", Value::Other),
            (b"\x88.", Value::Bool(true)),
            (b"\x8b\x01\0\0\0\x80.", Value::Int(-128)),
            (b"U\x01a.", Value::Text("a")),
            (b"T\x01\0\0\0a.", Value::Text("a")),
            (b"U\x01\xff.", Value::Other),
            (b"K\x01q\0K\x02\x94h\0.", Value::Int(1)),
        ];
        for (pickle, expected) in cases {
            assert_eq!(Pickle::parse(pickle).expect("sound").root, expected, "{pickle:?}");
        }
        let long = [&b"X\x01\x04\0\0"[..], &[b'a'; 1025], b"."].concat();
        assert_eq!(Pickle::parse(&long).expect("sound").root, Value::Other, "too long for a name");
    }

    #[test]
    fn containers() {
        // {"a": (1, 2), 3: 4, "b": [[], 5]}, "c" added alone
        let pickle = b"}(X\x01\0\0\0aK\x01K\x02\x86K\x03K\x04X\x01\0\0\0b](]K\x05euX\x01\0\0\0c(K\x06ts.";
        let pickle = Pickle::parse(pickle).expect("sound");
        let dict = pickle.dict(pickle.root).expect("a dictionary");
        assert_eq!(dict.iter().map(|(key, _)| *key).collect::<Vec<_>>(), ["a", "b", "c"], "text keys only");
        assert_eq!(pickle.tuple(dict[0].1), Some(&[Value::Int(1), Value::Int(2)][..]));
        let list = pickle.list(dict[1].1).expect("a list");
        assert!(matches!(list, [inner, Value::Int(5)] if pickle.list(*inner) == Some(&[])), "{list:?}");
        assert_eq!(pickle.tuple(dict[2].1), Some(&[Value::Int(6)][..]));
    }

    #[test]
    fn calls_are_noted_down() {
        let pickle = b"ctorch._utils\n_rebuild_tensor_v2\nX\x07\0\0\0storageX\x01\0\0\0k\x86QK\x09\x86R.";
        let pickle = Pickle::parse(pickle).expect("sound");
        let (name, arguments) = pickle.call(pickle.root).expect("a call");
        assert_eq!((name, arguments.len(), arguments[1]), (Name::RebuildTensor, 2, Value::Int(9)));
        assert_eq!(pickle.persistent(arguments[0]), Some(&[Value::Text("storage"), Value::Text("k")][..]));

        let pickle = b"\x8c\x0bcollections\x8c\x0bOrderedDict\x93)R}b.";
        let pickle = Pickle::parse(pickle).expect("sound");
        assert_eq!(pickle.dict(pickle.root), Some(&[][..]), "attributes are passed over");
    }

    /// Each stands in a dictionary before the number 7.
    #[test]
    fn notes_are_passed_over() {
        let notes: [&[u8]; 9] = [
            // numpy.float64(0.5), as Python 3 writes it for protocol 2: a kind of numbers and bytes in a text.
            b"cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\nX\x02\0\0\0f8\x89\x88\x87R(K\x03X\x01\0\0\0<NNNJ\xff\xff\xff\xff\
              J\xff\xff\xff\xffK\0tbc_codecs\nencode\n(X\x01\0\0\0aX\x06\0\0\0latin1tRtR",
            b"c__builtin__\nset\n](K\x01K\x02e\x85R",
            b"\x8f(K\x01K\x02\x90",
            b"(K\x01K\x02\x91",
            b"cargparse\nNamespace\n)\x81}X\x02\0\0\0lrK\x01sb",
            b"ccopy_reg\n_reconstructor\n(cargparse\nNamespace\nc__builtin__\nobject\nNtR}b",
            b"ccollections\ndefaultdict\nc__builtin__\nlist\n\x85RX\x01\0\0\0aK\x01s",
            b"ccollections\nCounter\n}\x85R",
            b"ccollections\ndeque\n)RK\x01a",
        ];
        for note in notes {
            let pickle = [&b"}(X\x01\0\0\0n"[..], note, b"X\x01\0\0\0vK\x07u."].concat();
            let pickle = Pickle::parse(&pickle).unwrap_or_else(|error| panic!("{}: {error}", note.escape_ascii()));
            let dict = pickle.dict(pickle.root).expect("a dictionary");
            assert_eq!(dict[1], ("v", Value::Int(7)));
            assert!(pickle.call(dict[0].1).is_none(), "is no tensor");
        }
    }

    #[test]
    fn what_is_no_sound_pickle_is_refused() {
        let cases: [(&[u8], &str); 20] = [
            (b"", "cut off"),
            (b"K", "cut off"),
            (b"X\xff\xff\xff\xffa", "cut off"),
            (b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff", "cut off"),
            (b"ctorch", "cut off"),
            (b".", "takes more values"),
            (b"(.", "takes more values"),
            (b"K\x01(\x85.", "takes more values"),
            (b"t", "takes more values"),
            (b"K\x01\x87", "takes more values"),
            (b"h\x05.", "recalls value 5"),
            (b"j\xff\xff\xff\xff.", "recalls value 4294967295"),
            (b"Nr\xff\xff\xff\xff.", "memorises value 4294967295 out of order"),
            (b"K\x01K\x02a", "no list or dictionary"),
            (b"](K\x01K\x02u", "no list or dictionary"),
            (b"}(K\x01u", "no list or dictionary"),
            (b")(K\x01e", "no list or dictionary"),
            (b"X\x01\0\0\0\xff.", "not UTF-8"),
            (b"K\x01K\x02\x93", "without a text"),
            (b"ccollections\nOrderedDict\nK\x01\x85R", "makes no tensor"),
        ];
        for (pickle, expected) in cases {
            assert!(message(pickle).contains(expected), "{}", message(pickle));
        }
    }

    #[test]
    fn more_than_weights_need_is_refused() {
        let cases: [(&[u8], &str); 9] = [
            (b"cos\nsystem\n", "asks to run os.system, which a weight file has no need of"),
            (b"\x8c\x02os\x8c\x06system\x93", "asks to run os.system"),
            (b"(X\x02\0\0\0idios\nsystem\n", "asks to run os.system"),
            (b"cbuiltins\neval\n", "asks to run builtins.eval"),
            (b"ctorch\nQInt8Storage\n", "holds QInt8 numbers"),
            (b"(icollections\nOrderedDict\n", "instruction 0x69"),
            (b"ccollections\nOrderedDict\n)\x81", "instruction 0x81"),
            (b"(ccollections\nOrderedDict\no", "instruction 0x6f"),
            (b"ccollections\nOrderedDict\n}b", "instruction 0x62"),
        ];
        for (pickle, expected) in cases {
            assert!(message(pickle).contains(expected), "{}", message(pickle));
        }
        let long = format!("cos\n{}\n", "a\u{1b}".repeat(10_000));
        assert!(message(long.as_bytes()).len() < 600 && !message(long.as_bytes()).contains('\u{1b}'));
    }

    #[test]
    fn depth_and_circles_are_harmless() {
        let mut deep = vec![b')'];
        deep.extend(vec![0x85; 500_000]);
        deep.push(b'.');
        assert!(Pickle::parse(&deep).is_ok());
        // A dictionary in itself.
        let circle = Pickle::parse(b"}q\0X\x01\0\0\0ah\0s.").expect("sound");
        assert_eq!(circle.dict(circle.root), Some(&[("a", circle.root)][..]));
        assert!(message(&vec![b')'; MAX_INSTRUCTIONS + 1]).contains("more than 1048576 instructions"));
    }
}
