//! What people will want: forecasts of a release from its first days.
