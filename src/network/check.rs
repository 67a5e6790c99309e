//! Whether the ops of a network fit each other, and how far they see.

use super::{
    extent::Lattice,
    op::{Activation, BLOCK, Combine, Conv, Extent, Map, Op, PixelShuffle, Resize, ResizeFilter, Slice},
};

/// Largest factor of enlargement.
pub(super) const MAX_SCALE: u32 = 16;

/// Largest edge of a convolution's kernel; a hostile file must not make a pixel cost more than that.
const MAX_KERNEL: usize = 63;

/// What follows from the ops.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) scale: u32,
    /// Receptive-field radius in LR pixels; None when every output pixel depends on all of the picture.
    pub(super) radius: Option<u32>,
    /// Tiles begin at multiples of this.
    pub(super) align: u32,
    /// The picture is padded to a multiple of this.
    pub(super) multiple: u32,
    /// The picture is padded to at least this.
    pub(super) smallest: u32,
}

/// Checks a network; the error says what does not fit.
pub(super) fn check(maps: &[Map], ops: &[Op]) -> Result<Facts, String> {
    let mut checker = Checker::new(maps)?;
    for (index, op) in ops.iter().enumerate() {
        let is_last = index + 1 == ops.len();
        checker.op(op, is_last).map_err(|reason| format!("in op {index}, {reason}"))?;
    }
    let Some(Op::PixelShuffle(shuffle)) = ops.last() else {
        return Err("it does not end in a pixel shuffle".into());
    };
    let Extent::Scaled { times, .. } = maps[shuffle.source.map].extent else {
        return Err("its last map has no whole scale".into());
    };
    let scale = times.saturating_mul(shuffle.scale as u32);
    if !(1..=MAX_SCALE).contains(&scale) {
        return Err(format!("its scale would be {scale}, and only 1 to {MAX_SCALE} are supported"));
    }
    let lattices: Vec<_> = (0..maps.len()).map(|map| Lattice::of(maps, map)).collect();
    let over = |map: &Map| if let Extent::Scaled { over, .. } = map.extent { over } else { 1 };
    let multiple = maps.iter().map(over).fold(1, lcm);
    Ok(Facts {
        scale,
        radius: checker.radii[shuffle.source.map],
        align: lattices.iter().map(|lattice| lattice.stride).fold(multiple, lcm),
        multiple,
        smallest: lattices.iter().map(|lattice| lattice.footprint).max().unwrap_or(1),
    })
}

struct Checker<'a> {
    maps: &'a [Map],
    /// For each block of channels of each map, whether an op has made it.
    made: Vec<Vec<bool>>,
    /// For each map, the radius of what has been made of it so far.
    radii: Vec<Option<u32>>,
}

impl<'a> Checker<'a> {
    fn new(maps: &'a [Map]) -> Result<Self, String> {
        if maps.first() != Some(&Map { channels: BLOCK, extent: Extent::PICTURE }) {
            return Err("its first map is not the picture".into());
        }
        for (index, map) in maps.iter().enumerate() {
            let sound = match map.extent {
                Extent::Scaled { times, over } => times > 0 && over > 0 && (times == 1 || over == 1),
                Extent::Windows { of, kernel, stride } => {
                    of < index && kernel > 0 && stride > 0 && (over_windows(maps, of))
                }
            };
            if !sound || map.channels == 0 || map.channels % BLOCK != 0 {
                return Err(format!("map {index} has a size that cannot be: {map:?}"));
            }
        }
        let made = maps.iter().enumerate().map(|(index, map)| vec![index == 0; map.channels / BLOCK]).collect();
        // A map that is smaller than the picture gathers several pixels in one.
        let gathered = |map: &Map| if let Extent::Scaled { over, .. } = map.extent { over - 1 } else { 0 };
        Ok(Self { maps, made, radii: maps.iter().map(|map| Some(gathered(map))).collect() })
    }

