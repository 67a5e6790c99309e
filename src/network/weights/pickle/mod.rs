//! Reads Python's pickle format, as far as weight files need it.
//!
//! A pickle is a program for a small stack machine that may call any Python function. This machine runs nothing: it
//! makes plain values, and a call of one of the few names in [`names`] is only noted down. Whatever else a file asks
//! for is refused. (Instructions: `pickletools.py` of CPython.)

mod machine;
mod names;
mod opcode;

use safetensors::Dtype;

use self::machine::Machine;
use crate::Result;

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
        Machine::run(bytes)
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

#[cfg(test)]
mod tests {
    use super::{machine::MAX_INSTRUCTIONS, *};

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
