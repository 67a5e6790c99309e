//! `cargo xtask`: builds, serves, tests and measures Lenslet, and sets up by itself what that needs.

mod bench;
mod cargo;
mod dist;
mod imports;
mod module;
mod names;
mod needs;
mod npm;
mod order;
mod paths;
mod python;
mod run;
mod serve;
mod setup;
mod site;
mod stage;
mod steps;
mod test;
mod wasm;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, serves, tests and measures Lenslet. What is missing for that is set up on the way.
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
    /// Measure Lenslet beside its peers
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Dist => dist::build().map(|()| true),
        Task::Serve(options) => serve::serve(&options).map(|()| true),
        Task::Test(options) => test::test(&options),
        Task::Bench(what) => bench::bench(&what).map(|()| true),
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
