//! The words everybody uses: money, shares, instants, days, typed ids, actors, the clock, the dice.
//!
//! No I/O happens here. Every other crate may use this one; it uses none of them.

mod act;
mod clock;
mod dice;
mod home;
pub mod ids;
pub mod limits;
mod money;
mod refusal;
mod seal;
pub mod sheet;
pub mod text;
mod time;
mod words;

pub use act::{Act, Actor, Role};
pub use clock::{Clock, FalseClock, ShiftedClock, SystemClock};
pub use dice::Dice;
pub use home::{Home, Territory};
pub use ids::*;
pub use money::{Currency, Money, Round, Share};
pub use refusal::{Error, Kind, Refusal, Result};
pub use seal::Seal;
pub use time::{Day, Instant, Zone};
pub use words::{Lang, Words, counted, grouped, signed};
