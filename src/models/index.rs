//! The index of models, and which of them a person's words mean.

use serde::Deserialize;

use super::{Purpose, Slider, file::verify};
use crate::{Error, Result, picture::ContentKind, resize::Filter};

/// The scale of a purpose, of what is chosen automatically and of a classical filter, unless a person asks for another.
pub const DEFAULT_SCALE: u32 = 4;

/// One entry of the index.
#[derive(Clone, Debug, Deserialize)]
pub struct Model {
    /// What people call it, for example in `--model`.
    pub name: String,
    /// Its weight file, beside the index.
    pub file: String,
    /// SHA-256 of the weight file in hexadecimal.
    pub sha256: String,
    /// Size of the weight file.
    pub bytes: usize,
    /// How many times it enlarges.
    pub scale: u32,
    /// What it is for.
    pub purpose: Purpose,
    /// A short title for people.
    pub title: String,
    /// One sentence on what it is for.
    pub summary: String,
    /// What a person can change about it.
    #[serde(default)]
    pub sliders: Vec<Slider>,
}

impl Model {
    /// Checks that a weight file is the one that the index means.
    ///
    /// # Errors
    /// [`Error::DamagedModel`] when it is another.
    pub fn verify(&self, file: &[u8]) -> Result<()> {
        verify(&self.file, file, &self.sha256, self.bytes)
    }
}

/// The index: every model; of those for one purpose and scale, the one to take first.
#[derive(Clone, Debug, Deserialize)]
pub struct Index {
    /// The models.
    pub models: Vec<Model>,
}

impl Index {
    /// Reads an index file.
    ///
    /// # Errors
    /// [`Error::DamagedModel`] when it is not such a file.
    pub fn parse(json: &[u8]) -> Result<Self> {
        // From text as safetensors reads its headers, so that the page has serde's code once; what is not UTF-8 is only names.
        let index: Self = serde_json::from_str(&String::from_utf8_lossy(json))
            .map_err(|error| Error::DamagedModel { reason: format!("the index of models cannot be read ({error})") })?;
        index.models.iter().flat_map(|model| &model.sliders).try_for_each(Slider::check)?;
        Ok(index)
    }

    /// The model of that name, or of those for the purpose of that name the one that suits the scale best: its own, or else the next
    /// larger one, or else the largest. Without a scale, [`DEFAULT_SCALE`] is meant.
    ///
    /// # Errors
    /// [`Error::UnknownModel`] with the names there are.
    pub fn choose(&self, word: &str, scale: Option<f64>) -> Result<&Model> {
        let by_name = self.models.iter().find(|model| model.name == word);
        let purpose = Purpose::find(word);
        by_name
            .or_else(|| purpose.and_then(|purpose| self.for_purpose(purpose, scale)))
            .ok_or_else(|| self.unknown(word))
    }

    /// The model to take for a picture of that kind: that of the first purpose of a row that has one.
    ///
    /// # Errors
    /// [`Error::UnknownModel`] where there is none.
    pub fn automatic(&self, kind: ContentKind, scale: Option<f64>) -> Result<&Model> {
        const ROW: [Purpose; 5] = [Purpose::Text, Purpose::Photo, Purpose::Fidelity, Purpose::Fast, Purpose::History];
        let row = match kind {
            ContentKind::Graphic => &ROW[..],
            ContentKind::Photo => &ROW[1..],
        };
        let found = row.iter().find_map(|&purpose| self.for_purpose(purpose, scale));
        found.or(self.models.first()).ok_or_else(|| self.unknown("auto"))
    }

    /// Of the models for a purpose the one that suits the scale best.
    fn for_purpose(&self, purpose: Purpose, scale: Option<f64>) -> Option<&Model> {
        let asked = scale.unwrap_or(f64::from(DEFAULT_SCALE));
        let models = || self.models.iter().filter(|model| model.purpose == purpose);
        let scales = || models().map(|model| model.scale);
        let best = scales().filter(|&scale| f64::from(scale) >= asked).min().or(scales().max())?;
        models().find(|model| model.scale == best)
    }

