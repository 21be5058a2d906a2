//! In release: train on films before a cut-off, forecast the films after it.

pub mod charts;

/// Which series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Market {
    China,
    UnitedStates,
    Korea,
}