    fn op(&mut self, op: &Op, is_last: bool) -> Result<(), String> {
        for slice in op.reads() {
            self.check_read(slice)?;
        }
        let reach = match op {
            Op::Conv(conv) => self.conv(conv)?,
            Op::MaxPool(pool) => {
                self.same_channels(pool.source, pool.output)?;
                self.windows_of(pool.source, pool.output, pool.kernel, pool.stride)?;
                0
            }
            Op::Resize(resize) => self.resize(resize)?,
            Op::PixelUnshuffle(unshuffle) => {
                let factor = unshuffle.factor as u32;
                self.channels(unshuffle.output, 3 * unshuffle.factor.pow(2))?;
                self.extent(unshuffle.output, Extent::Scaled { times: 1, over: factor })?;
                0
            }
            Op::GroupNorm(norm) => {
                self.same_channels(norm.source, norm.output)?;
                self.same_channels(norm.source, norm.residual)?;
                self.extent(norm.output, self.maps[norm.source.map].extent)?;
                self.extent(norm.residual, self.maps[norm.source.map].extent)?;
                let channels = norm.source.channels;
                if norm.groups == 0 || channels % norm.groups != 0 {
                    return Err(format!("{channels} channels do not make {} groups", norm.groups));
                }
                self.lengths(&[norm.weight.len(), norm.bias.len()], channels)?;
                u32::MAX
            }
            Op::LayerNorm(norm) => {
                self.same_channels(norm.source, norm.output)?;
                self.extent(norm.output, self.maps[norm.source.map].extent)?;
                self.lengths(&[norm.weight.len(), norm.bias.len()], norm.source.channels)?;
                0
            }
            Op::DySample(sample) => {
                self.same_channels(sample.source, sample.output)?;
                self.channels(sample.offsets, 2 * sample.groups * sample.scale.pow(2))?;
                self.extent(sample.offsets, self.maps[sample.source.map].extent)?;
                let enlarged = self.maps[sample.source.map].extent.enlarged(sample.scale as u32);
                self.extent(sample.output, enlarged.ok_or("a map cannot be enlarged by that factor")?)?;
                if sample.groups == 0 || sample.source.channels % sample.groups != 0 {
                    return Err(format!("{} channels do not make {} groups", sample.source.channels, sample.groups));
                }
                // Offsets can lead anywhere.
                u32::MAX
            }
            Op::PixelShuffle(shuffle) => self.pixel_shuffle(shuffle, is_last)?,
        };
        if let Some(output) = op.writes() {
            self.write(output)?;
            let radius = op.reads().iter().map(|slice| self.radii[slice.map]).try_fold(0, |most, radius| {
                // None stays None: who reads what depends on everything does so too.
                radius.map(|radius| most.max(radius))
            });
            let radius = radius.and_then(|radius| radius.checked_add(reach));
            let before = self.radii[output.map];
            self.radii[output.map] = before.zip(radius).map(|(before, radius)| before.max(radius));
        }
        Ok(())
    }

    /// Checks a convolution and tells how far it reaches, in LR pixels.
    fn conv(&self, conv: &Conv) -> Result<u32, String> {
        let (inputs, outputs) = (conv.source.channels, conv.output.channels);
        if !(1..=MAX_KERNEL).contains(&conv.kernel) || conv.stride == 0 || conv.upsample == 0 {
            return Err(format!("a convolution has a kernel of {}, expected 1 to {MAX_KERNEL}", conv.kernel));
        }
        self.lengths(&[conv.weight.len()], inputs * outputs * conv.kernel * conv.kernel)?;
        self.lengths(&[conv.bias.len()], outputs)?;
        if let Activation::Prelu(slopes) = &conv.activation {
            self.lengths(&[slopes.len()], outputs)?;
        }
        if matches!(conv.combine, Combine::Attend(_)) && conv.activation != Activation::Identity {
            return Err("attention follows an activation".into());
        }
        if matches!(&conv.combine, Combine::Add(others) if others.len() > 2) {
            return Err("more than two values are added".into());
        }
        for other in conv.combine.others() {
            self.channels(other, outputs)?;
            self.extent(other, self.maps[conv.output.map].extent)?;
        }
        let source = self.maps[conv.source.map].extent;
        let is_windows = conv.padding == 0 && conv.kernel > 1;
        if is_windows && conv.upsample == 1 {
            self.windows_of(conv.source, conv.output, conv.kernel, conv.stride)?;
            return Ok(0);
        }
        if conv.stride != 1 || conv.kernel.is_multiple_of(2) || conv.padding != conv.kernel / 2 {
            return Err("a convolution changes the size of its map".into());
        }
        let output = source.enlarged(conv.upsample as u32).ok_or("a map cannot be enlarged by that factor")?;
        self.extent(conv.output, output)?;
        let padding = conv.padding as u32;
        Ok(match output {
            Extent::Scaled { times, over } => padding.div_ceil(times) * over,
            Extent::Windows { .. } => padding * Lattice::of(self.maps, conv.output.map).stride,
        })
    }

