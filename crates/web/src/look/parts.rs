//! The parts of pages: buttons, cards, alerts, forms, films, tickets, goods and orders.
//!
//! Each takes plain words already in the reader's language and gives markup. A part with many
//! particulars is a struct with a `render`; `Default` leaves out what a page does not need.

mod buying;
mod films;
mod forms;
mod telling;

pub use buying::*;
pub use films::*;
pub use forms::*;
pub use telling::*;
