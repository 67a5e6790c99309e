//! `lenslet inspect --look` and `--doubt`: what layers of a network answer on a picture, and where a result is guessed, as pictures.

use std::path::{Path, PathBuf};

use clap::Args;
use lenslet::{
    BackendChoice, BackendOptions, Error, FeatureMaps, Network, NoProgress, Result, Upscaler,
    models::{SliderName, SliderValues},
    network::Layer,
    picture::{self, Kind, Metadata, PictureFile, PngFile},
    tile::Rect,
};
use serde_json::json;

use super::{engine::parse_backend, output::Output, read, source::Source};

/// Pixels between the channels of a sheet, and their tone.
const GAP: usize = 2;
const GAP_TONE: u8 = 96;

/// The level of doubt that is white, of 255.
const WHITE: u32 = 32;

#[derive(Args)]
pub(super) struct LookOptions {
    /// Tell the layers of the network, or the one of that number or name; with --picture also draw what they answer: a sheet
    /// for each with all its channels, black being a channel's least value and white its largest.
    #[arg(long, value_name = "LAYER|all", requires = "file", conflicts_with_all = ["seam", "doubt"])]
    look: Option<String>,
    /// The picture for --look.
    #[arg(long, value_name = "PICTURE", requires_all = ["look", "out"])]
    picture: Option<PathBuf>,
    /// Draw where the result for this picture goes beyond it: for each of its pixels the larger of how far the result, shrunk back,
    /// leaves it, and how far both ends of the model's slider for strength disagree. Black is none, white is 32 of 255 or more.
    #[arg(long, value_name = "PICTURE", requires_all = ["file", "out"], conflicts_with = "seam")]
    doubt: Option<PathBuf>,
    /// The part of the picture, in its pixels [default: for --look 128 x 128 in the middle, for --doubt all].
    #[arg(long, value_name = "X,Y,WxH", value_parser = parse_part)]
    part: Option<Rect>,
    /// Where pictures go: a PNG file, or for several layers a folder.
    #[arg(long, value_name = "FILE|DIR")]
    out: Option<PathBuf>,
    /// What does the work for --look and --doubt, as of upscale.
    #[arg(long, value_name = "auto|gpu|cpu", default_value = "auto", value_parser = parse_backend)]
    backend: BackendChoice,
}

