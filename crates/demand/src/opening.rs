//! The forecast before release: opening day, opening weekend, total.
