//! `ferryman plan`: what to do next.

mod advertising;
mod showings;

use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Where to advertise next: what the next hundred sells on each surface in each city, and the best split of a week.
    Advertising(advertising::Options),
    /// A cinema's week: which film in which hall at what hour.
    Showings(showings::Options),
}

pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    match &options.what {
        What::Advertising(options) => advertising::run(options),
        What::Showings(options) => showings::run(options),
    }
}
