//! Before release: how far forecasts of an opening were from it.
