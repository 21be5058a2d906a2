//! Which film in which hall at what hour.
