//! What a weight file may name.

use safetensors::Dtype;

use super::{
    super::{refused, shown},
    Name, Value,
};
use crate::Result;

/// The value of a name.
///
/// # Errors
/// [`crate::Error::RefusedModel`] for any that weight files have no need of.
pub(super) fn global<'a>(module: &str, name: &str) -> Result<Value<'a>> {
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