    fn resize(&self, resize: &Resize) -> Result<u32, String> {
        self.same_channels(resize.source, resize.output)?;
        let (source, output) = (self.maps[resize.source.map].extent, self.maps[resize.output.map].extent);
        match (resize.filter, source, output) {
            (ResizeFilter::Bilinear, Extent::Windows { .. }, Extent::Scaled { times: 1, over: 1 }) => {
                let Lattice { stride, footprint } = Lattice::of(self.maps, resize.source.map);
                // The map is stretched to the picture, so its pixels lie up to a footprint beside their windows; two
                // neighbours and half a pixel are read around that.
                Ok(footprint + 2 * stride)
            }
            (ResizeFilter::Bicubic, Extent::PICTURE, Extent::Scaled { times: 2.., over: 1 }) => Ok(2),
            _ => Err(format!("{source:?} cannot be resized to {output:?} by {:?}", resize.filter)),
        }
    }

    fn pixel_shuffle(&self, shuffle: &PixelShuffle, is_last: bool) -> Result<u32, String> {
        self.channels(shuffle.source, 3 * shuffle.scale.pow(2))?;
        let extent = self.maps[shuffle.source.map].extent;
        if !is_last || (shuffle.adds_picture && extent != Extent::PICTURE) {
            return Err("the pixel shuffle is not the last, or not of the picture's size".into());
        }
        Ok(0)
    }

    /// Every channel that is read must have been made.
    fn check_read(&self, slice: Slice) -> Result<(), String> {
        let blocks = self.blocks(slice)?;
        if self.made[slice.map][blocks].contains(&false) {
            return Err(format!("channels of map {} are read before they are made", slice.map));
        }
        Ok(())
    }

    fn write(&mut self, slice: Slice) -> Result<(), String> {
        let blocks = self.blocks(slice)?;
        if self.made[slice.map][blocks.clone()].contains(&true) {
            return Err(format!("channels of map {} are made twice", slice.map));
        }
        self.made[slice.map][blocks].fill(true);
        Ok(())
    }

    fn blocks(&self, slice: Slice) -> Result<std::ops::Range<usize>, String> {
        let map = self.maps.get(slice.map).ok_or_else(|| format!("there is no map {}", slice.map))?;
        let end = slice.first.saturating_add(slice.channels);
        if !slice.first.is_multiple_of(BLOCK) || slice.channels == 0 || end > map.channels {
            return Err(format!("map {} of {} channels has no {slice:?}", slice.map, map.channels));
        }
        Ok(slice.first / BLOCK..end.div_ceil(BLOCK))
    }

    fn channels(&self, slice: Slice, expected: usize) -> Result<(), String> {
        let have = slice.channels;
        if have == expected { Ok(()) } else { Err(format!("there are {have} channels, expected {expected}")) }
    }

    fn same_channels(&self, one: Slice, other: Slice) -> Result<(), String> {
        self.channels(one, other.channels)
    }

    fn lengths(&self, lengths: &[usize], expected: usize) -> Result<(), String> {
        match lengths.iter().find(|&&length| length != expected) {
            Some(length) => Err(format!("there are {length} weights, expected {expected}")),
            None => Ok(()),
        }
    }

    fn extent(&self, slice: Slice, expected: Extent) -> Result<(), String> {
        let have = self.maps.get(slice.map).map(|map| map.extent);
        if have == Some(expected) { Ok(()) } else { Err(format!("a map is {have:?}, expected {expected:?}")) }
    }

    fn windows_of(&self, source: Slice, output: Slice, kernel: usize, stride: usize) -> Result<(), String> {
        self.extent(output, Extent::Windows { of: source.map, kernel: kernel as u32, stride: stride as u32 })
    }
}

/// Whether windows may be laid over a map: it must be of the picture's size, or made of windows itself.
fn over_windows(maps: &[Map], of: usize) -> bool {
    matches!(maps[of].extent, Extent::PICTURE | Extent::Windows { .. })
}

fn lcm(one: u32, other: u32) -> u32 {
    let (mut a, mut b) = (one, other);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    one / a * other
}
