//! Enlarges a picture with a weight file of one's own, to a width: `cargo run --release --example own_model -- 4x-mine.pth photo.jpg photo.png`.

use std::{env, error::Error, fs};

use lenslet::{BackendOptions, Network, NoProgress, Size, Upscaler, models, picture};
use pollster::block_on;

const WIDTH: u32 = 1920;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [model, input, output] = arguments.as_slice() else {
        return Err("give a weight file, the picture, and a name for the result".into());
    };
    // Its kind and its architecture are told by what it holds; where that does not tell the scale, its name does.
    let weights = models::read(model, &fs::read(model)?, None)?;
    let network = Network::from_weights(&weights)?;
    let upscaler = block_on(Upscaler::open(network, BackendOptions::default()))?;

    let input = picture::decode(&fs::read(input)?)?;
    let size = Size::Width(WIDTH);
    let result = upscaler.result_size(&input, size)?;
    let file = picture::PngFile::new(fs::File::create(output)?, result, input.kind, &input.metadata)?;
    block_on(upscaler.upscale_to_file(&input, size, Box::new(file), &mut NoProgress))?;
    println!("{}x by the network, {} x {} px in the end", upscaler.scale(), result[0], result[1]);
    Ok(())
}
