//! Who somebody is; what they may do: consumers, staff, organisations, sessions, API keys.
//!
//! A person signs up, opens a session, perhaps with a second factor, and holds roles at organisations through memberships.
//! An installation is new until somebody founds it: that makes the house and its first operator.

pub mod access;
pub mod consents;
pub mod erasures;
mod guessed;
pub mod half_open;
pub mod home;
pub mod installation;
pub mod may;
pub mod memberships;
pub mod notices;
pub mod orgs;
pub mod password_links;
pub mod passwords;
pub mod persons;
pub mod second_factor;
pub mod sessions;
pub mod settings;
#[cfg(test)]
mod testing;
pub mod throttle;

use kernel::text;

pub use may::Who;
pub use orgs::{Org, OrgKind};
pub use passwords::PasswordHash;
pub use persons::{Person, SignUp};
pub use sessions::Token;
pub use throttle::Throttle;
