//! The JSON API and the protocols others speak to us.
