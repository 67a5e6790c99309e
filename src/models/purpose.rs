//! What models are for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a model is for, by the words of `models/index.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Photographs as people have them: compressed, a little noisy or blurred.
    Photo,
    /// Clean pictures, true to the original.
    Fidelity,
    /// Text, logos, screenshots and line art.
    Text,
    /// Phones and machines without a graphics card.
    Fast,
    /// Models that are there for comparison with later ones.
    History,
}

impl Purpose {
    /// All of them, in the order in which people see them.
    pub const ALL: [Self; 5] = [Self::Photo, Self::Fidelity, Self::Text, Self::Fast, Self::History];

    /// Its word in the index and in options.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Fidelity => "fidelity",
            Self::Text => "text",
            Self::Fast => "fast",
            Self::History => "history",
        }
    }

    /// A title for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Photo => "Photos",
            Self::Fidelity => "Faithful",
            Self::Text => "Text and logos",
            Self::Fast => "Fast",
            Self::History => "How it began",
        }
    }

    /// The purpose of that word.
    #[must_use]
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == word)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
