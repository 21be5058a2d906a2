//! Showings: seats sold against seats forecast, and plans against what the cinema ran.
