//! What the layers of an architecture are called in the order in which they run, for files whose weights have no names.

use std::{collections::VecDeque, rc::Rc};

use super::{Tensor, Weights, compact, realplksr, rlfn, rrdb, span, srcnn};

/// The sizes of a convolution's weights: outputs, inputs of a group, rows, columns.
pub(crate) type Shape = [usize; 4];

/// The weights of one layer as a file without names has them.
#[derive(Clone, Debug)]
pub(crate) struct Parameters {
    /// Four sizes of a convolution; one size, the number of channels, of slopes and of a normalisation, which has a bias.
    pub(crate) shape: Vec<usize>,
    pub(crate) weight: Rc<Vec<f32>>,
    pub(crate) bias: Option<Vec<f32>>,
    /// Groups of channels that a convolution keeps apart.
    pub(crate) groups: usize,
}

/// A layer's place in a network.
struct Slot {
    name: String,
    shape: Vec<usize>,
    has_bias: bool,
    groups: usize,
}

/// A network of an architecture that is known, still without weights.
#[derive(Default)]
pub(crate) struct Layout {
    slots: Vec<Slot>,
    /// Tensors that only say something by being there.
    signs: Vec<&'static str>,
    metadata: Vec<(&'static str, String)>,
    /// Whether pictures come to the graph enlarged already.
    pub(crate) takes_enlarged: bool,
}

impl Layout {
    pub(super) fn conv(&mut self, name: impl Into<String>, shape: Shape) {
        self.slots.push(Slot { name: name.into(), shape: shape.to_vec(), has_bias: true, groups: 1 });
    }

    pub(super) fn conv_without_bias(&mut self, name: impl Into<String>, shape: Shape, groups: usize) {
        self.slots.push(Slot { name: name.into(), shape: shape.to_vec(), has_bias: false, groups });
    }

    pub(super) fn slopes(&mut self, name: impl Into<String>, channels: usize) {
        self.slots.push(Slot { name: name.into(), shape: vec![channels], has_bias: false, groups: 1 });
    }

    pub(super) fn norm(&mut self, name: impl Into<String>, channels: usize) {
        self.slots.push(Slot { name: name.into(), shape: vec![channels], has_bias: true, groups: 1 });
    }

    pub(super) fn sign(&mut self, name: &'static str) {
        self.signs.push(name);
    }

    pub(super) fn says(&mut self, key: &'static str, value: impl Into<String>) {
        self.metadata.push((key, value.into()));
    }

    /// The weights under the names of the slots; None where they are not of these shapes and numbers. Those of one shape are taken
    /// in their order. Of two branches, files may have either first, but then the shapes differ in all known architectures.
    pub(crate) fn assign(&self, parameters: &[Parameters]) -> Option<Weights> {
        if self.slots.len() != parameters.len() {
            return None;
        }
        let mut left: VecDeque<&Parameters> = parameters.iter().collect();
        let mut weights = Weights::default();
        for slot in &self.slots {
            let fits = |given: &&Parameters| {
                given.shape == slot.shape && given.bias.is_some() == slot.has_bias && given.groups == slot.groups
            };
            let given = left.remove(left.iter().position(fits)?)?;
            let tensor = Tensor { shape: given.shape.clone(), data: given.weight.to_vec() };
            weights.insert(format!("{}.weight", slot.name), tensor);
            if let Some(bias) = &given.bias {
                let tensor = Tensor { shape: vec![bias.len()], data: bias.clone() };
                weights.insert(format!("{}.bias", slot.name), tensor);
            }
        }
        for sign in &self.signs {
            weights.insert((*sign).to_owned(), Tensor { shape: vec![1], data: vec![0.0] });
        }
        Some(self.metadata.iter().fold(weights, |weights, (key, value)| weights.with_metadata(key, value)))
    }
}

/// The networks of an architecture that may have convolutions of these shapes and that enlarge that many times.
type Layouts = fn(&[Shape], usize) -> Vec<Layout>;

/// Those of every architecture.
const LAYOUTS: [Layouts; 7] = [
    compact::layouts,
    rrdb::layouts,
    span::layouts,
    span::fast_layouts,
    rlfn::layouts,
    realplksr::layouts,
    srcnn::layouts,
];

/// The networks that may have convolutions of these shapes, in this order, and enlarge that many times. They need not fit.
pub(crate) fn layouts(shapes: &[Shape], scale: usize) -> Vec<Layout> {
    if shapes.len() < 3 {
        return Vec::new();
    }
    LAYOUTS.iter().flat_map(|layouts| layouts(shapes, scale)).collect()
}
