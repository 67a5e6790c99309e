//! The layers of a network that can be looked at, and what people call them.

use super::{
    Network,
    op::{Op, Slice},
};

/// A layer of a network: what one op makes of what lies before it, its activation and what it is combined with included.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// What to call it, such as `convolution 3 of block 2`. No two layers of a network have the same.
    pub name: String,
    /// What its weights are called in the weight file; empty where it has none.
    pub weights: String,
    /// Index of the op.
    pub op: usize,
    /// The channels that it makes.
    pub output: Slice,
    /// How many times as wide and high as the picture its map is.
    pub scale: f64,
}

/// See [`Network::layers`].
pub(super) fn layers(network: &Network) -> Vec<Layer> {
    let last = network.ops.last().into_iter().flat_map(Op::reads).next().map(|slice| slice.map);
    let name_of = |op: usize| network.names.get(op).map_or("", |name| &**name);
    let blocks = blocks(&network.names);
    let count = blocks.iter().flatten().max().map_or(0, |block| block + 1);
    let (mut layers, mut places, mut begun) = (Vec::new(), Vec::new(), None);
    for (index, op) in network.ops.iter().enumerate() {
        let Some((kind, output)) = kind(op).zip(op.writes()).filter(|(_, output)| Some(output.map) != last) else {
            continue;
        };
        // What has no weights belongs to what lies before it.
        let block = if name_of(index).is_empty() { begun.flatten() } else { blocks.get(index).copied().flatten() };
        begun = if block.is_some() { Some(block) } else { begun.map(|_| None) };
        let place = match block {
            Some(block) => format!(" of block {}", block + 1),
            None if count == 0 => String::new(),
            None if begun.is_none() => " before the blocks".into(),
            None => " after the blocks".into(),
        };
        let number = 1 + places.iter().filter(|other| **other == (kind, place.clone())).count();
        layers.push(Layer {
            name: format!("{kind} {number}{place}"),
            weights: name_of(index).to_owned(),
            op: index,
            output,
            scale: network.density(output.map).sqrt(),
        });
        places.push((kind, place));
    }
    layers
}

/// What an op is called; None for those that only rearrange pixels.
fn kind(op: &Op) -> Option<&'static str> {
    Some(match op {
        Op::Conv(_) => "convolution",
        Op::MaxPool(_) => "pooling",
        Op::Resize(_) => "enlargement",
        Op::GroupNorm(_) | Op::LayerNorm(_) => "normalisation",
        Op::DySample(_) => "sampling",
        Op::PixelUnshuffle(_) | Op::PixelShuffle(_) => return None,
    })
}

/// For each op the block that it belongs to. A block has several ops whose weights agree in name up to their first number (or their
/// second, or third, where that makes no two blocks): `block_1.c1_r` and `block_1.c2_r`, `body.0.rdb1.conv1` and `body.0.rdb2.conv1`.
fn blocks(names: &[String]) -> Vec<Option<usize>> {
    for numbers in 1..=3 {
        let keys: Vec<_> = names.iter().map(|name| up_to_number(name, numbers)).collect();
        let mut repeated = Vec::new();
        for key in keys.iter().flatten() {
            if !repeated.contains(key) && keys.iter().flatten().filter(|other| *other == key).count() > 1 {
                repeated.push(*key);
            }
        }
        if repeated.len() > 1 {
            let place = |key: &Option<&str>| repeated.iter().position(|other| Some(*other) == *key);
            return keys.iter().map(place).collect();
        }
    }
    vec![None; names.len()]
}

/// A name up to the end of its `count`-th number; None where it has fewer.
fn up_to_number(name: &str, count: usize) -> Option<&str> {
    let is_digit = |at: usize| name.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let end = (1..=name.len()).filter(|&at| is_digit(at - 1) && !is_digit(at)).nth(count - 1)?;
    Some(&name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(model: &[u8]) -> Vec<String> {
        let network = Network::load(model).expect("sound");
        network.layers().into_iter().map(|layer| layer.name).collect()
    }

    #[test]
    fn layers_are_named_by_their_place() {
        let span = names(include_bytes!("../../models/photo-x4.safetensors"));
        assert_eq!(
            span[..3],
            ["convolution 1 before the blocks", "convolution 1 of block 1", "convolution 2 of block 1"]
        );
        assert_eq!(span[span.len() - 2..], ["convolution 1 after the blocks", "convolution 2 after the blocks"]);
        let compact = names(include_bytes!("../../models/fast-x4.safetensors"));
        assert_eq!(compact[..2], ["convolution 1", "convolution 2"]);
        let mut distinct = span.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), span.len());
    }

    #[test]
    fn blocks_follow_from_numbers_in_names() {
        let named = |names: &[&str]| blocks(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        assert_eq!(named(&["", "body.0", "body.2", "body.4"]), [None; 4]);
        let old = ["model.0", "model.1.sub.0.RDB1.conv1.0", "model.1.sub.0.RDB2.conv1.0", "model.1.sub.1.RDB1.conv1.0"];
        let old = [&old[..], &["model.1.sub.1.RDB2.conv1.0", "model.1.sub.2", "model.3"]].concat();
        assert_eq!(named(&old), [None, Some(0), Some(0), Some(1), Some(1), None, None]);
    }
}
