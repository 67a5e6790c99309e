//! Counts the blocks in the coded data of a JPEG file's scans, without making pixels of them (ITU-T T.81, annexes F and G).

use super::MAX_MEGAPIXELS;

/// Codes have at most that many bits.
const CODE_BITS: usize = 16;

/// The last place of a coefficient in a block.
const LAST: usize = 63;

/// For each 16 bits that may come next, how long the code is that they begin with, or 0, and what it means.
type Codes = Vec<[u8; 2]>;

/// What holds for the scans that follow.
#[derive(Default)]
pub(super) struct Tables {
    dc: [Option<Codes>; 4],
    ac: [Option<Codes>; 4],
    pub(super) restart_interval: u16,
}

impl Tables {
    /// Takes the Huffman tables of a segment in. What is no sound table is none.
    pub(super) fn define(&mut self, mut segment: &[u8]) {
        while let Some((head, rest)) = segment.split_first_chunk::<17>() {
            let [place, lengths @ ..] = head;
            let count = lengths.iter().map(|&count| usize::from(count)).sum();
            let Some((values, rest)) = rest.split_at_checked(count) else { return };
            let tables = if place >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            if let Some(table) = tables.get_mut(usize::from(place & 15)) {
                *table = codes(lengths, values);
            }
            segment = rest;
        }
    }
}

fn codes(lengths: &[u8; CODE_BITS], values: &[u8]) -> Option<Codes> {
    let mut codes = Codes::with_capacity(1 << CODE_BITS);
    let mut values = values.iter();
    for (length, &count) in (1..).zip(lengths) {
        for &value in values.by_ref().take(count.into()) {
            codes.resize(codes.len() + (1 << (CODE_BITS - usize::from(length))), [length, value]);
            if codes.len() > 1 << CODE_BITS {
                return None;
            }
        }
    }
    codes.resize(1 << CODE_BITS, [0, 0]);
    Some(codes)
}

struct Component {
    id: u8,
    /// Blocks across and down in a unit of a scan of several components.
    sampling: [usize; 2],
    /// Blocks across and down in a scan of its own.
    blocks: [usize; 2],
    /// Blocks from one row of them to the next.
    stride: usize,
    /// Which coefficients of each block are not 0, where scans refine them.
    known: Vec<u64>,
    is_there: bool,
}

/// The components of a picture.
pub(super) struct Frame {
    is_progressive: bool,
    components: Vec<Component>,
    /// Units across and down in a scan of several components.
    units: [usize; 2],
}

/// What a scan holds of each block.
struct Scan<'a> {
    dc: Option<&'a Codes>,
    ac: Option<&'a Codes>,
    /// The first and the last coefficient.
    places: [usize; 2],
    is_progressive: bool,
    /// Whether it makes coefficients finer that a scan before it has brought.
    refines: bool,
}

impl Frame {
    /// By the content of its segment; none where that is not sound, the height comes later, or the picture is too large to be read.
    pub(super) fn new(is_progressive: bool, segment: &[u8]) -> Option<Self> {
        let (&[_, h1, h2, w1, w2, count], rest) = segment.split_first_chunk()?;
        let size = [[w1, w2], [h1, h2]].map(|length| usize::from(u16::from_be_bytes(length)));
        let components = rest.as_chunks::<3>().0.get(..count.into())?;
        let sampling = |packed: u8| [packed >> 4, packed & 15].map(usize::from);
        let most = |axis: usize| components.iter().map(|component| sampling(component[1])[axis]).max();
        let most = [most(0)?, most(1)?];
        let pixels = size.iter().map(|&length| length as u64).product::<u64>();
        if pixels == 0
            || pixels > u64::from(MAX_MEGAPIXELS) * 1_000_000
            || components.iter().any(|component| sampling(component[1]).contains(&0))
        {
            return None;
        }
        let units = [0, 1].map(|axis: usize| size[axis].div_ceil(8 * most[axis]));
        let components = components.iter().map(|&[id, packed, _]| {
            let sampling = sampling(packed);
            let blocks = [0, 1].map(|axis: usize| (size[axis] * sampling[axis]).div_ceil(8 * most[axis]));
            let stride = units[0] * sampling[0];
            let known = if is_progressive { vec![0; stride * units[1] * sampling[1]] } else { Vec::new() };
            Component { id, sampling, blocks, stride, known, is_there: false }
        });
        Some(Self { is_progressive, units, components: components.collect() })
    }

