//! Plans against what the cinema ran, theatre-day by theatre-day.

use super::Options;
use anyhow::Result;
use demand::showing::Played;
use kernel::Day;
use serde::Serialize;
use std::fmt;

/// One theatre-day, planned anew.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Planned {
    pub cinema: String,
    pub day: Day,
}

pub fn plans(_all: &[Played], _options: &Options) -> Result<Vec<Planned>> {
    Ok(Vec::new())
}

pub(super) fn print(_f: &mut fmt::Formatter<'_>, _plans: &[Planned]) -> fmt::Result {
    Ok(())
}
