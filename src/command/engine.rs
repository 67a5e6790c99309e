//! Options that choose a model and what runs it, and what is opened by them.

use clap::{Args, ValueEnum};
use lenslet::{
    BackendChoice, BackendOptions, Error, Network, Precision, Result, Upscaler,
    gpu::{BlockingChoice, GpuOptions},
    models::{self, SliderName, SliderValues},
    picture::ContentKind,
    resize::{Filter, NetworkOptions, Resampler},
};

use super::source::Source;

/// The model's name that leaves the choice to the picture.
const AUTO: &str = "auto";

#[derive(Args)]
pub(super) struct Engine {
    /// What to enlarge with: auto (by each picture, the model for text or the one for photos), a purpose (photo,
    /// fidelity, text, fast, history), a built-in model's name, a weight file (.safetensors, .pth, .onnx, or ncnn's .param with its
    /// .bin beside it), or a classical filter (nearest, bilinear, bicubic, lanczos).
    #[arg(long, value_name = "NAME|FILE", default_value = AUTO)]
    model: String,
    /// Interpolate the weights with another model's of the same shape; the share is how much of that, from 0 to 1.
    #[arg(long, value_name = "NAME|FILE:SHARE", value_parser = parse_mix)]
    mix: Option<Mix>,
    /// How much detail to make up, from 0 to 1, where the model has a slider for it [default: the model's own].
    #[arg(long, value_name = "V", allow_negative_numbers = true)]
    strength: Option<f32>,
    /// How much noise to take away, from 0 to 1, where the model has a slider for it [default: by what each picture and its file tell].
    #[arg(long, value_name = "V", allow_negative_numbers = true)]
    denoise: Option<f32>,
    /// What does the work: auto (a real GPU if there is one, else the CPU), gpu (even one simulated in software), or cpu
    /// (all cores).
    #[arg(long, value_name = "auto|gpu|cpu", default_value = "auto", value_parser = parse_backend)]
    backend: BackendChoice,
    /// How a GPU stores values between layers; auto takes f16 where it can.
    #[arg(long, value_enum, default_value_t)]
    precision: PrecisionOption,
    /// Inner edge of tiles in pixels of the input [default: the backend's own].
    #[arg(long, value_name = "PX", value_parser = clap::value_parser!(u32).range(1..))]
    tile: Option<u32>,
    /// How a GPU blocks 3x3 convolutions: auto (the fastest in a short trial, which is remembered), trial (the same with a
    /// new trial), square-1, square-2, staged-square-1, staged-square-2 or staged-pair.
    #[arg(long, value_name = "NAME", default_value = "auto")]
    blocking: BlockingChoice,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum PrecisionOption {
    #[default]
    Auto,
    F32,
    F16,
}

/// A model that is ready to run.
pub(super) struct Opened {
    /// Its name for reports, with what is mixed in.
    pub(super) model: String,
    pub(super) upscaler: Upscaler,
    /// As of [`Network::flops_per_pixel`]; None for a classical filter.
    pub(super) flops_per_pixel: Option<f64>,
}

impl Engine {
    /// The model by the person's own word for it; None when each picture decides.
    pub(super) fn model(&self) -> Option<&str> {
        (self.model != AUTO).then_some(&self.model)
    }

    /// The name of the model for pictures of that kind.
    pub(super) fn model_for(kind: ContentKind, scale: Option<f64>) -> Result<String> {
        Ok(models::built_in_index()?.automatic(kind, scale)?.name.clone())
    }

    /// Checks what can be checked before there is a picture.
    pub(super) fn check(&self) -> Result<()> {
        self.sliders().check()?;
        if self.model().is_none() && self.mix.is_some() {
            let reason = "With mix, name the model to mix with, because auto may take another for each picture.";
            return Err(Error::InvalidOption(reason.into()));
        }
        Ok(())
    }

