//! What the tests of this crate start from.

use crate::passwords::PasswordHash;
use crate::persons::{self, CheckedSignUp, Person};
use db::{Db, Lane};
use kernel::{Act, Actor, Dice, Instant, Lang};

pub const NOW: Instant = Instant::from_micros(1_482_492_600_000_000);

pub fn act() -> Act {
    Act::new(Actor::System, NOW, Dice::seeded(5))
}

pub fn sign_up_of(name: &str) -> CheckedSignUp {
    let password_hash = PasswordHash::stored("a hash".into());
    CheckedSignUp { name: name.into(), email: format!("{name}@example.com"), lang: Lang::En, password_hash }
}

pub fn ann(db: &Db) -> Person {
    db.write_blocking(Lane::house(), |tx| persons::sign_up(tx, &mut act(), &sign_up_of("ann")))
        .expect("ann signs up")
}
