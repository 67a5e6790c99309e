//! Animations to read, and what they show by the formats' specifications.

use std::{borrow::Cow, io::Cursor};

use image_webp::{ColorType, WebPEncoder};
use lenslet::{picture::Delay, tile::Rect};

use super::Noise;

/// What becomes of a frame's place before the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dispose {
    Keep,
    Clear,
    Restore,
}

/// A frame as a file has it.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    pub(crate) part: Rect,
    pub(crate) pixels: Vec<[u8; 4]>,
    pub(crate) is_over: bool,
    pub(crate) dispose: Dispose,
    pub(crate) delay: Delay,
}

/// What is to be seen at each frame, worked out pixel by pixel.
pub(crate) fn shown(frames: &[Drawn], [width, height]: [u32; 2]) -> Vec<Vec<[u8; 4]>> {
    let mut canvas = vec![[0; 4]; (width * height) as usize];
    let mut all = Vec::new();
    for frame in frames {
        let before = canvas.clone();
        for (index, &above) in frame.pixels.iter().enumerate() {
            let (x, y) =
                (frame.part.x + index as u32 % frame.part.width, frame.part.y + index as u32 / frame.part.width);
            if x < width && y < height {
                let below = &mut canvas[(y * width + x) as usize];
                *below = if frame.is_over { over(*below, above) } else { above };
            }
        }
        all.push(canvas.clone());
        for (index, pixel) in canvas.iter_mut().enumerate() {
            let (x, y) = (index as u32 % width, index as u32 / width);
            let Rect { x: left, y: top, width, height } = frame.part;
            if (left..left + width).contains(&x) && (top..top + height).contains(&y) {
                match frame.dispose {
                    Dispose::Keep => {}
                    Dispose::Clear => *pixel = [0; 4],
                    Dispose::Restore => *pixel = before[index],
                }
            }
        }
    }
    all
}

/// PNG's and WebP's formula for colours that are not multiplied by their alpha.
fn over(below: [u8; 4], above: [u8; 4]) -> [u8; 4] {
    let (top, bottom) = (above.map(|value| f64::from(value) / 255.0), below.map(|value| f64::from(value) / 255.0));
    let alpha = top[3] + bottom[3] * (1.0 - top[3]);
    if above[3] == 0 {
        return below;
    }
    let colour = |at: usize| (top[at] * top[3] + bottom[at] * bottom[3] * (1.0 - top[3])) / alpha;
    [colour(0), colour(1), colour(2), alpha].map(|share| (share * 255.0).round() as u8)
}

/// Frames in all ways of drawing and disposing, of which the first covers all. Colours of alpha `alphas` only.
pub(crate) fn drawings(
    [width, height]: [u32; 2],
    alphas: &[u8],
    disposals: &[Dispose],
    blends: &[bool],
    per_second: u32,
) -> Vec<Drawn> {
    let mut noise = Noise(width * 77 + height + per_second);
    let mut frames = Vec::new();
    for &dispose in disposals {
        for &after in disposals {
            for &is_over in blends {
                for dispose in [dispose, after] {
                    let first = frames.is_empty();
                    let place = |noise: &mut Noise, length: u32| (noise.next() * length as f32 / 2.0) as u32 * 2;
                    let (x, y) =
                        if first { (0, 0) } else { (place(&mut noise, width - 2), place(&mut noise, height - 2)) };
                    let part = if first {
                        Rect { x, y, width, height }
                    } else {
                        Rect { x, y, width: (width - x).min(7), height: (height - y).min(5) }
                    };
                    let pixels = (0..part.area())
                        .map(|_| {
                            let alpha = alphas[noise.byte() as usize % alphas.len()];
                            [noise.byte() / 64 * 80, noise.byte() / 128 * 200, 90, alpha]
                        })
                        .collect();
                    let delay = Delay { numerator: frames.len() as u32 % 9, denominator: per_second };
                    frames.push(Drawn { part, pixels, is_over, dispose, delay });
                }
            }
        }
    }
    frames
}