    /// Whether each picture decides how much is cleaned: the person does not, and the model that a word names has a slider for it.
    pub(super) fn cleans_by_picture(&self, model: &str, scale: Option<f64>) -> Result<bool> {
        let source = Source::find(model, scale)?;
        let has_slider = matches!(&source, Source::Listed(model) if model.has_slider(SliderName::Denoise));
        Ok(has_slider && self.denoise.is_none())
    }

    /// Opens the model that a word names; `clean_up` stands for the person's own word on it where that is none.
    pub(super) fn open(&self, model: &str, scale: Option<f64>, clean_up: Option<f32>) -> Result<Opened> {
        let options = self.network_options();
        let source = Source::find(model, scale)?;
        if let Source::Filter(filter) = source {
            options.check_for(filter)?;
            let upscaler = Upscaler::new(Box::new(Resampler::new(filter, scale.map(|scale| scale.ceil() as u32))?));
            return Ok(Opened { model: source.name(), upscaler, flops_per_pixel: None });
        }
        let (name, network) = self.network(model, scale, clean_up)?;
        let flops_per_pixel = Some(network.flops_per_pixel());
        let upscaler = pollster::block_on(Upscaler::open(network, options.backend))?;
        Ok(Opened { model: name, upscaler, flops_per_pixel })
    }

    /// The network that a word names, with its sliders and what is mixed in, and its name for reports; as [`Engine::open`].
    pub(super) fn network(&self, model: &str, scale: Option<f64>, clean_up: Option<f32>) -> Result<(String, Network)> {
        let source = Source::find(model, scale)?;
        let mut name = source.name();
        let sliders = self.sliders();
        let sliders = SliderValues { denoise: sliders.denoise.or(clean_up), ..sliders };
        let mut weights = source.weights(scale, &sliders)?;
        if let Some(Mix { model, share }) = &self.mix {
            let other = Source::find(model, scale)?;
            weights = weights.mix(&[(other.weights(scale, &SliderValues::default())?, *share)])?;
            name = format!("{name} + {}:{share}", other.name());
        }
        let network = Network::from_weights(&weights)?;
        Ok((name, network))
    }

    /// How to open a GPU for what an upscaler in that precision runs with these options.
    pub(super) fn gpu_options(&self, precision: Precision) -> GpuOptions {
        GpuOptions { precision, tile: self.tile, blocking: self.blocking, allow_software: true }
    }

    fn network_options(&self) -> NetworkOptions {
        let precision = match self.precision {
            PrecisionOption::Auto => Precision::Auto,
            PrecisionOption::F32 => Precision::F32,
            PrecisionOption::F16 => Precision::F16,
        };
        let (choice, tile, blocking) = (self.backend, self.tile, self.blocking);
        let backend = BackendOptions { choice, precision, tile, blocking };
        NetworkOptions { backend, mix: self.mix.is_some(), sliders: self.sliders(), threads: false }
    }

    fn sliders(&self) -> SliderValues {
        SliderValues { strength: self.strength, denoise: self.denoise }
    }
}

/// Another model and how much of it.
#[derive(Clone)]
struct Mix {
    model: String,
    share: f32,
}

fn parse_mix(text: &str) -> Result<Mix, String> {
    const EXPECTED: &str = "expected a model, a colon and a share from 0 to 1, such as other.pth:0.4";
    let (model, share) = text.rsplit_once(':').ok_or(EXPECTED)?;
    match share.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) && !model.is_empty() => Ok(Mix { model: model.into(), share }),
        _ => Err(EXPECTED.into()),
    }
}

pub(super) fn parse_backend(text: &str) -> Result<BackendChoice, String> {
    match text {
        "auto" => Ok(BackendChoice::Auto),
        "gpu" => Ok(BackendChoice::Gpu),
        "cpu" => Ok(BackendChoice::Cpu),
        filter if Filter::find(filter).is_some() => {
            Err(format!("the classical filters are models now: --model {filter}"))
        }
        _ => Err("possible values are auto, gpu and cpu".into()),
    }
}
