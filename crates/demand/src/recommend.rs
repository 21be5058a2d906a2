//! Which films and products somebody will want next.
