//! Writes small sound files for the fuzzer to start from.

#[path = "../../tests/common/torch.rs"]
#[allow(dead_code, reason = "only sound files are needed here")]
mod torch;

use std::{fs, io::Cursor, path::Path};

use image::{DynamicImage, ImageFormat};
use torch::{Stored, dict, floats, int, pickle, torch_file};

fn main() -> std::io::Result<()> {
    let one = |offset, shape: &[i64], strides: &[i64]| {
        Stored { offset, shape: shape.to_vec(), strides: strides.to_vec(), ..Stored::whole("0", 64) }.pickle()
    };
    let parameter = [&b"ctorch._utils\n_rebuild_parameter\n("[..], &one(0, &[2], &[1]), b"\x88}tR"].concat();
    let plain = dict(&[("conv.weight", one(4, &[2, 3], &[1, 2])), ("conv.bias", Stored::whole("1", 1).pickle())]);
    let wrapped = dict(&[("iter", int(5)), ("params_ema", plain.clone()), ("params", dict(&[("a", parameter)]))]);
    let modern = b"\x80\x04\x95\0\0\0\0\0\0\0\0}\x94(\x8c\x01a\x94\x8c\x0bcollections\x94\x8c\x0bOrderedDict\x94\x93)R\
        \x94h\x01](K\x01G\0\0\0\0\0\0\0\0N\x88euh\x02\x8c\x01bs."
        .to_vec();
    let header = br#"{"__metadata__":{"a":"b"},"params.a":{"dtype":"F16","shape":[2,1],"data_offsets":[0,4]},"params.b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#;
    let safetensors = [&(header.len() as u64).to_le_bytes(), &header[..], &[0; 8]].concat();

    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let write = |target: &str, name: &str, content: &[u8]| {
        fs::create_dir_all(corpus.join(target))?;
        fs::write(corpus.join(target).join(name), content)
    };
    write("weights", "safetensors", &safetensors)?;
    for (name, pickle) in [("plain", pickle(&plain)), ("wrapped", pickle(&wrapped)), ("modern", modern)] {
        write("pickle", name, &pickle)?;
        write("weights", name, &torch_file(&pickle, &[floats(&[1.0; 64]), floats(&[2.0])]))?;
    }
    let pair = [&include_bytes!("../../tests/golden/graphs/compact_relu.param")[..], b"----\n"].concat();
    write("graphs", "ncnn", &[&pair[..], include_bytes!("../../tests/golden/graphs/compact_relu.bin")].concat())?;
    write("graphs", "onnx", include_bytes!("../../tests/golden/graphs/compact_leaky.onnx"))?;
    write("graphs", "zip", include_bytes!("../../tests/golden/graphs/compact.zip"))?;
    for (name, file) in pictures() {
        write("picture", &name, &file)?;
    }
    write("picture", "cmyk", include_bytes!("../../tests/jpeg/cmyk.jpg"))?;
    write("picture", "progressive", include_bytes!("../../tests/jpeg/progressive-turned.jpg"))?;
    write("picture", "lossy", include_bytes!("../../tests/webp/lossy-alpha.webp"))?;
    write("exif", "exif", &exif())?;
    write("exif", "xmp", XMP)?;
    write("icc", "table", &profile())?;
    Ok(())
}

/// Of every format that can be made here, in every kind of pixel that it has.
fn pictures() -> Vec<(String, Vec<u8>)> {
    let colours = image::ImageBuffer::from_fn(9, 7, |x, y| image::Rgba([x as u16 * 7000, y as u16 * 9000, 9, 40_000]));
    let sixteen = DynamicImage::ImageRgba16(colours);
    let kinds = [
        ("grey", sixteen.to_luma8().into()),
        ("grey-alpha", sixteen.to_luma_alpha8().into()),
        ("colours", sixteen.to_rgb8().into()),
        ("alpha", sixteen.to_rgba8().into()),
        ("grey-16-bit", sixteen.to_luma16().into()),
        ("colours-16-bit", sixteen.to_rgb16().into()),
        ("floats", DynamicImage::from(sixteen.to_rgb32f())),
    ];
    let mut files = Vec::new();
    for format in image::ImageFormat::all().filter(ImageFormat::writing_enabled) {
        for (name, image) in &kinds {
            let mut file = Cursor::new(Vec::new());
            if image.write_to(&mut file, format).is_ok() {
                files.push((format!("{format:?}-{name}"), file.into_inner()));
            }
        }
    }
    files
}

/// An orientation, a size in a directory of its own, and a thumbnail.
fn exif() -> Vec<u8> {
    let entry = |tag: u16, kind: u16, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &1_u32.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let directory = |entries: &[Vec<u8>], next: u32| {
        [&(entries.len() as u16).to_le_bytes()[..], &entries.concat(), &next.to_le_bytes()].concat()
    };
    let first = directory(&[entry(0x0112, 3, 6), entry(0x8769, 4, 38)], 68);
    let own = directory(&[entry(0xa002, 4, 40), entry(0xa003, 3, 30)], 0);
    let thumbnail = directory(&[entry(0x0201, 4, 98), entry(0x0202, 4, 4)], 0);
    [b"II*\0\x08\0\0\0", &first[..], &own, &thumbnail, b"\xff\xd8\xff\xd9"].concat()
}

const XMP: &[u8] = b"<x:xmpmeta><rdf:Description tiff:Orientation=\"6\" hdrgm:Version='1.0'><exif:PixelXDimension>40\
    </exif:PixelXDimension><xmp:Thumbnails><rdf:Alt/></xmp:Thumbnails><!-- --></rdf:Description></x:xmpmeta>";

/// A table of two nodes an axis, from CMYK to Lab.
fn profile() -> Vec<u8> {
    let mut table = b"mft2\0\0\0\0\x04\x03\x02\0".to_vec();
    table.extend([0; 36]);
    table.extend([0, 2, 0, 2]);
    let values = [0, u16::MAX].repeat(4).into_iter().chain((0..48).map(|at| at * 1300)).chain([0, u16::MAX].repeat(3));
    table.extend(values.flat_map(u16::to_be_bytes));
    let mut profile = vec![0; 128];
    profile[..4].copy_from_slice(&(144 + table.len() as u32).to_be_bytes());
    profile[8] = 2;
    profile[12..24].copy_from_slice(b"prtrCMYKLab ");
    profile[36..40].copy_from_slice(b"acsp");
    profile.extend(b"\0\0\0\x01A2B0\0\0\0\x90");
    profile.extend((table.len() as u32).to_be_bytes());
    profile.extend(table);
    profile
}
