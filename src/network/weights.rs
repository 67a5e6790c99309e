//! Named tensors out of a weight file (safetensors, f32, f16 or bf16).

use std::collections::BTreeMap;

use safetensors::{Dtype, SafeTensors};

use crate::{Error, Result};

/// Names under which training tools file the weights away, the averaged ones first because they are the better ones.
const PREFIXES: [&str; 2] = ["params_ema.", "params."];

/// A tensor of finite numbers.
#[derive(Clone, Debug)]
pub struct Tensor {
    /// Its sizes, outermost first.
    pub shape: Vec<usize>,
    /// Its values in row-major order.
    pub data: Vec<f32>,
}

/// The tensors of one weight file by name, without the prefix that some training tools add.
#[derive(Clone, Debug)]
pub struct Weights {
    tensors: BTreeMap<String, Tensor>,
}

impl Weights {
    /// Reads a safetensors file.
    ///
    /// # Errors
    /// [`Error::DamagedModel`] when the file is not safetensors, is cut off, has another number type than f32, f16 or
    /// bf16, or has a value that is not finite.
    pub fn parse(file: &[u8]) -> Result<Self> {
        let damaged = |reason: String| Error::DamagedModel { reason };
        let parsed = SafeTensors::deserialize(file)
            .map_err(|error| damaged(format!("it is not a complete safetensors file ({error})")))?;
        let mut tensors = BTreeMap::new();
        let prefix = PREFIXES.into_iter().find(|prefix| parsed.iter().any(|(name, _)| name.starts_with(prefix)));
        for (name, view) in parsed.iter() {
            let Some(name) = name.strip_prefix(prefix.unwrap_or("")) else { continue };
            let data = numbers(view.dtype(), view.data()).ok_or_else(|| {
                damaged(format!("{name} holds {:?} numbers, expected F32, F16 or BF16", view.dtype()))
            })?;
            if let Some(value) = data.iter().find(|value| !value.is_finite()) {
                return Err(damaged(format!("{name} holds the value {value}, expected finite numbers")));
            }
            tensors.insert(name.to_owned(), Tensor { shape: view.shape().to_vec(), data });
        }
        Ok(Self { tensors })
    }

    /// Interpolates linearly towards other weights: `(1 - share) * self + share * other`.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] when a tensor is missing on one side or has another shape there, or when `share` is not
    /// in 0..=1.
    pub fn mix(&self, other: &Self, share: f32) -> Result<Self> {
        if !(0.0..=1.0).contains(&share) {
            return Err(Error::InvalidOption(format!("The share of a mix is {share}; it must be from 0 to 1.")));
        }
        let mut tensors = self.tensors.clone();
        for (name, tensor) in &mut tensors {
            let Some(theirs) = other.get(name).filter(|theirs| theirs.shape == tensor.shape) else {
                let reason = format!("The models cannot be mixed: {name} is not of one shape in both.");
                return Err(Error::InvalidOption(reason));
            };
            for (value, theirs) in tensor.data.iter_mut().zip(&theirs.data) {
                *value = (1.0 - share) * *value + share * theirs;
            }
        }
        Ok(Self { tensors })
    }

    /// The tensor of that name, if there is one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name)
    }

    /// What the file says of itself under that key.
    #[must_use]
    pub fn metadata(&self, key: &str) -> Option<&str> {
        let _ = key;
        None
    }

    /// All names in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// The values of a tensor that must be there in that shape.
    ///
    /// # Errors
    /// [`Error::DamagedModel`] that names the tensor, the shape expected and the shape found.
    pub fn expect(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let reason = match self.get(name) {
            Some(tensor) if tensor.shape == shape => return Ok(tensor.data.clone()),
            Some(tensor) => format!("{name} has shape {:?}, expected {shape:?}", tensor.shape),
            None => format!("{name} is missing, expected with shape {shape:?}"),
        };
        Err(Error::DamagedModel { reason })
    }

    /// The first few tensors with their shapes, for messages.
    #[must_use]
    pub fn describe(&self) -> String {
        const SHOWN: usize = 4;
        let mut parts: Vec<_> =
            self.tensors.iter().take(SHOWN).map(|(name, tensor)| format!("{name} {:?}", tensor.shape)).collect();
        match self.tensors.len() {
            0 => parts.push("no tensors".into()),
            count if count > SHOWN => parts.push(format!("{} more", count - SHOWN)),
            _ => {}
        }
        parts.join(", ")
    }
}

/// Little-endian bytes as f32; None for number types that no network has.
fn numbers(dtype: Dtype, bytes: &[u8]) -> Option<Vec<f32>> {
    let pairs = || bytes.as_chunks::<2>().0.iter();
    match dtype {
        Dtype::F32 => Some(bytes.as_chunks::<4>().0.iter().map(|&four| f32::from_le_bytes(four)).collect()),
        Dtype::F16 => Some(pairs().map(|&two| half::f16::from_le_bytes(two).to_f32()).collect()),
        Dtype::BF16 => Some(pairs().map(|&two| half::bf16::from_le_bytes(two).to_f32()).collect()),
        _ => None,
    }
}