    /// Whether no scan has brought one of the components.
    pub(super) fn lacks_a_component(&self) -> bool {
        self.components.iter().any(|component| !component.is_there)
    }

    /// Whether a scan of that header is sequential and has only some of the components.
    pub(super) fn is_apart(&self, header: &[u8]) -> bool {
        !self.is_progressive && header.first().is_some_and(|&count| usize::from(count) < self.components.len())
    }

    /// Counts the blocks of a scan, and tells how many bytes of the data are its own.
    ///
    /// # Errors
    /// What is missing, as half a sentence.
    pub(super) fn scan(&mut self, header: &[u8], tables: &Tables, data: &[u8]) -> Result<usize, String> {
        // A header that is not sound is for the decoder to refuse.
        let Some((&count, rest)) = header.split_first() else { return Ok(0) };
        let (chosen, rest) = rest.split_at_checked(2 * usize::from(count)).unwrap_or_default();
        let Some(&[first, last, approximation]) = rest.first_chunk() else { return Ok(0) };
        let places = if self.is_progressive { [first, last].map(usize::from) } else { [0, LAST] };
        if places[1] > LAST || places[0] > places[1] {
            return Ok(0);
        }
        let mut parts = Vec::new();
        for &[id, packed] in chosen.as_chunks().0 {
            let Some(place) = self.components.iter().position(|component| component.id == id) else { return Ok(0) };
            let table = |tables: &'_ [Option<Codes>; 4], number: u8| tables.get(usize::from(number)).is_some();
            if !table(&tables.dc, packed >> 4) || !table(&tables.ac, packed & 15) {
                return Ok(0);
            }
            self.components[place].is_there |= places[0] == 0;
            let (dc, ac) = (tables.dc[usize::from(packed >> 4)].as_ref(), tables.ac[usize::from(packed & 15)].as_ref());
            let is_progressive = self.is_progressive;
            let refines = is_progressive && approximation >> 4 > 0;
            parts.push((place, Scan { dc, ac, places, is_progressive, refines }));
        }
        let alone = matches!(parts[..], [_]);
        let [across, down] = match parts[..] {
            [(place, _)] => self.components[place].blocks,
            _ => self.units,
        };
        let interval = usize::from(tables.restart_interval);
        let mut bits = Bits { data, at: 0, buffer: 0, count: 0, padding: 0 };
        let mut empty_blocks = 0;
        let ends_after =
            |units: usize| format!("its data ends after {} % of the picture", units * 100 / (across * down));
        for unit in 0..across * down {
            if interval > 0 && unit > 0 && unit % interval == 0 {
                if !bits.restart() {
                    return Err(ends_after(unit));
                }
                empty_blocks = 0;
            }
            for (place, scan) in &parts {
                let component = &mut self.components[*place];
                let [columns, rows] = if alone { [1, 1] } else { component.sampling };
                let (left, top) = (unit % across * columns, unit / across * rows);
                for block in (0..rows).flat_map(|y| (0..columns).map(move |x| [x, y])) {
                    let mut sequential = 0;
                    let at = (top + block[1]) * component.stride + left + block[0];
                    let known = component.known.get_mut(at).unwrap_or(&mut sequential);
                    scan.block(&mut bits, known, &mut empty_blocks).ok_or("its data is damaged")?;
                }
            }
            if bits.is_beyond_the_end() {
                return Err(ends_after(unit));
            }
        }
        Ok(bits.at)
    }
}

