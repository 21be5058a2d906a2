//! A forecast in sentences.
use super::*;
pub(super) fn tell(_m: &Model, _h: &History, _f: &Film, _s: &[Film], _fc: &Forecast) -> Vec<Words> { Vec::new() }
