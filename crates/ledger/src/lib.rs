//! Double-entry accounts that are only ever appended to.