/// `repeat` as the crate `gif` has it: None for a file that does not say.
pub(crate) fn gif(frames: &[Drawn], [width, height]: [u32; 2], repeat: Option<gif::Repeat>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, width as u16, height as u16, &[]).expect("begins");
    if let Some(repeat) = repeat {
        encoder.set_repeat(repeat).expect("writes");
    }
    for frame in frames {
        let mut palette = vec![[1, 2, 3]];
        let mut index = |&[red, green, blue, alpha]: &[u8; 4]| {
            if alpha == 0 {
                return 0;
            }
            let colour = [red, green, blue];
            let known = palette[1..].iter().position(|known| *known == colour);
            known.map_or_else(
                || {
                    palette.push(colour);
                    palette.len() - 1
                },
                |at| at + 1,
            ) as u8
        };
        let buffer: Vec<u8> = frame.pixels.iter().map(&mut index).collect();
        let [left, top, width, height] =
            [frame.part.x, frame.part.y, frame.part.width, frame.part.height].map(|length| length as u16);
        let dispose = match frame.dispose {
            Dispose::Keep => gif::DisposalMethod::Keep,
            Dispose::Clear => gif::DisposalMethod::Background,
            Dispose::Restore => gif::DisposalMethod::Previous,
        };
        let frame = gif::Frame {
            delay: frame.delay.numerator as u16,
            dispose,
            transparent: Some(0),
            left,
            top,
            width,
            height,
            palette: Some(palette.into_flattened()),
            buffer: Cow::Owned(buffer),
            ..gif::Frame::default()
        };
        encoder.write_frame(&frame).expect("writes");
    }
    drop(encoder);
    file
}

/// RGBA of 8 or 16 bits; `default` is a picture that is no frame.
pub(crate) fn apng(frames: &[Drawn], [width, height]: [u32; 2], plays: u32, is_deep: bool, default: bool) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(if is_deep { png::BitDepth::Sixteen } else { png::BitDepth::Eight });
    encoder.set_animated(frames.len() as u32, plays).expect("frames");
    encoder.set_sep_def_img(default).expect("animated");
    let mut writer = encoder.write_header().expect("begins");
    let samples = |pixels: &[[u8; 4]]| -> Vec<u8> {
        let bytes = pixels.as_flattened().iter();
        if is_deep { bytes.flat_map(|&value| [value, value]).collect() } else { bytes.copied().collect() }
    };
    if default {
        writer.write_image_data(&samples(&vec![[9, 9, 9, 9]; (width * height) as usize])).expect("writes");
    }
    for Drawn { part, pixels, is_over, dispose, delay } in frames {
        writer.reset_frame_position().expect("fits");
        writer.set_frame_dimension(part.width, part.height).expect("fits");
        writer.set_frame_position(part.x, part.y).expect("fits");
        writer.set_frame_delay(delay.numerator as u16, delay.denominator as u16).expect("fits");
        writer.set_blend_op(if *is_over { png::BlendOp::Over } else { png::BlendOp::Source }).expect("fits");
        let dispose = match dispose {
            Dispose::Keep => png::DisposeOp::None,
            Dispose::Clear => png::DisposeOp::Background,
            Dispose::Restore => png::DisposeOp::Previous,
        };
        writer.set_dispose_op(dispose).expect("fits");
        writer.write_image_data(&samples(pixels)).expect("writes");
    }
    writer.finish().expect("ends");
    file
}

fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut chunk = name.to_vec();
    chunk.extend((content.len() as u32).to_le_bytes());
    chunk.extend(content);
    chunk.extend(&[0][..content.len() % 2]);
    chunk
}

/// Without loss. Frames begin at even places, and cannot give back what was there.
pub(crate) fn webp(frames: &[Drawn], [width, height]: [u32; 2], plays: u16) -> Vec<u8> {
    let three = |number: u32| number.to_le_bytes()[..3].to_vec();
    let mut body = b"WEBP".to_vec();
    body.extend(chunk(b"VP8X", &[vec![0x12, 0, 0, 0], three(width - 1), three(height - 1)].concat()));
    body.extend(chunk(b"ANIM", &[&[7, 7, 7, 255], &plays.to_le_bytes()[..]].concat()));
    for Drawn { part, pixels, is_over, dispose, delay } in frames {
        let mut still = Cursor::new(Vec::new());
        WebPEncoder::new(&mut still)
            .encode(pixels.as_flattened(), part.width, part.height, ColorType::Rgba8)
            .expect("encodes");
        let numbers = [part.x / 2, part.y / 2, part.width - 1, part.height - 1, delay.numerator];
        let mut frame: Vec<u8> = numbers.into_iter().flat_map(three).collect();
        frame.push(u8::from(*dispose == Dispose::Clear) | u8::from(!is_over) << 1);
        frame.extend(&still.into_inner()[12..]);
        body.extend(chunk(b"ANMF", &frame));
    }
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}