impl LookOptions {
    /// Answers for a network where that is asked for; false where it is not.
    pub(super) fn answer(&self, source: &Source, as_json: bool) -> Result<bool> {
        if let Some(asked) = &self.look {
            self.look(&network(source, None)?, asked, as_json)?;
        } else if let (Some(path), Some(out)) = (&self.doubt, &self.out) {
            self.doubt(source, path, out, as_json)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn look(&self, network: &Network, asked: &str, as_json: bool) -> Result<()> {
        let layers = network.layers();
        let is_asked =
            |(number, layer): &(usize, &Layer)| asked == "all" || asked == layer.name || asked.parse() == Ok(*number);
        let asked_for: Vec<_> = (1..).zip(&layers).filter(is_asked).collect();
        if asked_for.is_empty() {
            let reason = format!("There is no layer {asked}; --look all tells the {} there are.", layers.len());
            return Err(Error::InvalidOption(reason));
        }
        let (Some(path), Some(out)) = (&self.picture, &self.out) else {
            asked_for.iter().for_each(|(number, layer)| tell(*number, layer, None, as_json));
            return Ok(());
        };
        let picture = picture::decode(&read(path)?)?;
        let part = self.part.unwrap_or_else(|| FeatureMaps::usual_part(&picture));
        let upscaler = self.open(network.clone())?;
        for (number, layer) in asked_for {
            let maps = pollster::block_on(upscaler.features(network, layer, &picture, part))?;
            let is_file = asked != "all" && out.extension().is_some_and(|ending| ending == "png");
            let name = format!("{number:03}-{}.png", layer.name.replace(' ', "-"));
            let file = if is_file { out.clone() } else { out.join(name) };
            write_grey(&file, &sheet(&maps))?;
            tell(number, layer, Some((&maps, &file)), as_json);
        }
        Ok(())
    }

    fn doubt(&self, source: &Source, path: &Path, out: &Path, as_json: bool) -> Result<()> {
        let picture = picture::decode(&read(path)?)?;
        let part = self.part.unwrap_or(Rect { x: 0, y: 0, width: picture.width, height: picture.height });
        let upscaler = self.open(network(source, None)?)?;
        let ends = match source {
            Source::Listed(model) if model.has_slider(SliderName::Strength) => {
                let end = |strength| self.open(network(source, Some(strength))?);
                Some([end(0.0)?, end(1.0)?])
            }
            _ => None,
        };
        let doubt = pollster::block_on(upscaler.doubt(ends.as_ref(), &picture, part, &mut NoProgress))?;
        let tone = |&level: &u8| (u32::from(level).min(WHITE) * 255 / WHITE) as u8;
        let tones = doubt.levels.iter().map(tone).collect();
        write_grey(out, &Grey { width: doubt.width as usize, tones })?;
        let mean = doubt.levels.iter().map(|&level| f64::from(level)).sum::<f64>() / doubt.levels.len() as f64;
        let largest = doubt.levels.iter().max().copied().unwrap_or(0);
        if as_json {
            println!("{}", json!({"file": out, "mean": mean, "largest": largest, "compares_ends": ends.is_some()}));
        } else {
            let compared =
                if ends.is_some() { "" } else { "; the model has no slider for strength whose ends could disagree" };
            println!("doubt of {mean:.1} of 255 on average, at most {largest}{compared}: {}", out.display());
        }
        Ok(())
    }

    fn open(&self, network: Network) -> Result<Upscaler> {
        let options = BackendOptions { choice: self.backend, ..BackendOptions::default() };
        pollster::block_on(Upscaler::open(network, options))
    }
}

fn network(source: &Source, strength: Option<f32>) -> Result<Network> {
    Network::from_weights(&source.weights(None, &SliderValues { strength, denoise: None })?)
}

fn tell(number: usize, layer: &Layer, made: Option<(&FeatureMaps, &Path)>, as_json: bool) {
    let Layer { name, weights, scale, .. } = layer;
    let channels = layer.output.channels;
    if as_json {
        let mut value =
            json!({"number": number, "layer": name, "weights": weights, "channels": channels, "scale": scale});
        if let Some((maps, file)) = made {
            value["file"] = json!(file);
            value["size"] = json!([maps.width, maps.height]);
            value["ranges"] = json!(maps.ranges());
        }
        println!("{value}");
        return;
    }
    let file = made.map_or_else(String::new, |(_, file)| format!("  {}", file.display()));
    println!("{number:>3}  {name:<36} {channels:>4} channels{file}");
}

/// Grey pixels, row by row.
struct Grey {
    width: usize,
    tones: Vec<u8>,
}

/// The channels side by side in a sheet that is about as high as wide.
fn sheet(maps: &FeatureMaps) -> Grey {
    let FeatureMaps { channels, width, height, .. } = *maps;
    let columns = (1..).find(|columns| columns * columns >= channels).unwrap_or(1);
    let row = columns * (width + GAP) - GAP;
    let mut tones = vec![GAP_TONE; row * (channels.div_ceil(columns) * (height + GAP) - GAP)];
    let planes = maps.values.chunks_exact(width * height);
    for (channel, (plane, [least, most])) in planes.zip(maps.ranges()).enumerate() {
        let [left, top] = [channel % columns * (width + GAP), channel / columns * (height + GAP)];
        for (y, values) in plane.chunks_exact(width).enumerate() {
            let place = &mut tones[(top + y) * row + left..][..width];
            for (tone, value) in place.iter_mut().zip(values) {
                *tone = ((value - least) / (most - least).max(f32::MIN_POSITIVE) * 255.0).round() as u8;
            }
        }
    }
    Grey { width: row, tones }
}

fn write_grey(path: &Path, Grey { width, tones }: &Grey) -> Result<()> {
    let file = Output::create(path, true)?;
    let size = [*width, tones.len() / width].map(|length| length as u32);
    let kind = Kind { grey: true, ..Kind::default() };
    let mut png = Box::new(PngFile::new(file.writer()?, size, kind, &Metadata::default())?);
    let rgba: Vec<u8> = tones.iter().flat_map(|&tone| [tone, tone, tone, u8::MAX]).collect();
    png.write(&rgba)?;
    png.finish()?;
    file.finish()
}

fn parse_part(text: &str) -> Result<Rect, String> {
    let parse = || {
        let (x, rest) = text.split_once(',')?;
        let (y, size) = rest.split_once(',')?;
        let (width, height) = size.split_once('x')?;
        let [x, y, width, height] = [x, y, width, height].map(str::parse);
        Some(Rect { x: x.ok()?, y: y.ok()?, width: width.ok()?, height: height.ok()? })
    };
    parse().ok_or_else(|| "expected the left and the upper edge and the size in pixels, such as 100,40,128x128".into())
}
