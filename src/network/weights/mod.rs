//! Named tensors out of a weight file: safetensors or PyTorch.

#[cfg(any(not(target_arch = "wasm32"), feature = "conversion"))]
mod pickle;
#[cfg(any(not(target_arch = "wasm32"), feature = "conversion"))]
mod torch;
mod view;

use std::collections::{BTreeMap, HashMap};

use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::{Error, Result};
use view::View;

/// Names under which training tools file the weights away, the averaged ones first because they are the better ones.
const WRAPPERS: [&str; 11] = [
    "params_ema",
    "params-ema",
    "state_dict_ema",
    "model_ema",
    "net_g_ema",
    "g_ema",
    "generator_ema",
    "params",
    "state_dict",
    "model_state_dict",
    "network_g",
];

/// Names of the network that enlarges within all that was trained. Networks' parts have such names as well, so as
/// prefixes they are dropped only where all tensors have them and none has a layer's number next, as ESRGAN's
/// `model.0.weight` has.
const OWNERS: [&str; 5] = ["model", "net", "net_g", "netG", "generator"];

/// What DataParallel and torch.compile call the network that they take in. DistributedDataParallel and averaged models do as the
/// first.
const ENVELOPES: [&str; 2] = ["module", "_orig_mod"];

/// Numbers that tensors may have beyond one for each byte of the file, so that a few can be expanded from few bytes.
const EXPANDED_NUMBERS: usize = 1 << 16;

/// Tensors by name as they lie in a file, and what it says about itself.
type Views<'a> = (BTreeMap<String, View<'a>>, HashMap<String, String>);

/// What follows the name of a tensor of 8 bits in the name of its scales: a number for each of its first dimension, by which the
/// integers there are multiplied.
const SCALES: &str = ".scale";

/// What a file is said to be under this key that holds no network's weights but what is to be added to those of the model it names.
const DIFFERENCE: &str = "difference";

/// Bytes in a tensor's name.
const MAX_NAME: usize = 512;

/// A tensor of finite numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Its sizes, outermost first.
    pub shape: Vec<usize>,
    /// Its values in row-major order.
    pub data: Vec<f32>,
}

impl Tensor {
    /// Multiplies what stands under each index of the first dimension by a number of its own; the error says what is wrong, to be
    /// put after the tensor's name.
    fn scale_by(&mut self, scales: &Self) -> Result<(), String> {
        if self.shape.first().is_none_or(|&rows| scales.shape != [rows]) {
            return Err(format!("of shape {:?} has scales of shape {:?}", self.shape, scales.shape));
        }
        let row = self.data.len().checked_div(scales.data.len()).unwrap_or_default();
        for (values, scale) in self.data.chunks_exact_mut(row.max(1)).zip(&scales.data) {
            values.iter_mut().for_each(|value| *value *= scale);
        }
        Ok(())
    }
}

/// The tensors of one weight file by name, without the prefixes that some training tools add.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    tensors: BTreeMap<String, Tensor>,
    metadata: HashMap<String, String>,
}

impl Weights {
    /// Reads a safetensors file or one of PyTorch (`.pth`, `.pt`), told apart by content. Nothing in a
    /// PyTorch file is run. Numbers of any kind become f32, integers of 8 bits with scales beside them their products.
    ///
    /// # Errors
    /// [`Error::DamagedModel`] when the file is neither, is cut off, or has a value that is not finite;
    /// [`Error::RefusedModel`] when it is of another PyTorch format or asks for more than weights need.
    pub fn parse(file: &[u8]) -> Result<Self> {
        let (views, metadata) = views(file)?;
        let mut room = file.len() + EXPANDED_NUMBERS;
        let mut tensors = BTreeMap::new();
        let mut of_8_bits = Vec::new();
        for (name, view) in unwrapped(views) {
            if name.len() > MAX_NAME || name.contains(char::is_control) {
                return Err(damaged(format!("it has a tensor of the impossible name {}", shown(&name))));
            }
            // Tensors of a PyTorch file can share their numbers, and so be many more than it has bytes.
            room = room.checked_sub(view.len()).ok_or_else(|| {
                damaged(format!("up to {name} its tensors have many more numbers than the file has bytes"))
            })?;
            let tensor = view.tensor().map_err(|reason| damaged(format!("{name} {reason}")))?;
            if view.is_of_8_bits() {
                of_8_bits.push(name.clone());
            }
            tensors.insert(name, tensor);
        }
        for name in of_8_bits {
            if let Some(scales) = tensors.remove(&format!("{name}{SCALES}"))
                && let Some(tensor) = tensors.get_mut(&name)
            {
                tensor.scale_by(&scales).map_err(|reason| damaged(format!("{name} {reason}")))?;
            }
        }
        Ok(Self { tensors, metadata })
    }