    fn unknown(&self, word: &str) -> Error {
        let filters = Filter::ALL.map(Filter::name);
        let available = self.models.iter().map(|model| &*model.name).chain(filters).collect::<Vec<_>>().join(", ");
        Error::UnknownModel { name: word.into(), available }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(models: &[(&str, &str, u32)]) -> Index {
        let entry = |(name, purpose, scale): &(&str, &str, u32)| {
            serde_json::json!({"name": name, "file": "", "sha256": "", "bytes": 1, "scale": scale, "purpose": purpose,
                               "title": "", "summary": ""})
        };
        let models: Vec<_> = models.iter().map(entry).collect();
        Index::parse(serde_json::json!({"models": models}).to_string().as_bytes()).expect("an index")
    }

    fn name(found: Result<&Model>) -> String {
        found.map_or_else(|error| error.to_string(), |model| model.name.clone())
    }

    #[test]
    fn purposes_take_the_model_of_the_scale_and_names_their_own() {
        let index = index(&[("p2", "photo", 2), ("p4", "photo", 4), ("q4", "photo", 4), ("t2", "text", 2)]);
        for (word, scale, expected) in [
            ("photo", None, "p4"),
            ("photo", Some(1.0), "p2"),
            ("photo", Some(2.0), "p2"),
            ("photo", Some(2.1), "p4"),
            ("photo", Some(9.0), "p4"),
            ("text", None, "t2"),
            (
                "fast",
                None,
                "There is no model named \"fast\". Available: p2, p4, q4, t2, nearest, bilinear, bicubic, lanczos.",
            ),
            ("q4", None, "q4"),
            ("p2", None, "p2"),
            ("p2", Some(4.0), "p2"),
        ] {
            assert_eq!(name(index.choose(word, scale)), expected);
        }
    }

    #[test]
    fn the_picture_chooses_by_kind_and_falls_back() {
        use ContentKind::{Graphic, Photo};
        let all =
            [("h4", "history", 4), ("s4", "fast", 4), ("f4", "fidelity", 4), ("p4", "photo", 4), ("t4", "text", 4)];
        for (count, graphic, photo) in
            [(5, "t4", "p4"), (4, "p4", "p4"), (3, "f4", "f4"), (2, "s4", "s4"), (1, "h4", "h4")]
        {
            let index = index(&all[..count]);
            assert_eq!([Graphic, Photo].map(|kind| name(index.automatic(kind, None))), [graphic, photo]);
            assert_eq!(name(index.automatic(Photo, Some(2.0))), photo);
        }
        let two = index(&[("p4", "photo", 4), ("t4", "text", 4), ("t2", "text", 2)]);
        assert_eq!([Graphic, Photo].map(|kind| name(two.automatic(kind, Some(1.5)))), ["t2", "p4"]);
        assert_eq!(index(&[]).automatic(Photo, None).expect_err("none").code(), "unknown-model");
    }

    #[test]
    fn an_index_that_is_not_sound_is_refused() {
        let slider = r#"{"name": "strength", "title": "", "summary": "", "default": 0.5, "base": 1, "end": 0, "file": "", "sha256": "", "bytes": 1}"#;
        let index = |purpose: &str, slider: &str| {
            let json = format!(
                r#"{{"models": [{{"name": "a", "file": "", "sha256": "", "bytes": 1, "scale": 4, "title": "",
                    "summary": "", {purpose} "sliders": [{slider}]}}]}}"#
            );
            Index::parse(json.as_bytes())
        };
        let photo = r#""purpose": "photo","#;
        let sound = index(photo, slider).expect("sound");
        assert_eq!((sound.models[0].purpose, sound.models[0].sliders[0].base), (Purpose::Photo, 1.0));
        for (error, expected) in [
            (index("", slider), "missing field `purpose`"),
            (index(r#""purpose": "fun","#, slider), "unknown variant `fun`"),
            (index(photo, &slider.replace("strength", "speed")), "unknown variant `speed`"),
            (
                index(photo, &slider.replace(": 0, \"file", ": 1, \"file")),
                "the base and the default of the slider strength",
            ),
            (index(photo, &slider.replace("0.5", "1.5")), "must be from 0 to 1"),
        ] {
            let error = error.expect_err("must be refused");
            assert_eq!(error.code(), "damaged-model");
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
