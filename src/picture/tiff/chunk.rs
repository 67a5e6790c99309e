//! The bytes of a TIFF file's strips and tiles.

use std::{borrow::Cow, io::Read};

use fax::{
    Color,
    decoder::{Group3Decoder, Group4Decoder, pels},
};
use flate2::bufread::ZlibDecoder;
use image::ImageResult;
use tiff::tags::CompressionMethod;
use weezl::{BitOrder, LzwStatus};
use zune_jpeg::zune_core::{bytestream::ZCursor, options::DecoderOptions};

use super::{damaged, layout::Layout, no_memory, unsupported};

/// The bytes of a strip or tile of so many rows of so many bytes.
pub(super) fn decompress(
    file: &[u8],
    layout: &Layout,
    number: usize,
    [row_bytes, rows]: [usize; 2],
) -> ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(row_bytes * rows).map_err(|_| no_memory())?;
    bytes.resize(row_bytes * rows, 0);
    let [start, length] =
        [layout.offsets[number], layout.lengths[number]].map(|at| usize::try_from(at).unwrap_or(usize::MAX));
    let stored = file.get(start..).unwrap_or_default();
    // A length that is too large takes what there is.
    let mut stored = Cow::Borrowed(&stored[..length.min(stored.len())]);
    if layout.is_reversed && layout.compression != CompressionMethod::ModernJPEG {
        stored.to_mut().iter_mut().for_each(|byte| *byte = byte.reverse_bits());
    }
    let is_whole = match layout.compression {
        CompressionMethod::None => copy(&stored, &mut bytes),
        CompressionMethod::LZW => lzw(&stored, &mut bytes),
        CompressionMethod::Deflate | CompressionMethod::OldDeflate => {
            ZlibDecoder::new(&*stored).read_exact(&mut bytes).is_ok()
        }
        CompressionMethod::PackBits => pack_bits(&stored, &mut bytes),
        CompressionMethod::ModernJPEG => return jpeg(&stored, layout, bytes, row_bytes),
        CompressionMethod::Fax4 | CompressionMethod::Fax3 => fax(&stored, layout, &mut bytes, row_bytes)?,
        other => return Err(unsupported(&format!("that is compressed as {}", name(other)))),
    };
    if is_whole { Ok(bytes) } else { Err(damaged("the data of a strip or tile is damaged or incomplete")) }
}

fn name(method: CompressionMethod) -> String {
    match method {
        CompressionMethod::Huffman => "CCITT RLE".into(),
        CompressionMethod::JPEG => "JPEG of the old style".into(),
        CompressionMethod::Unknown(34_925) => "LZMA".into(),
        CompressionMethod::Unknown(number) => format!("method {number}"),
        other => format!("{other:?}"),
    }
}

/// Each of these fills the bytes and tells whether there was enough for all of them.
fn copy(stored: &[u8], bytes: &mut [u8]) -> bool {
    let source = stored.get(..bytes.len());
    source.map(|source| bytes.copy_from_slice(source)).is_some()
}

fn lzw(mut stored: &[u8], mut bytes: &mut [u8]) -> bool {
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(BitOrder::Msb, 8);
    while !bytes.is_empty() {
        let result = decoder.decode_bytes(stored, bytes);
        stored = &stored[result.consumed_in..];
        bytes = &mut bytes[result.consumed_out..];
        let made_none = result.consumed_in == 0 && result.consumed_out == 0;
        if made_none || !matches!(result.status, Ok(LzwStatus::Ok)) {
            break;
        }
    }
    bytes.is_empty()
}