    /// The weights as a safetensors file of f32, which [`Weights::parse`] reads.
    ///
    /// # Errors
    /// [`Error::DamagedModel`] when there is more than such a file can hold.
    pub fn to_safetensors(&self) -> Result<Vec<u8>> {
        let views = self.tensors.iter().map(|(name, Tensor { shape, data })| {
            Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytemuck::cast_slice(data))?))
        });
        let views = views.collect::<Result<Vec<_>, _>>();
        let file = views.and_then(|views| safetensors::serialize(views, Some(self.metadata.clone())));
        file.map_err(|error| damaged(format!("it cannot be written ({error})")))
    }

    /// What a safetensors file says about itself under that key (PyTorch files say nothing), or was added later.
    #[must_use]
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.metadata.get(key).map(String::as_str)
    }

    /// The same weights with something else said about them, for what tensors do not tell, such as `scale`.
    #[must_use]
    pub fn with_metadata(mut self, key: &str, value: &str) -> Self {
        self.metadata.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Adds a tensor.
    pub(crate) fn insert(&mut self, name: String, tensor: Tensor) {
        self.tensors.insert(name, tensor);
    }

    /// Whether these are no network's weights but what is to be added to those of the model that is named.
    #[must_use]
    pub fn is_difference_to(&self) -> Option<&str> {
        self.metadata(DIFFERENCE)
    }

    /// `self + sum(share * (other - self))` over all others and their shares, value by value in f32: a network between
    /// several of one architecture. Shares of 0 and 1 give the very values of `self` and of a single other. The result
    /// has the metadata of `self`. Of a difference (see [`Weights::is_difference_to`]) the share is added as it is.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] when a share is not in 0..=1, or when the names or shapes differ; it names the first
    /// tensor that does.
    pub fn mix(&self, others: &[(Self, f32)]) -> Result<Self> {
        for (_, share) in others {
            if !(0.0..=1.0).contains(share) {
                return Err(Error::InvalidOption(format!(
                    "The share of a model in a mix is {share}, expected 0 to 1."
                )));
            }
        }
        self.extrapolate(others)
    }

    /// As [`Weights::mix`], with shares beyond that range.
    pub(crate) fn extrapolate(&self, others: &[(Self, f32)]) -> Result<Self> {
        others.iter().try_for_each(|(other, _)| self.expect_shapes_of(other))?;
        // As a weighted sum it is exact where one weight is 1 and the others are 0.
        let whole = others.iter().filter(|(other, _)| other.is_difference_to().is_none());
        let own_share = 1.0 - whole.map(|(_, share)| share).sum::<f32>();
        let mut mixed = self.clone();
        for (name, tensor) in &mut mixed.tensors {
            tensor.data.iter_mut().for_each(|value| *value *= own_share);
            for (other, share) in others {
                for (value, other) in tensor.data.iter_mut().zip(&other.tensors[name].data) {
                    *value += share * other;
                }
            }
        }
        Ok(mixed)
    }

    /// Checks that two sets of weights can be mixed.
    fn expect_shapes_of(&self, other: &Self) -> Result<()> {
        let shape = |weights: &Self, name: &str| weights.get(name).map(|tensor| tensor.shape.clone());
        let differs = |name: &&str| shape(self, name) != shape(other, name);
        let Some(name) = self.names().chain(other.names()).filter(differs).min() else { return Ok(()) };
        let [one, two] =
            [self, other].map(|weights| shape(weights, name).map_or("none".into(), |shape| format!("{shape:?}")));
        Err(Error::InvalidOption(format!(
            "The two models cannot be mixed: {name} has shape {one} in the first and {two} in the second. Choose two of \
             the same architecture and size."
        )))
    }

    /// The tensor of that name, if there is one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name)
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

/// The tensors of a file as they lie in it, and what it says about itself.
#[cfg(any(not(target_arch = "wasm32"), feature = "conversion"))]
fn views(file: &[u8]) -> Result<Views<'_>> {
    if torch::is_torch(file) { Ok((torch::parse(file)?, HashMap::new())) } else { safetensors(file) }
}

