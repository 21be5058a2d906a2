//! Who belongs to a group of consumers: rules counted over bitmaps.
//!
//! What people did becomes *features*: for each kind of behaviour and each thing it may be about (a title, a
//! genre, a category, a place, a city), the days of the latest times somebody did it. An audience is a
//! [`Rule`] over them. Because the day of the n-th latest time is kept as a bit-sliced [`Column`], "at least n
//! times in the last d days" is one comparison, whatever n and d are, and a whole rule is a few bitmap
//! operations over blocks that fit a processor's cache. See `docs/algorithms/audiences.md`.

mod column;
mod features;
mod likeness;
mod members;
mod plan;
mod rule;
mod told;

pub use column::{BLOCK, Column, VALUE_MAX};
pub use features::{Features, Key, KeyId, TIMES_MAX, WINDOW_DAYS_MAX};
pub use likeness::{Likeness, Reason, SEED_MIN};
pub use members::Members;
pub use plan::Plan;
pub use rule::{
    Behaviour, DEPTH_MAX, Did, Like, Likely, Named, PERMILLE_MAX, Rule, TERMS_MAX, TICKETS, Times, What,
};
pub use told::{TOLD_STEP, Told, part_in_tens, to_tens};
