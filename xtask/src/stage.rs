//! The stages of the tests: their names, their order, and which need which.

use clap::ValueEnum;

/// One part of `cargo xtask test`, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    Setup,
    Format,
    Lint,
    Docs,
    Rust,
    Web,
    Javascript,
    Browser,
    Training,
}

impl Stage {
    /// The name on the command line and in the output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Format => "format",
            Self::Lint => "lint",
            Self::Docs => "docs",
            Self::Rust => "rust",
            Self::Web => "web",
            Self::Javascript => "javascript",
            Self::Browser => "browser",
            Self::Training => "training",
        }
    }

    /// What the stage does.
    pub fn what(self) -> &'static str {
        match self {
            Self::Setup => "installs what the other stages need and this machine lacks",
            Self::Format => "checks the formatting of the Rust code",
            Self::Lint => "runs clippy, natively, for WebAssembly and on the fuzz targets",
            Self::Docs => "builds the documentation without warnings",
            Self::Rust => "runs the tests of every crate, on GPU and CPU",
            Self::Web => "builds the page into dist/",
            Self::Javascript => "installs the npm packages, checks the JavaScript's types and tests the bench",
            Self::Browser => "runs the page in Chromium and Firefox",
            Self::Training => "checks and tests the training recipe and the bench's peers in a Python environment",
        }
    }

    /// The stages whose results this one works on.
    pub fn needs(self) -> &'static [Stage] {
        match self {
            // The types of the engine that the JavaScript calls are made with it, and the bench runs it.
            Self::Javascript => &[Self::Web],
            Self::Browser => &[Self::Web],
            _ => &[],
        }
    }
}

/// The stages to run: those in `only`, or all if it is empty, without those in `skip`; always in their order.
pub fn select(only: &[Stage], skip: &[Stage]) -> Vec<Stage> {
    let stages = Stage::value_variants().iter().copied();
    stages.filter(|stage| (only.is_empty() || only.contains(stage)) && !skip.contains(stage)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_stages_run_unless_some_are_chosen() {
        assert_eq!(select(&[], &[]), Stage::value_variants());
        assert_eq!(select(&[Stage::Web, Stage::Format], &[]), [Stage::Format, Stage::Web]);
        assert_eq!(select(&[Stage::Web, Stage::Format], &[Stage::Web]), [Stage::Format]);
        assert_eq!(select(&[], &[Stage::Training]).len(), Stage::value_variants().len() - 1);
        assert!(select(&[Stage::Web], &[Stage::Web]).is_empty());
    }

    #[test]
    fn stages_have_the_names_of_the_command_line_and_need_only_earlier_ones() {
        for (index, stage) in Stage::value_variants().iter().enumerate() {
            assert_eq!(stage.to_possible_value().unwrap().get_name(), stage.name());
            assert!(stage.needs().iter().all(|need| Stage::value_variants()[..index].contains(need)));
        }
    }
}
