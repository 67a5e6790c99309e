//! The models that are open, and which of them a picture gets.

use lenslet::{
    Picture, Result, Upscaler,
    picture::{Content, ContentKind, Wear},
};

use super::engine::{Engine, Opened};

/// What enlarges a picture, and what the picture told where that mattered.
pub(super) struct Chosen<'a> {
    pub(super) model: &'a str,
    pub(super) upscaler: &'a Upscaler,
    /// Where it chose the model.
    pub(super) kind: Option<ContentKind>,
    /// Where it chose how much is cleaned.
    pub(super) wear: Option<Wear>,
}

pub(super) struct Ready<'a> {
    engine: &'a Engine,
    scale: Option<f64>,
    /// Whether results are the mean of eight, as of [`Upscaler::with_tta`].
    tta: bool,
    quiet: bool,
    /// By the word for the model and how much it cleans; more than one only where each picture decides.
    opened: Vec<(String, Option<f32>, Opened)>,
}

impl<'a> Ready<'a> {
    /// Opens the model that the person names. Where each picture decides, none is opened yet.
    pub(super) fn new(engine: &'a Engine, scale: Option<f64>, tta: bool, quiet: bool) -> Result<Self> {
        engine.check()?;
        let mut ready = Self { engine, scale, tta, quiet, opened: Vec::new() };
        if let Some(model) = engine.model()
            && !engine.cleans_by_picture(model, scale)?
        {
            ready.open(model, None)?;
        }
        Ok(ready)
    }

    /// What a picture is to be enlarged by.
    pub(super) fn choose(&mut self, picture: &Picture) -> Result<Chosen<'_>> {
        let kind = self.engine.model().is_none().then(|| Content::measure(picture).kind());
        let word = match kind {
            Some(kind) => Engine::model_for(kind, self.scale)?,
            None => self.engine.model().unwrap_or_default().to_owned(),
        };
        let wear = self.engine.cleans_by_picture(&word, self.scale)?.then(|| Wear::measure(picture));
        let clean_up = wear.map(|wear| wear.clean_up());
        let place = match self.opened.iter().position(|(open, cleaned, _)| (open, *cleaned) == (&word, clean_up)) {
            Some(place) => place,
            None => self.open(&word, clean_up)?,
        };
        let Opened { model, upscaler, .. } = &self.opened[place].2;
        Ok(Chosen { model, upscaler, kind, wear })
    }

    /// Opens a model and tells its place.
    fn open(&mut self, word: &str, clean_up: Option<f32>) -> Result<usize> {
        let mut opened = self.engine.open(word, self.scale, clean_up)?;
        if self.tta {
            opened.upscaler = opened.upscaler.with_tta()?;
        }
        if !self.quiet {
            for warning in &opened.upscaler.info().warnings {
                eprintln!("lenslet: {warning}");
            }
        }
        self.opened.push((word.to_owned(), clean_up, opened));
        Ok(self.opened.len() - 1)
    }
}
