//! On which day a film should open.
