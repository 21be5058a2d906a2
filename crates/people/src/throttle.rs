//! How often somebody may knock at a door that guesses could open: signing in, signing up.
//!
//! Counts live in memory, one window a key. Several nodes count apart, so together they let
//! through as many times more.

use kernel::{Instant, Kind, Refusal};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

pub const WINDOW_SECONDS: i64 = 15 * 60;
pub const TRIES_PER_EMAIL_MAX: u32 = 10;
pub const TRIES_PER_ADDRESS_MAX: u32 = 60;
/// Keys remembered at once; beyond it the oldest are forgotten.
pub const KEYS_MAX: usize = 50_000;

#[derive(Clone, Copy)]
struct Tries {
    since: Instant,
    count: u32,
}

#[derive(Default)]
pub struct Throttle {
    tries: Mutex<HashMap<String, Tries>>,
}

impl Throttle {
    pub fn new() -> Throttle {
        Throttle::default()
    }

    /// Counts one try for this email address from this network address, and refuses when either had too many.
    pub fn knock(&self, email: &str, address: &str, now: Instant) -> Result<(), Refusal> {
        self.knock_from(address, now)?;
        self.count(format!("email {}", email.trim().to_lowercase()), TRIES_PER_EMAIL_MAX, now)
    }

    /// Counts one try by somebody we know, such as a browser in which this person was signed in before. They have tries of
    /// their own, so that strangers who use up an address's tries do not keep its owner out.
    pub fn knock_known(&self, whom: &str, address: &str, now: Instant) -> Result<(), Refusal> {
        self.knock_from(address, now)?;
        self.count(format!("known {whom}"), TRIES_PER_EMAIL_MAX, now)
    }

    /// Counts one try from this network address alone.
    pub fn knock_from(&self, address: &str, now: Instant) -> Result<(), Refusal> {
        self.count(format!("address {address}"), TRIES_PER_ADDRESS_MAX, now)
    }

    /// Somebody who gave the right password starts afresh.
    pub fn welcome(&self, email: &str) {
        self.lock().remove(&format!("email {}", email.trim().to_lowercase()));
    }

    /// Somebody we know gave the right password.
    pub fn welcome_known(&self, whom: &str) {
        self.lock().remove(&format!("known {whom}"));
    }

    fn count(&self, key: String, max: u32, now: Instant) -> Result<(), Refusal> {
        let mut tries = self.lock();
        make_room(&mut tries, now);
        let tried = tries.entry(key).or_insert(Tries { since: now, count: 0 });
        if is_over(tried, now) {
            *tried = Tries { since: now, count: 0 };
        }
        tried.count = tried.count.saturating_add(1);
        if tried.count <= max { Ok(()) } else { Err(too_many(tried.since, now)) }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Tries>> {
        self.tries.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn is_over(tried: &Tries, now: Instant) -> bool {
    tried.since.seconds_until(now) >= WINDOW_SECONDS
}

fn make_room(tries: &mut HashMap<String, Tries>, now: Instant) {
    if tries.len() < KEYS_MAX {
        return;
    }
    tries.retain(|_, tried| !is_over(tried, now));
    if tries.len() < KEYS_MAX {
        return;
    }
    let mut since: Vec<Instant> = tries.values().map(|tried| tried.since).collect();
    since.sort();
    let middle = since[since.len() / 2];
    tries.retain(|_, tried| tried.since > middle);
}

fn too_many(since: Instant, now: Instant) -> Refusal {
    let minutes = (WINDOW_SECONDS - since.seconds_until(now)).max(0) / 60 + 1;
    Refusal::new(
        Kind::TooMany,
        "too_many_tries",
        format!("That was tried too often. Please wait {minutes} min and try again."),
        format!("尝试次数太多，请 {minutes} 分钟后再试。"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::NOW;

    #[test]
    fn an_email_address_is_guessed_at_ten_times() {
        let throttle = Throttle::new();
        let knock = |i: u32, now| throttle.knock("Ann@example.com", &format!("10.0.0.{i}"), now);
        assert!((0..TRIES_PER_EMAIL_MAX).all(|i| knock(i, NOW).is_ok()));
        assert_eq!(knock(99, NOW).map_err(|no| no.code), Err("too_many_tries"));
        assert!(throttle.knock("ben@example.com", "10.0.0.1", NOW).is_ok());
        assert!(knock(99, NOW.plus_seconds(WINDOW_SECONDS)).is_ok());
    }

    #[test]
    fn the_right_password_starts_afresh() {
        let throttle = Throttle::new();
        for _ in 0..TRIES_PER_EMAIL_MAX {
            throttle.knock("ann@example.com", "10.0.0.1", NOW).expect("within the maximum");
        }
        throttle.welcome("ann@example.com");
        assert!(throttle.knock("ann@example.com", "10.0.0.1", NOW).is_ok());
    }

    #[test]
    fn strangers_do_not_keep_the_owner_out() {
        let throttle = Throttle::new();
        for i in 0..=TRIES_PER_EMAIL_MAX {
            let _ = throttle.knock("ann@example.com", &format!("10.0.0.{i}"), NOW);
        }
        assert!(throttle.knock("ann@example.com", "10.1.0.1", NOW).is_err());
        for _ in 0..TRIES_PER_EMAIL_MAX {
            throttle.knock_known("ann's phone", "10.1.0.1", NOW).expect("tries of its own");
        }
        assert!(throttle.knock_known("ann's phone", "10.1.0.1", NOW).is_err());
        throttle.welcome_known("ann's phone");
        assert!(throttle.knock_known("ann's phone", "10.1.0.1", NOW).is_ok());
    }

    #[test]
    fn an_address_tries_many_emails_only_so_often() {
        let throttle = Throttle::new();
        let knock = |i: u32| throttle.knock(&format!("{i}@example.com"), "10.0.0.1", NOW);
        assert!((0..TRIES_PER_ADDRESS_MAX).all(|i| knock(i).is_ok()));
        assert!(knock(1_000).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::new();
        for i in 0..KEYS_MAX as i64 + 10 {
            let _ = throttle.knock_from(&i.to_string(), NOW.plus_seconds(i / 1_000));
        }
        assert!(throttle.lock().len() <= KEYS_MAX);
    }
}