/// The page's first module reads no other files, see `src/conversion`.
#[cfg(all(target_arch = "wasm32", not(feature = "conversion")))]
fn views(file: &[u8]) -> Result<Views<'_>> {
    safetensors(file)
}

/// The tensors and the metadata of a safetensors file.
fn safetensors(file: &[u8]) -> Result<Views<'_>> {
    let (header_len, header) = SafeTensors::read_metadata(file)
        .map_err(|error| damaged(format!("it is neither a PyTorch file nor a complete safetensors file ({error})")))?;
    let numbers = &file[size_of::<u64>() + header_len..];
    let mut tensors = BTreeMap::new();
    for (name, info) in header.tensors() {
        let (start, end) = info.data_offsets;
        let view = View::contiguous(info.dtype, &info.shape, &numbers[start..end])
            .map_err(|reason| damaged(format!("{} {reason}", shown(&name))))?;
        tensors.insert(name, view);
    }
    Ok((tensors, header.metadata().clone().unwrap_or_default()))
}

/// Drops the prefixes that training tools put before the names, and the tensors that lack them.
fn unwrapped<T>(mut tensors: BTreeMap<String, T>) -> BTreeMap<String, T> {
    let is_used = |prefix: &&str| tensors.keys().any(|name| inner_name(name, prefix).is_some());
    // Nothing else in a file is called a generator, but a discriminator may be beside it.
    if let Some(wrapper) = WRAPPERS.into_iter().chain(["generator"]).find(is_used) {
        tensors = without_prefix(tensors, wrapper);
    }
    let tensors = unpacked(tensors);
    let is_layer = |name: &str| name.starts_with(|first: char| first.is_ascii_digit());
    let owner = OWNERS
        .into_iter()
        .find(|owner| tensors.keys().all(|name| inner_name(name, owner).is_some_and(|inner| !is_layer(inner))));
    match owner {
        Some(owner) => unpacked(without_prefix(tensors, owner)),
        None => tensors,
    }
}

/// Drops the names of envelopes, in either order.
fn unpacked<T>(mut tensors: BTreeMap<String, T>) -> BTreeMap<String, T> {
    while let Some(envelope) =
        ENVELOPES.into_iter().find(|envelope| tensors.keys().any(|name| inner_name(name, envelope).is_some()))
    {
        tensors = without_prefix(tensors, envelope);
    }
    tensors
}

fn without_prefix<T>(tensors: BTreeMap<String, T>, prefix: &str) -> BTreeMap<String, T> {
    let mut inner = BTreeMap::new();
    inner
        .extend(tensors.into_iter().filter_map(|(name, tensor)| Some((inner_name(&name, prefix)?.to_owned(), tensor))));
    inner
}

/// What follows a prefix and its dot.
fn inner_name<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    name.strip_prefix(prefix)?.strip_prefix('.')
}

/// The error for a file that is not as it should be.
fn damaged(reason: impl Into<String>) -> Error {
    Error::DamagedModel { reason: reason.into() }
}

/// The error for a file that may be sound but is of no use here.
fn refused(reason: impl Into<String>) -> Error {
    Error::RefusedModel { reason: reason.into() }
}

