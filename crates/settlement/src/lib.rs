//! Who gets which part: splits, waterfalls, statements.
