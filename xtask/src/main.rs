//! `cargo xtask`: builds, serves and tests Lenslet, and sets up by itself what that needs.

mod dist;
mod needs;
mod paths;
mod python;
mod run;
mod serve;
mod setup;
mod stage;
mod steps;
mod test;
mod wasm;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, serves and tests Lenslet. What is missing for that is set up on the way.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the static page into dist/
    Dist,
    /// Build the page and serve it on localhost
    Serve(serve::Options),
    /// Set up what the tests need and run every test there is
    Test(test::Options),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Dist => dist::build().map(|()| true),
        Task::Serve(options) => serve::serve(&options).map(|()| true),
        Task::Test(options) => test::test(&options),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