/// A file's own words, made fit for a message.
fn shown(text: &str) -> String {
    text.chars().take(80).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unwrapped_names(names: &[&str]) -> Vec<String> {
        unwrapped(names.iter().map(|&name| (name.to_owned(), ())).collect()).into_keys().collect()
    }

    #[test]
    fn prefixes_of_training_tools_are_dropped() {
        for (names, expected) in [
            (&["body.0.weight", "body.0.bias"][..], &["body.0.bias", "body.0.weight"][..]),
            (&["params.a", "params_ema.a", "params_ema.b"], &["a", "b"]),
            (&["params.module.a", "other.a"], &["a"]),
            (&["module.a", "n_averaged"], &["a"]),
            (&["state_dict.module.model.a", "state_dict.module.model.b"], &["a", "b"]),
            (&["generator.a", "generator.b"], &["a", "b"]),
            (&["generator.a", "discriminator.a", "step_counter"], &["a"]),
            (&["generator.a", "generator_ema.b"], &["b"]),
            (&["params.a", "params-ema.b"], &["b"]),
            (&["_orig_mod.a", "_orig_mod.b"], &["a", "b"]),
            (&["module._orig_mod.a"], &["a"]),
            (&["_orig_mod.module.a"], &["a"]),
            (&["params_ema._orig_mod.a"], &["a"]),
            (&["net_g._orig_mod.a", "net_g._orig_mod.b"], &["a", "b"]),
            (&["net.a", "loss.a"], &["loss.a", "net.a"]),
            (&["modules.a", "paramsa"], &["modules.a", "paramsa"]),
        ] {
            assert_eq!(unwrapped_names(names), expected);
        }
    }

    /// The first networks of the ESRGAN kind are one `Sequential` of the name `model`.
    #[test]
    fn a_layers_number_after_model_stays() {
        let names = ["model.0.weight", "model.1.sub.0.RDB1.conv1.0.weight", "model.10.bias"];
        assert_eq!(unwrapped_names(&names), names);
        assert_eq!(unwrapped_names(&["params.model.0.weight"]), ["model.0.weight"]);
        assert_eq!(unwrapped_names(&["model.model.0.weight"]), ["model.0.weight"]);
    }

    fn weights(tensors: &[(&str, &[usize], &[f32])]) -> Weights {
        let tensors = tensors
            .iter()
            .map(|&(name, shape, data)| (name.to_owned(), Tensor { shape: shape.to_vec(), data: data.to_vec() }));
        Weights { tensors: tensors.collect(), metadata: HashMap::new() }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let weights = weights(&[("b", &[2, 1], &[0.1, -4e30]), ("a", &[], &[1.0])]).with_metadata("scale", "3");
        let read = Weights::parse(&weights.to_safetensors().expect("fits")).expect("sound");
        assert_eq!((read.tensors, read.metadata), (weights.tensors, weights.metadata));
    }

    /// A safetensors file of a tensor of integers and one of scales.
    fn of_8_bits(shape: &[usize], scales: &[f32]) -> Vec<u8> {
        let integers: Vec<u8> = [-127i8, 0, 3, 4, -5, 127].into_iter().flat_map(i8::to_le_bytes).collect();
        let halves: Vec<u8> = scales.iter().flat_map(|&scale| half::f16::from_f32(scale).to_le_bytes()).collect();
        let views = [
            ("params.a", TensorView::new(Dtype::I8, shape.to_vec(), &integers).expect("fits")),
            ("params.a.scale", TensorView::new(Dtype::F16, vec![scales.len()], &halves).expect("fits")),
        ];
        safetensors::serialize(views, None).expect("fits")
    }

    #[test]
    fn integers_of_8_bits_are_multiplied_by_their_scales() {
        let read = Weights::parse(&of_8_bits(&[2, 3, 1], &[0.5, 0.001])).expect("sound");
        let scale = half::f16::from_f32(0.001).to_f32();
        assert_eq!(read.names().collect::<Vec<_>>(), ["a"]);
        let expected = [-63.5, 0.0, 1.5, 4.0 * scale, -5.0 * scale, 127.0 * scale];
        assert_eq!(read.expect("a", &[2, 3, 1]).expect("there"), expected);
    }

    #[test]
    fn scales_of_another_number_are_refused() {
        for (shape, scales) in [(&[2, 3][..], &[1.0; 3][..]), (&[6], &[]), (&[3, 2], &[1.0])] {
            let error = Weights::parse(&of_8_bits(shape, scales)).expect_err("must be refused");
            assert!(error.to_string().contains(&format!("a of shape {shape:?} has scales of shape")), "{error}");
        }
    }

    #[test]
    fn a_difference_is_added() {
        let one = weights(&[("a", &[2], &[1.0, 4.0])]);
        let two = weights(&[("a", &[2], &[3.0, 0.0])]);
        let difference = weights(&[("a", &[2], &[8.0, -2.0])]).with_metadata(DIFFERENCE, "one");
        for (shares, expected) in [([0.0, 1.0], [9.0, 2.0]), ([0.5, 0.25], [4.0, 1.5]), ([0.0, -0.5], [-3.0, 5.0])] {
            let others = [(two.clone(), shares[0]), (difference.clone(), shares[1])];
            let made = one.extrapolate(&others).expect("fits");
            assert_eq!(made.expect("a", &[2]).expect("there"), expected);
            assert_eq!(made.is_difference_to(), None);
        }
        let error = crate::Network::from_weights(&difference).expect_err("must be refused").to_string();
        assert!(error.contains("to be added to the weights of one"), "{error}");
    }

    #[test]
    fn a_mix_lies_between() {
        let one = weights(&[("a", &[2], &[0.0, 4.0]), ("b", &[], &[1.0])]);
        let two = weights(&[("a", &[2], &[8.0, 0.0]), ("b", &[], &[-1.0])]);
        let three = weights(&[("a", &[2], &[0.0, 12.0]), ("b", &[], &[3.0])]);
        for (shares, a, b) in [
            (&[][..], [0.0, 4.0], [1.0]),
            (&[0.0], [0.0, 4.0], [1.0]),
            (&[0.25], [2.0, 3.0], [0.5]),
            (&[1.0], [8.0, 0.0], [-1.0]),
            (&[0.25, 0.5], [2.0, 7.0], [1.5]),
            (&[1.0, 1.0], [8.0, 8.0], [1.0]),
        ] {
            let others: Vec<_> = [&two, &three].into_iter().cloned().zip(shares.iter().copied()).collect();
            let mixed = one.mix(&others).expect("fits");
            assert_eq!(mixed.expect("a", &[2]).expect("there"), a, "{shares:?}");
            assert_eq!(mixed.expect("b", &[]).expect("there"), b, "{shares:?}");
        }
    }

    #[test]
    fn what_cannot_be_mixed_is_named() {
        let one = weights(&[("a", &[2], &[0.0; 2]), ("b", &[1], &[0.0]), ("c", &[], &[0.0])]);
        let two = weights(&[("a", &[2], &[0.0; 2]), ("b", &[], &[0.0])]);
        let mix = |own: &Weights, other: &Weights, share| own.mix(&[(own.clone(), 0.5), (other.clone(), share)]);
        for (error, expected) in [
            (mix(&one, &two, 0.5), "b has shape [1] in the first and [] in the second"),
            (mix(&weights(&[]), &two, 0.5), "a has shape none in the first and [2] in the second"),
            (mix(&two, &weights(&[]), 0.5), "a has shape [2] in the first and none in the second"),
            (mix(&one, &one, f32::NAN), "is NaN, expected 0 to 1"),
            (mix(&one, &one, -0.1), "is -0.1, expected 0 to 1"),
            (mix(&one, &one, 1.5), "is 1.5, expected 0 to 1"),
            (mix(&one, &one, f32::INFINITY), "is inf, expected 0 to 1"),
        ] {
            let error = error.expect_err("must be refused");
            assert_eq!(error.code(), "invalid-option");
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