impl Scan<'_> {
    /// Passes over a block. None for a code that there is not.
    fn block(&self, bits: &mut Bits<'_>, known: &mut u64, empty_blocks: &mut usize) -> Option<()> {
        let [mut place, last] = self.places;
        if place == 0 {
            if self.refines {
                bits.skip(1);
            } else {
                let length = usize::from(bits.code(self.dc?)?);
                if length > CODE_BITS {
                    return None;
                }
                bits.skip(length);
            }
            place = 1;
        }
        if self.is_progressive && self.places[0] == 0 || place > last {
            return Some(());
        }
        if *empty_blocks > 0 {
            *empty_blocks -= 1;
            self.refine(bits, *known, place);
            return Some(());
        }
        while place <= last {
            let code = bits.code(self.ac?)?;
            let (mut zeros, length) = (usize::from(code >> 4), usize::from(code & 15));
            if length == 0 && zeros < 15 {
                if self.is_progressive {
                    *empty_blocks = (1 << zeros) - 1 + bits.take(zeros);
                    self.refine(bits, *known, place);
                }
                return Some(());
            }
            bits.skip(length);
            if !self.refines {
                place += zeros;
            } else {
                // Coefficients that are known have a bit each, and do not count.
                while place <= last {
                    if *known >> place & 1 == 1 {
                        bits.skip(1);
                    } else if zeros == 0 {
                        break;
                    } else {
                        zeros -= 1;
                    }
                    place += 1;
                }
            }
            if length > 0 && place <= LAST {
                *known |= 1 << place;
            }
            place += 1;
        }
        Some(())
    }

    /// Passes over the bits of all coefficients that are known, from a place on.
    fn refine(&self, bits: &mut Bits<'_>, known: u64, place: usize) {
        if self.refines {
            (place..=self.places[1]).filter(|place| known >> place & 1 == 1).for_each(|_| bits.skip(1));
        }
    }
}

/// The bits of coded data, and zeros where it has ended.
struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    /// What comes next is in the highest bits.
    buffer: u64,
    count: usize,
    /// How many of the last bits are not of the data.
    padding: usize,
}

impl Bits<'_> {
    fn fill(&mut self) {
        while self.count <= 56 {
            let byte = match self.data[self.at..] {
                // A zero is stuffed behind it, or it would begin a marker.
                [0xff, 0, ..] => {
                    self.at += 2;
                    0xff
                }
                [0xff, ..] | [] => {
                    self.padding += 8;
                    0
                }
                [byte, ..] => {
                    self.at += 1;
                    byte
                }
            };
            self.buffer |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    /// The meaning of the code that comes next.
    fn code(&mut self, codes: &Codes) -> Option<u8> {
        self.fill();
        let [length, value] = codes[(self.buffer >> (64 - CODE_BITS)) as usize];
        // Zeros in the place of data may be a code or not.
        if length == 0 {
            return (self.count <= self.padding + CODE_BITS).then_some(0);
        }
        self.skip(length.into());
        Some(value)
    }

    /// The number in the next bits, at most 16.
    fn take(&mut self, count: usize) -> usize {
        self.fill();
        let value = self.buffer.checked_shr(64 - count as u32).unwrap_or_default();
        self.skip(count);
        value as usize
    }

    fn skip(&mut self, count: usize) {
        self.fill();
        self.buffer <<= count;
        self.count -= count;
    }

    fn is_beyond_the_end(&self) -> bool {
        self.count < self.padding
    }

    /// Goes on after the next restart marker, if there is one before any other.
    fn restart(&mut self) -> bool {
        let rest = &self.data[self.at..];
        let marker = rest.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff));
        let Some(marker) = marker.filter(|&marker| matches!(rest[marker + 1], 0xd0..=0xd7)) else { return false };
        *self = Bits { data: self.data, at: self.at + marker + 2, buffer: 0, count: 0, padding: 0 };
        true
    }
}
