//! Tells how far an upscale is, and stops it after a number of tiles: `cargo run --release --example progress -- photo.jpg 3`.

use std::{env, fs, ops::ControlFlow};

use lenslet::{BackendOptions, Error, FinishedTile, Observer, Size, Upscaler, models, picture};
use pollster::block_on;

/// Prints a line for each tile, up to the last that is wanted.
struct Lines {
    most: usize,
}

impl Observer for Lines {
    fn tile(&mut self, tile: &FinishedTile<'_>) -> ControlFlow<()> {
        println!("{} of {} tiles, at {}, {}", tile.done, tile.total, tile.part.x, tile.part.y);
        if tile.done < self.most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn warn(&mut self, sentence: &str) {
        eprintln!("{sentence}");
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [input, most] = arguments.as_slice() else {
        return Err("give the picture, and the number of tiles after which to stop".into());
    };
    let upscaler = block_on(Upscaler::open(models::built_in("fast-x4")?, BackendOptions::default()))?;
    let input = picture::decode(&fs::read(input)?)?;
    let mut pixels = Vec::new();
    let mut keep = |rows: &[u8]| {
        pixels.extend_from_slice(rows);
        Ok(())
    };
    let done = block_on(upscaler.upscale(&input, Size::Model, &mut keep, &mut Lines { most: most.parse()? }));
    match done {
        Ok(()) => println!("done: {} bytes of pixels", pixels.len()),
        Err(Error::Cancelled) => println!("stopped: {} bytes of pixels are there", pixels.len()),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
