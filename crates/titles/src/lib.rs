//! The slate: films and series with their credits, versions, milestones, budgets, rights windows.
//!
//! A title belongs to a studio. It is drafted, edited as often as its makers like, released, and at
//! worst withdrawn; it is never deleted, because tickets and contracts name it.
//!
//! Whether the actor may write is decided by the caller; `of` finds a title only for its own studio.

pub mod budget;
pub mod credits;
pub mod names;
pub mod rights;
#[cfg(test)]
mod testing;
mod titles;
pub mod want_to_see;

use kernel::text;

pub use titles::{
    ARTWORK_CHARS_MAX, Draft, GENRE_CHARS_MAX, NAME_CHARS_MAX, RUNTIME_MINUTES_MAX, SYNOPSIS_CHARS_MAX,
    Status, TITLES_MAX, Title, add, all, any, by_slug, edit, newest_change, of, of_studio,
};
