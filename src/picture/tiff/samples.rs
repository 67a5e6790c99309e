//! The rows of a TIFF file's samples.

use image::ImageResult;

use super::{
    chunk::decompress,
    colours::Colours,
    layout::{Layout, Numbers, Predictor},
    no_memory,
};

/// No strip or tile of a picture that can be read has more bytes.
const MAX_CHUNK_BYTES: usize = 1 << 30;

/// Gives the samples of each row, pixel after pixel. Whole numbers go from 0 to 1, but for those of a palette; floats are as they
/// are stored.
pub(super) fn rows(file: &[u8], layout: &Layout, take: &mut dyn FnMut(usize, &[f32])) -> ImageResult<()> {
    let [width, height] = layout.size.map(|length| length as usize);
    let [across, down] = [width.div_ceil(layout.chunk[0]), height.div_ceil(layout.chunk[1])];
    let (planes, together) = if layout.is_planar { (layout.samples, 1) } else { (1, layout.samples) };
    let row_bytes = (layout.chunk[0].saturating_mul(together * layout.bits)).div_ceil(8);
    let mut row = vec![0.0; width * layout.samples];
    for band in 0..down {
        let rows = layout.chunk[1].min(height - band * layout.chunk[1]);
        let mut chunks = Vec::with_capacity(planes * across);
        for plane in 0..planes {
            for column in 0..across {
                chunks.push(chunk(file, layout, (plane * down + band) * across + column, [row_bytes, rows])?);
            }
        }
        for y in 0..rows {
            for (number, chunk) in chunks.iter().enumerate() {
                let (plane, left) = (number / across, number % across * layout.chunk[0]);
                let count = layout.chunk[0].min(width - left) * together;
                let samples = &chunk[y * row_bytes..][..row_bytes];
                let places = row[left * layout.samples + plane..].iter_mut();
                let step = if layout.is_planar { layout.samples } else { 1 };
                unpack(layout, samples, &mut places.step_by(step).take(count));
            }
            take(band * layout.chunk[1] + y, &row);
        }
    }
    Ok(())
}

/// The rows of a strip or tile, each from a new byte on, as samples were before they were compressed.
fn chunk(file: &[u8], layout: &Layout, number: usize, [row_bytes, rows]: [usize; 2]) -> ImageResult<Vec<u8>> {
    if row_bytes.saturating_mul(rows) > MAX_CHUNK_BYTES {
        return Err(no_memory());
    }
    if let Colours::YCbCr(colours) = &layout.colours
        && colours.units != [1, 1]
    {
        let [across, down] = colours.units;
        let units = [layout.chunk[0].div_ceil(across), rows.div_ceil(down)];
        let data = decompress(file, layout, number, [units[0] * (across * down + 2), units[1]])?;
        return Ok(with_full_chroma(&data, colours.units, [layout.chunk[0], rows]));
    }
    let mut data = decompress(file, layout, number, [row_bytes, rows])?;
    for row in data.chunks_exact_mut(row_bytes) {
        match layout.predictor {
            Predictor::None => {}
            Predictor::Horizontal => add_differences(layout, row),
            Predictor::Floats => put_floats_together(layout, row),
        }
    }
    Ok(data)
}

fn add_differences(layout: &Layout, row: &mut [u8]) {
    let bytes = layout.bits / 8;
    let before = layout.samples_together() * bytes;
    for at in (before..row.len()).step_by(bytes) {
        // From the lowest byte to the highest.
        let mut carry = 0;
        for byte in 0..bytes {
            let place = if layout.is_big_endian { bytes - 1 - byte } else { byte };
            let sum = u16::from(row[at + place]) + u16::from(row[at - before + place]) + carry;
            row[at + place] = sum as u8;
            carry = sum >> 8;
        }
    }
}

fn put_floats_together(layout: &Layout, row: &mut [u8]) {
    let (bytes, before) = (layout.bits / 8, layout.samples_together());
    for at in before..row.len() {
        row[at] = row[at].wrapping_add(row[at - before]);
    }
    let apart = row.to_vec();
    let count = row.len() / bytes;
    for (at, byte) in row.iter_mut().enumerate() {
        // The highest bytes of all come first.
        let weight = if layout.is_big_endian { at % bytes } else { bytes - 1 - at % bytes };
        *byte = apart[weight * count + at / bytes];
    }
}

/// Luma and chroma of each pixel, of units that hold several lumas and one of each chroma.
fn with_full_chroma(data: &[u8], [across, down]: [usize; 2], [width, rows]: [usize; 2]) -> Vec<u8> {
    let unit_bytes = across * down + 2;
    let units = width.div_ceil(across);
    let pixels = (0..rows).flat_map(|y| (0..width).map(move |x| [x, y]));
    let pixel = |[x, y]: [usize; 2]| {
        let unit = &data[(y / down * units + x / across) * unit_bytes..][..unit_bytes];
        [unit[y % down * across + x % across], unit[unit_bytes - 2], unit[unit_bytes - 1]]
    };
    pixels.map(pixel).collect::<Vec<_>>().into_flattened()
}

fn unpack(layout: &Layout, row: &[u8], places: &mut dyn Iterator<Item = &mut f32>) {
    let most = match layout.colours {
        Colours::Palette(_) => 1.0,
        _ => ((1_u64 << layout.bits.min(32)) - 1) as f32,
    };
    let word = |at: usize, bytes: usize| {
        let bytes = row[at * bytes..][..bytes].iter();
        let add = |value: u64, &byte: &u8| value << 8 | u64::from(byte);
        if layout.is_big_endian { bytes.fold(0, add) } else { bytes.rev().fold(0, add) }
    };
    match (layout.numbers, layout.bits) {
        (Numbers::Floats, 16) => {
            places.enumerate().for_each(|(at, place)| *place = half::f16::from_bits(word(at, 2) as u16).to_f32());
        }
        (Numbers::Floats, 32) => {
            places.enumerate().for_each(|(at, place)| *place = f32::from_bits(word(at, 4) as u32));
        }
        (Numbers::Floats, _) => {
            places.enumerate().for_each(|(at, place)| *place = f64::from_bits(word(at, 8)) as f32);
        }
        (Numbers::Whole, 8) => places.zip(row).for_each(|(place, &value)| *place = f32::from(value) / most),
        (Numbers::Whole, 16 | 24 | 32) => {
            let bytes = layout.bits / 8;
            places.enumerate().for_each(|(at, place)| *place = word(at, bytes) as f32 / most);
        }
        (Numbers::Whole, bits) => {
            // The first is in the highest bits, whatever the order of bytes.
            let (mut held, mut count, mut bytes) = (0_u64, 0, row.iter());
            for place in places {
                while count < bits {
                    held = held << 8 | u64::from(bytes.next().copied().unwrap_or_default());
                    count += 8;
                }
                count -= bits;
                *place = (held >> count & ((1 << bits) - 1)) as f32 / most;
            }
        }
    }
}
