//! How 3x3 convolutions are cut into threads: the same sums in the same order, at speeds that differ from GPU to GPU.

use std::{fmt, str::FromStr};

use crate::Error;

/// A way to block 3x3 convolutions; see `shaders/conv.wgsl`. A block is four channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Blocking {
    /// A thread makes 4 x 4 pixels of one block and reads what it needs from the feature map.
    Square1,
    /// A thread makes 4 x 4 pixels of two blocks and reads what it needs from the feature map.
    Square2,
    /// A thread makes 4 x 4 pixels of one block out of values that its workgroup shares.
    StagedSquare1,
    /// A thread makes 4 x 4 pixels of two blocks out of values that its workgroup shares.
    StagedSquare2,
    /// A thread makes 2 x 2 pixels of two blocks out of values that its workgroup shares.
    StagedPair,
}

impl Blocking {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Square1, Self::Square2, Self::StagedSquare1, Self::StagedSquare2, Self::StagedPair];

    /// What simulated GPUs run fastest, measured (see `shaders/README.md`): it reads and counts least for each product.
    pub(super) const ON_SOFTWARE: Self = Self::Square2;

    /// Its name in options and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Square1 => "square-1",
            Self::Square2 => "square-2",
            Self::StagedSquare1 => "staged-square-1",
            Self::StagedSquare2 => "staged-square-2",
            Self::StagedPair => "staged-pair",
        }
    }

    /// Blocks that a thread makes.
    pub(super) fn blocks(self) -> u32 {
        match self {
            Self::Square1 | Self::StagedSquare1 => 1,
            Self::Square2 | Self::StagedSquare2 | Self::StagedPair => 2,
        }
    }
}

/// Which blocking is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BlockingChoice {
    /// The one that was fastest in a trial on this GPU, now or earlier. Simulated GPUs go without a trial.
    #[default]
    Auto,
    /// The one that is fastest in a trial now, which is remembered.
    Trial,
    /// That one.
    Only(Blocking),
}

impl FromStr for BlockingChoice {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "auto" => Ok(Self::Auto),
            "trial" => Ok(Self::Trial),
            name => Ok(Self::Only(name.parse()?)),
        }
    }
}

impl fmt::Display for Blocking {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Blocking {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|blocking| blocking.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::InvalidOption(format!("\"{name}\" is no blocking; there are auto, trial, {names}."))
        })
    }
}