fn pack_bits(mut stored: &[u8], mut bytes: &mut [u8]) -> bool {
    while !bytes.is_empty() {
        let Some((&head, rest)) = stored.split_first() else { return false };
        let count = match head {
            0..128 => usize::from(head) + 1,
            128 => 0,
            _ => 257 - usize::from(head),
        };
        let (run, rest) = match head {
            0..128 => rest.split_at(count.min(rest.len())),
            128 => (&[][..], rest),
            _ => rest.split_at(1.min(rest.len())),
        };
        // A run may go on beyond the last row.
        let count = count.min(bytes.len());
        let (filled, left) = bytes.split_at_mut(count);
        match (head, run) {
            (128, _) => {}
            (0..128, run) if run.len() >= count => filled.copy_from_slice(&run[..count]),
            (129.., &[value]) => filled.fill(value),
            _ => return false,
        }
        (stored, bytes) = (rest, left);
    }
    true
}

/// Samples as they are stored, in JPEG's own colours.
fn jpeg(stored: &[u8], layout: &Layout, mut bytes: Vec<u8>, row_bytes: usize) -> ImageResult<Vec<u8>> {
    // Tables begin and end like a file of their own.
    let whole = match layout.jpeg_tables.as_deref().and_then(|tables| tables.get(..tables.len().checked_sub(2)?)) {
        Some(tables) => [tables, stored.get(2..).unwrap_or_default()].concat(),
        None => stored.to_vec(),
    };
    let is_apart = super::super::jpeg::check(&whole).map_err(damaged)?;
    if is_apart {
        return Err(unsupported("that holds JPEG data with a scan for each component"));
    }
    let mut decoder = zune_jpeg::JpegDecoder::new(ZCursor::new(whole));
    decoder.decode_headers().map_err(|error| damaged(error.to_string()))?;
    // Of two components zune-jpeg makes three.
    if layout.samples_together() == 2 {
        return Err(unsupported("that holds JPEG data of two components"));
    }
    if let Some(stored) = decoder.input_colorspace() {
        decoder.set_options(DecoderOptions::default().jpeg_set_out_colorspace(stored));
    }
    let samples = decoder.decode().map_err(|error| damaged(error.to_string()))?;
    let width = decoder.info().map_or(0, |info| usize::from(info.width));
    if layout.bits != 8 || width * layout.samples_together() != row_bytes || samples.len() < bytes.len() {
        return Err(damaged("its JPEG data is of another size than its strips or tiles"));
    }
    let count = bytes.len();
    bytes.copy_from_slice(&samples[..count]);
    Ok(bytes)
}

fn fax(stored: &[u8], layout: &Layout, bytes: &mut [u8], row_bytes: usize) -> ImageResult<bool> {
    let is_fourth = layout.compression == CompressionMethod::Fax4;
    let width = u16::try_from(layout.chunk[0]).map_err(|_| unsupported("that is a very wide fax"))?;
    if layout.bits != 1 || layout.samples_together() != 1 || !is_fourth && layout.is_fax_of_two_dimensions {
        return Err(unsupported("that is a fax of a rare kind"));
    }
    let mut rows = bytes.chunks_exact_mut(row_bytes);
    let mut draw = |turns: &[u16]| match rows.next() {
        Some(row) => {
            for (x, colour) in pels(turns, width).take(width.into()).enumerate() {
                row[x / 8] |= u8::from(colour == Color::Black) << (7 - x % 8);
            }
            true
        }
        None => false,
    };
    let data = stored.iter().map(|&byte| Ok::<u8, std::convert::Infallible>(byte));
    // A line that cannot be read ends the work; those before it are fine.
    if is_fourth {
        let Ok(mut decoder) = Group4Decoder::new(data, width);
        while let Ok(fax::decoder::DecodeStatus::Incomplete) = decoder.advance() {
            if !draw(decoder.transition()) {
                break;
            }
        }
    } else {
        let Ok(mut decoder) = Group3Decoder::new(data) else { return Ok(false) };
        // The last line may have no end.
        loop {
            let goes_on = decoder.advance().is_ok();
            let has_line = goes_on || !decoder.transitions().is_empty();
            if !has_line || !draw(decoder.transitions()) || !goes_on {
                break;
            }
        }
    }
    Ok(rows.next().is_none())
}
