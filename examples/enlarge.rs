//! Enlarges a picture with a built-in model: `cargo run --release --example enlarge -- photo.jpg photo-4x.png`.

use std::{env, error::Error, fs};

use lenslet::{BackendOptions, NoProgress, Size, Upscaler, models, picture};
use pollster::block_on;

fn main() -> Result<(), Box<dyn Error>> {
    let [input, output] = two(env::args().skip(1))?;
    let network = models::built_in("fast-x4")?;
    let upscaler = block_on(Upscaler::open(network, BackendOptions::default()))?;

    let input = picture::decode(&fs::read(input)?)?;
    let size = upscaler.result_size(&input, Size::Model)?;
    let file = picture::PngFile::new(fs::File::create(output)?, size, input.kind, &input.metadata)?;
    block_on(upscaler.upscale_to_file(&input, Size::Model, Box::new(file), &mut NoProgress))?;
    println!("{} x {} px", size[0], size[1]);
    Ok(())
}

fn two(arguments: impl Iterator<Item = String>) -> Result<[String; 2], &'static str> {
    let arguments: Vec<_> = arguments.collect();
    arguments.try_into().map_err(|_| "give the picture, and a name for the result")
}
