//! What comes out of a backend is looked at: values that are no numbers, and colours that the picture does not have.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{Tensors, chain_tensors, largest_difference, picture, safetensors_file};
use lenslet::{BackendChoice, BackendInfo, BackendOptions, Network, Observer, Precision, Result, Size, Upscaler};

#[derive(Default)]
struct Warned(Vec<String>);

impl Observer for Warned {
    fn warn(&mut self, sentence: &str) {
        self.0.push(sentence.into());
    }
}

/// A chain whose layers' weights are multiplied: from layer to layer, and by 1 as a whole if nothing is to change.
fn network(gains: [f32; 4]) -> Network {
    let mut tensors: Tensors = chain_tensors(8, 2, 2);
    for (layer, gain) in gains.into_iter().enumerate() {
        let name = format!("body.{}.weight", 2 * layer);
        let (.., weight) = tensors.iter_mut().find(|(tensor, ..)| *tensor == name).expect("a layer");
        weight.iter_mut().for_each(|value| *value *= gain);
    }
    Network::load(&safetensors_file(&tensors)).expect("sound")
}

/// A chain that adds to every colour.
fn brightening() -> Network {
    let mut tensors = chain_tensors(8, 2, 2);
    let (.., bias) = tensors.iter_mut().find(|(name, ..)| name == "body.6.bias").expect("a layer");
    bias.fill(0.6);
    Network::load(&safetensors_file(&tensors)).expect("sound")
}

/// The enlarged picture, what was told of this picture, and who made it.
fn upscale(
    network: Network,
    choice: BackendChoice,
    precision: Precision,
) -> Result<(Vec<u8>, Vec<String>, BackendInfo)> {
    let options = BackendOptions { choice, precision, tile: Some(32), ..BackendOptions::default() };
    let upscaler = pollster::block_on(Upscaler::open(network, options))?;
    let (mut made, mut warned) = (Vec::new(), Warned::default());
    let mut rows = |rgba: &[u8]| {
        made.extend_from_slice(rgba);
        Ok(())
    };
    pollster::block_on(upscaler.upscale(&picture(40, 50), Size::Model, &mut rows, &mut warned))?;
    Ok((made, warned.0, upscaler.info()))
}

#[test]
fn what_overflows_in_f16_is_made_in_f32() {
    let beyond_f16 = || network([300.0, 3000.0, 1.0 / 3000.0, 1.0 / 300.0]);
    let (cpu, ..) = upscale(beyond_f16(), BackendChoice::Cpu, Precision::Auto).expect("upscales");
    let (made, warned, info) = upscale(beyond_f16(), BackendChoice::Gpu, Precision::F16).expect("upscales");
    assert!(largest_difference(&made, &cpu) <= 1);
    assert_eq!((info.name, info.precision, warned.len()), ("gpu", "f32", 0));
    let expected = "The GPU made values beyond all numbers, so it goes on in f32.";
    assert_eq!(info.warnings.last().map(String::as_str), Some(expected));
}

#[test]
fn what_overflows_everywhere_is_an_error() {
    let beyond_f32 = || network([1e25, 1e25, 1.0, 1.0]);
    for (choice, precision) in [(BackendChoice::Cpu, Precision::Auto), (BackendChoice::Gpu, Precision::F32)] {
        let error = upscale(beyond_f32(), choice, precision).expect_err("there is no picture");
        assert_eq!(error.code(), "bad-output", "{choice:?}");
        assert!(error.to_string().contains("beyond all numbers"), "{error}");
    }
}

/// It costs no GPU, and no other picture hears of it.
#[test]
fn a_model_that_changes_colours_is_told_of() {
    let (cpu, ..) = upscale(brightening(), BackendChoice::Cpu, Precision::Auto).expect("upscales");
    for choice in [BackendChoice::Cpu, BackendChoice::Gpu] {
        let (made, warned, info) = upscale(brightening(), choice, Precision::F32).expect("upscales");
        assert!(largest_difference(&made, &cpu) <= 1);
        assert_eq!(warned.len(), 1, "{warned:?}");
        assert!(warned[0].starts_with("The enlarged picture has other colours than the picture itself"), "{warned:?}");
        assert_eq!(info.name, if choice == BackendChoice::Cpu { "cpu" } else { "gpu" });
        assert!(!info.warnings.iter().any(|warning| warning.contains("colours")), "{:?}", info.warnings);
    }
}
